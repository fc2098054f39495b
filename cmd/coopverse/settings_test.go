package main

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/alecthomas/kong"
)

// What operators can set is what their manual lists: no more, since whatever a
// command does once is no setting, and no less.
func TestManualListsEverySetting(t *testing.T) {
	manual, err := os.ReadFile("../../docs/operators.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `--[^`]*` \\| `COOPVERSE_[A-Z_]*` \\| `([a-z-]*)` \\|").FindAllSubmatch(manual, -1) {
		listed = append(listed, string(row[1]))
	}
	slices.Sort(listed)
	parser, err := kong.New(&program{}, kong.DefaultEnvars("COOPVERSE"))
	if err != nil {
		t.Fatal(err)
	}
	if known := settingNames(parser.Model.Node); !slices.Equal(known, listed) {
		t.Errorf("the program knows %q, the manual %q", known, listed)
	}
}
