package fetch

import (
	"net"
	"net/netip"
	"time"

	"code.dny.dev/ssrf"
)

// guardedDialer connects to addresses of the public internet and of the allowed
// prefixes, and to no others: neither this machine nor the network around it,
// nor any of the ranges that IANA keeps for special purposes, nor an IPv4
// address hidden in an IPv6 one (mapped, NAT64, 6to4, Teredo).
//
// It looks at the address at the moment of connecting, when the name has been
// resolved: a name that is looked up for a check and looked up again for the
// connection can answer differently.
func guardedDialer(allow []netip.Prefix, patience time.Duration) *net.Dialer {
	var allow4, allow6 []netip.Prefix
	for _, prefix := range allow {
		if prefix.Addr().Is4() {
			allow4 = append(allow4, prefix)
		} else {
			allow6 = append(allow6, prefix)
		}
	}
	guard := ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(allow4...), ssrf.WithAllowedV6Prefixes(allow6...))
	return &net.Dialer{Timeout: patience, Control: guard.Safe}
}
