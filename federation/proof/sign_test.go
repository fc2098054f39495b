package proof

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestWhatSignWrites(t *testing.T) {
	key := Key{ID: "https://coop.example/coops/acme#ed25519-key", Private: vectorKey(t)}
	got, err := Sign([]byte(`{
		"type": "Note", "content": "<p>Tea & “cake” – 1 > 0</p>", "n": 1.50,
		"@context": "https://www.w3.org/ns/activitystreams"
	}`), key, time.Date(2026, 9, 1, 12, 0, 0, 999, time.FixedZone("", 2*60*60)))
	if err != nil {
		t.Fatal(err)
	}
	const context = `"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v1"]`
	const want = `{` + context + `,"content":"<p>Tea & “cake” – 1 > 0</p>","n":1.50,` +
		`"proof":{` + context + `,"created":"2026-09-01T10:00:00Z","cryptosuite":"eddsa-jcs-2022","proofPurpose":"assertionMethod",` +
		`"proofValue":"PROOF","type":"DataIntegrityProof","verificationMethod":"https://coop.example/coops/acme#ed25519-key"},"type":"Note"}`
	var proof members
	if err := json.Unmarshal([]byte(proofIn(t, string(got))), &proof); err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(want, "PROOF", proof.text("proofValue"), 1); string(got) != want {
		t.Errorf("signed:\n%s\nwant:\n%s", got, want)
	}
	if err := verified(string(got), key); err != nil {
		t.Error(err)
	}
}

func TestTheSameIsSignedTheSame(t *testing.T) {
	for range 20 {
		if a, b := signed(t, follow), signed(t, follow); a != b {
			t.Fatalf("signed once:\n%s\nand once more:\n%s", a, b)
		}
	}
}

func TestSignKeepsWhatIsThere(t *testing.T) {
	const rest = `"big":123456789012345678901234567890,"small":1.0e-3,"text":"\u00e9\/<&>","object":{"z":1,"a":[],"proof":{"x":1},"signature":2,"@context":"x"},"null":null`
	document := signed(t, `{"@context":["x"],`+rest+`}`)
	before, after := parsed(t, `{`+rest+`}`), parsed(t, document)
	delete(after, "proof")
	delete(after, "@context")
	if printed(t, before) != printed(t, after) {
		t.Errorf("signed: %s\nbefore: %s", printed(t, after), printed(t, before))
	}
	if want := `{"z":1,"a":[],"proof":{"x":1},"signature":2,"@context":"x"}`; !strings.Contains(document, want) {
		t.Errorf("what is inside was written anew: %s", document)
	}
	if err := verified(document, testKey()); err != nil {
		t.Error(err)
	}
}

func TestTheContextIsAddedOnce(t *testing.T) {
	const v1, v2 = `"https://w3id.org/security/data-integrity/v1"`, `"https://w3id.org/security/data-integrity/v2"`
	for context, want := range map[string]string{
		`"x"`:                    `["x",` + v1 + `]`,
		`["x"]`:                  `["x",` + v1 + `]`,
		`{"x":"y"}`:              `[{"x":"y"},` + v1 + `]`,
		`["x",{"a":"` + `b"}]`:   `["x",{"a":"b"},` + v1 + `]`,
		v1:                       `[` + v1 + `]`,
		`[` + v1 + `,"x"]`:       `[` + v1 + `,"x"]`,
		`["x",` + v2 + `]`:       `["x",` + v2 + `]`,
		`["x", {"a":"b&c"}]`:     `["x",{"a":"b&c"},` + v1 + `]`,
		`["x",{"a":` + v1 + `}]`: `["x",{"a":` + v1 + `},` + v1 + `]`,
	} {
		document := signed(t, `{"@context":`+context+`,"id":"a"}`)
		if !strings.HasPrefix(document, `{"@context":`+want+`,"id":"a","proof":{"@context":`+want+`,`) {
			t.Errorf("%s: %s", context, document)
		}
		if err := verified(document, testKey()); err != nil {
			t.Errorf("%s: %v", context, err)
		}
	}
}

func TestWhatCannotBeSigned(t *testing.T) {
	for name, document := range map[string]string{
		"nothing":                 "",
		"null":                    "null",
		"a list":                  "[" + follow + "]",
		"no @context":             `{"id":"a"}`,
		"an empty @context":       `{"@context":[],"id":"a"}`,
		"a @context of null":      `{"@context":null,"id":"a"}`,
		"what is signed already":  signed(t, follow),
		"a proof of another kind": `{"@context":["x"],"proof":null}`,
		"a signature":             `{"@context":["x"],"signature":{}}`,
		"half a surrogate pair":   `{"@context":["x"],"a":"\ud83d"}`,
		"a number beyond numbers": `{"@context":["x"],"a":1e999}`,
		"a name twice":            `{"@context":["x"],"a":{"b":1,"b":2}}`,
		"not UTF-8":               "{\"@context\":[\"x\"],\"a\":\"\xff\"}",
	} {
		if text, err := Sign([]byte(document), testKey(), moment); err == nil {
			t.Errorf("%s: signed as %s", name, text)
		}
	}
	for name, key := range map[string]Key{
		"no name":     {Private: testKey().Private},
		"no key":      {ID: keyID},
		"half a key":  {ID: keyID, Private: testKey().Private[:32]},
		"nothing yet": {},
	} {
		if _, err := Sign([]byte(follow), key, moment); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
