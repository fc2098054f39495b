package web_test

import (
	"context"
	"net/url"
	"testing"

	"coopverse/directory"
)

// operatorAt makes somebody an operator, too.
func operatorAt(t testing.TB, d *directory.Directory, s seat) {
	t.Helper()
	token, err := d.Invite(context.Background(), directory.Actor{Name: "a test"}, directory.DirectoryHandle, directory.Owner)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.AcceptInvitation(context.Background(), token, s.by); err != nil {
		t.Fatal(err)
	}
}

// brook is what a co-op writes that no list has: pairs of field and value.
func brook() []string {
	return []string{
		"name", "Brook Works", "website", "https://brook.coop", "summary", "We map rivers.", "services", "maps-gis", "places", "Leeds, United Kingdom",
		"languages", "English, Welsh", "founded", "2019", "contact", "ann@brook.coop",
		"kind-1", "register", "what-1", "Mutuals Register 1234", "link-1", "https://mutuals.example/1234",
	}
}

func formed(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

// proved has somebody claim a co-op by its website.
func proved(t testing.TB, d *directory.Directory, handle string, by directory.Actor) {
	t.Helper()
	ctx := context.Background()
	claim, err := d.BeginClaim(ctx, handle)
	if err == nil {
		err = d.ProveClaim(ctx, claim.ID, "meta", claim.Website)
	}
	if err == nil {
		_, err = d.TakeClaim(ctx, claim.ID, by)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// busy gives the operators, of whom s is one, something of each kind to do.
func busy(t testing.TB, d *directory.Directory, s seat) {
	t.Helper()
	ctx := context.Background()
	operatorAt(t, d, s)
	proved(t, d, "agaric", s.by)
	_, _, err := d.EditCoop(ctx, "agaric", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"website": "https://agaric.example"}})
	if err != nil {
		t.Fatal(err)
	}
	ida := seated(t, d, "igalia", "Ida", directory.Owner)
	proved(t, d, "igalia", ida.by)
	proved(t, d, "igalia", seated(t, d, "hypha", "Bea", directory.Owner).by)
	for _, e := range []directory.Evidence{
		{Kind: directory.ByNetwork, What: "CoopCycle"}, {Kind: directory.ByBylaws, Link: "https://igalia.example/bylaws.pdf"},
	} {
		if err := d.AddEvidence(ctx, ida.by, "igalia", e); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.JudgeEvidence(ctx, s.by, 1, true, ""); err != nil {
		t.Fatal(err)
	}
	if err := d.Vouch(ctx, s.by, "agaric", "igalia"); err != nil {
		t.Fatal(err)
	}
	for n, text := range []string{"They sell <b>snake oil</b>.", "Spam", "Old news"} {
		h := directory.Heard{Peer: stranger("mod", "Mods"), ActivityID: "https://elsewhere.example/flags/" + string(rune('a'+n)), Type: "Flag"}
		if err := d.AddReport(ctx, h, text, []directory.ReportObject{{Handle: "agaric", Object: "https://coops.example/coops/agaric/posts/2"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.ResolveReport(ctx, s.by, 1, "The post was deleted."); err != nil {
		t.Fatal(err)
	}
	for _, entry := range []struct{ name, website string }{{"Rill", "https://rill.example"}, {"Rivulet with a long name that goes on and on", "https://rivulet.example/about-us"}} {
		p, err := d.Propose(ctx, 0, directory.Written{
			Fields:  map[string]string{"name": entry.name, "website": entry.website, "services": "hosting", "places": "Lille, France", "languages": "fr"},
			Contact: "hello@rill.example", Evidence: []directory.Evidence{{Kind: directory.ByNetwork, What: "CICOPA", Link: "https://cicopa.example/members"}},
		})
		if err == nil {
			err = d.ProveProposal(ctx, p, "file", entry.website+"/.well-known/coopverse.txt")
		}
		if err == nil {
			err = d.SendProposal(ctx, p.ID, s.by)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := d.RefuseProposal(ctx, s.by, 2, "You write that you have shareholders who do not work there."); err != nil {
		t.Fatal(err)
	}
}
