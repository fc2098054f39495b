package directory_test

import (
	"errors"
	"slices"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestOwnerRenewsTheProofAtOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := owner(t, d, "sange", "Ann")
		member(t, d, "sange", "Bea", directory.Owner)
		curate(t, d, "sange", map[string]string{"website": "https://new.example"})
		claim, err := d.TakeClaim(t.Context(), proved(t, d, "sange"), ann)
		if err != nil || claim.State != directory.ClaimGranted {
			t.Errorf("renewed: %+v, %v", claim, err)
		}
		if proofs, err := d.Claims(t.Context(), "sange"); err != nil || len(proofs) != 1 || proofs[0].Website != "https://new.example" {
			t.Errorf("the proofs: %+v, %v", proofs, err)
		}
		edda := member(t, d, "sange", "Edda", directory.Editor)
		claim, err = d.TakeClaim(t.Context(), proved(t, d, "sange"), edda)
		if err != nil || claim.State != directory.ClaimWaiting {
			t.Errorf("an editor's claim: %+v, %v", claim, err)
		}
		expectRole(t, d, "sange", edda, directory.Editor)
	})
}

func TestAnotherWebsiteProvesNothing(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		begun, err := d.BeginClaim(t.Context(), "igalia")
		if err != nil {
			t.Fatal(err)
		}
		id := proved(t, d, "igalia")
		curate(t, d, "igalia", map[string]string{"website": "https://new.example"})
		refuses(t, "proved by the old website", d.ProveClaim(t.Context(), begun.ID, "meta", ""), directory.ErrInvalid)
		refuses(t, "taken by the old website", second(d.TakeClaim(t.Context(), id, somebody(t, d, "Mal"))), directory.ErrInvalid)

		owner(t, d, "sange", "Ann")
		bea, id := waiting(t, d, "sange", "Bea")
		_, other := waiting(t, d, "sange", "Bo")
		curate(t, d, "sange", map[string]string{"website": "https://new.example"})
		age(t, db, "claims", "effective_at", 1)
		if granted := settle(t, d); granted != nil {
			t.Errorf("granted %v", granted)
		}
		expectState(t, d, "with another website", id, directory.ClaimEnded)
		expectState(t, d, "with another website", other, directory.ClaimEnded)
		expectRole(t, d, "sange", bea, "")
	})
}

func TestLapsedProofIsNotGranted(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		owner(t, d, "sange", "Ann")
		bea, id := waiting(t, d, "sange", "Bea")
		for range 3 {
			age(t, db, "claims", "checked_at", 2)
			if _, err := d.CheckedClaim(t.Context(), id, "nothing there"); err != nil {
				t.Fatal(err)
			}
		}
		age(t, db, "claims", "effective_at", 1)
		if granted := settle(t, d); granted != nil {
			t.Errorf("granted %v", granted)
		}
		expectState(t, d, "without its proof", id, directory.ClaimEnded)
		expectRole(t, d, "sange", bea, "")
	})
}

func TestWhatCannotBeClaimed(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := somebody(t, d, "Ann")
		early := map[string]int64{}
		for _, handle := range []string{"sange", "igalia", "nayra", "camba"} {
			early[handle] = proved(t, d, handle)
		}
		curate(t, d, "sange", map[string]string{"status": "defunct"})
		curate(t, d, "igalia", map[string]string{"status": "unlisted"})
		curate(t, d, "nayra", map[string]string{"website": ""})
		if err := d.RemoveCoop(t.Context(), "camba", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		for handle, id := range early {
			var gone *directory.GoneError
			_, begin := d.BeginClaim(t.Context(), handle)
			_, take := d.TakeClaim(t.Context(), id, ann)
			if handle == "camba" {
				if !errors.As(begin, &gone) {
					t.Errorf("removed: %v", begin)
				}
				refuses(t, "the claim of a removed entry", take, directory.ErrInvalid)
				continue
			}
			refuses(t, handle+" begun", begin, directory.ErrInvalid)
			refuses(t, handle+" taken", take, directory.ErrInvalid)
		}
		refuses(t, "nobody", second(d.BeginClaim(t.Context(), "nobody")), directory.ErrNotFound)
		for _, handle := range []string{"directory", "instance", "europe"} {
			refuses(t, handle, second(d.BeginClaim(t.Context(), handle)), directory.ErrNotFound)
		}
		if err := d.MoveCoop(t.Context(), "agaric", "https://agaric.example/actor", "test"); err != nil {
			t.Fatal(err)
		}
		owner(t, d, "agaric", "Ada") // its entry stays, and is its own
		if c := coop(t, d, "agaric"); c.MovedTo == "" || !c.Claimed() {
			t.Errorf("claimed after it moved: %+v", c)
		}
	})
}

func TestProofIsLookedAtAgain(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		owner(t, d, "sange", "Ann")
		_, waits := waiting(t, d, "sange", "Bea")
		due := func() (ids []int64) {
			t.Helper()
			claims, err := d.ClaimsToCheck(t.Context(), 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range claims {
				ids = append(ids, c.ID)
			}
			return ids
		}
		check := func(id int64, missing string) bool {
			t.Helper()
			lapsed, err := d.CheckedClaim(t.Context(), id, missing)
			if err != nil {
				t.Fatal(err)
			}
			return lapsed
		}
		proofs, err := d.Claims(t.Context(), "sange")
		if err != nil || len(proofs) != 2 {
			t.Fatalf("claims %+v, %v", proofs, err)
		}
		granted := proofs[1].ID
		if ids := due(); ids != nil {
			t.Errorf("due at once: %v", ids)
		}
		age(t, db, "claims", "checked_at", 6)
		if ids := due(); !slices.Equal(ids, []int64{waits}) {
			t.Errorf("due after six days: %v, want the one that waits", ids)
		}
		age(t, db, "claims", "checked_at", 8)
		if ids := due(); len(ids) != 2 {
			t.Errorf("due after a week: %v", ids)
		}
		check(waits, "")
		for n := range 4 {
			lapsed := check(granted, "no answer")
			if again := check(granted, "no answer"); again { // another process
				t.Error("it lapsed twice")
			}
			c := claimed(t, d, granted)
			if lapsed != (n == 2) || c.Missed != n+1 || (c.LapsedAt != nil) != (n >= 2) || c.Why != "no answer" || c.State != directory.ClaimGranted {
				t.Errorf("not found %d times: lapsed %v, %+v", n+1, lapsed, c)
			}
			if ids := due(); ids != nil {
				t.Errorf("due at once after a miss: %v", ids)
			}
			age(t, db, "claims", "checked_at", 2)
			check(waits, "")
		}
		if check(granted, "") {
			t.Error("it lapsed when it was found")
		}
		if c := claimed(t, d, granted); c.LapsedAt != nil || c.Missed != 0 || c.Why != "" {
			t.Errorf("found again: %+v", c)
		}
		expectAudit(t, d, "sange", "Ann claimed", "Bea claimed beside owners")
	})
}
