package web

import (
	"net/netip"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

// home is where somebody's account is: Name@Host, or only its server.
type home struct {
	Name string // "" when only the server was given
	Host string // a lower-case domain name, in ASCII
}

// mistyped says what is wrong with what somebody typed, as the end of the id
// of the message that explains it.
type mistyped string

// What can be wrong.
const (
	typedNothing mistyped = "nothing"
	typedOddly   mistyped = "oddly" // neither a handle nor a server's name
	typedTooMuch mistyped = "too_much"
	typedNumbers mistyped = "numbers"
	typedUs      mistyped = "us"
	typedUnknown mistyped = "unknown" // the server did not answer, or knows no such account
)

func (m mistyped) Error() string { return "typed into the follow field: " + string(m) }

var (
	accountName = regexp.MustCompile(`^[\w.-]{1,64}$`)
	// domainName has a last label that begins with a letter, as all of them do.
	// Browsers read names that end in a number as IP addresses.
	domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z][a-z0-9-]{0,61}[a-z0-9]$`)
)

// readHome reads me@mastodon.example, @me@mastodon.example, mastodon.example
// and https://mastodon.example/. Browsers are sent to the host that it finds,
// so it takes nothing but a domain name that people would recognise as such:
// no port, no path, no name and password, no IP address.
func readHome(typed, ownHost string) (home, error) {
	rest, isAddress := webHost(typed)
	if !isAddress {
		rest = strings.TrimPrefix(strings.TrimPrefix(typed, "acct:"), "@")
	}
	rest = strings.TrimSuffix(rest, "/")
	name, server, isAccount := strings.Cut(rest, "@")
	if isAddress || !isAccount {
		name, server = "", rest
	}
	_, notNumbers := netip.ParseAddr(strings.Trim(server, "[]"))
	switch {
	case server == "":
		return home{}, typedNothing
	case notNumbers == nil:
		return home{}, typedNumbers
	case strings.ContainsAny(rest, "/?#\\") || strings.ContainsAny(server, ":@"):
		return home{}, typedTooMuch
	case isAccount && !accountName.MatchString(name):
		return home{}, typedOddly
	}
	host, err := idna.Lookup.ToASCII(server)
	switch {
	case err != nil || len(host) > 253 || !domainName.MatchString(host):
		return home{}, typedOddly
	case host == ownHost:
		return home{}, typedUs
	}
	return home{Name: name, Host: host}, nil
}

// webHost is what follows https:// or http://.
func webHost(typed string) (host string, ok bool) {
	for _, scheme := range []string{"https://", "http://"} {
		if len(typed) >= len(scheme) && strings.EqualFold(typed[:len(scheme)], scheme) {
			return typed[len(scheme):], true
		}
	}
	return "", false
}
