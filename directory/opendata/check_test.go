package opendata_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const checkFolder = "testdata/check"

// finding is what other people's programs make of a file.
type finding struct {
	Wrong []string
	Rows  []json.RawMessage
}

// readByOthers has files read by programs that are not ours, without the network.
func readByOthers(t *testing.T, files map[string]string) map[string]finding {
	t.Helper()
	_, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join(checkFolder, "node_modules", "csv-parse", "package.json"))
	}
	if err != nil {
		t.Skipf("Open data: our files were not read by other programs: %v. Install Node 20 and run: npm ci --prefix directory/opendata/%s", err, checkFolder)
	}
	asked, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(checkFolder, "check.mjs"))
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(asked), &stderr
	answer, ended := cmd.Output()
	found := map[string]finding{}
	if err := json.Unmarshal(answer, &found); err != nil || ended != nil || len(found) != len(files) {
		t.Fatalf("the check answers %.500q and ends with: %v\n%s", answer, ended, &stderr)
	}
	return found
}

// TestCheckFindsWhatIsWrong shows that each of those programs objects to something.
func TestCheckFindsWhatIsWrong(t *testing.T) {
	files := map[string]string{
		"quote.csv":          "name\r\nan \"open\" quote\r\n",
		"cells.csv":          "name,website\r\nAgaric\r\n",
		"range.geojson":      `{"type":"Feature","geometry":{"type":"Point","coordinates":["x",1]},"properties":null}`,
		"properties.geojson": `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null}]}`,
		"property.jsonld":    `{"@context":{"@vocab":"https://schema.org/"},"@type":"Cooperative","@id":"https://coops.example/coops/a","mood":"x"}`,
		"value.jsonld":       `{"@context":{"@vocab":"https://schema.org/"},"@type":"Cooperative","@id":"https://coops.example/coops/a","address":{"@type":"Dataset"}}`,
		"lookup.jsonld":      `{"@context":"https://schema.org","@type":"Cooperative","@id":"https://coops.example/coops/a"}`,
		"undefined.jsonld":   `{"@context":{"name":"https://schema.org/name"},"@id":"https://coops.example/coops/a","name":"A","mood":"x"}`,
		"line.ndjson":        "{}\n{\n}\n",
	}
	for name, found := range readByOthers(t, files) {
		if len(found.Wrong) == 0 {
			t.Errorf("%s: nobody objects to %s", name, files[name])
		}
	}
}
