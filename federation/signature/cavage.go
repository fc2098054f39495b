package signature

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sign signs a request as everybody in the fediverse understands it
// (draft-cavage-http-signatures-12 with algorithm “rsa-sha256”). It covers
// (request-target), host and date, and for all but GET and HEAD the digest of
// the body; it sets the headers Date, Digest and Signature and the request's
// Host, and removes what an earlier signing left. Each attempt, and each hop of
// a redirect, needs a signature of its own. A Key may sign many requests at
// once.
func Sign(r *http.Request, body []byte, key *Key, at time.Time) error {
	if err := prepare(r, key); err != nil {
		return err
	}
	r.Header.Set("Date", at.UTC().Format(http.TimeFormat))
	headers := []string{"(request-target)", "host", "date"}
	if needsDigest(r.Method, body) {
		r.Header.Set("Digest", digestOf(body))
		headers = append(headers, "digest")
	}
	c := cavage{headers: headers}
	text, err := c.base(r, target(r))
	if err != nil {
		return err
	}
	signature, err := key.sign(text)
	if err != nil {
		return err
	}
	r.Header.Set("Signature", fmt.Sprintf(`keyId="%s",algorithm="rsa-sha256",headers="%s",signature="%s"`,
		key.ID, strings.Join(headers, " "), base64.StdEncoding.EncodeToString(signature)))
	return nil
}

// sign makes an RSA PKCS #1 v1.5 signature with SHA-256.
func (k *Key) sign(text []byte) ([]byte, error) {
	sum := sha256.Sum256(text)
	signature, err := rsa.SignPKCS1v15(nil, k.Private, crypto.SHA256, sum[:])
	if err != nil {
		return nil, fmt.Errorf("signing as %s: %w", k.ID, err)
	}
	return signature, nil
}

// cavage is a Signature header, taken apart
// (draft-cavage-http-signatures-12, section 2.1).
type cavage struct {
	keyID     string
	algorithm string
	headers   []string // what is covered, lower case, in the order of signing
	signature []byte
	created   string // seconds since 1970, as sent; empty if not sent
	expires   string
}

// readCavage is Read for the older scheme.
func readCavage(r *http.Request, header string, body []byte, now time.Time) (*Claim, error) {
	c, err := parseCavage(header)
	if err != nil {
		return nil, err
	}
	if err := c.checkCoverage(r.Method, body); err != nil {
		return nil, err
	}
	at, err := c.checkTime(r, now)
	if err != nil {
		return nil, err
	}
	if c.covers("digest") {
		digest, err := field(r, "digest")
		if err != nil {
			return nil, err
		}
		if err := checkDigest(digest, body); err != nil {
			return nil, err
		}
	}
	return c.claim(r, at)
}

// claim works out the texts that may have been signed. Some servers leave the
// query out of the address they sign, as Mastodon once did, so that is tried
// too.
func (c *cavage) claim(r *http.Request, at time.Time) (*Claim, error) {
	whole := target(r)
	base, err := c.base(r, whole)
	if err != nil {
		return nil, err
	}
	claim := &Claim{KeyID: c.keyID, At: at, signature: c.signature,
		algorithms: cavageAlgorithms[c.algorithm], bases: [][]byte{base}}
	if path, _, found := strings.Cut(whole, "?"); found {
		base, err := c.base(r, path)
		if err != nil {
			return nil, err
		}
		claim.bases = append(claim.bases, base)
	}
	return claim, nil
}

// parseCavage takes a Signature header apart: name="value" or name=number,
// between commas.
func parseCavage(header string) (*cavage, error) {
	parameters, err := parseParameters(header)
	if err != nil {
		return nil, err
	}
	c := &cavage{
		keyID:     parameters["keyId"],
		algorithm: strings.ToLower(parameters["algorithm"]),
		headers:   strings.Fields(strings.ToLower(parameters["headers"])),
		created:   parameters["created"],
		expires:   parameters["expires"],
	}
	if c.keyID == "" {
		return nil, fmt.Errorf("%w: no keyId", ErrMalformed)
	}
	if _, known := cavageAlgorithms[c.algorithm]; !known {
		return nil, fmt.Errorf("%w: algorithm %q", ErrMalformed, c.algorithm)
	}
	c.signature, err = base64.StdEncoding.DecodeString(parameters["signature"])
	if err != nil || len(c.signature) == 0 {
		return nil, fmt.Errorf("%w: signature is not base64", ErrMalformed)
	}
	for i, name := range c.headers {
		if slices.Contains(c.headers[:i], name) {
			return nil, fmt.Errorf("%w: it covers %q twice", ErrMalformed, name)
		}
	}
	return c, nil
}

// maxHeader is how long a signature header may be, in bytes. One by a key of
// 8192 bits has about 1,700.
const maxHeader = 8 << 10

// parseParameters reads the parameters of a Signature header. A parameter that
// comes twice is refused: of two readers, each might take another one.
func parseParameters(header string) (map[string]string, error) {
	if len(header) > maxHeader {
		return nil, fmt.Errorf("%w: %d bytes long", ErrMalformed, len(header))
	}
	parameters := map[string]string{}
	for rest, more := strings.TrimSpace(header), true; more; {
		name, after, found := strings.Cut(rest, "=")
		if !found {
			return nil, fmt.Errorf("%w: no value in %.40q", ErrMalformed, rest)
		}
		name = strings.TrimSpace(name)
		var value string
		if quoted, ok := strings.CutPrefix(after, `"`); ok {
			value, rest, found = strings.Cut(quoted, `"`)
			if !found || strings.Contains(value, `\`) {
				return nil, fmt.Errorf("%w: bad quotes in %s", ErrMalformed, name)
			}
			rest, more = strings.CutPrefix(strings.TrimSpace(rest), ",")
			if !more && rest != "" {
				return nil, fmt.Errorf("%w: no comma after %s", ErrMalformed, name)
			}
		} else {
			value, rest, more = strings.Cut(after, ",")
			value = strings.TrimSpace(value)
			if strings.ContainsAny(value, `" `) {
				return nil, fmt.Errorf("%w: bad quotes in %s", ErrMalformed, name)
			}
		}
		if _, twice := parameters[name]; twice {
			return nil, fmt.Errorf("%w: %s twice", ErrMalformed, name)
		}
		parameters[name] = value
	}
	return parameters, nil
}

func (c *cavage) covers(name string) bool { return slices.Contains(c.headers, name) }

// checkCoverage refuses signatures that would fit another request as well.
func (c *cavage) checkCoverage(method string, body []byte) error {
	for _, name := range []string{"(request-target)", "host"} {
		if !c.covers(name) {
			return fmt.Errorf("%w: %s is not signed", ErrCoverage, name)
		}
	}
	if !c.covers("date") && !c.covers("(created)") {
		return fmt.Errorf("%w: neither date nor (created) is signed", ErrCoverage)
	}
	if needsDigest(method, body) && !c.covers("digest") {
		return fmt.Errorf("%w: digest is not signed", ErrCoverage)
	}
	return nil
}

// checkTime returns when the request was signed: (created) where it is covered,
// else the date. If both are, both must be of now.
func (c *cavage) checkTime(r *http.Request, now time.Time) (at time.Time, err error) {
	var expires time.Time
	if c.expires != "" {
		if expires, err = parseSeconds(c.expires); err != nil {
			return at, err
		}
	}
	if c.covers("date") {
		date, err := field(r, "date")
		if err != nil {
			return at, err
		}
		if at, err = http.ParseTime(date); err != nil {
			return at, fmt.Errorf("%w: date %.40q", ErrMalformed, date)
		}
		if err := checkTime(at, expires, now); err != nil {
			return at, err
		}
	}
	if c.covers("(created)") {
		if at, err = parseSeconds(c.created); err != nil {
			return at, err
		}
		if err := checkTime(at, expires, now); err != nil {
			return at, err
		}
	}
	return at, nil
}

// parseSeconds reads a time in seconds since 1970.
func parseSeconds(s string) (time.Time, error) {
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return time.Time{}, fmt.Errorf("%w: time %.40q", ErrMalformed, s)
	}
	return time.Unix(seconds, 0), nil
}

// base returns the text that is signed (section 2.3 of the draft): a line for
// each thing covered.
func (c *cavage) base(r *http.Request, target string) ([]byte, error) {
	var text strings.Builder
	for i, name := range c.headers {
		if i > 0 {
			text.WriteByte('\n')
		}
		var value string
		var err error
		switch name {
		case "(request-target)":
			value = strings.ToLower(r.Method) + " " + target
		case "(created)":
			value, err = c.pseudo(name, c.created)
		case "(expires)":
			value, err = c.pseudo(name, c.expires)
		default:
			value, err = field(r, name)
		}
		if err != nil {
			return nil, err
		}
		text.WriteString(name)
		text.WriteString(": ")
		text.WriteString(value)
	}
	return []byte(text.String()), nil
}

// pseudo returns a time among what is covered. Only hs2019 has them
// (section 2.3, items 2 and 3).
func (c *cavage) pseudo(name, value string) (string, error) {
	if value == "" || strings.HasPrefix(c.algorithm, "rsa-") {
		return "", fmt.Errorf("%w: %s with algorithm %q and value %q", ErrMalformed, name, c.algorithm, value)
	}
	return value, nil
}
