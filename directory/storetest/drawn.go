package storetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"coopverse/directory/list"
	"coopverse/directory/seed"
)

// Drawn is a list of n co-ops, each cell of which is drawn from the bundled list;
// names and websites are told apart by a number. It is the same list each time,
// but for what the first co-ops do, as many as changed, which is drawn anew for
// each round.
func Drawn(t testing.TB, n, changed, round int) []byte {
	t.Helper()
	doc, err := list.Parse(seed.List)
	if err != nil {
		t.Fatal(err)
	}
	rows := doc.Rows()
	cells, areas := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(3, uint64(round)))
	cell := func(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
	var out bytes.Buffer
	out.WriteString("# Co-ops\n\n## Coops\n\n### Europe\n\nCoop | Business Areas | Region/Country | Notes\n---- | -------------- | -------------- | -----\n")
	for i := range n {
		draw := func() *list.Row { return rows[cells.IntN(len(rows))] }
		name, site := draw().Name, draw().Website
		scheme, rest, _ := strings.Cut(site, "://")
		does, where, notes := draw().Areas, draw().Place, draw().Notes
		if i < changed {
			does = rows[areas.IntN(len(rows))].Areas + fmt.Sprintf(", no. %d", round)
		}
		fmt.Fprintf(&out, "[%s %d](%s://n%d.%s) | %s | %s | %s\n", cell(name), i, scheme, i, rest, cell(does), cell(where), cell(notes))
	}
	return out.Bytes()
}
