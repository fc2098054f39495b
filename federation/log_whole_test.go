package federation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/directory/seed"
	"coopverse/directory/storetest"

	"golang.org/x/mod/sumdb/tlog"
)

// The whole log is one file, which is what its signed head says. Of a removed
// entry there is nothing in it, and whoever has it gets no more.
func TestWholeLogIsOneFile(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us := serveOurs(t, d)
		var more strings.Builder
		for i := range 400 { // more than a page
			fmt.Fprintf(&more, "[Co-op %d](https://coop%d.example) | Hosting & <b>more</b>\u2028 | |\n", i, i)
		}
		const table = "### Europe\n\nCoop | Business Areas | Region/Country | Notes\n---|---|---|---\n"
		storetest.ImportList(t, d, append(slices.Clone(seed.List), "\n"+table+more.String()...), nil)
		extend(t, d)
		if err := d.RemoveCoop(t.Context(), "sange", "They asked for it", "test"); err != nil {
			t.Fatal(err)
		}
		extend(t, d)
		a := audit(t, us)
		file := a.get("/data/log.ndjson", "*/*")
		lines := strings.Split(strings.TrimSuffix(string(file), "\n"), "\n")
		var leaves []tlog.Hash
		for _, text := range lines[1:] {
			var line publiclog.Line
			err := json.Unmarshal([]byte(text), &line)
			commitment, _, wrong := line.Committed()
			if err != nil || wrong != nil {
				t.Fatal(err, wrong)
			}
			leaves = append(leaves, publiclog.Leaf(commitment))
		}
		var first struct{ Checkpoint string }
		if err := json.Unmarshal([]byte(lines[0]), &first); err != nil {
			t.Fatal(err)
		}
		head, err := publiclog.OpenHead(a.origin, first.Checkpoint, a.key)
		if err != nil || head != a.head() || head.N != int64(len(leaves)) || head.N < 513 || head.Hash != merkleRoot(leaves) {
			t.Errorf("the file has %d records; its head is %+v, %v", len(leaves), head, err)
		}
		if bytes.Contains(file, []byte("sange.fi")) {
			t.Error("what was said of a removed entry is still there")
		}
		var b bytes.Buffer
		if err := us.federation.WriteLog(t.Context(), &b); err != nil || b.String() != string(file) {
			t.Errorf("written to a file it is another: %v", err)
		}
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, us.URL+"/data/log.ndjson", nil)
		for _, want := range []int{http.StatusOK, http.StatusNotModified} {
			res, err := us.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != want || res.Header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s %v", res.Status, res.Header)
			}
			r.Header.Set("If-None-Match", res.Header.Get("ETag"))
		}
	})
}
