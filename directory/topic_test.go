package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// collected counts how often the directory told of other collections after a change.
func collected(t *testing.T, d *directory.Directory, after int64) (n int) {
	t.Helper()
	changes, err := d.ChangesAfter(t.Context(), after, 10000)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if c.Kind == directory.KindCollected {
			n++
			if c.Handle != directory.DirectoryHandle || !c.Effective || c.Version != 0 {
				t.Errorf("the change is %+v", c)
			}
		}
	}
	return n
}

func TestTopicsTellWhoJoins(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		from := last(t, d)
		if n := collected(t, d, 0); n != 0 {
			t.Errorf("the first import told of %d collections", n)
		}
		for handle := range reservedFor() {
			if posts := said(t, d, handle); len(posts) != 0 {
				t.Errorf("after the first import @%s says %q", handle, posts)
			}
		}
		for _, step := range []struct {
			handle, field, value string
			collected            int
			says                 map[string]string
		}{
			{"sange", "services", "hosting,training", 1, map[string]string{"training": "Sange (@sange) joined."}},
			{"igalia", "services", "training", 1, map[string]string{"training": "Sange (@sange) joined. / Igalia (@igalia) joined."}},
			{"sange", "name", "Sange Osuuskunta", 0, nil},
			{"sange", "services", "hosting", 1, map[string]string{"training": "Igalia (@igalia) joined.", "hosting": ""}},
			{"igalia", "services", "consulting", 1, map[string]string{"training": ""}},
			{"sange", "founded", "1999", 0, nil},
			{"sange", "places", "Lille, France", 1, map[string]string{"france": "Sange Osuuskunta (@sange) joined.", "finland": "", "europe": ""}},
			{"sange", "status", "defunct", 1, map[string]string{"france": ""}},
			{"sange", "services", "training", 0, map[string]string{"training": ""}},
			{"sange", "status", "active", 1, map[string]string{"france": "Sange Osuuskunta (@sange) joined.", "training": "Sange Osuuskunta (@sange) joined."}},
			{"sange", "region", "oceania", 1, map[string]string{"oceania": "Sange Osuuskunta (@sange) joined."}},
			{"sange", "featurable", "false", 1, map[string]string{"oceania": "Sange Osuuskunta (@sange) joined."}},
			{"quilted", "featurable", "false", 0, nil},
			{"nayra", "status", "unlisted", 1, nil},
			{"nayra", "status", "active", 1, map[string]string{"argentina": "", "south_america": ""}},
		} {
			curate(t, d, step.handle, map[string]string{step.field: step.value})
			if n := collected(t, d, from); n != step.collected {
				t.Errorf("after %s=%s of @%s the directory told of other collections %d times, want %d", step.field, step.value, step.handle, n, step.collected)
			}
			for topic, want := range step.says {
				if got := strings.Join(said(t, d, topic), " // "); got != want {
					t.Errorf("after %s=%s of @%s, @%s says %q, want %q", step.field, step.value, step.handle, topic, got, want)
				}
			}
			from = last(t, d)
		}
		if err := d.RemoveCoop(t.Context(), "sange", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		for _, topic := range []string{"france", "training", "oceania"} {
			if got := said(t, d, topic); len(got) != 0 {
				t.Errorf("after the removal @%s says %q", topic, got)
			}
		}
		if n := collected(t, d, from); n != 1 {
			t.Errorf("the removal told of other collections %d times", n)
		}
	})
}

func TestImportGivesATopicOnePost(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		var joining strings.Builder
		for n := range 12 {
			fmt.Fprintf(&joining, "[New %c](https://new%c.example) | Training | Pune, India | |\n", 'A'+n, 'a'+n)
		}
		from := last(t, d)
		later := revise(t, repairedSeed(t), "[Nilenso](https://nilenso.com)", joining.String()+"[Nilenso](https://nilenso.com)",
			"[Sange](http://www.sange.fi/) | Hosting | Helsinki, Finland | |\n", "")
		storetest.ImportList(t, d, []byte(later), nil)
		var want []string
		for n := range 10 {
			want = append(want, fmt.Sprintf("New %c (@new%c) joined.", 'A'+n, 'a'+n))
		}
		want = append(want, "2 more co-ops joined.")
		for _, topic := range []string{"india", "training", "asia"} {
			if got := said(t, d, topic); len(got) != 1 || got[0] != strings.Join(want, " / ") {
				t.Errorf("@%s says %q", topic, got)
			}
		}
		for _, topic := range []string{"finland", "hosting"} {
			if got := said(t, d, topic); len(got) != 0 {
				t.Errorf("@%s, which one has left, says %q", topic, got)
			}
		}
		if n := collected(t, d, from); n != 1 {
			t.Errorf("the import told of other collections %d times", n)
		}
	})
}

func TestReadingBetterIsNoJoining(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		for _, statement := range []string{ // as an earlier version of this program would have left it
			"UPDATE facts SET value = '' WHERE field = 'services' AND coop_id = (SELECT id FROM coops WHERE handle = 'sange')",
			"UPDATE coops SET services = '' WHERE handle = 'sange'",
		} {
			if _, err := db.SQL().Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
		from := last(t, d)
		storetest.ImportSeed(t, d)
		if c := coop(t, d, "sange"); c.Services != "hosting" {
			t.Fatalf("it offers %q", c.Services)
		}
		if got := said(t, d, "hosting"); len(got) != 0 || collected(t, d, from) != 1 {
			t.Errorf("@hosting says %q, and the collections changed %d times", got, collected(t, d, from))
		}
	})
}

func TestTopicsAreCountedAndFeatured(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		topics, err := d.Topics(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSortedFunc(topics, func(a, b directory.CountedTopic) int { return b.Coops - a.Coops }) {
			t.Errorf("not the largest first: %+v", topics)
		}
		for _, topic := range topics {
			n, err := d.TopicCoops(t.Context(), topic.Topic)
			if err != nil || n != topic.Coops {
				t.Errorf("@%s has %d co-ops and is counted with %d (%v)", topic.Handle, n, topic.Coops, err)
			}
			featured, err := d.Featured(t.Context(), topic.Topic, 1000)
			if err != nil || len(featured) != n {
				t.Errorf("@%s features %d of %d co-ops (%v)", topic.Handle, len(featured), n, err)
			}
		}
		finland, ok := directory.TopicOf("finland")
		if !ok || finland.Kind != directory.TopicCountry || finland.ID != "FI" || finland.Label != "Finland" {
			t.Errorf("@finland is %+v", finland)
		}
		before, err := d.Featured(t.Context(), finland, 10)
		if err != nil || len(before) == 0 {
			t.Fatalf("%d in Finland: %v", len(before), err)
		}
		curate(t, d, before[0].Handle, map[string]string{"featurable": "false"})
		after, err := d.Featured(t.Context(), finland, 10)
		if err != nil || len(after) != len(before)-1 {
			t.Errorf("%d of %d are featured after one refused: %v", len(after), len(before), err)
		}
		if limited, err := d.Featured(t.Context(), topics[0].Topic, 3); err != nil || len(limited) != 3 {
			t.Errorf("%d featured, want 3 (%v)", len(limited), err)
		}
		for handle, want := range map[string]bool{"sange": true, "nobody": true, "finland": false, "directory": false, "instance": false} {
			if got := directory.IsCoop(handle); got != want {
				t.Errorf("%s is a co-op's handle: %v", handle, got)
			}
		}
	})
}

func TestReceiptsOfTheDirectoryNameItsCollections(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		fan := stranger("fan")
		follow(t, d, fan, "directory", activity(fan))
		deliver(t, d)
		curate(t, d, "sange", map[string]string{"services": "hosting,training"})
		receipts, err := d.Receipts(t.Context(), "directory", 10)
		if err != nil || len(receipts) != 1 || receipts[0].Kind != directory.KindCollected || len(receipts[0].Awaited) != 1 || receipts[0].Field != "" {
			t.Fatalf("receipts %+v, %v", receipts, err)
		}
		expectTold(t, d, "about collections", fan.Inbox, "directory collections")
		if receipts, err = d.Receipts(t.Context(), "directory", 10); err != nil || len(receipts[0].Told) != 1 || len(receipts[0].Awaited) != 0 {
			t.Errorf("receipts %+v, %v", receipts, err)
		}
		if line := receipts[0].Line(); !strings.Contains(line, "collections") || !strings.Contains(line, "told: fan.example") {
			t.Errorf("for people: %q", line)
		}
	})
}
