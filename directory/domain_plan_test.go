package directory_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func readList(t *testing.T, text string) directory.DomainList {
	t.Helper()
	list, err := directory.ReadDomainList(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A list is read as Mastodon and spreadsheets write it, and each line that cannot be is named.
func TestListsOfDomainsAreRead(t *testing.T) {
	list := readList(t, "\ufeff\"#domain\",#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\r\na.example,suspend,True,False,\"two\r\nlines, and \"\"more\"\"\",TRUE\r\n\r\nB.example,Silence\r\n")
	want := []directory.ListedDomain{
		{Line: 2, Domain: "a.example", Severity: "suspend", Reason: `two lines, and "more"`, Obfuscated: true}, {Line: 5, Domain: "B.example", Severity: "silence"},
	}
	if !slices.Equal(list.Domains, want) || !list.Blocks || list.Bare {
		t.Errorf("read %+v", list)
	}
	for text, why := range map[string]string{
		"": "empty", "\ufeff": "empty", "#domain\n": "names no domain", "<html>": "line 1", "#domain;#severity\na;b\n": "line 1", "\xff\xfe#\x00": "UTF-8",
		"#domain\na\n\"b\nc": "line 3",
	} {
		if _, err := directory.ReadDomainList(strings.NewReader(text)); !errors.Is(err, directory.ErrInvalid) || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What a list would change is said before: each domain once, with what stands about it now,
// and whose followings it would end. Notes, and reasons that the list has none for, stay.
func TestListIsPlannedBeforeItIsTaken(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		if err := d.ServeAs(t.Context(), "https://tech.coops.org"); err != nil {
			t.Fatal(err)
		}
		for _, p := range []directory.Peer{peer("ann"), peer("ben"), stranger("sub.peer"), stranger("fine")} {
			follow(t, d, p, "sange", activity(p))
		}
		known := []directory.BlockedDomain{{Domain: "known.example", Reason: "spam", Note: "report 3"}, {Domain: "stars.example", Reason: "hate", Note: "report 4"}}
		if err := d.BlockDomains(t.Context(), curator, known...); err != nil {
			t.Fatal(err)
		}
		list := readList(t, "#domain,#severity,#public_comment,#obfuscate\nPEER.example.,suspend,,\nhttps://peer.example/about,suspend,,\nknown.example,suspend,,\nstars.example,suspend,,true\nloud.example,noop,,\ntech.coops.org,suspend,,\n*.bad.example,suspend,,\nx.example,vanish,,\nknown.example,silence,,\n")
		plan, err := d.PlanDomains(t.Context(), list, false)
		if err != nil || len(plan.New) != 1 || plan.New[0].Domain != "peer.example" || plan.New[0].Line != 2 || len(plan.Changed) != 1 || plan.Changed[0].Domain != "stars.example" || plan.Changed[0].Reason != "hate" ||
			plan.Same != 1 || plan.Milder != 2 || plan.Followers != 3 || plan.Servers != 2 {
			t.Errorf("%+v, %v", plan, err)
		}
		var lines []int
		for _, w := range plan.Wrong {
			lines = append(lines, w.Line)
		}
		if !slices.Equal(lines, []int{7, 8, 9}) {
			t.Errorf("wrong: %+v", plan.Wrong)
		}
		if err := d.CarryOut(t.Context(), curator, plan, false); !errors.Is(err, directory.ErrInvalid) || !strings.Contains(err.Error(), "line 8") {
			t.Errorf("with wrong lines: %v", err)
		}
		if domains, err := d.BlockedDomains(t.Context()); err != nil || len(domains) != 2 || domains[1].Obfuscated {
			t.Errorf("half of it is taken: %+v, %v", domains, err)
		}
		if err := d.CarryOut(t.Context(), curator, plan, true); err != nil {
			t.Fatal(err)
		}
		domains, err := d.BlockedDomains(t.Context())
		if err != nil || len(domains) != 3 || domains[0].Note != "report 3" || domains[2].Note != "report 4" || !domains[2].Obfuscated || domains[2].Shown() != "star*.****ple" {
			t.Errorf("blocked: %+v %q, %v", domains, domains[2].Shown(), err)
		}
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 1 {
			t.Errorf("%d followers, %v", n, err)
		}
		if again, err := d.PlanDomains(t.Context(), list, false); err != nil || again.Changes() || again.Same != 3 {
			t.Errorf("a second time: %+v, %v", again, err)
		}
	})
}

// Whoever follows from a server that is not allowed is counted, also below one that is.
func TestWhoIsOutsideAllowed(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		for _, p := range []directory.Peer{peer("ann"), peer("ben"), stranger("sub.friends"), stranger("fine")} {
			follow(t, d, p, "sange", activity(p))
			follow(t, d, p, "igalia", activity(p)+"2")
		}
		if err := d.AllowDomains(t.Context(), curator, directory.AllowedDomain{Domain: "friends.example"}); err != nil {
			t.Fatal(err)
		}
		if followers, servers, err := d.OutsideAllowed(t.Context()); err != nil || followers != 3 || servers != 2 {
			t.Errorf("%d on %d, %v", followers, servers, err)
		}
	})
}
