package signature

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"
)

// SignRFC9421 signs a request as RFC 9421 has it, with “rsa-v1_5-sha256”, the
// one algorithm that Mastodon verifies. It covers @method and @target-uri, and
// for all but GET and HEAD the content-digest; it sets the headers
// Content-Digest, Signature-Input and Signature and the request's Host, and
// removes what an earlier signing left. Send it only to who refused the older
// scheme with 400 or 401: some servers answer 202 to what they cannot read.
func SignRFC9421(r *http.Request, body []byte, key *Key, at time.Time) error {
	if err := prepare(r, key); err != nil {
		return err
	}
	components := []string{"@method", "@target-uri"}
	if needsDigest(r.Method, body) {
		r.Header.Set("Content-Digest", contentDigestOf(body))
		components = append(components, "content-digest")
	}
	m := message{
		components: components,
		parameters: fmt.Sprintf(`("%s");created=%d;keyid="%s";alg="rsa-v1_5-sha256"`,
			strings.Join(components, `" "`), at.Unix(), key.ID),
	}
	text, err := m.base(r, r.URL.Scheme)
	if err != nil {
		return err
	}
	signature, err := key.sign(text)
	if err != nil {
		return err
	}
	r.Header.Set("Signature-Input", "sig1="+m.parameters)
	r.Header.Set("Signature", "sig1=:"+base64.StdEncoding.EncodeToString(signature)+":")
	return nil
}

// message is a Signature-Input and its Signature, taken apart
// (RFC 9421, sections 4.1 and 4.2).
type message struct {
	keyID      string
	algorithm  string
	components []string // what is covered, in the order of signing
	signature  []byte
	created    time.Time // zero if not said
	expires    time.Time // zero if never
	parameters string    // the value of @signature-params
}

// readRFC9421 is Read for the newer scheme.
func readRFC9421(r *http.Request, body []byte, now time.Time) (*Claim, error) {
	m, err := parseRFC9421(r)
	if err != nil {
		return nil, err
	}
	if err := m.checkCoverage(r, body); err != nil {
		return nil, err
	}
	if err := checkTime(m.created, m.expires, now); err != nil {
		return nil, err
	}
	if m.covers("content-digest") {
		digest, err := field(r, "content-digest")
		if err != nil {
			return nil, err
		}
		if err := checkContentDigest(digest, body); err != nil {
			return nil, err
		}
	}
	return m.claim(r)
}

// claim works out the texts that may have been signed. Behind a proxy we cannot
// see whether the sender wrote https or, as in a trial on one machine, http, so
// both are tried. The query is never left out, as it is with the older scheme:
// nobody has made that mistake with the newer one.
func (m *message) claim(r *http.Request) (*Claim, error) {
	claim := &Claim{KeyID: m.keyID, At: m.created, signature: m.signature,
		algorithms: rfc9421Algorithms[m.algorithm]}
	for _, scheme := range []string{"https", "http"} {
		base, err := m.base(r, scheme)
		if err != nil {
			return nil, err
		}
		if len(claim.bases) == 0 || r.TLS == nil && !bytes.Equal(base, claim.bases[0]) {
			claim.bases = append(claim.bases, base)
		}
	}
	return claim, nil
}

// parseRFC9421 reads the two headers, which are dictionaries of structured
// fields (RFC 8941). They may hold several signatures; we take one alone, as
// Mastodon does.
func parseRFC9421(r *http.Request) (*message, error) {
	label, input, err := onlyMember(r, "Signature-Input")
	if err != nil {
		return nil, err
	}
	signed, signature, err := onlyMember(r, "Signature")
	if err != nil {
		return nil, err
	}
	list, ok := input.(httpsfv.InnerList)
	if !ok || label != signed {
		return nil, fmt.Errorf("%w: signature-input and signature do not belong together", ErrMalformed)
	}
	m := &message{}
	item, _ := signature.(httpsfv.Item)
	if m.signature, ok = item.Value.([]byte); !ok {
		return nil, fmt.Errorf("%w: signature is no bytes", ErrMalformed)
	}
	if m.parameters, err = httpsfv.Marshal(list); err != nil {
		return nil, fmt.Errorf("%w: signature-input: %w", ErrMalformed, err)
	}
	if err := m.readComponents(list.Items); err != nil {
		return nil, err
	}
	return m, m.readParameters(list.Params)
}

// onlyMember returns the label and value of a dictionary with one member.
func onlyMember(r *http.Request, header string) (string, httpsfv.Member, error) {
	values := r.Header.Values(header)
	if len(values) != 1 || len(values[0]) > maxHeader {
		return "", nil, fmt.Errorf("%w: %s is not one short line", ErrMalformed, header)
	}
	dictionary, err := httpsfv.UnmarshalDictionary(values)
	if err != nil {
		return "", nil, fmt.Errorf("%w: %s: %w", ErrMalformed, header, err)
	}
	names := dictionary.Names()
	if len(names) != 1 {
		return "", nil, fmt.Errorf("%w: %d signatures in %s", ErrMalformed, len(names), header)
	}
	member, _ := dictionary.Get(names[0])
	return names[0], member, nil
}

// readComponents reads what is covered. Parameters of a component (“;sf”,
// “;req” and so on) change what is signed; nobody sends them, so they are
// refused and not half understood.
func (m *message) readComponents(items []httpsfv.Item) error {
	for _, item := range items {
		name, ok := item.Value.(string)
		if !ok || name != strings.ToLower(name) || len(item.Params.Names()) > 0 {
			return fmt.Errorf("%w: component %v", ErrMalformed, item.Value)
		}
		if m.covers(name) {
			return fmt.Errorf("%w: it covers %q twice", ErrMalformed, name)
		}
		m.components = append(m.components, name)
	}
	return nil
}

// readParameters reads what is said about the signature (RFC 9421, section 2.3).
func (m *message) readParameters(parameters *httpsfv.Params) error {
	for _, name := range parameters.Names() {
		value, _ := parameters.Get(name)
		ok := true
		switch name {
		case "keyid":
			m.keyID, ok = value.(string)
		case "alg":
			m.algorithm, ok = value.(string)
		case "created":
			m.created, ok = seconds(value)
		case "expires":
			m.expires, ok = seconds(value)
		}
		if !ok {
			return fmt.Errorf("%w: parameter %s=%v", ErrMalformed, name, value)
		}
	}
	if m.keyID == "" {
		return fmt.Errorf("%w: no keyid", ErrMalformed)
	}
	if _, known := rfc9421Algorithms[m.algorithm]; !known {
		return fmt.Errorf("%w: alg %q", ErrMalformed, m.algorithm)
	}
	return nil
}

func seconds(value any) (time.Time, bool) {
	n, ok := value.(int64)
	return time.Unix(n, 0), ok && n >= 0
}

func (m *message) covers(name string) bool { return slices.Contains(m.components, name) }

// checkCoverage refuses signatures that would fit another request as well. The
// address is covered by @target-uri, or by its parts.
func (m *message) checkCoverage(r *http.Request, body []byte) error {
	_, _, query := strings.Cut(target(r), "?")
	hostCovered := m.covers("@authority") || m.covers("host")
	pathCovered := m.covers("@request-target") || m.covers("@path") && (!query || m.covers("@query"))
	switch {
	case m.created.IsZero():
		return fmt.Errorf("%w: created is not said", ErrCoverage)
	case !m.covers("@method"):
		return fmt.Errorf("%w: @method is not signed", ErrCoverage)
	case !m.covers("@target-uri") && (!hostCovered || !pathCovered):
		return fmt.Errorf("%w: @target-uri is not signed", ErrCoverage)
	case needsDigest(r.Method, body) && !m.covers("content-digest"):
		return fmt.Errorf("%w: content-digest is not signed", ErrCoverage)
	}
	return nil
}

// base returns the text that is signed (RFC 9421, section 2.5).
func (m *message) base(r *http.Request, scheme string) ([]byte, error) {
	var text strings.Builder
	for _, name := range m.components {
		value, err := component(r, scheme, name)
		if err != nil {
			return nil, err
		}
		text.WriteString(`"` + name + `": ` + value + "\n")
	}
	text.WriteString(`"@signature-params": ` + m.parameters)
	return []byte(text.String()), nil
}

// component returns the value of one thing that is covered (RFC 9421, sections
// 2.1 and 2.2). The scheme is that of the address, which only the sender knows.
func component(r *http.Request, scheme, name string) (string, error) {
	path, query, _ := strings.Cut(target(r), "?")
	switch name {
	case "@method":
		return r.Method, nil
	case "@target-uri":
		return scheme + "://" + authority(r, scheme) + target(r), nil
	case "@authority":
		return authority(r, scheme), nil
	case "@scheme":
		return scheme, nil
	case "@request-target":
		return target(r), nil
	case "@path":
		return path, nil
	case "@query":
		return "?" + query, nil
	}
	if strings.HasPrefix(name, "@") {
		return "", fmt.Errorf("%w: component %q", ErrMalformed, name)
	}
	return field(r, name)
}

// authority returns the host in lower case and without the scheme's own port
// (RFC 9421, section 2.2.3).
func authority(r *http.Request, scheme string) string {
	whole := strings.ToLower(host(r))
	bare, port, err := net.SplitHostPort(whole)
	if err != nil || port != map[string]string{"https": "443", "http": "80"}[scheme] {
		return whole
	}
	if strings.Contains(bare, ":") {
		return "[" + bare + "]"
	}
	return bare
}
