package website

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"coopverse/federation/fetch"

	"code.dny.dev/ssrf"
)

func (v *visit) see(format string, arguments ...any) {
	v.seen = append(v.seen, fmt.Sprintf(format, arguments...))
}

// fail notes why nothing was read at an address. What the network said is not
// repeated: it has addresses of our own network in it, such as that of the name
// server, or where a name within it leads.
func (v *visit) fail(address *url.URL, err error) {
	var failed *fetch.Error
	if !errors.As(err, &failed) {
		failed = &fetch.Error{Kind: fetch.ErrTemporary, Err: err}
	}
	// Asking for a password is no sign that the website is down.
	v.reached = v.reached || !errors.Is(failed, fetch.ErrTemporary) || failed.Status == http.StatusUnauthorized
	v.unread = v.unread || errors.Is(failed, fetch.ErrTemporary) || errors.Is(failed, fetch.ErrFinal)
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var network net.Error
	switch {
	case failed.Status != 0:
		v.see("%s answers %d", address, failed.Status)
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrInvalidHostPort):
		v.see("%s leads to a place that is not on the public internet, and was not asked", address)
	case errors.Is(failed, fetch.ErrRefused):
		v.see("%s was not read: %.200s", address, fmt.Sprint(failed.Err))
	case errors.As(err, &name) && name.IsNotFound:
		v.see("%s has a name that leads nowhere", address)
	case errors.As(err, &certificate):
		v.see("%s has a certificate that is not valid", address)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		v.see("%s did not answer in time", address)
	default:
		v.see("%s could not be reached", address)
	}
}
