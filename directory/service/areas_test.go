package service

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// share reads a column of a table and returns how many of a hundred rows came
// out exactly as labelled, in order.
func share(t *testing.T, path string, cell int) float64 {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, right := 0, 0
	for row := range rows(string(text)) {
		all++
		want := strings.Fields(field(row, cell+1))
		got, unread := Read(field(row, cell))
		if !slices.Equal(got, want) {
			t.Logf("%q:\n  want %q\n  got  %q, unread %q", field(row, cell), want, got, unread)
			continue
		}
		right++
	}
	percent := 100 * float64(right) / float64(all)
	t.Logf("%s: %d of %d as labelled, %.1f %%", path, right, all, percent)
	return percent
}

func TestSeedAreasAreReadAsAPersonReadsThem(t *testing.T) {
	if got := share(t, "testdata/areas.tsv", 1); got < 99 {
		t.Errorf("%.1f %% read right, want 99", got)
	}
}

func TestAreasNotInTheSeedAreReadAsAPersonReadsThem(t *testing.T) {
	if got := share(t, "testdata/holdout.tsv", 0); got < 95 {
		t.Errorf("%.1f %% read right, want 95", got)
	}
}
