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
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return home{}, typedNothing
	}
	server, isAddress := webHost(typed)
	name := ""
	if !isAddress {
		account := strings.TrimPrefix(strings.TrimPrefix(typed, "acct:"), "@")
		if who, host, ok := strings.Cut(account, "@"); ok {
			if !accountName.MatchString(who) {
				return home{}, typedOddly
			}
			name, server = who, host
		}
	}
	if _, err := netip.ParseAddr(strings.Trim(server, "[]")); err == nil {
		return home{}, typedNumbers
	}
	if strings.ContainsAny(server, "/?#:@\\") {
		return home{}, typedTooMuch
	}
	host, err := idna.Lookup.ToASCII(server)
	if err != nil || len(host) > 253 || !domainName.MatchString(host) {
		return home{}, typedOddly
	}
	if host == ownHost {
		return home{}, typedUs
	}
	return home{Name: name, Host: host}, nil
}

// webHost is what stands between https:// and a last slash. Without the
// https:// it is all of the text, and ok is false.
func webHost(typed string) (host string, ok bool) {
	for _, scheme := range []string{"https://", "http://"} {
		if len(typed) >= len(scheme) && strings.EqualFold(typed[:len(scheme)], scheme) {
			return strings.TrimSuffix(typed[len(scheme):], "/"), true
		}
	}
	return strings.TrimSuffix(typed, "/"), false
}
