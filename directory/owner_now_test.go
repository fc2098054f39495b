package directory_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// Whoever is removed while they invite leaves no invitation that works, whichever
// of the two comes first.
func TestRemovedOwnerLeavesNoInvitation(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := member(t, d, "sange", "Ann", directory.Owner)
		for n := range 10 {
			mal := member(t, d, "sange", fmt.Sprint("Mal ", n), directory.Owner)
			var group sync.WaitGroup
			var invited, removed error
			group.Go(func() { _, invited = d.Invite(t.Context(), mal, "sange", directory.Owner) })
			group.Go(func() { removed = d.RemoveMember(t.Context(), ann, "sange", mal.PersonID) })
			group.Wait()
			if removed != nil || invited != nil && !errors.Is(invited, directory.ErrNotOwner) {
				t.Fatalf("removed: %v, invited: %v", removed, invited)
			}
			if open, err := d.OpenInvitations(t.Context(), "sange"); err != nil || len(open) != 0 {
				t.Fatalf("open invitations %+v, %v", open, err)
			}
		}
	})
}

// What only owners may do is refused to others at the moment when it is done.
func TestOnlyOwnersSayWhoSpeaks(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := member(t, d, "sange", "Ann", directory.Owner)
		ben := member(t, d, "sange", "Ben", directory.Editor)
		stranger := member(t, d, "igalia", "Ida", directory.Owner)
		invite(t, d, "sange", directory.Editor)
		open, err := d.OpenInvitations(t.Context(), "sange")
		if err != nil || len(open) != 1 {
			t.Fatalf("%+v, %v", open, err)
		}
		for _, who := range []directory.Actor{ben, stranger} {
			refuses(t, "an invitation", second(d.Invite(t.Context(), who, "sange", directory.Owner)), directory.ErrNotOwner)
			refuses(t, "a withdrawal", d.WithdrawInvitation(t.Context(), who, "sange", open[0].ID), directory.ErrNotOwner)
			refuses(t, "a removal", d.RemoveMember(t.Context(), who, "sange", ann.PersonID), directory.ErrNotOwner)
			refuses(t, "a role", d.SetRole(t.Context(), who, "sange", ben.PersonID, directory.Owner), directory.ErrNotOwner)
		}
		if err := d.RemoveMember(t.Context(), ben, "sange", ben.PersonID); err != nil {
			t.Errorf("to leave: %v", err)
		}
	})
}
