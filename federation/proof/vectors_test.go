package proof

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// The key pair of the vectors of W3C and of FEP-8b32. Before the seed stands
// the multicodec of an Ed25519 private key.
const (
	vectorPublic = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
	vectorSecret = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
)

var vectorTime = time.Date(2023, 2, 24, 23, 36, 38, 0, time.UTC)

func vectorKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	data, err := decode(vectorSecret)
	if err != nil {
		t.Fatal(err)
	}
	seed, found := strings.CutPrefix(string(data), "\x80\x26")
	if !found || len(seed) != ed25519.SeedSize {
		t.Fatalf("not a private key: %x", data)
	}
	key := ed25519.NewKeyFromSeed([]byte(seed))
	if got := Multikey(key.Public()); got != vectorPublic {
		t.Fatalf("public key %s, want %s", got, vectorPublic)
	}
	return key
}

// https://www.w3.org/TR/vc-di-eddsa/, appendix B.3.
func TestVectorOfW3C(t *testing.T) {
	const (
		credential = `{
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/examples/v2"
    ],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:abcdefgh",
        "alumniOf": "The School of Examples"
    }
}`
		method  = "did:key:" + vectorPublic + "#" + vectorPublic
		options = `{
  "type": "DataIntegrityProof",
  "cryptosuite": "eddsa-jcs-2022",
  "created": "2023-02-24T23:36:38Z",
  "verificationMethod": "` + method + `",
  "proofPurpose": "assertionMethod",
  "@context": [
    "https://www.w3.org/ns/credentials/v2",
    "https://www.w3.org/ns/credentials/examples/v2"
  ]
}`
		canonicalCredential = `{"@context":["https://www.w3.org/ns/credentials/v2","https://www.w3.org/ns/credentials/examples/v2"],"credentialSubject":{"alumniOf":"The School of Examples","id":"did:example:abcdefgh"},"description":"A minimum viable example of an Alumni Credential.","id":"urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33","issuer":"https://vc.example/issuers/5678","name":"Alumni Credential","type":["VerifiableCredential","AlumniCredential"],"validFrom":"2023-01-01T00:00:00Z"}`
		canonicalOptions    = `{"@context":["https://www.w3.org/ns/credentials/v2","https://www.w3.org/ns/credentials/examples/v2"],"created":"2023-02-24T23:36:38Z","cryptosuite":"eddsa-jcs-2022","proofPurpose":"assertionMethod","type":"DataIntegrityProof","verificationMethod":"` + method + `"}`
		hashOfCredential    = "59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"
		hashOfOptions       = "66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db"
		signature           = "407cd12654b33d718ecbb99179a1506daaa849450bf3fc523cce3e1c96f8b803" + "51da3f253d725c6f00b07c9e5448d50b3ef78012b9ab54255116d069c6dd2808"
		proofValue          = "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
	)
	for name, v := range map[string]struct{ text, canonical, hash string }{
		"credential":    {credential, canonicalCredential, hashOfCredential},
		"proof options": {options, canonicalOptions, hashOfOptions},
	} {
		var m members
		if err := json.Unmarshal([]byte(v.text), &m); err != nil {
			t.Fatal(err)
		}
		canonical, err := m.canonical()
		if err != nil || string(canonical) != v.canonical {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, canonical, v.canonical)
		}
		hash, err := m.hash()
		if got := hex.EncodeToString(hash); err != nil || got != v.hash {
			t.Errorf("%s: hash %s, %v", name, got, err)
		}
	}

	key := vectorKey(t)
	text, _ := hex.DecodeString(hashOfOptions + hashOfCredential)
	if got := hex.EncodeToString(ed25519.Sign(key, text)); got != signature {
		t.Errorf("signature %s", got)
	}
	if got := sign(Key{Private: key}, text); got != proofValue {
		t.Errorf("proofValue %s", got)
	}
	document := strings.TrimSuffix(credential, "\n}") + `, "proof": ` + strings.TrimSuffix(options, "\n}") + `, "proofValue": "` + proofValue + `"}}`
	claims, err := Read([]byte(document), vectorTime)
	if err != nil || len(claims) != 1 || claims[0].Method != method {
		t.Fatalf("%+v, %v", claims, err)
	}
	if got := hex.EncodeToString(claims[0].texts[0]); got != hashOfOptions+hashOfCredential {
		t.Errorf("what is signed: %s", got)
	}
	if err := claims[0].Verify(key.Public().(ed25519.PublicKey)); err != nil {
		t.Error(err)
	}
}

// fep-8b32.feature, as it was with version 1 of the proof's @context and as it
// is with version 2. Ours is the same signature.
func TestVectorsOfFEP8b32(t *testing.T) {
	for version, proofValue := range map[string]string{
		"v1": "zLaewdp4H9kqtwyrLatK4cjY5oRHwVcw4gibPSUDYDMhi4M49v8pcYk3ZB6D69dNpAPbUmY8ocuJ3m9KhKJEEg7z",
		"v2": "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL",
	} {
		context := `["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/` + version + `"]`
		unsigned := `{
    "@context": ` + context + `,
    "id": "https://server.example/activities/1",
    "type": "Create",
    "actor": "https://server.example/users/alice",
    "object": {
        "id": "https://server.example/objects/1",
        "type": "Note",
        "attributedTo": "https://server.example/users/alice",
        "content": "Hello world",
        "location": {
            "type": "Place",
            "longitude": -71.184902,
            "latitude": 25.273962
        }
    }`
		document := unsigned + `,
    "proof": {
        "@context": ` + context + `,
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": "https://server.example/users/alice#ed25519-key",
        "proofPurpose": "assertionMethod",
        "proofValue": "` + proofValue + `",
        "created": "2023-02-24T23:36:38Z"
    }
}`
		checkVector(t, version, document)
		ours, err := Sign([]byte(unsigned+"}"), Key{"https://server.example/users/alice#ed25519-key", vectorKey(t)}, vectorTime)
		if err != nil || !strings.Contains(string(ours), `"proofValue":"`+proofValue+`"`) {
			t.Errorf("%s: %v\n%s", version, err, ours)
		}
	}
}

func checkVector(t *testing.T, name, document string) {
	t.Helper()
	claims, err := Read([]byte(document), vectorTime)
	if err != nil || len(claims) != 1 {
		t.Errorf("%s: %d claims, %v", name, len(claims), err)
		return
	}
	public, err := ParseMultikey(vectorPublic)
	if err == nil {
		err = claims[0].Verify(public)
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// From Mastodon's object_integrity_proof_spec.rb and an older fep-8b32.feature.
func TestVectorsOfOthers(t *testing.T) {
	const note = `"id":"https://server.example/activities/1","type":"Create","actor":"https://server.example/users/alice","object":{"id":"https://server.example/objects/1","type":"Note","attributedTo":"https://server.example/users/alice","content":"Hello world"}`
	const context = `"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v2"]`
	const proof = `"type":"DataIntegrityProof","cryptosuite":"eddsa-jcs-2022","verificationMethod":"https://server.example/users/alice#ed25519-key","proofPurpose":"assertionMethod","created":"2023-02-24T23:36:38Z"`
	checkVector(t, "one that expires", `{`+context+`,`+note+`,"proof":{`+context+`,`+proof+
		`,"proofValue":"z4bp44KNvTEeb7h8gY7tpbF9EaJxzbcYc6JNPxMv1wdWDakBt2vVEC3UzjctghA5XP2NevDnDCPzph2oNNb3qRJ8K","expires":"3000-01-01T00:00:00Z"}}`)
	checkVector(t, "a moment before it expires", `{`+context+`,`+note+`,"proof":{`+context+`,`+proof+
		`,"proofValue":"z25og1nNL6TLjQ8fHK4WmzWZzjb8BhcVvaoXToxE9qpcB6iqCWmWhmSAifmcWA11rtdomgGpkRNeEPDMXWJY5BDVQ","expires":"2023-02-24T23:36:39Z"}}`)
	checkVector(t, "without a @context of its own", `{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v1"],`+
		`"type":"Create","actor":"https://server.example/users/alice","object":{"type":"Note","content":"Hello world"},"proof":{`+proof+
		`,"proofValue":"z3sXaxjKs4M3BRicwWA9peyNPJvJqxtGsDmpt1jjoHCjgeUf71TRFz56osPSfDErszyLp5Ks1EhYSgpDaNM977Rg2"}}`)
}

// A Create as Fedify 2.3.6 delivers it, with numbers and characters that are
// written in many ways.
func TestWhatFedifySigned(t *testing.T) {
	document, err := os.ReadFile("testdata/fedify-create.json")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseMultikey("z6MkuMFX77vvPnVD4sZTuDxhQqg9ktbBFdvnEkyJXoYNGdiL")
	if err != nil {
		t.Fatal(err)
	}
	claims, err := Read(document, time.Date(2026, 11, 27, 21, 40, 0, 0, time.UTC))
	if err != nil || len(claims) != 1 {
		t.Fatalf("%d claims, %v", len(claims), err)
	}
	if err := claims[0].Verify(key); err != nil {
		t.Error(err)
	}
	if got := claims[0].Method; got != "https://peer.example/users/alice#ed25519-key" {
		t.Error(got)
	}
}
