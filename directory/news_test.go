package directory_test

import (
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// said lists an actor's posts, oldest first, on one line each.
func said(t *testing.T, d *directory.Directory, handle string) []string {
	t.Helper()
	posts, err := d.Posts(t.Context(), handle, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for i := len(posts) - 1; i >= 0; i-- {
		bodies = append(bodies, strings.ReplaceAll(posts[i].Body, "\n\n", " / "))
	}
	return bodies
}

func TestFirstImportIsNoNews(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		for _, handle := range []string{directory.DirectoryHandle, "igalia"} {
			if posts := said(t, d, handle); len(posts) != 0 {
				t.Errorf("@%s said %q", handle, posts)
			}
		}
	})
}

func TestImportTellsOncePerCoopAndSumsItselfUp(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		later := revise(t, repairedSeed(t),
			"[Brierwood Coop](http://brierwood.coop) | Mobile apps | Ottawa, Ontario, Canada", "[Brierwood Cooperative](http://brierwood.coop) | Mobile apps, Hosting | Toronto, Ontario, Canada",
			"[Nilenso](https://nilenso.com)", "[New Dawn](https://newdawn.example) | Training | Pune, India | |\n[Nilenso](https://nilenso.com)",
			"[Sange](http://www.sange.fi/) | Hosting | Helsinki, Finland | |\n", "")
		storetest.ImportList(t, d, []byte(later), nil)
		for handle, want := range map[string]string{
			"brierwood":               "Brierwood Coop is now called Brierwood Cooperative. / Now also offers hosting. / Now in Toronto, Ontario, Canada. / No longer in Ottawa, Ontario, Canada.",
			"newdawn":                 "",
			"sange":                   "", // vanished: a person has yet to decide what that means
			directory.DirectoryHandle: "1 co-op joined the directory: New Dawn (@newdawn). / 1 other entry has changed.",
		} {
			if got := strings.Join(said(t, d, handle), " // "); got != want {
				t.Errorf("@%s said %q, want %q", handle, got, want)
			}
		}
	})
}

func TestOneAutomaticPostAnHour(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		steps := []struct {
			set  map[string]string
			want string
		}{
			{map[string]string{"services": "hosting,training"}, "Now also offers training and e-learning."},
			{map[string]string{"founded": "1999"}, "Now also offers training and e-learning."},
			{map[string]string{"website": "https://sange.example"}, "New website: https://sange.example / Now also offers training and e-learning."},
			{map[string]string{"services": "hosting"}, "New website: https://sange.example"},
			{map[string]string{"website": "http://www.sange.fi/"}, ""},
			{map[string]string{"status": "defunct"}, "This co-op has closed."},
		}
		for _, step := range steps {
			curate(t, d, "sange", step.set)
			if got := strings.Join(said(t, d, "sange"), " // "); got != step.want {
				t.Errorf("after %v @sange says %q, want %q", step.set, got, step.want)
			}
		}
		if history, err := d.History(t.Context(), coop(t, d, "sange").Handle); err != nil || len(history) != len(steps)+1 {
			t.Errorf("the history of the entry has %d rows, want %d (%v)", len(history), len(steps)+1, err)
		}
	})
}
