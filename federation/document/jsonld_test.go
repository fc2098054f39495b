package document

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"coopverse/federation/proof"
)

const jsonldFolder = "testdata/jsonld"

// needJSONLD skips the test where Node or the packages of the check are missing.
func needJSONLD(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join(jsonldFolder, "node_modules", "jsonld", "package.json"))
	}
	if err != nil {
		t.Skipf("JSON-LD: our documents were not read as JSON-LD: %v. Install Node 20 and run: npm ci --prefix federation/document/%s", err, jsonldFolder)
	}
}

// loss is what a reader of JSON-LD would not see of a document.
type loss struct{ At, Why string }

// readAsJSONLD returns what is lost of documents, by their names. None of them
// may need the network.
func readAsJSONLD(t *testing.T, documents map[string]json.RawMessage) map[string][]loss {
	t.Helper()
	needJSONLD(t)
	asked, err := json.Marshal(documents)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(jsonldFolder, "check.mjs"))
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(asked), &stderr
	answer, ended := cmd.Output()
	lost := map[string][]loss{}
	if err := json.Unmarshal(answer, &lost); err != nil || (ended == nil) != (len(lost) == 0) {
		t.Fatalf("the check answers %q and ends with: %v\n%s", answer, ended, &stderr)
	}
	return lost
}

func TestDocumentsLoseNothingAsJSONLD(t *testing.T) {
	documents := map[string]json.RawMessage{}
	key := proof.Key{ID: "https://coops.example/coops/acme#ed25519-key", Private: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	for name, document := range federated(t) {
		documents[name] = document
		documents[name+", signed"] = must(t)(proof.Sign(document, key, edited))
	}
	for name, losses := range readAsJSONLD(t, documents) {
		for _, l := range losses {
			t.Errorf("%s: %s: %s", name, l.At, l.Why)
		}
	}
}

// TestJSONLDCheckFindsLosses has each way in which a reader loses something.
func TestJSONLDCheckFindsLosses(t *testing.T) {
	const as, id = `"@context":"https://www.w3.org/ns/activitystreams"`, `"id":"https://coops.example/1"`
	documents, want := map[string]json.RawMessage{}, map[string]string{}
	for name, c := range map[string]struct{ document, at string }{
		"nothing":                          {`{` + as + `,` + id + `,"type":"Note","content":"x","tag":[]}`, ""},
		"a term that is not defined":       {`{` + as + `,` + id + `,"type":"Create","object":{"type":"Note","mood":"x"}}`, "/object/mood"},
		"one where none is a fallback":     {`{"@context":{"content":"https://www.w3.org/ns/activitystreams#content"},"content":"x","mood":"x"}`, "/mood"},
		"a type that is not defined":       {`{` + as + `,` + id + `,"type":["Note","Mood"]}`, "/@type"},
		"a prefix that is not defined":     {`{` + as + `,` + id + `,"type":"Note","toot:blurhash":"x"}`, "/blurhash"},
		"a language that is none":          {`{` + as + `,` + id + `,"type":"Note","contentMap":{"en_GB":"x"}}`, "/"},
		"a relative id":                    {`{` + as + `,"id":"/1","type":"Note"}`, "/@id"},
		"a text where an id is meant":      {`{` + as + `,` + id + `,"type":"Note","url":"a page"}`, "/url/@id"},
		"null":                             {`{` + as + `,` + id + `,"type":"Note","tag":null}`, "/tag"},
		"a member of a proof":              {`{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v1"],` + id + `,"proof":{"type":"DataIntegrityProof","mood":"x"}}`, "/proof/@graph/mood"},
		"a context that must be looked up": {`{"@context":["https://www.w3.org/ns/activitystreams","http://joinmastodon.org/ns"],` + id + `}`, "/"},
	} {
		documents[name] = json.RawMessage(c.document)
		if c.at != "" {
			want[name] = c.at
		}
	}
	lost := readAsJSONLD(t, documents)
	for name := range documents {
		losses, at := lost[name], want[name]
		found := at == "" && len(losses) == 0
		for _, l := range losses {
			found = found || l.At == at
		}
		if !found {
			t.Errorf("%s: the check finds %v, want something at %q", name, losses, at)
		}
	}
}
