package directory_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"coopverse/directory"
	"coopverse/directory/list"
	"coopverse/directory/storetest"
)

var operator = directory.Actor{Name: "command line"}

func invite(t *testing.T, d *directory.Directory, handle string, role directory.Role) string {
	t.Helper()
	token, err := d.Invite(t.Context(), operator, handle, role)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func accept(t *testing.T, d *directory.Directory, token string, who directory.Actor) {
	t.Helper()
	if _, err := d.AcceptInvitation(t.Context(), token, who); err != nil {
		t.Fatal(err)
	}
}

// member makes a new person a member by invitation.
func member(t *testing.T, d *directory.Directory, handle, name string, role directory.Role) directory.Actor {
	t.Helper()
	who := somebody(t, d, name)
	accept(t, d, invite(t, d, handle, role), who)
	return who
}

func TestInvitationWorksOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		token := invite(t, d, "SANGE", directory.Owner)
		if i, err := d.Invitation(t.Context(), token); err != nil || i.Handle != "sange" || i.Role != directory.Owner || strings.Contains(i.TokenHash, token) || len(token) != 26 {
			t.Fatalf("the invitation %+v, %v", i, err)
		}
		refuses(t, "accepted by nobody", second(d.AcceptInvitation(t.Context(), token, operator)), directory.ErrInvalid)
		people := []directory.Actor{somebody(t, d, "Ann"), somebody(t, d, "Ben"), somebody(t, d, "Cleo"), somebody(t, d, "Dan")}
		var group sync.WaitGroup
		failures := make(chan error, len(people))
		for _, who := range people {
			group.Go(func() { failures <- second(d.AcceptInvitation(t.Context(), token, who)) })
		}
		group.Wait()
		close(failures)
		accepted := 0
		for err := range failures {
			if err == nil {
				accepted++
			} else if !errors.Is(err, directory.ErrInvalid) {
				t.Error(err)
			}
		}
		members, err := d.Members(t.Context(), "sange")
		if accepted != 1 || err != nil || len(members) != 1 || members[0].Person.Name == "" {
			t.Errorf("accepted %d times, the members are %+v, %v", accepted, members, err)
		}
		refuses(t, "a used one", second(d.Invitation(t.Context(), token)), directory.ErrInvalid)
		c := coop(t, d, "sange")
		if history, err := d.History(t.Context(), "sange"); err != nil || !c.Claimed() || history[0].Kind != directory.KindClaimed || history[0].After != "invitation" {
			t.Errorf("claimed %v, history %+v, %v", c.Claimed(), history[:1], err)
		}
	})
}

func TestInvitationsThatDoNotWork(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := somebody(t, d, "Ann")
		token := invite(t, d, "sange", directory.Editor)
		for _, guess := range []string{"", "AAAAAAAAAAAAAAAAAAAAAAAAAA", strings.ToLower(token), token + " ", token[:25], "\x00\xff", strings.Repeat("A", 100000)} {
			refuses(t, "guessed "+guess[:min(len(guess), 30)], second(d.AcceptInvitation(t.Context(), guess, ann)), directory.ErrNotFound)
		}
		i, err := d.Invitation(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		refuses(t, "its hash", second(d.AcceptInvitation(t.Context(), i.TokenHash, ann)), directory.ErrNotFound)
		age(t, db, "invitations", "expires_at", 0)
		refuses(t, "an expired one", second(d.AcceptInvitation(t.Context(), token, ann)), directory.ErrInvalid)
		token = invite(t, d, "camba", directory.Owner)
		if err := d.RemoveCoop(t.Context(), "camba", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		refuses(t, "of a removed entry", second(d.AcceptInvitation(t.Context(), token, ann)), directory.ErrNotFound)
		if members, err := d.Memberships(t.Context(), ann.PersonID); err != nil || len(members) != 0 {
			t.Errorf("Ann speaks for %+v, %v", members, err)
		}
		for handle, want := range map[string]error{"nobody": directory.ErrNotFound, "instance": directory.ErrInvalid, "europe": directory.ErrInvalid, "": directory.ErrNotFound} {
			refuses(t, "to "+handle, second(d.Invite(t.Context(), operator, handle, directory.Owner)), want)
		}
		refuses(t, "as a king", second(d.Invite(t.Context(), operator, "sange", "king")), directory.ErrInvalid)
		var gone *directory.GoneError
		if token, err := d.Invite(t.Context(), operator, "camba", directory.Owner); !errors.As(err, &gone) || token != "" {
			t.Errorf("to a removed co-op: %q, %v", token, err)
		}
	})
}

func TestRoleIsNeverLoweredByAccepting(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := member(t, d, "sange", "Ann", directory.Editor)
		if coop(t, d, "sange").Claimed() {
			t.Error("an editor claims the entry")
		}
		accept(t, d, invite(t, d, "sange", directory.Owner), ann)
		expectRole(t, d, "sange", ann, directory.Owner)
		version := coop(t, d, "sange").Version
		accept(t, d, invite(t, d, "sange", directory.Editor), ann)
		expectRole(t, d, "sange", ann, directory.Owner)
		member(t, d, "sange", "Ben", directory.Owner)
		if after := coop(t, d, "sange"); after.Version != version || !after.Claimed() {
			t.Errorf("claimed a second time: version %d after %d", after.Version, version)
		}
		expectRole(t, d, "igalia", ann, "")
	})
}

func TestLastOwnerStays(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := owner(t, d, "sange", "Ann")
		edda := member(t, d, "sange", "Edda", directory.Editor)
		refuses(t, "the last owner", d.RemoveMember(t.Context(), ann, "sange", ann.PersonID), directory.ErrInvalid)
		refuses(t, "somebody else's member", d.RemoveMember(t.Context(), ann, "igalia", ann.PersonID), directory.ErrNotFound)
		if err := d.RemoveMember(t.Context(), ann, "sange", edda.PersonID); err != nil {
			t.Fatal(err)
		}
		expectRole(t, d, "sange", edda, "")
		refuses(t, "removed twice", d.RemoveMember(t.Context(), ann, "sange", edda.PersonID), directory.ErrNotFound)
		expectAudit(t, d, "sange", "Ann claimed", "command line invited", "Edda accepted an invitation", "Ann removed a member")
		if entries, err := d.AuditLog(t.Context(), "sange", 1); err != nil || !strings.HasPrefix(entries[0].Detail, "Edda (") || entries[0].PersonID == nil || *entries[0].PersonID != ann.PersonID {
			t.Errorf("the audit log: %+v, %v", entries, err)
		}
		ben := member(t, d, "sange", "Ben", directory.Owner)
		for range 8 { // each removes the other, at the same time
			var group sync.WaitGroup
			begin := make(chan bool)
			for _, pair := range [][2]directory.Actor{{ann, ben}, {ben, ann}} {
				group.Go(func() {
					<-begin
					if err := d.RemoveMember(t.Context(), pair[0], "sange", pair[1].PersonID); err != nil && !errors.Is(err, directory.ErrInvalid) && !errors.Is(err, directory.ErrNotOwner) {
						t.Error(err)
					}
				})
			}
			close(begin)
			group.Wait()
			if members, err := d.Members(t.Context(), "sange"); err != nil || len(members) != 1 {
				t.Fatalf("the owners are %+v, %v", members, err)
			}
			for _, who := range []directory.Actor{ann, ben} {
				accept(t, d, invite(t, d, "sange", directory.Owner), who)
			}
		}
	})
}

func TestRemovedMemberHasNoInvitationLeft(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := owner(t, d, "sange", "Ann")
		mal := member(t, d, "sange", "Mal", directory.Owner)
		own, err := d.Invite(t.Context(), mal, "sange", directory.Owner)
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := invite(t, d, "igalia", directory.Editor)
		if err := d.RemoveMember(t.Context(), ann, "sange", mal.PersonID); err != nil {
			t.Fatal(err)
		}
		refuses(t, "the way back", second(d.AcceptInvitation(t.Context(), own, mal)), directory.ErrInvalid)
		expectRole(t, d, "sange", mal, "")
		accept(t, d, elsewhere, mal)
		expectRole(t, d, "igalia", mal, directory.Editor)
	})
}

func TestOperatorsAreMembersOfTheDirectory(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		before := last(t, d)
		ann := member(t, d, directory.DirectoryHandle, "Ann", directory.Owner)
		expectRole(t, d, "directory", ann, directory.Owner)
		if after := last(t, d); after != before {
			t.Error("others are told of a new operator")
		}
		refuses(t, "the last one", d.RemoveMember(t.Context(), operator, "directory", ann.PersonID), directory.ErrInvalid)
		ben := member(t, d, "Directory", "Ben", directory.Owner)
		if err := d.RemoveMember(t.Context(), operator, "directory", ann.PersonID); err != nil {
			t.Fatal(err)
		}
		expectRole(t, d, "directory", ann, "")
		expectRole(t, d, "directory", ben, directory.Owner)
		expectRole(t, d, "sange", ben, "")
		expectAudit(t, d, "directory", "command line invited", "Ann accepted an invitation", "command line invited", "Ben accepted an invitation", "command line removed a member")
	})
}

func TestRemovedEntryHasNoMembers(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := owner(t, d, "sange", "Ann")
		member(t, d, "sange", "Edda", directory.Editor)
		accept(t, d, invite(t, d, "igalia", directory.Editor), ann)
		_, waits := waiting(t, d, "sange", "Bea")
		begun := proved(t, d, "sange")
		invite(t, d, "sange", directory.Owner)
		if err := d.RemoveCoop(t.Context(), "sange", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		if members, err := d.Members(t.Context(), "sange"); err != nil || len(members) != 0 {
			t.Errorf("members are left: %+v, %v", members, err)
		}
		expectRole(t, d, "igalia", ann, directory.Editor)
		for _, id := range []int64{waits, begun} {
			expectState(t, d, "after the removal", id, directory.ClaimEnded)
		}
		if proofs, err := d.Claims(t.Context(), "sange"); err != nil || len(proofs) != 0 {
			t.Errorf("claims are left: %+v, %v", proofs, err)
		}
		if n := rows(t, db, "invitations WHERE handle = 'sange'"); n != 0 {
			t.Errorf("%d invitations are left", n)
		}
		age(t, db, "claims", "effective_at", 1)
		age(t, db, "claims", "checked_at", 30)
		if granted := settle(t, d); granted != nil {
			t.Errorf("granted %v", granted)
		}
		if due, err := d.ClaimsToCheck(t.Context(), 10); err != nil || len(due) != 0 {
			t.Errorf("still looked at: %+v, %v", due, err)
		}
		_, _, err := d.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCoop, By: ann, Set: map[string]string{"name": "N"}})
		if gone := new(directory.GoneError); !errors.As(err, &gone) {
			t.Errorf("edited after the removal: %v", err)
		}
		if c, err := d.Coop(t.Context(), "sange"); err == nil || c.Claimed() {
			t.Errorf("still claimed: %+v", c)
		}
	})
}

// TestMergeKeepsTheMembersOfTheKeptEntry confirms a rename of which the new
// name has an entry of its own already, with people who were invited to it.
func TestMergeKeepsTheMembersOfTheKeptEntry(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		text := repairedSeed(t)
		storetest.ImportList(t, d, []byte(text), nil)
		renamed := strings.NewReplacer("[Igalia](https://www.igalia.com", "[Igaliana](https://www.igaliana.example").Replace(text)
		if renamed == text {
			t.Fatal("the list has no such row")
		}
		summary := storetest.ImportList(t, d, []byte(renamed), nil)
		if len(summary.Added) != 1 {
			t.Fatalf("added %v", summary.Added)
		}
		duplicate := summary.Added[0]
		ann := owner(t, d, "agaric", "Ann")
		kept := member(t, d, "igalia", "Kim", directory.Owner)
		edda := member(t, d, duplicate, "Edda", directory.Editor)
		open := proved(t, d, duplicate)
		token := invite(t, d, duplicate, directory.Owner)
		if err := importSame(t.Context(), d, renamed, map[string]string{"igalia": "Igaliana"}); err != nil {
			t.Fatal(err)
		}
		expectRole(t, d, "igalia", kept, directory.Owner)
		expectRole(t, d, "igalia", edda, "")
		expectRole(t, d, duplicate, edda, "")
		expectRole(t, d, "agaric", ann, directory.Owner)
		expectState(t, d, "after the merge", open, directory.ClaimEnded)
		refuses(t, "an invitation to the duplicate", second(d.AcceptInvitation(t.Context(), token, edda)), directory.ErrNotFound)
		if c := coop(t, d, "igalia"); !c.Claimed() || c.Name != "Igaliana" {
			t.Errorf("the kept entry: %+v", c)
		}
	})
}

func importSame(ctx context.Context, d *directory.Directory, text string, same map[string]string) error {
	doc, err := list.Parse([]byte(text))
	if err != nil {
		return err
	}
	_, err = d.ImportList(ctx, directory.Import{Name: "tech-coops.md", List: doc, Same: same})
	return err
}

func TestRolesAreChangedAndTheLastOwnerStays(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := owner(t, d, "sange", "Ann")
		ben := member(t, d, "sange", "Ben", directory.Editor)
		refuses(t, "the last owner", d.SetRole(t.Context(), ann, "sange", ann.PersonID, directory.Editor), directory.ErrInvalid)
		refuses(t, "no role", d.SetRole(t.Context(), ann, "sange", ben.PersonID, "king"), directory.ErrInvalid)
		refuses(t, "no member", d.SetRole(t.Context(), operator, "igalia", ben.PersonID, directory.Owner), directory.ErrNotFound)
		for range 2 { // the second time there is nothing to do
			if err := d.SetRole(t.Context(), ann, "sange", ben.PersonID, directory.Owner); err != nil {
				t.Fatal(err)
			}
		}
		expectRole(t, d, "sange", ben, directory.Owner)
		token := invite(t, d, "sange", directory.Owner)
		if err := d.SetRole(t.Context(), ben, "sange", ann.PersonID, directory.Editor); err != nil {
			t.Fatal(err)
		}
		expectRole(t, d, "sange", ann, directory.Editor)
		refuses(t, "an invitation that she may have kept", second(d.AcceptInvitation(t.Context(), token, ann)), directory.ErrInvalid)
		expectAudit(t, d, "sange", "Ann claimed", "command line invited", "Ben accepted an invitation", "Ann changed a role", "command line invited", "Ben changed a role")
		if err := d.SetRole(t.Context(), ben, "sange", ann.PersonID, directory.Owner); err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for _, who := range []directory.Actor{ann, ben} { // each makes the other an editor
			group.Go(func() {
				_ = d.SetRole(t.Context(), who, "sange", ann.PersonID+ben.PersonID-who.PersonID, directory.Editor)
			})
		}
		group.Wait()
		owners := 0
		members, err := d.Members(t.Context(), "sange")
		for _, m := range members {
			if m.Role == directory.Owner {
				owners++
			}
		}
		if err != nil || owners != 1 {
			t.Errorf("%d owners are left, %v", owners, err)
		}
	})
}

func TestInvitationsAreListedAndWithdrawn(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := owner(t, d, "sange", "Ann")
		token, err := d.Invite(t.Context(), ann, "sange", directory.Editor)
		if err != nil {
			t.Fatal(err)
		}
		accept(t, d, invite(t, d, "sange", directory.Owner), somebody(t, d, "Ben"))
		open, err := d.OpenInvitations(t.Context(), "sange")
		if err != nil || len(open) != 1 || open[0].MadeBy != "Ann" || open[0].Role != directory.Editor {
			t.Fatalf("open are %+v, %v", open, err)
		}
		refuses(t, "another co-op's", d.WithdrawInvitation(t.Context(), operator, "igalia", open[0].ID), directory.ErrNotFound)
		if err := d.WithdrawInvitation(t.Context(), ann, "sange", open[0].ID); err != nil {
			t.Fatal(err)
		}
		refuses(t, "a withdrawn one", second(d.AcceptInvitation(t.Context(), token, somebody(t, d, "Cleo"))), directory.ErrInvalid)
		refuses(t, "withdrawn twice", d.WithdrawInvitation(t.Context(), ann, "sange", open[0].ID), directory.ErrNotFound)
		if log, err := d.AuditBefore(t.Context(), "sange", 0, 1); err != nil || log[0].Act != "withdrew an invitation" || log[0].Who != "Ann" {
			t.Errorf("the audit log says %+v, %v", log, err)
		}
	})
}
