package directory_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// Entries of a mirrored directory are found, filtered, counted and ordered among
// ours, page for page, and say where they are at home.
func TestMirroredEntriesAreFoundBesideOurs(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		own := search(t, d, directory.Query{})
		far := newHome("far.test")
		for i := range 60 {
			far.publish(t, entry(fmt.Sprintf("far_%d", i), fmt.Sprintf("%c co-op number %d", 'a'+i%26, i), fmt.Sprintf("https://far%d.test/", i), nil))
		}
		far.publish(t, entry("remote", "Zapatistas", "https://z.test/", func(e *directory.LoggedEntry) { e.Remote, e.Summary = true, "We weave xylophones." }))
		far.mirrored(t, d)
		var all []directory.Found
		for page := 1; page == 1 || page <= search(t, d, directory.Query{Page: page}).Pages; page++ {
			all = append(all, search(t, d, directory.Query{Page: page}).Coops...)
		}
		if len(all) != own.Total+61 || !slices.IsSortedFunc(all, func(a, b directory.Found) int { return strings.Compare(a.NameKey, b.NameKey) }) {
			t.Errorf("%d are found, and %d were ours; or not in the order of their names", len(all), own.Total)
		}
		if got := sources(search(t, d, directory.Query{Text: "xyloph", Country: "FR", Service: "hosting", Region: "europe", Remote: true}).Coops); !slices.Equal(got, []string{"remote@far.test"}) {
			t.Errorf("filters find %q", got)
		}
		both := search(t, d, directory.Query{})
		for _, f := range [][]directory.Facet{both.Regions, both.Countries, both.Services, both.Homes} {
			if len(f) == 0 {
				t.Fatal("a facet is missing")
			}
		}
		if want := []directory.Facet{{ID: directory.HomeHere, Count: own.Total}, {ID: "far.test", Count: 61}}; !slices.Equal(both.Homes, want) {
			t.Errorf("homes %v, want %v", both.Homes, want)
		}
		for _, q := range []directory.Query{{}, {Home: "far.test"}, {Home: directory.HomeHere, Country: "FR"}, {Text: "co-op", Service: "hosting"}} {
			found := search(t, d, q)
			for _, f := range found.Homes {
				narrowed := q
				narrowed.Home = f.ID
				if got := search(t, d, narrowed).Total; got != f.Count {
					t.Errorf("%+v: %s is counted %d and found %d", q, f.ID, f.Count, got)
				}
			}
			for _, f := range found.Countries {
				narrowed := q
				narrowed.Country = f.ID
				if got := search(t, d, narrowed).Total; got != f.Count {
					t.Errorf("%+v: %s is counted %d and found %d", q, f.ID, f.Count, got)
				}
			}
		}
	})
}

// What is counted elsewhere stays ours.
func TestTopicsAndCountsStayOurs(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		curate(t, d, "agaric", map[string]string{"services": "games,xr"})
		curate(t, d, "sange", map[string]string{"services": "games"})
		curate(t, d, "igalia", map[string]string{"services": "xr"})
		topics, err := d.Topics(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		agaric := coop(t, d, "agaric")
		similar, err := d.Similar(t.Context(), agaric, 20)
		if err != nil {
			t.Fatal(err)
		}
		far := newHome("far.test")
		for i := range 300 {
			far.publish(t, entry(fmt.Sprintf("far_%d", i), fmt.Sprintf("Far %d", i), "", func(e *directory.LoggedEntry) { e.Services = similar[0].ServiceIDs() })) // it shares no less for that
		}
		far.publish(t, entry("igalia", "Igalia, they say", "https://www.igalia.com/", byItself)) // before ours
		far.mirrored(t, d)
		if after, err := d.Topics(t.Context()); err != nil || !slices.Equal(after, topics) {
			t.Errorf("topics are %v, and were %v (%v)", after, topics, err)
		}
		if after, err := d.Similar(t.Context(), agaric, 20); err != nil || !slices.EqualFunc(after, similar, func(a, b directory.Coop) bool { return a.ID == b.ID }) {
			t.Errorf("others are similar than before: %v", err)
		}
	})
}

// A mirrored entry has what its home says of it, where it is on the map, who its
// actor is, and when it was verified.
func TestMirroredCoopHasItsHome(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		far := newHome("far.test")
		far.publish(t, entry("agaric", "Agaric", "https://agaric.test/", func(e *directory.LoggedEntry) {
			e.Links = []directory.EntryLink{{Name: "Code", URL: "https://git.test/agaric"}}
			e.Jobs, e.Founded, e.Members, e.Languages = "https://agaric.test/jobs", 2001, "8", []string{"fr", "en"}
		}), entry("gone", "Gone away", "", func(e *directory.LoggedEntry) { e.MovedTo = "https://gone.test/actor" }))
		far.mirrored(t, d)
		m, err := d.MirroredCoop(t.Context(), "far.test", "agaric")
		if err != nil || m.Home != "far.test" || m.Mirror.Name != "Home of far.test" || m.ActorID != "https://far.test/coops/agaric" ||
			m.Links != "Code | https://git.test/agaric" || m.HiringURL() != "https://agaric.test/jobs" || m.Founded != 2001 || m.Languages != "fr,en" || m.Where() != "Lille, France" {
			t.Errorf("%+v, %v", m, err)
		}
		places, err := d.PlacesOf(t.Context(), m.Coop)
		if err != nil || len(places[m.ID]) != 1 || places[m.ID][0].Lat != 50.6 {
			t.Errorf("places %v, %v", places, err)
		}
		if m, err := d.MirroredCoop(t.Context(), "far.test", "gone"); err != nil || m.ActorID != "https://gone.test/actor" {
			t.Errorf("one that has moved: %q, %v", m.ActorID, err)
		}
		if _, err := d.MirroredCoop(t.Context(), "far.test", "none"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("one that is not there: %v", err)
		}
	})
}

// Of what another directory writes only that is shown and found that an entry of
// ours could hold; the rest of the directory is found as before.
func TestHostileEntriesAreCut(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		before := search(t, d, directory.Query{})
		long := strings.Repeat("𝔸ﷺ\x00\x1b[31m ", 400)
		wide := make([]rune, 1000) // six times as long in an address, and too long for PostgreSQL's indexes
		chance := rand.New(rand.NewPCG(1, 2))
		for i := range wide {
			wide[i] = rune(0xa1 + chance.IntN(1500))
		}
		far := newHome("far.test")
		far.publish(t, entry("evil", "\x00"+long, "javascript:alert(1)", func(e *directory.LoggedEntry) {
			e.Status, e.Region, e.Services, e.Members, e.Founded = "inactive", "atlantis\x00", []string{"hosting", "no-such-service", "a,b", "\x00"}, "<b>", -5
			e.Languages, e.Contact, e.Jobs, e.MovedTo, e.Summary, e.Notes = []string{"en", "not a tag", ""}, "javascript:alert(2)", "data:text/html,x", "javascript:alert(3)", long, long
			e.Links = []directory.EntryLink{{Name: "Bad", URL: "javascript:alert(4)"}, {Name: "a | b\nc", URL: "https://ok.test/"}, {Name: "\x00", URL: ""}}
			e.Extra = []directory.EntryExtra{{Name: "Name", Text: "one\ntwo"}, {}}
			e.Places = []directory.EntryPlace{{City: "Nowhere; Berlin, Germany", Country: "zz"}, {City: "Far", Country: "FR", Latitude: 1e300}, {}, {Country: "DE"}}
		}), entry("secret", "No status", "https://x.test/"+string(wide), func(e *directory.LoggedEntry) { e.Status = "\x00removed" }),
			entry("blank", "\x00\t", "https://x.test/"+strings.Repeat("x", 2000), nil))
		far.mirrored(t, d)
		after := search(t, d, directory.Query{})
		if after.Total != before.Total+2 {
			t.Errorf("%d are found, and %d before", after.Total, before.Total)
		}
		for _, f := range slices.Concat(after.Regions, after.Countries, after.Services) {
			if f.ID == "" || strings.ContainsAny(f.ID, "\x00,") || f.ID == "zz" || f.ID == "no-such-service" || strings.HasPrefix(f.ID, "atlantis") {
				t.Errorf("one can filter by %q", f.ID)
			}
		}
		m, err := d.MirroredCoop(t.Context(), "far.test", "evil")
		if err != nil {
			t.Fatal(err)
		}
		if len([]rune(m.Name)) > directory.MaxName || len([]rune(m.Summary)) > directory.MaxSummary || len([]rune(m.Notes)) > directory.MaxNotes || strings.ContainsAny(m.Name+m.Summary+m.Notes, "\x00\x1b") {
			t.Errorf("its texts are %d, %d and %d characters", len(m.Name), len(m.Summary), len(m.Notes))
		}
		if shown := fmt.Sprint(m.Website, m.Contact, m.Hiring, m.MovedTo, m.Links); strings.Contains(shown, ":alert") || strings.Contains(shown, "data:") || m.Members != "" || m.Founded != 0 || m.Region != "" {
			t.Errorf("it shows %q, members %q, founded %d, region %q", shown, m.Members, m.Founded, m.Region)
		}
		if m.ActorID != "https://far.test/coops/evil" || m.Services != "hosting" || m.Languages != "en" || m.Links != "a b c | https://ok.test/" || m.Extra != "Name | one two" || m.Places != "Nowhere Berlin, Germany;Germany" {
			t.Errorf("actor %q, services %q, languages %q, links %q, extra %q, places %q", m.ActorID, m.Services, m.Languages, m.Links, m.Extra, m.Places)
		}
		if m, err := d.MirroredCoop(t.Context(), "far.test", "secret"); err != nil || m.Status != directory.Unlisted {
			t.Errorf("a status that we do not know is %q, %v", m.Status, err)
		}
		if m, err := d.MirroredCoop(t.Context(), "far.test", "blank"); err != nil || m.Name != "blank" {
			t.Errorf("a name of nothing is %q, %v", m.Name, err)
		}
	})
}
