package signature

import (
	"fmt"
	"net/http"
	"strings"
)

// target returns the path and query of a request exactly as they were sent, or
// will be.
func target(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// host returns the Host header, which Go keeps apart from the others.
func host(r *http.Request) string {
	if r.Host != "" {
		return r.Host
	}
	return r.URL.Host
}

// field returns a header as both schemes sign it: several lines of the same
// name are joined by a comma and a space, without space around any of them
// (draft-cavage-http-signatures-12, section 2.3; RFC 9421, section 2.1).
func field(r *http.Request, name string) (string, error) {
	if name == "host" {
		return host(r), nil
	}
	values := r.Header.Values(name)
	if len(values) == 0 {
		return "", fmt.Errorf("%w: it covers %q, which the request lacks", ErrMalformed, name)
	}
	trimmed := make([]string, len(values))
	for i, value := range values {
		trimmed[i] = strings.Trim(value, " \t")
	}
	return strings.Join(trimmed, ", "), nil
}

// prepare sets the host that will be sent and refuses what Go would change on
// the way out or a peer could misread, so that what is signed is what is sent.
func prepare(r *http.Request, key *Key) error {
	r.Host = host(r)
	switch {
	case r.Host == "":
		return fmt.Errorf("cannot sign a request without a host")
	case !plainText(r.Host):
		return fmt.Errorf("cannot sign for host %q", r.Host)
	case key.ID == "" || !plainText(key.ID):
		return fmt.Errorf("cannot sign as key %q", key.ID)
	}
	for _, name := range []string{"Digest", "Content-Digest", "Signature", "Signature-Input"} {
		r.Header.Del(name) // of an earlier attempt
	}
	return nil
}

// plainText reports whether s can stand between quotes in a header as it is.
func plainText(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
