package proof

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const keyID = "https://coop.example/coops/acme#ed25519-key"

// moment is when the documents of these tests are signed.
var moment = time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC)

var testKey = sync.OnceValue(newKey)

var otherKey = sync.OnceValue(newKey)

func newKey() Key {
	private, err := GenerateKey()
	if err != nil {
		panic(err)
	}
	return Key{ID: keyID, Private: private}
}

const follow = `{"@context":"https://www.w3.org/ns/activitystreams","id":"https://coop.example/follows/1",` +
	`"type":"Follow","actor":"https://coop.example/coops/acme","object":"https://peer.example/users/ada"}`

func signed(t testing.TB, document string) string {
	t.Helper()
	text, err := Sign([]byte(document), testKey(), moment)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var errNoClaims = errors.New("no claims")

// verified checks all proofs of a document with one key.
func verified(document string, key Key) error {
	claims, err := Read([]byte(document), moment)
	if err != nil {
		return err
	}
	if len(claims) == 0 {
		return errNoClaims
	}
	for _, claim := range claims {
		public, err := ParseMultikey(Multikey(key.Private.Public()))
		if err == nil {
			err = claim.Verify(public)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// forged signs a document and a proof as they stand, as anybody can with a key
// of their own. A name with the value nil is left out.
func forged(t testing.TB, document string, changes map[string]any) string {
	t.Helper()
	var whole members
	if err := json.Unmarshal([]byte(document), &whole); err != nil {
		t.Fatal(err)
	}
	all := map[string]any{
		"@context": whole["@context"], "type": kind, "cryptosuite": suite, "proofPurpose": purpose,
		"verificationMethod": keyID, "created": moment.Format(time.RFC3339),
	}
	for name, value := range changes {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	proof := members{}
	for name, value := range all {
		proof[name], _ = json.Marshal(value)
	}
	covered := members{}
	for name, value := range whole {
		if name != "signature" {
			covered[name] = value
		}
	}
	if _, changed := changes["proofValue"]; !changed {
		of, err := proof.hash()
		if err != nil {
			t.Fatal(err)
		}
		what, err := covered.hash()
		if err != nil {
			t.Fatal(err)
		}
		proof["proofValue"], _ = json.Marshal(sign(testKey(), slices.Concat(of, what)))
	}
	whole["proof"], _ = json.Marshal(proof)
	text, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// edited replaces the one place where old stands.
func edited(t testing.TB, text, old, new string) string {
	t.Helper()
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q stands %d times in %s", old, strings.Count(text, old), text)
	}
	return strings.Replace(text, old, new, 1)
}

// inBase64 writes bytes as Multibase has them in base64.
func inBase64(data []byte) string { return "u" + base64.RawURLEncoding.EncodeToString(data) }

func proofIn(t testing.TB, document string) string {
	t.Helper()
	var m members
	if err := json.Unmarshal([]byte(document), &m); err != nil {
		t.Fatal(err)
	}
	return string(m["proof"])
}

func withProof(t testing.TB, document, proof string) string {
	t.Helper()
	var m members
	if err := json.Unmarshal([]byte(document), &m); err != nil {
		t.Fatal(err)
	}
	m["proof"] = json.RawMessage(proof)
	return printed(t, m)
}

func parsed(t testing.TB, document string) map[string]any {
	t.Helper()
	var m map[string]any
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber()
	if err := decoder.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

func printed(t testing.TB, v any) string {
	t.Helper()
	text, err := write(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
