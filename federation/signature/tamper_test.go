package signature

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// signedAs makes a request and signs a text chosen freely, as an attacker can
// with a key of his own.
func signedAs(t *testing.T, method string, headers []string, body, algorithm, more string) *http.Request {
	t.Helper()
	r := newRequest(t, method, "https://coop.example/inbox", body)
	r.Host = "coop.example"
	r.Header.Set("Date", moment.Format(http.TimeFormat))
	if body != "" {
		r.Header.Set("Digest", digestOf([]byte(body)))
	}
	c := cavage{headers: headers, created: "1788256800", expires: "1788257100"}
	text, err := c.base(r, target(r))
	if err != nil {
		t.Fatal(err)
	}
	signature, err := testKey().sign(text)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Signature", fmt.Sprintf(`keyId="%s",%sheaders="%s",%ssignature="%s"`,
		keyID, algorithm, strings.Join(headers, " "), more, base64.StdEncoding.EncodeToString(signature)))
	return r
}

// messageAs does the same with RFC 9421.
func messageAs(t *testing.T, method string, components []string, body, parameters string) *http.Request {
	t.Helper()
	r := newRequest(t, method, "https://coop.example/inbox?a=b", body)
	r.Host = "coop.example"
	if body != "" {
		r.Header.Set("Content-Digest", contentDigestOf([]byte(body)))
	}
	list := "()"
	if len(components) > 0 {
		list = `("` + strings.Join(components, `" "`) + `")`
	}
	m := message{components: components, parameters: list + parameters}
	text, err := m.base(r, "https")
	if err != nil {
		t.Fatal(err)
	}
	signature, err := testKey().sign(text)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Signature-Input", "sig1="+m.parameters)
	r.Header.Set("Signature", "sig1=:"+base64.StdEncoding.EncodeToString(signature)+":")
	return r
}

func without(all []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == name })
}

func TestWhatIsLeftOutOfTheSignature(t *testing.T) {
	const rsa256, hs = `algorithm="rsa-sha256",`, `algorithm="hs2019",`
	const created = `created=1788256800,`
	post := []string{"(request-target)", "host", "date", "digest"}
	get := []string{"(request-target)", "host", "date"}
	for _, name := range post {
		if _, err := Read(signedAs(t, "POST", without(post, name), followBody, rsa256, ""), []byte(followBody), moment); !errors.Is(err, ErrCoverage) {
			t.Errorf("POST without %s: %v", name, err)
		}
	}
	for _, name := range get {
		if _, err := Read(signedAs(t, "GET", without(get, name), "", rsa256, ""), nil, moment); !errors.Is(err, ErrCoverage) {
			t.Errorf("GET without %s: %v", name, err)
		}
	}
	cases := map[string]struct {
		r    *http.Request
		body string
		want error
	}{
		"everything, POST":                {signedAs(t, "POST", post, followBody, rsa256, ""), followBody, nil},
		"everything, GET":                 {signedAs(t, "GET", get, "", rsa256, ""), "", nil},
		"only the date":                   {signedAs(t, "POST", []string{"date"}, followBody, rsa256, ""), followBody, ErrCoverage},
		"nothing named":                   {signedAs(t, "POST", nil, followBody, rsa256, ""), followBody, ErrCoverage},
		"GET with a body unsigned":        {signedAs(t, "GET", get, followBody, rsa256, ""), followBody, ErrCoverage},
		"DELETE without digest":           {signedAs(t, "DELETE", get, "", rsa256, ""), "", ErrCoverage},
		"(created) for date":              {signedAs(t, "GET", []string{"(request-target)", "host", "(created)"}, "", hs, created), "", nil},
		"(created) without algorithm":     {signedAs(t, "GET", []string{"(request-target)", "host", "(created)"}, "", "", created), "", nil},
		"(created) with rsa-sha256":       {signedAs(t, "GET", []string{"(request-target)", "host", "(created)"}, "", rsa256, created), "", ErrMalformed},
		"(created) that is not said":      {signedAs(t, "GET", []string{"(request-target)", "host", "(created)"}, "", hs, ""), "", ErrMalformed},
		"(created) that is no number":     {signedAs(t, "GET", []string{"(request-target)", "host", "(created)"}, "", hs, "created=now,"), "", ErrMalformed},
		"(expires) that is not said":      {signedAs(t, "GET", []string{"(request-target)", "host", "date", "(expires)"}, "", hs, ""), "", ErrMalformed},
		"a header twice":                  {signedAs(t, "GET", []string{"(request-target)", "host", "date", "date"}, "", rsa256, ""), "", ErrMalformed},
		"an algorithm of shared secrets":  {signedAs(t, "GET", get, "", `algorithm="hmac-sha256",`, ""), "", ErrMalformed},
		"SHA-1":                           {signedAs(t, "GET", get, "", `algorithm="rsa-sha1",`, ""), "", ErrMalformed},
		"an algorithm of another hash":    {signedAs(t, "GET", get, "", `algorithm="rsa-sha512",`, ""), "", ErrSignature},
		"an algorithm of another key":     {signedAs(t, "GET", get, "", `algorithm="ed25519",`, ""), "", ErrSignature},
		"expired":                         {signedAs(t, "GET", get, "", hs, "expires=1788256000,"), "", ErrStale},
		"expires that is no number":       {signedAs(t, "GET", get, "", hs, "expires=never,"), "", ErrMalformed},
		"created of now but an old date":  {withDate(signedAs(t, "GET", []string{"(request-target)", "host", "date", "(created)"}, "", hs, created), moment.Add(-2*time.Hour)), "", ErrStale},
		"date of now but an old created":  {signedAs(t, "GET", []string{"(request-target)", "host", "date", "(created)"}, "", hs, "created=1788200000,"), "", ErrStale},
		"Date of no form":                 {with(signedAs(t, "GET", get, "", rsa256, ""), "Date", "yesterday"), "", ErrMalformed},
		"Date twice":                      {add(signedAs(t, "GET", get, "", rsa256, ""), "Date", moment.Format(http.TimeFormat)), "", ErrMalformed},
		"a header that is not there":      {drop(signedAs(t, "POST", post, followBody, rsa256, ""), "Digest"), followBody, ErrMalformed},
		"a pseudo header nobody knows":    {with(signedAs(t, "GET", get, "", rsa256, ""), "Signature", `keyId="a",headers="(request-target) host date (else)",signature="aaaa"`), "", ErrMalformed},
		"an empty digest on a GET":        {with(signedAs(t, "GET", get, "", rsa256, ""), "Digest", "SHA-256=AAAA"), "", nil},
		"a wrong signed digest on a GET":  {with(signedAs(t, "POST", post, followBody, rsa256, ""), "Digest", digestOf([]byte("x"))), followBody, ErrDigest},
		"two digests, both right":         {with(signedAs(t, "POST", post, followBody, rsa256, ""), "Digest", "unixsum=30637,"+digestOf([]byte(followBody))), followBody, ErrSignature},
		"two digests, one wrong":          {with(signedAs(t, "POST", post, followBody, rsa256, ""), "Digest", digestOf([]byte(followBody))+","+digestOf(nil)), followBody, ErrDigest},
		"two Digest headers, one wrong":   {add(signedAs(t, "POST", post, followBody, rsa256, ""), "Digest", digestOf(nil)), followBody, ErrDigest},
		"only digests that nobody knows":  {with(signedAs(t, "POST", post, followBody, rsa256, ""), "Digest", "md5=AAAA"), followBody, ErrDigest},
		"a digest that is not base64":     {with(signedAs(t, "POST", post, followBody, rsa256, ""), "Digest", "SHA-256=%%%"), followBody, ErrDigest},
		"a digest and more":               {with(signedAs(t, "POST", post, followBody, rsa256, ""), "Digest", digestOf([]byte(followBody))+"!"), followBody, ErrDigest},
		"a digest cut short":              {with(signedAs(t, "POST", post, followBody, rsa256, ""), "Digest", digestOf([]byte(followBody))[:16]), followBody, ErrDigest},
		"forged body, digest as signed":   {signedAs(t, "POST", post, followBody, rsa256, ""), followBody + " ", ErrDigest},
		"forged body and digest":          {with(signedAs(t, "POST", post, followBody, rsa256, ""), "Digest", digestOf([]byte("{}"))), "{}", ErrSignature},
		"forged body and digest unsigned": {with(signedAs(t, "POST", get, followBody, rsa256, ""), "Digest", digestOf([]byte("{}"))), "{}", ErrCoverage},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if err := verified(c.r, []byte(c.body), testKey()); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func with(r *http.Request, name, value string) *http.Request { r.Header.Set(name, value); return r }
func add(r *http.Request, name, value string) *http.Request  { r.Header.Add(name, value); return r }
func drop(r *http.Request, name string) *http.Request        { r.Header.Del(name); return r }
func withDate(r *http.Request, at time.Time) *http.Request {
	return with(r, "Date", at.Format(http.TimeFormat))
}

func TestWhatIsLeftOutOfTheMessageSignature(t *testing.T) {
	const all = `;created=1788256800;keyid="k";alg="rsa-v1_5-sha256"`
	post := []string{"@method", "@target-uri", "content-digest"}
	for _, name := range post {
		if _, err := Read(messageAs(t, "POST", without(post, name), followBody, all), []byte(followBody), moment); !errors.Is(err, ErrCoverage) {
			t.Errorf("POST without %s: %v", name, err)
		}
	}
	cases := map[string]struct {
		r    *http.Request
		body string
		want error
	}{
		"everything, POST":              {messageAs(t, "POST", post, followBody, all), followBody, nil},
		"everything, GET":               {messageAs(t, "GET", post[:2], "", all), "", nil},
		"nothing":                       {messageAs(t, "GET", nil, "", all), "", ErrCoverage},
		"parts":                         {messageAs(t, "GET", []string{"@method", "@authority", "@path", "@query"}, "", all), "", nil},
		"parts with host and scheme":    {messageAs(t, "GET", []string{"@method", "@scheme", "host", "@request-target"}, "", all), "", nil},
		"parts without query":           {messageAs(t, "GET", []string{"@method", "@authority", "@path"}, "", all), "", ErrCoverage},
		"parts without host":            {messageAs(t, "GET", []string{"@method", "@path", "@query"}, "", all), "", ErrCoverage},
		"GET with a body unsigned":      {messageAs(t, "GET", post[:2], followBody, all), followBody, ErrCoverage},
		"no created":                    {messageAs(t, "GET", post[:2], "", `;keyid="k"`), "", ErrCoverage},
		"created of yesterday":          {messageAs(t, "GET", post[:2], "", `;created=1788170400;keyid="k"`), "", ErrStale},
		"created of tomorrow":           {messageAs(t, "GET", post[:2], "", `;created=1788343200;keyid="k"`), "", ErrStale},
		"created is text":               {messageAs(t, "GET", post[:2], "", `;created="1788256800";keyid="k"`), "", ErrMalformed},
		"created is negative":           {messageAs(t, "GET", post[:2], "", `;created=-1;keyid="k"`), "", ErrMalformed},
		"expired":                       {messageAs(t, "GET", post[:2], "", all+`;expires=1788256000`), "", ErrStale},
		"not yet expired":               {messageAs(t, "GET", post[:2], "", all+`;expires=1788257100;nonce="n";tag="t"`), "", nil},
		"no keyid":                      {messageAs(t, "GET", post[:2], "", `;created=1788256800`), "", ErrMalformed},
		"keyid is no text":              {messageAs(t, "GET", post[:2], "", `;created=1788256800;keyid=1`), "", ErrMalformed},
		"alg of a shared secret":        {messageAs(t, "GET", post[:2], "", `;created=1788256800;keyid="k";alg="hmac-sha256"`), "", ErrMalformed},
		"alg of another key":            {messageAs(t, "GET", post[:2], "", `;created=1788256800;keyid="k";alg="ed25519"`), "", ErrSignature},
		"a component twice":             {messageAs(t, "GET", []string{"@method", "@target-uri", "@method"}, "", all), "", ErrMalformed},
		"wrong content-digest":          {with(messageAs(t, "POST", post, followBody, all), "Content-Digest", contentDigestOf(nil)), followBody, ErrDigest},
		"content-digest nobody knows":   {with(messageAs(t, "POST", post, followBody, all), "Content-Digest", "md5=:AAAA:"), followBody, ErrDigest},
		"content-digest of no form":     {with(messageAs(t, "POST", post, followBody, all), "Content-Digest", "sha-256=AAAA"), followBody, ErrDigest},
		"content-digest is a list":      {with(messageAs(t, "POST", post, followBody, all), "Content-Digest", "sha-256=(1 2)"), followBody, ErrDigest},
		"a right and a wrong digest":    {add(messageAs(t, "POST", post, followBody, all), "Content-Digest", "sha-512=:AAAA:"), followBody, ErrDigest},
		"no content-digest header":      {drop(messageAs(t, "POST", post, followBody, all), "Content-Digest"), followBody, ErrMalformed},
		"forged body":                   {messageAs(t, "POST", post, followBody, all), followBody + " ", ErrDigest},
		"forged body and digest":        {with(messageAs(t, "POST", post, followBody, all), "Content-Digest", contentDigestOf([]byte("{}"))), "{}", ErrSignature},
		"label of another":              {with(messageAs(t, "GET", post[:2], "", all), "Signature", "sig2=:AAAA:"), "", ErrMalformed},
		"no signature for the input":    {drop(messageAs(t, "GET", post[:2], "", all), "Signature"), "", ErrMalformed},
		"two signatures":                {with(with(messageAs(t, "GET", post[:2], "", all), "Signature", "a=:AAAA:, b=:AAAA:"), "Signature-Input", `a=("@method");created=1;keyid="k", b=("@method");created=1;keyid="k"`), "", ErrMalformed},
		"a cavage signature besides":    {add(messageAs(t, "GET", post[:2], "", all), "Signature", `keyId="a"`), "", ErrMalformed},
		"an Authorization besides":      {add(messageAs(t, "GET", post[:2], "", all), "Authorization", `Signature keyId="a"`), "", ErrMalformed},
		"signature is text":             {with(messageAs(t, "GET", post[:2], "", all), "Signature", `sig1="AAAA"`), "", ErrMalformed},
		"input is no list":              {with(messageAs(t, "GET", post[:2], "", all), "Signature-Input", `sig1=1`), "", ErrMalformed},
		"input is no dictionary":        {with(messageAs(t, "GET", post[:2], "", all), "Signature-Input", `((`), "", ErrMalformed},
		"input too long":                {with(messageAs(t, "GET", post[:2], "", all), "Signature-Input", `sig1=("`+strings.Repeat("a", maxHeader)+`")`), "", ErrMalformed},
		"component with a parameter":    {with(messageAs(t, "GET", post[:2], "", all), "Signature-Input", `sig1=("@method" "@target-uri" "host";sf)`+all), "", ErrMalformed},
		"component in upper case":       {with(withDate(messageAs(t, "GET", post[:2], "", all), moment), "Signature-Input", `sig1=("@method" "@target-uri" "Date")`+all), "", ErrMalformed},
		"component nobody knows":        {with(messageAs(t, "GET", post[:2], "", all), "Signature-Input", `sig1=("@method" "@target-uri" "@status")`+all), "", ErrMalformed},
		"component is a number":         {with(messageAs(t, "GET", post[:2], "", all), "Signature-Input", `sig1=("@method" "@target-uri" 1)`+all), "", ErrMalformed},
		"parameters in another order":   {with(messageAs(t, "GET", post[:2], "", all), "Signature-Input", `sig1=("@method" "@target-uri");keyid="k";created=1788256800;alg="rsa-v1_5-sha256"`), "", ErrSignature},
		"components in another order":   {with(messageAs(t, "GET", post[:2], "", all), "Signature-Input", `sig1=("@target-uri" "@method")`+all), "", ErrSignature},
		"spaces that change no meaning": {with(messageAs(t, "GET", post[:2], "", all), "Signature-Input", `sig1=(  "@method"   "@target-uri" ); created=1788256800; keyid="k"; alg="rsa-v1_5-sha256"`), "", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if err := verified(c.r, []byte(c.body), testKey()); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// Whatever is changed on the way, the request is refused.
func TestEveryTampering(t *testing.T) {
	tamperings := map[string]func(r *http.Request, body *[]byte){
		"method":                func(r *http.Request, _ *[]byte) { r.Method = "PUT" },
		"path":                  func(r *http.Request, _ *[]byte) { r.URL.Path = "/other" },
		"query":                 func(r *http.Request, _ *[]byte) { r.URL.RawQuery = "a=c" },
		"host":                  func(r *http.Request, _ *[]byte) { r.Host = "other.example" },
		"port":                  func(r *http.Request, _ *[]byte) { r.Host = "coop.example:8443" },
		"a byte of the body":    func(_ *http.Request, body *[]byte) { (*body)[3] ^= 1 },
		"the body cut":          func(_ *http.Request, body *[]byte) { *body = (*body)[:len(*body)-1] },
		"the body gone":         func(_ *http.Request, body *[]byte) { *body = nil },
		"the body longer":       func(_ *http.Request, body *[]byte) { *body = append(*body, '\n') },
		"no signature":          func(r *http.Request, _ *[]byte) { r.Header.Del("Signature") },
		"the signature twice":   func(r *http.Request, _ *[]byte) { r.Header.Add("Signature", r.Header.Get("Signature")) },
		"the signature changed": func(r *http.Request, _ *[]byte) { flip(r, "Signature") },
	}
	for scheme, sign := range schemes {
		fresh := func() (*http.Request, []byte) {
			r := newRequest(t, "POST", "https://coop.example/inbox?a=b", followBody)
			if err := sign(r, []byte(followBody), testKey(), moment); err != nil {
				t.Fatal(err)
			}
			return r, []byte(followBody)
		}
		r, body := fresh()
		if err := verified(r, body, testKey()); err != nil {
			t.Fatalf("%s, untouched: %v", scheme, err)
		}
		for name := range r.Header {
			for change, do := range map[string]func(*http.Request){
				"changed": func(r *http.Request) { flip(r, name) },
				"dropped": func(r *http.Request) { r.Header.Del(name) },
				"doubled": func(r *http.Request) { r.Header.Add(name, r.Header.Get(name)) },
			} {
				r, body := fresh()
				do(r)
				err := verified(r, body, testKey())
				if err == nil {
					t.Errorf("%s: %s %s: verified", scheme, name, change)
				}
			}
		}
		for name, tamper := range tamperings {
			r, body := fresh()
			tamper(r, &body)
			err := verified(r, body, testKey())
			if err == nil {
				t.Errorf("%s: %s: verified", scheme, name)
			}
		}
	}
}

// flip changes one letter or digit in the middle of a header.
func flip(r *http.Request, name string) {
	value := []byte(r.Header.Get(name))
	i := len(value) / 2
	for !('0' <= value[i] && value[i] <= '8' || 'a' <= value[i] && value[i] <= 'y') {
		i++
	}
	value[i]++
	r.Header.Set(name, string(value))
}

func TestSignaturesThatCannotBeRead(t *testing.T) {
	const rest = `headers="(request-target) host date",signature="AAAA"`
	for name, header := range map[string]string{
		"empty":             ``,
		"no keyId":          `algorithm="rsa-sha256",` + rest,
		"empty keyId":       `keyId="",` + rest,
		"keyId twice":       `keyId="a",keyId="b",` + rest,
		"headers twice":     `keyId="a",headers="date",` + rest,
		"no signature":      `keyId="a",headers="(request-target) host date"`,
		"empty signature":   `keyId="a",headers="(request-target) host date",signature=""`,
		"bad base64":        `keyId="a",headers="(request-target) host date",signature="!"`,
		"quote left open":   `keyId="a",` + rest[:len(rest)-1],
		"backslash":         `keyId="a\"b",` + rest,
		"no comma":          `keyId="a" ` + rest,
		"comma at the end":  `keyId="a",` + rest + `,`,
		"quote in a number": `keyId="a",created=1"2,` + rest,
		"just words":        `please let me in`,
		"too long":          `keyId="` + strings.Repeat("a", maxHeader) + `",` + rest,
	} {
		r := newRequest(t, "GET", "https://coop.example/", "")
		withDate(r, moment)
		r.Header.Set("Signature", header)
		if _, err := Read(r, nil, moment); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnsignedAndTooOftenSigned(t *testing.T) {
	r := newRequest(t, "GET", "https://coop.example/", "")
	if _, err := Read(r, nil, moment); !errors.Is(err, ErrUnsigned) {
		t.Errorf("nothing: %v", err)
	}
	r.Header.Set("Authorization", "Bearer signature")
	if _, err := Read(r, nil, moment); !errors.Is(err, ErrUnsigned) {
		t.Errorf("another kind of authorization: %v", err)
	}
	if err := Sign(r, nil, testKey(), moment); err != nil {
		t.Fatal(err)
	}
	if err := verified(r, nil, testKey()); err != nil {
		t.Errorf("with a Bearer besides: %v", err)
	}
	r.Header.Set("Authorization", "signature "+r.Header.Get("Signature"))
	if _, err := Read(r, nil, moment); !errors.Is(err, ErrMalformed) {
		t.Errorf("in both headers: %v", err)
	}
	r.Header.Del("Signature")
	if err := verified(r, nil, testKey()); err != nil {
		t.Errorf("in Authorization: %v", err)
	}
	r.Header.Add("Authorization", r.Header.Get("Authorization"))
	if _, err := Read(r, nil, moment); !errors.Is(err, ErrMalformed) {
		t.Errorf("twice in Authorization: %v", err)
	}
}

func TestTheWindow(t *testing.T) {
	for name, sign := range schemes {
		for late, want := range map[time.Duration]error{
			0:                       nil,
			MaxAge:                  nil,
			MaxAge + time.Second:    ErrStale,
			12 * time.Hour:          ErrStale,
			-MaxAhead:               nil,
			-MaxAhead - time.Second: ErrStale,
			-365 * 24 * time.Hour:   ErrStale,
		} {
			r := newRequest(t, "GET", "https://coop.example/", "")
			if err := sign(r, nil, testKey(), moment); err != nil {
				t.Fatal(err)
			}
			if _, err := Read(r, nil, moment.Add(late)); !errors.Is(err, want) {
				t.Errorf("%s, %s late: %v, want %v", name, late, err, want)
			}
		}
	}
}

// Errors of the cryptography are a no.
func TestKeysThatCannotVerify(t *testing.T) {
	r := newRequest(t, "GET", "https://coop.example/", "")
	if err := Sign(r, nil, testKey(), moment); err != nil {
		t.Fatal(err)
	}
	claim, err := Read(r, nil, moment)
	if err != nil {
		t.Fatal(err)
	}
	small, _ := rsa.GenerateKey(rand.Reader, 1024)
	edwards, _, _ := ed25519.GenerateKey(rand.Reader)
	n := testKey().Private.N
	for name, c := range map[string]struct {
		key  any
		want error
	}{
		"nil":                    {nil, ErrKey},
		"nil RSA":                {(*rsa.PublicKey)(nil), ErrKey},
		"RSA of nothing":         {&rsa.PublicKey{}, ErrKey},
		"RSA of 1024 bits":       {&small.PublicKey, ErrKey},
		"RSA of 16384 bits":      {&rsa.PublicKey{N: new(big.Int).Lsh(n, 16384-2048), E: 65537}, ErrKey},
		"RSA with even modulus":  {&rsa.PublicKey{N: new(big.Int).Add(n, big.NewInt(1)), E: 65537}, ErrSignature},
		"RSA with exponent 1":    {&rsa.PublicKey{N: n, E: 1}, ErrSignature},
		"RSA with exponent 0":    {&rsa.PublicKey{N: n, E: 0}, ErrSignature},
		"Ed25519 cut short":      {edwards[:31], ErrKey},
		"Ed25519 for RSA":        {edwards, ErrSignature},
		"a private key":          {testKey().Private, ErrKey},
		"text":                   {"key", ErrKey},
		"the RSA key of another": {&otherKey().PublicKey, ErrSignature},
		"the right one":          {&testKey().Private.PublicKey, nil},
	} {
		if err := claim.Verify(c.key); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
