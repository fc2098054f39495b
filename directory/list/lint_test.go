package list

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// said gives findings as “line severity rule: message → fix”.
func said(d *Document) []string {
	var texts []string
	for _, f := range d.Findings() {
		texts = append(texts, fmt.Sprintf("%d %s %s: %s → %s", f.Line, f.Severity, f.Rule, f.Message, f.Fix))
	}
	return texts
}

func TestSeedFindings(t *testing.T) {
	got := map[string][]int{}
	for _, f := range seed(t).Findings() {
		got[f.Rule] = append(got[f.Rule], f.Line)
	}
	want := map[string][]int{
		"encoding":       {5, 16, 18, 62, 91, 105, 111, 133, 135, 146, 157, 170, 279, 289, 292, 316, 365},
		"too-few-cells":  {69, 83, 94, 103, 138, 152, 160, 171},
		"too-many-cells": {198},
		"no-areas":       {62, 174, 214},
		"anchor":         {39},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSeedFindingsSayWhatToDo(t *testing.T) {
	all := strings.Join(said(seed(t)), "\n")
	for _, want := range []string{
		"69 warning too-few-cells: 3 cells where 4 are expected: no notes cell → [FullSteam Labs](https://www.fullsteamlabs.com) | Web application development, UI & UX Design | USA | |",
		"171 error too-few-cells: 2 cells where 4 are expected: region and notes are missing → [infra.run](https://infra.run/) | Development, Support, Training, Video Conference Hosting | | |",
		"198 error too-many-cells: 6 cells where 4 are expected → [Startin'blox](https://startinblox.com/) | Web development, Hosting, specilized in federated application | France | |",
		"105 error encoding: the text was decoded once too often: “Ã¡” stands for “á” → [Cambá](https://camba.coop) | Web and mobile",
		"    1. [Chat rooms](#chatrooms)",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("nobody says %q", want)
		}
	}
}

func TestLaterFindings(t *testing.T) {
	want := strings.Split(strings.TrimSpace(string(read(t, "testdata/later.findings"))), "\n")
	if diff := cmp.Diff(want, said(mustParse(t, read(t, "testdata/later.md")))); diff != "" {
		t.Error(diff)
	}
}

func TestFixesAreClean(t *testing.T) {
	for _, path := range []string{"../seed/tech-coops.md", "testdata/later.md"} {
		for _, f := range mustParse(t, read(t, path)).Findings() {
			switch f.Rule {
			case "too-many-cells", "too-few-cells", "last-pipe", "link-junk", "link-broken", "link-text", "pipe-in-link":
			default:
				continue
			}
			header := "Coop | Business Areas | Region/Country | Notes\n---|---|---|---\n"
			if f.Line == 69 && strings.Contains(f.Fix, "Tumbleweed") {
				header = "Coop | Business Areas | Notes\n---|---|---\n"
			}
			if !strings.Contains(f.Fix, " | ") {
				continue // an item, not a row
			}
			for _, g := range mustParse(t, []byte("### Asia\n"+header+f.Fix)).Findings() {
				if g.Rule != "no-place" && g.Rule != "no-areas" {
					t.Errorf("line %d: the fix %q has %s", f.Line, f.Fix, g.Rule)
				}
			}
		}
	}
}

func TestFindings(t *testing.T) {
	x := "[X](https://x.example) | Web | France | |"
	for _, test := range []struct{ text, want string }{
		{string(tableOfRows(x)), ""},
		{string(tableOfRows(x, "[Y](http://www.x.example/) | Web | France | |")), "6 error duplicate: “Y” has the same website as “X” on line 5 → keep one of the lines 5 and 6"},
		{string(tableOfRows(x, "[x.](https://y.example) | Web | France | |")), "6 warning duplicate: “x.” has the same name as “X” on line 5 → keep one of the lines 5 and 6"},
		{string(tableOfRows("[X]() | Web | France | |")), "5 warning no-website: the link of “X” has no address → [X]() | Web | France | |"},
		{string(tableOfRows("[X](https://x.example) | | France | |")), "5 warning no-areas: “X” has no business areas → say what the co-op does"},
		{string(tableOfRows("[X](https://x.example) | Web | | |")), "5 warning no-place: “X” has no region or country → say where the co-op is"},
		{string(tableOfRows("| | Web | France | |")), "5 error no-name: the co-op has no name → | | Web | France | |"},
		{string(tableOfRows("X https://x.example | Web | France | |")), "5 warning link-broken: the website is written beside the name instead of as a Markdown link → [X](https://x.example) | Web | France | |"},
		{string(tableOfRows(x, "[É](https://e.example) | ß | Zürich | Ã© or l�st |")), "6 warning encoding-suspect: the text may have been decoded once too often: “Ã©” may stand for “é” → [É](https://e.example) | ß | Zürich | é or l�st |\n" +
			"6 error encoding-lost: a character was lost where “�” stands → write the letter that belongs in place of “�”"},
		{string(tableOfRows(x)) + "\n[a](#coops) [b](#europe)\n", "7 error anchor: the link to “#coops” leads nowhere → set <a name=\"coops\"></a> where it should lead"},
		{string(tableOfRows(x)) + "\n[b](#europe) [c](#eu-rope)\n", "7 error anchor: the link to “#eu-rope” leads nowhere → [b](#europe) [c](#europe)"},
		{string(tableOfRows(x)) + "\n* see [b] (https://b.example)\n", "7 error link-broken: a Markdown link is broken → write it as [text](https://…)"},
		{strings.Replace(string(tableOfRows(x)), "### Europe", "", 1), "3 error region: the table stands under no heading → ### followed by one of: North America, South America, Africa, Asia, Europe, Oceania, Decentralised / Worldwide"},
	} {
		if got := strings.Join(said(mustParse(t, []byte(test.text))), "\n"); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
		}
	}
}
