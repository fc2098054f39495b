package signature

import (
	"net/http"
	"net/url"
	"testing"
)

// Nothing that a stranger sends may stop the program, and nothing made up may
// verify. Only the signed requests of the seeds do.
func FuzzRead(f *testing.F) {
	for _, sign := range schemes {
		for _, method := range []string{"GET", "POST"} {
			r := newRequest(f, method, "https://coop.example/inbox?a=b", "{}")
			if err := sign(r, []byte("{}"), testKey(), moment); err != nil {
				f.Fatal(err)
			}
			f.Add(method, "/inbox?a=b", r.Header.Get("Signature"), r.Header.Get("Signature-Input"), "",
				r.Header.Get("Digest"), r.Header.Get("Content-Digest"), "{}")
		}
	}
	f.Add("GET", "/", `keyId="a",algorithm="hs2019",created=1788256800,headers="(request-target) (created) host",signature="AAAA"`, "", "", "", "", "")
	f.Add("GET", "/", "", "", `Signature keyId="a",headers="date"`, "", "", "")
	f.Add("POST", "//", "a=:AAAA:", `a=("@method" "@path" "@query" "@authority" "x";sf);created=1;keyid="k"`, "", "a=b", "sha-512=:AA==:", "x")
	key := otherKey().PublicKey
	f.Fuzz(func(t *testing.T, method, target, signature, input, authorization, digest, contentDigest, body string) {
		r := &http.Request{Method: method, Host: "coop.example", RequestURI: target, URL: &url.URL{Path: target},
			Header: http.Header{"Date": {moment.Format(http.TimeFormat)}}}
		for name, value := range map[string]string{"Signature": signature, "Signature-Input": input,
			"Authorization": authorization, "Digest": digest, "Content-Digest": contentDigest} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		claim, err := Read(r, []byte(body), moment)
		if err != nil {
			return
		}
		if claim.KeyID == "" || claim.At.IsZero() {
			t.Errorf("a claim of nobody or never: %+v", claim)
		}
		if claim.Verify(&key) == nil {
			t.Error("verified with a key that signed nothing")
		}
	})
}

// FuzzParsePublicKey: a key that was read can be used.
func FuzzParsePublicKey(f *testing.F) {
	text, err := MarshalPublicKey(&testKey().Private.PublicKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(draftKey)
	f.Add("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := ParsePublicKey(text)
		if err != nil {
			return
		}
		claim := &Claim{signature: make([]byte, 256), algorithms: cavageAlgorithms[""], bases: [][]byte{{}}}
		if claim.Verify(key) == nil {
			t.Error("zeros verified")
		}
	})
}
