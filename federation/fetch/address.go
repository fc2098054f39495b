package fetch

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// maxAddress is how long an address may be, in bytes.
const maxAddress = 2048

// hostnames are mapped as browsers do (UTS #46), and must then be made of
// letters, digits and hyphens.
var hostnames = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(),
	idna.StrictDomainName(true), idna.CheckHyphens(false), idna.VerifyDNSLength(true))

// NormalHost returns the one way of writing a host: lower case, punycode, no
// dot at the end. Two hosts are the same if this is. A port, a user name or
// anything else around the host is an error, and so are the odd ways of writing
// an IPv4 address (2130706433, 0x7f.1, 127.1) that some programs understand and
// others do not.
func NormalHost(host string) (string, error) {
	if address, err := netip.ParseAddr(host); err == nil {
		if address.Zone() != "" {
			return "", fmt.Errorf("host %q has a zone", host)
		}
		return address.String(), nil
	}
	ascii, err := hostnames.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil {
		return "", fmt.Errorf("host %.80q: %w", host, err)
	}
	// Broken letters come out as punycode that is itself refused.
	if again, err := hostnames.ToASCII(ascii); err != nil || again != ascii {
		return "", fmt.Errorf("host %.80q has no normal form", host)
	}
	last := ascii[strings.LastIndex(ascii, ".")+1:]
	if strings.HasPrefix(last, "0x") || strings.Trim(last, "0123456789") == "" {
		address, err := netip.ParseAddr(ascii)
		if err != nil {
			return "", fmt.Errorf("host %.80q is neither a name nor an address", host)
		}
		return address.String(), nil
	}
	return ascii, nil
}

// SameHost reports whether two addresses are on the same host and port, as they
// must be for one to speak about the other. What is no address is on no host.
func SameHost(a, b string) bool {
	one, err := parseAddress(a)
	if err != nil {
		return false
	}
	other, err := parseAddress(b)
	return err == nil && one.Scheme == other.Scheme && one.Host == other.Host
}

// Normal writes an http or https address in its one way: its host normal, without
// a fragment, and without the port that the scheme has anyway.
func Normal(address string) (string, error) {
	u, err := parseAddress(address)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// parseAddress reads an http or https address and writes it in one way: without
// fragment, its host normal, the scheme's own port left out.
func parseAddress(address string) (*url.URL, error) {
	if len(address) > maxAddress {
		return nil, fmt.Errorf("address of %d bytes", len(address))
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("not an address: %w", err)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Opaque != "" {
		return nil, fmt.Errorf("not an address on the web: %q", address)
	}
	if u.User != nil {
		return nil, errors.New("address with a user name") // which the log need not know
	}
	host, err := NormalHost(u.Hostname())
	if err != nil {
		return nil, err
	}
	port, err := normalPort(u.Scheme, u.Port())
	if err != nil {
		return nil, err
	}
	switch {
	case port != "":
		u.Host = net.JoinHostPort(host, port)
	case strings.Contains(host, ":"):
		u.Host = "[" + host + "]"
	default:
		u.Host = host
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// normalPort returns a port without zeros before it, or nothing for the one
// that the scheme has anyway. Any port may be asked: servers are found on odd
// ones, and an address is guarded whatever its port.
func normalPort(scheme, port string) (string, error) {
	if port == "" {
		return "", nil
	}
	number, err := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil || number == 0:
		return "", fmt.Errorf("port %.20q", port)
	case scheme == "https" && number == 443, scheme == "http" && number == 80:
		return "", nil
	}
	return strconv.FormatUint(number, 10), nil
}
