package fetch

import (
	"fmt"
	"net"
	"regexp"
)

// Override sends connections for one host and port elsewhere, as curl's
// --connect-to does: names that look real can then be served on one machine.
// Everything else about the request stays, the name in its certificate too. The
// new address is guarded like any other.
type Override struct {
	Host, Port     string // empty: any
	ToHost, ToPort string // empty: as it was
}

var overridePattern = regexp.MustCompile(`^(\[[^\]]*\]|[^:]*):([0-9]*):(\[[^\]]*\]|[^:]*):([0-9]*)$`)

// ParseOverride reads host:port:address:port, in which each part may be empty
// and IPv6 addresses stand in brackets.
func ParseOverride(text string) (Override, error) {
	parts := overridePattern.FindStringSubmatch(text)
	if parts == nil {
		return Override{}, fmt.Errorf("%q is not host:port:address:port", text)
	}
	return Override{Host: unbracket(parts[1]), Port: parts[2], ToHost: unbracket(parts[3]), ToPort: parts[4]}, nil
}

func unbracket(host string) string {
	if len(host) > 1 && host[0] == '[' {
		return host[1 : len(host)-1]
	}
	return host
}

// overridden returns where to connect for host:port. The first override that
// fits counts.
func overridden(overrides []Override, address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	for _, o := range overrides {
		if o.Host != "" && o.Host != host || o.Port != "" && o.Port != port {
			continue
		}
		if o.ToHost != "" {
			host = o.ToHost
		}
		if o.ToPort != "" {
			port = o.ToPort
		}
		break
	}
	return net.JoinHostPort(host, port)
}
