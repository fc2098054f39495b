package directory_test

import (
	"errors"
	"slices"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// shown is the public evidence of a co-op: kind, what and state of each.
func shown(t *testing.T, d *directory.Directory, handle string) (pieces []string) {
	t.Helper()
	c := coop(t, d, handle)
	control, err := d.Control(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	all, err := d.PublicEvidence(t.Context(), c, control)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		pieces = append(pieces, string(e.Kind)+" "+e.What+" "+string(e.State))
	}
	return pieces
}

func expectShown(t *testing.T, d *directory.Directory, when, handle string, want ...string) {
	t.Helper()
	if got := shown(t, d, handle); !slices.Equal(got, want) {
		t.Errorf("%s %s has %q, want %q", when, handle, got, want)
	}
}

func TestEvidenceIsStatedJudgedAndWithdrawn(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := owner(t, d, "sange", "Ann")
		network := directory.Evidence{Kind: directory.ByNetwork, What: "  CoopCycle\n"}
		for range 2 {
			if err := d.AddEvidence(t.Context(), ann, "sange", network); err != nil {
				t.Fatal(err)
			}
		}
		wrong := new(directory.FieldError)
		if err := d.AddEvidence(t.Context(), ann, "sange", directory.Evidence{Kind: directory.ByDomain, What: "sange.coop"}); !errors.As(err, &wrong) {
			t.Errorf("a domain that nobody has proved: %v", err)
		}
		open, err := d.EvidenceToJudge(t.Context(), 10)
		if err != nil || len(open) != 2 {
			t.Fatalf("to judge: %+v, %v", open, err)
		}
		if err := d.JudgeEvidence(t.Context(), otto, open[1].ID, true, ""); err != nil {
			t.Fatal(err)
		}
		expectShown(t, d, "judged,", "sange", "network CoopCycle confirmed", "network CoopCycle stated")
		refuses(t, "judged twice", d.JudgeEvidence(t.Context(), otto, open[1].ID, false, "no"), directory.ErrInvalid)
		if err := d.JudgeEvidence(t.Context(), otto, open[0].ID, false, " "); !errors.As(err, &wrong) {
			t.Errorf("refused without a reason: %v", err)
		}
		if err := d.JudgeEvidence(t.Context(), otto, open[0].ID, false, "They do not know you."); err != nil {
			t.Fatal(err)
		}
		expectShown(t, d, "refused,", "sange", "network CoopCycle confirmed")
		if own, err := d.EvidenceOf(t.Context(), "sange"); err != nil || len(own) != 2 || own[1].Why != "They do not know you." {
			t.Errorf("what the co-op reads: %+v, %v", own, err)
		}
		refuses(t, "withdrawn by another co-op", d.WithdrawEvidence(t.Context(), ann, "igalia", open[1].ID), directory.ErrNotFound)
		if err := d.WithdrawEvidence(t.Context(), ann, "sange", open[1].ID); err != nil {
			t.Fatal(err)
		}
		refuses(t, "withdrawn twice", d.WithdrawEvidence(t.Context(), ann, "sange", open[1].ID), directory.ErrNotFound)
		refuses(t, "judged after that", d.JudgeEvidence(t.Context(), otto, open[1].ID, true, ""), directory.ErrInvalid)
		expectShown(t, d, "withdrawn,", "sange")
		expectAudit(t, d, "sange", "Ann claimed", "Ann stated evidence", "Ann stated evidence", "Otto confirmed evidence", "Otto refused evidence", "Ann withdrew evidence")
	})
}

func TestOnlyClaimedCoopsVouchOnceForOthers(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := owner(t, d, "sange", "Ann")
		refuses(t, "for itself", d.Vouch(t.Context(), ann, "sange", "SANGE"), directory.ErrInvalid)
		refuses(t, "by one that is unclaimed", d.Vouch(t.Context(), ann, "agaric", "igalia"), directory.ErrInvalid)
		refuses(t, "by the directory", d.Vouch(t.Context(), ann, directory.DirectoryHandle, "igalia"), directory.ErrNotFound)
		refuses(t, "for one that has closed", d.Vouch(t.Context(), ann, "sange", "quilted"), directory.ErrInvalid)
		if err := d.Vouch(t.Context(), ann, "sange", "igalia"); err != nil {
			t.Fatal(err)
		}
		refuses(t, "twice", d.Vouch(t.Context(), ann, "sange", "igalia"), directory.ErrInvalid)
		name := coop(t, d, "sange").Name
		expectShown(t, d, "vouched for,", "igalia", "vouch "+name+" stated")
		pieces, err := d.EvidenceOf(t.Context(), "igalia")
		if err != nil || len(pieces) != 1 {
			t.Fatalf("%+v, %v", pieces, err)
		}
		refuses(t, "withdrawn by whom it is about", d.WithdrawEvidence(t.Context(), ann, "igalia", pieces[0].ID), directory.ErrNotFound)
		if err := d.TakeBackVouch(t.Context(), ann, "sange", "igalia"); err != nil {
			t.Fatal(err)
		}
		expectShown(t, d, "taken back,", "igalia")
		refuses(t, "taken back twice", d.TakeBackVouch(t.Context(), ann, "sange", "igalia"), directory.ErrNotFound)
		if err := d.Vouch(t.Context(), ann, "sange", "igalia"); err != nil {
			t.Errorf("once more: %v", err)
		}
		if _, _, err := d.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCoop, Set: map[string]string{"status": "defunct"}}); err != nil {
			t.Fatal(err)
		}
		expectShown(t, d, "when the voucher has closed", "igalia")
		if err := d.RemoveCoop(t.Context(), "sange", "asked to", "test"); err != nil {
			t.Fatal(err)
		}
		if left, err := d.EvidenceToJudge(t.Context(), 10); err != nil || len(left) != 0 {
			t.Errorf("after the voucher was removed: %+v, %v", left, err)
		}
	})
}

// A name under .coop speaks for a co-op as long as the website is proved.
func TestCoopDomainSpeaksForItself(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		site := func(website string) {
			t.Helper()
			if _, _, err := d.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"website": website}}); err != nil {
				t.Fatal(err)
			}
		}
		site("https://www.sange.coop/about")
		expectShown(t, d, "unproved,", "sange")
		owner(t, d, "sange", "Ann")
		expectShown(t, d, "proved,", "sange", "domain sange.coop confirmed")
		site("https://sange.example")
		expectShown(t, d, "with another website", "sange")
		control, err := d.Control(t.Context(), coop(t, d, "sange"))
		if err != nil || control.Website != "https://www.sange.coop/about" || control.Unproved != "https://sange.example" {
			t.Errorf("control: %+v, %v", control, err)
		}
		if due, err := d.ClaimsToCheck(t.Context(), 10); err != nil || len(due) != 1 {
			t.Errorf("to be checked after the edit: %+v, %v", due, err)
		}
		refuses(t, "a website that is not the entry's", d.ProvedAnew(t.Context(), control.Claim.ID, "https://evil.example", "meta", "https://evil.example"), directory.ErrInvalid)
		if err := d.ProvedAnew(t.Context(), control.Claim.ID, "https://sange.example", "meta", "https://sange.example/"); err != nil {
			t.Fatal(err)
		}
		if control, err := d.Control(t.Context(), coop(t, d, "sange")); err != nil || control.Website != "https://sange.example" || control.Unproved != "" || control.LapsedAt != nil {
			t.Errorf("proved anew: %+v, %v", control, err)
		}
		if due, err := d.ClaimsToCheck(t.Context(), 10); err != nil || len(due) != 0 {
			t.Errorf("to be checked after that: %+v, %v", due, err)
		}
	})
}

func TestOperatorEndsAClaimThatWaits(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		owner(t, d, "sange", "Ann")
		bea, id := waiting(t, d, "sange", "Bea")
		open, err := d.Waiting(t.Context())
		if err != nil || open != (directory.Waiting{Claims: 1}) {
			t.Errorf("open: %+v, %v", open, err)
		}
		if err := d.EndClaim(t.Context(), otto, id, ""); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("ended without a reason: %v", err)
		}
		if err := d.EndClaim(t.Context(), otto, id, "The domain was sold."); err != nil {
			t.Fatal(err)
		}
		expectState(t, d, "ended by an operator,", id, directory.ClaimEnded)
		refuses(t, "ended twice", d.EndClaim(t.Context(), otto, id, "again"), directory.ErrInvalid)
		expectRole(t, d, "sange", bea, "")
		expectAudit(t, d, "sange", "Ann claimed", "Bea claimed beside owners", "Otto ended a claim")
		page, err := d.WholeAuditLog(t.Context(), "SANGE", 0, 2)
		if err != nil || len(page) != 2 || page[0].Act != "ended a claim" {
			t.Fatalf("the log: %+v, %v", page, err)
		}
		if rest, err := d.WholeAuditLog(t.Context(), "", page[1].ID, 10); err != nil || len(rest) != 1 || rest[0].Who != "Ann" {
			t.Errorf("the rest of it: %+v, %v", rest, err)
		}
	})
}
