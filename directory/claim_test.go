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

// somebody makes a person with a passkey.
func somebody(t *testing.T, d *directory.Directory, name string) directory.Actor {
	t.Helper()
	p, err := d.AddPerson(t.Context(), name, directory.Passkey{ID: "key of " + name, Name: "laptop", Credential: "{}"})
	if err != nil {
		t.Fatal(err)
	}
	return directory.Actor{PersonID: p.ID, Name: p.Name}
}

// proved begins and proves a claim.
func proved(t *testing.T, d *directory.Directory, handle string) int64 {
	t.Helper()
	claim, err := d.BeginClaim(t.Context(), handle)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.ProveClaim(t.Context(), claim.ID, "meta", claim.Website); err != nil {
		t.Fatal(err)
	}
	return claim.ID
}

// owner makes somebody the owner of a co-op that has none.
func owner(t *testing.T, d *directory.Directory, handle, name string) directory.Actor {
	t.Helper()
	who := somebody(t, d, name)
	if claim, err := d.TakeClaim(t.Context(), proved(t, d, handle), who); err != nil || claim.State != directory.ClaimGranted {
		t.Fatalf("%s claims %s: %+v, %v", name, handle, claim, err)
	}
	return who
}

// waiting has somebody else claim a co-op that has owners.
func waiting(t *testing.T, d *directory.Directory, handle, name string) (directory.Actor, int64) {
	t.Helper()
	who := somebody(t, d, name)
	claim, err := d.TakeClaim(t.Context(), proved(t, d, handle), who)
	if err != nil || claim.State != directory.ClaimWaiting || claim.EffectiveAt == nil {
		t.Fatalf("%s claims %s: %+v, %v", name, handle, claim, err)
	}
	return who, claim.ID
}

func claimed(t *testing.T, d *directory.Directory, id int64) directory.Claim {
	t.Helper()
	c, err := d.Claim(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func expectState(t *testing.T, d *directory.Directory, when string, id int64, want directory.ClaimState) {
	t.Helper()
	if c := claimed(t, d, id); c.State != want {
		t.Errorf("%s the claim is %s (%s), want %s", when, c.State, c.Why, want)
	}
}

// expectRole compares what somebody is in a co-op; "" is nobody.
func expectRole(t *testing.T, d *directory.Directory, handle string, who directory.Actor, want directory.Role) {
	t.Helper()
	role, err := d.RoleOf(t.Context(), handle, who.PersonID)
	if role != want || (want == "") != errors.Is(err, directory.ErrNotFound) {
		t.Errorf("%s is %q of %s, %v, want %q", who.Name, role, handle, err, want)
	}
}

// expectAudit compares who did what for an actor of ours, oldest first.
func expectAudit(t *testing.T, d *directory.Directory, handle string, want ...string) {
	t.Helper()
	entries, err := d.AuditLog(t.Context(), handle, 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range slices.Backward(entries) {
		got = append(got, e.Who+" "+e.Act)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the audit log of %s has %q, want %q", handle, got, want)
	}
}

func settle(t *testing.T, d *directory.Directory) (handles []string) {
	t.Helper()
	granted, err := d.SettleClaims(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range granted {
		handles = append(handles, c.Handle)
	}
	return handles
}

func refuses(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestCoopIsClaimedByItsWebsiteAtOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		fan, before := stranger("fan"), coop(t, d, "sange")
		follow(t, d, fan, "sange", activity(fan))
		deliver(t, d)
		ann := somebody(t, d, "Ann")
		claim, err := d.BeginClaim(t.Context(), "SANGE")
		if err != nil || claim.Handle != "sange" || len(claim.Token) != 26 || claim.Website != before.Website {
			t.Fatalf("begun: %+v, %v", claim, err)
		}
		_, err = d.TakeClaim(t.Context(), claim.ID, ann)
		refuses(t, "a claim that is not proved", err, directory.ErrInvalid)
		if err := d.ProveClaim(t.Context(), claim.ID, "rel-me", before.Website+"/imprint"); err != nil {
			t.Fatal(err)
		}
		expectRole(t, d, "sange", ann, "")
		if claim, err = d.TakeClaim(t.Context(), claim.ID, ann); err != nil || claim.State != directory.ClaimGranted || claim.PersonID == nil || *claim.PersonID != ann.PersonID {
			t.Fatalf("taken: %+v, %v", claim, err)
		}
		expectRole(t, d, "sange", ann, directory.Owner)
		after := coop(t, d, "sange")
		if !after.Claimed() || after.Version != before.Version+1 || after.Status != before.Status || after.Name != before.Name || after.Places != before.Places {
			t.Errorf("the entry: %+v", after)
		}
		if entry, err := d.Entry(t.Context(), after); err != nil || !entry.Claimed || entry.History[0].Kind != directory.KindClaimed {
			t.Errorf("the entry says claimed %v, %+v, %v", entry.Claimed, entry.History[:1], err)
		}
		expectTold(t, d, "after the claim", fan.Inbox, "sange claimed")
		if posts := said(t, d, "sange"); len(posts) != 0 {
			t.Errorf("it says %q", posts)
		}
		expectAudit(t, d, "sange", "Ann claimed")
		proofs, err := d.Claims(t.Context(), "sange")
		if err != nil || len(proofs) != 1 || proofs[0].Method != "rel-me" || proofs[0].FoundAt != before.Website+"/imprint" || proofs[0].ProvedAt == nil {
			t.Errorf("its proofs: %+v, %v", proofs, err)
		}
	})
}

func TestClaimIsUsedOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		id := proved(t, d, "sange")
		refuses(t, "proved twice", d.ProveClaim(t.Context(), id, "dns", ""), directory.ErrInvalid)
		people := []directory.Actor{somebody(t, d, "Ann"), somebody(t, d, "Ben"), somebody(t, d, "Cleo"), somebody(t, d, "Dan")}
		refuses(t, "taken by nobody", second(d.TakeClaim(t.Context(), id, directory.Actor{Name: "command line"})), directory.ErrInvalid)
		var group sync.WaitGroup
		failures := make(chan error, len(people))
		for _, who := range people {
			group.Go(func() { failures <- second(d.TakeClaim(t.Context(), id, who)) })
		}
		group.Wait()
		close(failures)
		taken := 0
		for err := range failures {
			if err == nil {
				taken++
			} else if !errors.Is(err, directory.ErrInvalid) {
				t.Error(err)
			}
		}
		members, err := d.Members(t.Context(), "sange")
		if taken != 1 || err != nil || len(members) != 1 {
			t.Errorf("taken %d times, the members are %+v, %v", taken, members, err)
		}
		refuses(t, "proved after it was taken", d.ProveClaim(t.Context(), id, "dns", ""), directory.ErrInvalid)
		expectState(t, d, "in the end", id, directory.ClaimGranted)
		refuses(t, "no such claim", second(d.TakeClaim(t.Context(), 99, people[0])), directory.ErrNotFound)
	})
}

// TestProofCannotBringAClaimBack has a slow check of a website come back after
// the claim went on, in all orders that there are.
func TestProofCannotBringAClaimBack(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		for n := range 10 {
			handle := []string{"sange", "igalia", "nayra", "camba", "agaric"}[n%5]
			claim, err := d.BeginClaim(t.Context(), handle)
			if err != nil {
				t.Fatal(err)
			}
			who := somebody(t, d, fmt.Sprint("Ann ", n))
			var group sync.WaitGroup
			for range 4 {
				group.Go(func() {
					if err := d.ProveClaim(t.Context(), claim.ID, "meta", "x"); err == nil {
						if _, err := d.TakeClaim(t.Context(), claim.ID, who); err != nil {
							t.Error(err)
						}
					} else if !errors.Is(err, directory.ErrInvalid) {
						t.Error(err)
					}
				})
			}
			group.Wait()
			want := directory.ClaimGranted
			if n >= 5 {
				want = directory.ClaimWaiting
			}
			expectState(t, d, "in the end", claim.ID, want)
		}
	})
}

func TestOldProofIsRefused(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		id, ann := proved(t, d, "sange"), somebody(t, d, "Ann")
		age(t, db, "claims", "proved_at", 2)
		refuses(t, "two days later", second(d.TakeClaim(t.Context(), id, ann)), directory.ErrInvalid)
		expectRole(t, d, "sange", ann, "")
	})
}

func TestClaimBesideOwnersWaits(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := owner(t, d, "sange", "Ann")
		version := coop(t, d, "sange").Version
		bea, id := waiting(t, d, "sange", "Bea")
		if wait := time.Until(*claimed(t, d, id).EffectiveAt); wait < 13*24*time.Hour || wait > 14*24*time.Hour {
			t.Errorf("it waits %s", wait)
		}
		expectRole(t, d, "sange", bea, "")
		if granted := settle(t, d); granted != nil {
			t.Errorf("granted too early: %v", granted)
		}
		age(t, db, "claims", "effective_at", -1)
		if granted := settle(t, d); granted != nil {
			t.Errorf("granted a day too early: %v", granted)
		}
		age(t, db, "claims", "effective_at", 0)
		var group sync.WaitGroup
		results := make(chan int, 4)
		for range 4 {
			group.Go(func() {
				granted, err := d.SettleClaims(t.Context())
				if err != nil {
					t.Error(err)
				}
				results <- len(granted)
			})
		}
		group.Wait()
		close(results)
		times := 0
		for n := range results {
			times += n
		}
		if times != 1 {
			t.Errorf("granted %d times", times)
		}
		expectRole(t, d, "sange", bea, directory.Owner)
		expectRole(t, d, "sange", ann, directory.Owner)
		expectAudit(t, d, "sange", "Ann claimed", "Bea claimed beside owners", "Bea claimed")
		if after := coop(t, d, "sange").Version; after != version {
			t.Errorf("it was marked as claimed again: version %d", after)
		}
		if proofs, err := d.Claims(t.Context(), "sange"); err != nil || len(proofs) != 1 || proofs[0].ID != id {
			t.Errorf("the proofs: %+v, %v", proofs, err)
		}
	})
}

func TestOwnerEndsAClaimByBeingThere(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := owner(t, d, "sange", "Ann")
		stays, err := d.BeginSignIn(t.Context(), ann.PersonID, "passkey", "Firefox")
		if err != nil {
			t.Fatal(err)
		}
		edda := member(t, d, "sange", "Edda", directory.Editor)
		other := owner(t, d, "igalia", "Ian")
		bea, id := waiting(t, d, "sange", "Bea")
		for _, who := range []directory.Actor{edda, other, bea} {
			if _, err := d.BeginSignIn(t.Context(), who.PersonID, "passkey", "Firefox"); err != nil {
				t.Fatal(err)
			}
			expectState(t, d, "after "+who.Name+" signed in", id, directory.ClaimWaiting)
		}
		if _, err := d.BeginSignIn(t.Context(), ann.PersonID, "passkey", "Firefox"); err != nil {
			t.Fatal(err)
		}
		expectState(t, d, "after an owner signed in", id, directory.ClaimEnded)

		_, id = waiting(t, d, "sange", "Bo")
		age(t, db, "sign_ins", "seen_at", 1)
		if _, err := d.SignedIn(t.Context(), stays.ID); err != nil {
			t.Fatal(err)
		}
		expectState(t, d, "after an owner came back", id, directory.ClaimEnded)
		age(t, db, "claims", "effective_at", 1)
		if granted := settle(t, d); granted != nil {
			t.Errorf("granted after it ended: %v", granted)
		}
		expectRole(t, d, "sange", bea, "")
		entries, err := d.AuditLog(t.Context(), "sange", 1)
		if err != nil || entries[0].Act != "ended a claim" || entries[0].Who != "Ann" || !strings.Contains(entries[0].Detail, "an owner signed in") {
			t.Errorf("the audit log: %+v, %v", entries, err)
		}
	})
}

// TestSignInAndSettlingAtOnce: whichever comes first, the other has no effect.
func TestSignInAndSettlingAtOnce(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := owner(t, d, "sange", "Ann")
		for n := range 10 {
			bea, id := waiting(t, d, "sange", fmt.Sprint("Bea ", n))
			age(t, db, "claims", "effective_at", 1)
			var group sync.WaitGroup
			group.Go(func() {
				if _, err := d.SettleClaims(t.Context()); err != nil {
					t.Error(err)
				}
			})
			group.Go(func() {
				if _, err := d.BeginSignIn(t.Context(), ann.PersonID, "passkey", ""); err != nil {
					t.Error(err)
				}
			})
			group.Wait()
			want := directory.Role("")
			if claimed(t, d, id).State == directory.ClaimGranted {
				want = directory.Owner
			}
			expectRole(t, d, "sange", bea, want)
			if want == directory.Owner {
				if err := d.RemoveMember(t.Context(), ann, "sange", bea.PersonID); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
