package proof

import (
	"crypto/ed25519"
	"os"
	"strings"
	"testing"
)

// Nothing that a stranger sends may stop the program, and nothing made up may
// verify.
func FuzzRead(f *testing.F) {
	fedify, err := os.ReadFile("testdata/fedify-create.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(fedify)
	f.Add([]byte(signed(f, follow)))
	f.Add([]byte(withProof(f, signed(f, follow), "["+proofIn(f, signed(f, follow))+`,{"type":"Other"},null]`)))
	f.Add([]byte(edited(f, signed(f, follow), `"created":`, `"expires":"2026-09-01T10:00:00+01:00","created":`)))
	f.Add([]byte(forged(f, follow, map[string]any{"@context": nil})))
	f.Add([]byte(`{"proof":[[{}]],"signature":{},"n":-0.0e-9,"s":"\ud83d\ude00\u0000"}`))
	key := otherKey().Private.Public().(ed25519.PublicKey)
	f.Fuzz(func(t *testing.T, document []byte) {
		claims, err := Read(document, moment)
		if err != nil && len(claims) > 0 {
			t.Error("claims and an error")
		}
		for _, claim := range claims {
			if claim.Method == "" {
				t.Error("a claim of nobody")
			}
			if claim.Verify(key) == nil {
				t.Error("verified with a key that signed nothing")
			}
		}
	})
}

// FuzzSign: what was signed verifies, and is signed in the same way again.
func FuzzSign(f *testing.F) {
	for _, document := range []string{
		follow,
		`{"@context":["x",{"a":"b"}],"é😀":-0,"\ufb33":1e21,"\u20ac":"\u2028<&>","n":[1.50,0.000001,1e-7,9007199254740993]}`,
		`{"@context":"https://w3id.org/security/data-integrity/v2","a":{"@context":[],"proof":{},"signature":{}}}`,
	} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		text, err := Sign(document, testKey(), moment)
		if err != nil {
			return
		}
		if err := verified(string(text), testKey()); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
		again, err := Sign(document, testKey(), moment)
		if err != nil || string(again) != string(text) {
			t.Errorf("signed otherwise the second time: %v\n%s\n%s", err, text, again)
		}
	})
}

// FuzzParseMultikey: a key has one way of being written.
func FuzzParseMultikey(f *testing.F) {
	f.Add(vectorPublic)
	f.Add(vectorSecret)
	f.Add("z1" + strings.Repeat("z", 40))
	f.Add("🚀")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := ParseMultikey(text)
		if err == nil && Multikey(key) != text {
			t.Errorf("%q and %q are the same key", text, Multikey(key))
		}
	})
}
