package list

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func rowsOf(d *Document) []Row {
	var rows []Row
	for _, r := range d.Rows() {
		rows = append(rows, Row{Line: r.Line, Region: r.Region, Name: r.Name, Website: r.Website, Areas: r.Areas, Place: r.Place, Notes: r.Notes})
	}
	return rows
}

var exported = cmpopts.IgnoreUnexported(Row{})

func TestLaterListIsReadAsItsAuthorsMeantIt(t *testing.T) {
	got := rowsOf(mustParse(t, read(t, "testdata/later.md")))
	want := []Row{
		{Line: 20, Region: "north-america", Name: "Ash Grove", Website: "https://ashgrove.example", Areas: "Web development", Place: "Toronto, Canada", Notes: "Founded in 2019"},
		{Line: 21, Region: "north-america", Name: "Birch & Sons", Website: "https://birch.example/en", Areas: "Hosting", Place: "Portland, USA", Notes: ""},
		{Line: 22, Region: "north-america", Name: "Cedar", Website: "https://cedar.example", Areas: "Games", Place: "USA", Notes: ""},
		{Line: 23, Region: "north-america", Name: "Dogwood", Website: "https://dogwood.example", Areas: "Training", Place: "Mexico", Notes: "Six members"},
		{Line: 24, Region: "north-america", Name: "Elm Street Coders", Website: "", Areas: "Software development", Place: "Boston, USA", Notes: "No website yet"},
		{Line: 25, Region: "north-america", Name: "Fir", Website: "https://fir.example", Areas: "Web design", Place: "USA / Canada", Notes: ""},
		{Line: 26, Region: "north-america", Name: "ghost.example", Website: "https://www.ghost.example/about", Areas: "Consulting", Place: "USA", Notes: ""},
		{Line: 34, Region: "europe", Name: "Hazel", Website: "https://hazel.example", Areas: "Hosting", Place: "Lyon, France", Notes: "Columns in another order"},
		{Line: 35, Region: "europe", Name: "Ivy|Green", Website: "https://ivy.example", Areas: "Web|Design", Place: "Québec House, France", Notes: ""},
		{Line: 41, Region: "europe", Name: "Juniper|North", Website: "https://juniper.example", Areas: "Design", Place: "Berlin, Germany", Notes: ""},
		{Line: 42, Region: "europe", Name: "Kiwi", Website: "https://kiwi.example", Areas: "Support", Place: "Köln, Germany", Notes: "Founded 2001 | later moved"},
		{Line: 43, Region: "europe", Name: "Larch", Website: "https://larch.example", Areas: "Web, Hosting, Design", Place: "Hamburg, Germany", Notes: ""},
		{Line: 44, Region: "europe", Name: "Maple", Website: "https://maple.example", Areas: "Maps", Place: "Germany", Notes: ""},
		{Line: 45, Region: "europe", Name: "Hazel SCOP", Website: "http://www.hazel.example/", Areas: "Hosting", Place: "Lyon, France", Notes: ""},
		{Line: 46, Region: "europe", Name: "Nettle", Website: "https://nettle.example", Areas: "", Place: "", Notes: ""},
		{Line: 48, Region: "europe", Name: "Oak", Website: "https://oak.example", Areas: "Forestry software", Place: "Zürich, Switzerland", Notes: "Founded by five"},
		{Line: 50, Region: "europe", Name: "Poplar", Website: "", Areas: "Mail", Place: "Germany", Notes: "[Blog](https:/poplar.example/blog)"},
		{Line: 56, Region: "africa", Name: "Quiver Tree", Website: "https://quivertree.example", Areas: "Mobile apps", Place: "Windhoek, Namibia", Notes: ""},
		{Line: 62, Region: "asia", Name: "Rose of Jericho", Website: "https://rose.example", Areas: "Translation", Place: "Amman, Jordan", Notes: ""},
		{Line: 68, Region: "worldwide", Name: "Seaweed", Website: "https://seaweed.example", Areas: "Peer-to-peer", Place: "", Notes: ""},
		{Line: 69, Region: "worldwide", Name: "Tumbleweed", Website: "https://tumbleweed.example", Areas: "Support", Place: "Remote", Notes: "All over the place"},
		{Line: 75, Region: "", Name: "Umbrella Moss", Website: "https://moss.example", Areas: "Weather", Place: "South Pole", Notes: ""},
	}
	if diff := cmp.Diff(want, got, exported); diff != "" {
		t.Error(diff)
	}
}

func TestOddRows(t *testing.T) {
	// Two regular rows teach what a place looks like.
	known := []string{"[A](https://a.example) | Web | Lyon, France | |", "[B](https://b.example) | Web | UK / Germany | |"}
	for line, want := range map[string]Row{
		`[X](https://x.example) | Web`:                                      {Areas: "Web"},
		`[X](https://x.example) | Web |`:                                    {Areas: "Web"},
		`[X](https://x.example) | Web | France`:                             {Areas: "Web", Place: "France"},
		`[X](https://x.example)|Web|France|Notes`:                           {Areas: "Web", Place: "France", Notes: "Notes"},
		`| [X](https://x.example) | Web | France | Notes |`:                 {Areas: "Web", Place: "France", Notes: "Notes"},
		`[X](https://x.example) |  | France | | `:                           {Place: "France"},
		`[X](https://x.example) | a \| b &#124; c | France | |`:             {Areas: "a | b | c", Place: "France"},
		`[X](https://x.example) | Web | Hosting | Apps | Paris, France | |`: {Areas: "Web, Hosting, Apps", Place: "Paris, France"},
		`[X](https://x.example) | Web | Hosting | Oz | |`:                   {Areas: "Web, Hosting", Place: "Oz"},
		`[X](https://x.example) | Web | Hosting | Germany | Old | Good |`:   {Areas: "Web, Hosting", Place: "Germany", Notes: "Old | Good"},
		`[X](https://x.example) | Web | France | Founded 2001 | Five |`:     {Areas: "Web", Place: "France", Notes: "Founded 2001 | Five"},
		`[X](https://x.example) | Web | Oz | Founded 2001 | Five |`:         {Areas: "Web", Place: "Oz", Notes: "Founded 2001 | Five"},
		`[X](https://x.example) | Web | France | Notes | | |`:               {Areas: "Web", Place: "France", Notes: "Notes"},
		`[X](https://x.example) | [a](https://a.example) | UK | [b](c)`:     {Areas: "[a](https://a.example)", Place: "UK", Notes: "[b](c)"},
	} {
		rows := mustParse(t, tableOfRows(append(known, line)...)).Rows()
		want.Line, want.Region, want.Name, want.Website = 7, "europe", "X", "https://x.example"
		if diff := cmp.Diff(want, *rows[len(rows)-1], exported); diff != "" {
			t.Errorf("%s\n%s", line, diff)
		}
	}
}

func TestOddCoopCells(t *testing.T) {
	for cell, want := range map[string][2]string{
		`[X](https://x.example)`:                         {"X", "https://x.example"},
		`[X](https:/x.example/a)`:                        {"X", "https://x.example/a"},
		`[X](http//x.example)`:                           {"X", "http://x.example"},
		`[X](https:///x.example)`:                        {"X", "https://x.example"},
		`[X](https://https://x.example)`:                 {"X", "https://x.example"},
		`[X](HTTPS://x.example)`:                         {"X", "HTTPS://x.example"},
		`[X](www.x.example)`:                             {"X", "https://www.x.example"},
		`[X](//x.example)`:                               {"X", "https://x.example"},
		`[X](https://codeursenliberté.example/)`:         {"X", "https://codeursenliberté.example/"},
		`[X](https://x.example/?a=1&copy=2&amp;b=3)`:     {"X", "https://x.example/?a=1&copy=2&b=3"},
		`[X](https://x.example/wiki/X_(co-op))`:          {"X", "https://x.example/wiki/X_(co-op)"},
		`[X]( <https://x.example/a b> "Title")`:          {"X", "https://x.example/a%20b"},
		`[X](https://x.example 'Title')`:                 {"X", "https://x.example"},
		`[X](https://x.example))`:                        {"X", "https://x.example"},
		`[X](https://x.example) foo`:                     {"X", "https://x.example"},
		`**[X](https://x.example)**`:                     {"X", "https://x.example"},
		`![logo](x.png) [X](https://x.example)`:          {"X", "https://x.example"},
		`[![logo](x.png) X](https://x.example)`:          {"logo X", "https://x.example"},
		`[X] (https://x.example)`:                        {"X", "https://x.example"},
		`[X](https://x.example`:                          {"X", "https://x.example"},
		`[X(https://x.example)`:                          {"X", "https://x.example"},
		`X <https://x.example>`:                          {"X", "https://x.example"},
		`X https://x.example`:                            {"X", "https://x.example"},
		`<https://www.x.example/>`:                       {"x.example", "https://www.x.example/"},
		`[](https://www.x.example/)`:                     {"x.example", "https://www.x.example/"},
		`[X]()`:                                          {"X", ""},
		`[X](mailto:x@x.example)`:                        {"X", ""},
		`[X](javascript:alert)`:                          {"X", ""},
		`[X](./x)`:                                       {"X", ""},
		`[X](https://)`:                                  {"X", ""},
		`Bare Name`:                                      {"Bare Name", ""},
		`[Web\|Alt](https://x.example)`:                  {"Web|Alt", "https://x.example"},
		`[Web&#124;Alt](https://x.example)`:              {"Web|Alt", "https://x.example"},
		`[Web|Alt|Three](https://x.example)`:             {"Web|Alt|Three", "https://x.example"},
		`[FACT\[TIC\] &amp; *KO_OP*](https://x.example)`: {"FACT[TIC] & KO_OP", "https://x.example"},
		`[R&D ` + "`code`" + `  x](https://x.example)`:   {"R&D code x", "https://x.example"},
	} {
		r := mustParse(t, tableOfRows(cell+" | Web | France | see [y](https://y.example)")).Rows()[0]
		if got := [2]string{r.Name, r.Website}; got != want || r.Place != "France" {
			t.Errorf("%s: got %q in %q, want %q in France", cell, got, r.Place, want)
		}
	}
}

func TestHeadingsThatNameRegions(t *testing.T) {
	for heading, want := range map[string]string{
		"### North America": "north-america", "### SOUTH AMERICA": "south-america", "## Latin America & Caribbean": "south-america",
		"### Middle East": "asia", "### Asia-Pacific": "asia", "### Australia / New Zealand": "oceania", "### Eurasia": "",
		"### Decentralised / Worldwide": "worldwide", "### Decentralized": "worldwide", "#### Africa 🌍": "africa",
		`### <a name="coops-europe"></a>Europe`: "europe", "### Europe {#coops-europe}": "europe", "### [Europe](#e) ###": "europe",
		"Europe\n------": "europe", "# Europe\n\n## France\n\n### Lyon": "europe", "### Europe\n\n### Atlantis": "", "### Europe\n\n## Tools": "",
	} {
		d := mustParse(t, []byte(heading+"\n\n| Coop | Region |\n|--|--|\n| [X](https://x.example) | |\n"))
		if got := d.Rows()[0].Region; got != want {
			t.Errorf("%s: region %q, want %q", heading, got, want)
		}
	}
}
