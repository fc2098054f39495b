package directory_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// brook is a co-op that no list has.
func brook() directory.Written {
	return directory.Written{
		Fields: map[string]string{
			"name": "Brook Works", "website": "https://brook.coop/", "summary": "We map rivers.", "services": "maps-gis,data",
			"places": "Leeds, United Kingdom", "languages": "en,cy", "founded": "2019",
		},
		Contact:  "ann@brook.coop",
		Evidence: []directory.Evidence{{Kind: directory.ByRegister, What: "Mutuals Register 1234", Link: "https://mutuals.example/1234"}},
	}
}

// sent is a proposal that waits for an operator.
func sent(t *testing.T, d *directory.Directory, w directory.Written, by directory.Actor) int64 {
	t.Helper()
	p, err := d.Propose(t.Context(), 0, w)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.ProveProposal(t.Context(), p, "meta", w.Fields["website"]); err != nil {
		t.Fatal(err)
	}
	if err := d.SendProposal(t.Context(), p.ID, by); err != nil {
		t.Fatal(err)
	}
	return p.ID
}

var otto = directory.Actor{Name: "Otto"} // an operator

func TestCoopAddsItselfAndIsListedWithAnOperatorsYes(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, before := somebody(t, d, "Ann"), last(t, d)
		id := sent(t, d, brook(), ann)
		if waiting, err := d.ProposalsWaiting(t.Context(), 10); err != nil || len(waiting) != 1 || len(waiting[0].Evidence) != 1 || *waiting[0].PersonID != ann.PersonID {
			t.Fatalf("waiting: %+v, %v", waiting, err)
		}
		_, err := d.Coop(t.Context(), "brook")
		refuses(t, "the entry before the yes", err, directory.ErrNotFound)
		if open, err := d.EvidenceToJudge(t.Context(), 10); err != nil || len(open) != 0 || last(t, d) != before {
			t.Errorf("before the yes: %d changes, evidence %v, %v", last(t, d)-before, open, err)
		}
		refuses(t, "its evidence judged by itself", d.JudgeEvidence(t.Context(), otto, 1, true, ""), directory.ErrNotFound)
		c, err := d.AcceptProposal(t.Context(), otto, id)
		if err != nil {
			t.Fatal(err)
		}
		if c.Handle != "brook" || !c.Claimed() || c.Status != directory.Active || c.Region != "europe" || c.Services != "maps-gis,data" || c.Founded != 2019 || c.Languages != "en,cy" {
			t.Errorf("the entry: %+v", c)
		}
		expectRole(t, d, "brook", ann, directory.Owner)
		facts, err := d.Facts(t.Context(), c.ID)
		if err != nil || !slices.ContainsFunc(facts, func(f directory.Fact) bool {
			return f.Field == "summary" && f.Source == directory.FromCoop && f.Value == "We map rivers."
		}) {
			t.Errorf("the facts: %+v, %v", facts, err)
		}
		claims, err := d.Claims(t.Context(), "brook")
		if err != nil || len(claims) != 1 || claims[0].State != directory.ClaimGranted || claims[0].Page != "/add" || claims[0].Method != "meta" || claims[0].SeenAt == nil {
			t.Errorf("the claim: %+v, %v", claims, err)
		}
		if handle, err := d.ClaimedWith(t.Context(), claims[0].Token); err != nil || handle != "brook" {
			t.Errorf("the token leads to %q, %v", handle, err)
		}
		expectAudit(t, d, "brook", "Otto listed", "Ann claimed")
		if posts := said(t, d, directory.DirectoryHandle); len(posts) != 1 || !strings.Contains(posts[0], "Brook Works (@brook)") {
			t.Errorf("the directory says %q", posts)
		}
		control, err := d.Control(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		pieces, err := d.PublicEvidence(t.Context(), c, control)
		if err != nil || len(pieces) != 2 || pieces[0].Kind != directory.ByDomain || pieces[0].What != "brook.coop" || pieces[1].State != directory.EvidenceStated || pieces[1].ProposalID != nil {
			t.Errorf("the evidence: %+v, %v", pieces, err)
		}
		if own, err := d.ProposalsOf(t.Context(), ann.PersonID); err != nil || len(own) != 1 || own[0].State != directory.ProposalAccepted || own[0].Handle != "brook" {
			t.Errorf("what Ann sees: %+v, %v", own, err)
		}
	})
}

// Of two operators who say yes at once, and of a yes and a no, one counts.
func TestProposalIsDecidedOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		id := sent(t, d, brook(), somebody(t, d, "Ann"))
		var group sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			group.Go(func() {
				if i == 3 {
					errs[i] = d.RefuseProposal(t.Context(), otto, id, "Not yet.")
					return
				}
				_, errs[i] = d.AcceptProposal(t.Context(), otto, id)
			})
		}
		group.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else {
				refuses(t, "a second decision", err, directory.ErrInvalid)
			}
		}
		_, err := d.Coop(t.Context(), "brook_coop")
		if done != 1 || !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("%d decisions, a second entry: %v", done, err)
		}
	})
}

func TestProposalIsRefusedWithAReason(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := somebody(t, d, "Ann")
		id := sent(t, d, brook(), ann)
		for _, why := range []string{" ", strings.Repeat("x", directory.MaxReason+1)} {
			wrong := new(directory.FieldError)
			if err := d.RefuseProposal(t.Context(), otto, id, why); !errors.As(err, &wrong) || wrong.Field != "why" {
				t.Errorf("refused with %.5q: %v", why, err)
			}
		}
		if err := d.RefuseProposal(t.Context(), otto, id, "You have\nshareholders."); err != nil {
			t.Fatal(err)
		}
		_, err := d.AcceptProposal(t.Context(), otto, id)
		refuses(t, "a yes after the no", err, directory.ErrInvalid)
		own, err := d.ProposalsOf(t.Context(), ann.PersonID)
		if err != nil || own[0].State != directory.ProposalRefused || own[0].Why != "You have shareholders." {
			t.Errorf("what Ann reads: %+v, %v", own, err)
		}
		expectAudit(t, d, directory.DirectoryHandle, "Ann asked to be listed", "Otto refused to list")
	})
}

func TestWhatIsListedCannotBeAdded(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		if err := d.RemoveCoop(t.Context(), "radicaldesigns", "asked to", "test"); err != nil {
			t.Fatal(err)
		}
		igalia := coop(t, d, "igalia")
		for _, test := range []struct {
			name, website, found string
			byName               bool
		}{
			{"Brook", "http://www.igalia.com", "igalia", false},
			{"Brook", igalia.Website + "/about?x=1#team", "igalia", false},
			{strings.ToUpper(igalia.Name), "https://other.example", "igalia", true},
			{"Brook", "https://radicaldesigns.org", "radicaldesigns", false},
			{"Brook", "https://github.com/brook", "", false},
		} {
			w := brook()
			w.Fields["name"], w.Fields["website"] = test.name, test.website
			listed := new(directory.ListedError)
			_, err := d.Propose(t.Context(), 0, w)
			if is := errors.As(err, &listed); is != (test.found != "") || is && (listed.Coop.Handle != test.found || listed.ByName != test.byName) {
				t.Errorf("%s at %s: %v, %+v", test.name, test.website, err, listed)
			}
			w.Namesake = true
			if _, err := d.Propose(t.Context(), 0, w); (err == nil) != (test.byName || test.found == "") {
				t.Errorf("%s at %s as a namesake: %v", test.name, test.website, err)
			}
		}
		id := sent(t, d, brook(), somebody(t, d, "Ann"))
		if _, _, err := d.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"website": "https://brook.coop"}}); err != nil {
			t.Fatal(err)
		}
		_, err := d.AcceptProposal(t.Context(), otto, id)
		if listed := new(directory.ListedError); !errors.As(err, &listed) || listed.Coop.Handle != "sange" {
			t.Errorf("listed meanwhile: %v", err)
		}
	})
}

// Each field that cannot be taken is named, and nothing is kept.
func TestProposalSaysWhatCannotBeTaken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		w := directory.Written{
			Fields:   map[string]string{"name": strings.Repeat("x", 200), "website": "javascript:alert(1)", "summary": strings.Repeat("x", 501), "services": "witchcraft", "founded": "soon"},
			Evidence: []directory.Evidence{{Kind: directory.ByBylaws, Link: "javascript://brook.coop/%0aalert(1)"}, {Kind: "domain", What: "brook.coop"}, {Kind: directory.ByVouching}, {Kind: directory.ByNetwork}},
		}
		_, err := d.Propose(t.Context(), 0, w)
		joined, ok := err.(interface{ Unwrap() []error })
		if !ok {
			t.Fatalf("taken: %v", err)
		}
		var fields []string
		for _, one := range joined.Unwrap() {
			if wrong := new(directory.FieldError); errors.As(one, &wrong) {
				fields = append(fields, wrong.Field)
			}
		}
		slices.Sort(fields)
		if want := []string{"contact", "evidence-1", "evidence-2", "evidence-3", "evidence-4", "founded", "name", "places", "services", "summary", "website"}; !slices.Equal(fields, want) {
			t.Errorf("wrong are %q, want %q", fields, want)
		}
		_, err = d.Proposal(t.Context(), 1)
		refuses(t, "what was kept", err, directory.ErrNotFound)
	})
}

func TestProposalIsProvedByTheWebsiteThatItNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		ann := somebody(t, d, "Ann")
		p, err := d.Propose(t.Context(), 0, brook())
		if err != nil {
			t.Fatal(err)
		}
		refuses(t, "sent without a proof", d.SendProposal(t.Context(), p.ID, ann), directory.ErrInvalid)
		if err := d.ProveProposal(t.Context(), p, "dns", "_coopverse.brook.coop"); err != nil {
			t.Fatal(err)
		}
		w := brook()
		w.Fields["summary"], w.Evidence = "We map brooks.", nil
		same, err := d.Propose(t.Context(), p.ID, w)
		if err != nil || same.ID != p.ID || same.Token != p.Token || same.State != directory.ProposalProved || same.Summary != "We map brooks." {
			t.Errorf("with other words: %+v, %v", same, err)
		}
		if kept, err := d.Proposal(t.Context(), p.ID); err != nil || len(kept.Evidence) != 0 {
			t.Errorf("its evidence: %+v, %v", kept, err)
		}
		w.Fields["website"] = "https://brook.example"
		other, err := d.Propose(t.Context(), p.ID, w)
		if err != nil || other.Token == p.Token || other.State != directory.ProposalBegun || other.Method != "" || other.ProvedAt != nil {
			t.Errorf("with another website: %+v, %v", other, err)
		}
		refuses(t, "sent with another website", d.SendProposal(t.Context(), p.ID, ann), directory.ErrInvalid)
		refuses(t, "proved by what stood on the website before", d.ProveProposal(t.Context(), p, "meta", p.Website), directory.ErrInvalid)
		if err := d.ProveProposal(t.Context(), other, "meta", "https://brook.example"); err != nil {
			t.Fatal(err)
		}
		refuses(t, "sent by nobody", d.SendProposal(t.Context(), p.ID, otto), directory.ErrInvalid)
		if err := d.SendProposal(t.Context(), p.ID, ann); err != nil {
			t.Fatal(err)
		}
		refuses(t, "sent twice", d.SendProposal(t.Context(), p.ID, ann), directory.ErrInvalid)
		_, err = d.Propose(t.Context(), p.ID, brook())
		refuses(t, "changed after it was sent", err, directory.ErrInvalid)
	})
}

func TestFewProposalsWaitAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		ann := somebody(t, d, "Ann")
		propose := func(n int, website string) error {
			w := brook()
			w.Fields["name"], w.Fields["website"] = fmt.Sprintf("Brook %d", n), website
			p, err := d.Propose(t.Context(), 0, w)
			if err != nil {
				t.Fatal(err)
			}
			if err := d.ProveProposal(t.Context(), p, "meta", website); err != nil {
				t.Fatal(err)
			}
			return d.SendProposal(t.Context(), p.ID, ann)
		}
		if err := propose(0, "https://brook0.example"); err != nil {
			t.Fatal(err)
		}
		refuses(t, "one website twice", propose(1, "http://www.brook0.example/"), directory.ErrInvalid)
		for n := range 4 {
			if err := propose(n+1, fmt.Sprintf("https://brook%d.example", n+1)); err != nil {
				t.Fatal(err)
			}
		}
		refuses(t, "a sixth", propose(6, "https://brook6.example"), directory.ErrInvalid)
	})
}

func TestDraftsThatCameToNothingAreForgotten(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := somebody(t, d, "Ann")
		draft, err := d.Propose(t.Context(), 0, brook())
		if err != nil {
			t.Fatal(err)
		}
		waiting := sent(t, d, brook(), ann)
		w := brook()
		w.Fields["name"], w.Fields["website"] = "Rill", "https://rill.example"
		refused := sent(t, d, w, ann)
		if err := d.RefuseProposal(t.Context(), otto, refused, "No."); err != nil {
			t.Fatal(err)
		}
		long := time.Now().UTC().AddDate(0, -6, 0)
		for _, statement := range []string{
			"UPDATE proposals SET began_at = $1", "UPDATE proposals SET decided_at = $1 WHERE decided_at IS NOT NULL", "UPDATE people SET added_at = $1",
		} {
			if _, err := db.SQL().Exec(statement, long); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[int64]error{draft.ID: directory.ErrNotFound, refused: directory.ErrNotFound, waiting: nil} {
			if _, err := d.Proposal(t.Context(), id); !errors.Is(err, want) {
				t.Errorf("proposal %d: %v, want %v", id, err, want)
			}
		}
		if _, err := d.AcceptProposal(t.Context(), otto, waiting); err != nil {
			t.Errorf("whoever waits was forgotten: %v", err)
		}
	})
}

func TestOldProofSendsNothing(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		p, err := d.Propose(t.Context(), 0, brook())
		if err != nil {
			t.Fatal(err)
		}
		if err := d.ProveProposal(t.Context(), p, "meta", p.Website); err != nil {
			t.Fatal(err)
		}
		if _, err := db.SQL().Exec("UPDATE proposals SET proved_at = $1", time.Now().UTC().Add(-25*time.Hour)); err != nil {
			t.Fatal(err)
		}
		refuses(t, "a day later", d.SendProposal(t.Context(), p.ID, somebody(t, d, "Ann")), directory.ErrInvalid)
	})
}

// A co-op that added itself is a row of the list from the next export on, and
// the list that has that row knows it.
func TestCoopThatAddedItselfIsExported(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		before, id := export(t, d).List, sent(t, d, brook(), somebody(t, d, "Ann"))
		if _, err := d.AcceptProposal(t.Context(), otto, id); err != nil {
			t.Fatal(err)
		}
		exported := export(t, d).List
		if gone, come := lineDiff(string(before), string(exported)); len(gone) != 0 || len(come) != 1 || !strings.Contains(come[0], "Brook Works") || !strings.Contains(come[0], "Leeds") {
			t.Errorf("gone %q, come %q", gone, come)
		}
		summary := storetest.ImportList(t, d, exported, nil)
		if c := coop(t, d, "brook"); len(summary.Added) != 0 || len(summary.Vanished) != 0 || c.Summary != "We map rivers." || !c.Listed() {
			t.Errorf("imported again: %+v, %+v", summary, c)
		}
	})
}
