package directory_test

import (
	"errors"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// Whether actors and posts are there is said of each of those that are asked for together.
func TestWhatIsMissingAmongMany(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		there, deleted := publish(t, d, "sange", directory.Draft{Text: "one"}), publish(t, d, "sange", directory.Draft{Text: "two"})
		if err := d.DeletePost(t.Context(), operator, "sange", deleted.ID, "test"); err != nil {
			t.Fatal(err)
		}
		wants := map[directory.Subject]bool{
			{Handle: "sange"}: true, {Handle: "Sange", Actor: true}: true, {Handle: "nobody"}: false, {Handle: "nob\x00dy\xff", Actor: true}: false,
			{Handle: "sange", PostID: there.ID}: true, {Handle: "igalia", PostID: there.ID}: false, {Handle: "sange", PostID: deleted.ID}: false,
			{Handle: "directory"}: true, {Handle: "instance", Actor: true}: true, {Handle: "instance"}: false,
		}
		var subjects []directory.Subject
		for s := range wants {
			subjects = append(subjects, s)
		}
		missing, err := d.Missing(t.Context(), subjects)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range subjects {
			if got := missing[i]; (got == nil) != wants[s] || got != nil && !errors.Is(got, directory.ErrNotFound) {
				t.Errorf("%+v: %v", s, got)
			}
		}
	})
}

// What one of many hosts or keys is called is no error of the others.
func TestOddNamesAmongMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		blockDomain(t, d, "bad.example")
		ann := peer("ann")
		if err := d.RememberPeer(t.Context(), ann); err != nil {
			t.Fatal(err)
		}
		blocked, err := d.BlockedAmong(t.Context(), []string{"fine.example", "a\x00\xff.example", "a.bad.example", ""})
		if err != nil || blocked[0] || blocked[1] || !blocked[2] || blocked[3] {
			t.Errorf("blocked: %v, %v", blocked, err)
		}
		known, err := d.PeersByKey(t.Context(), []string{"\x00\xff", ann.KeyID, "", ann.KeyID})
		if err != nil || len(known) != 1 || known[ann.KeyID].ID != ann.ID {
			t.Errorf("known: %v, %v", known, err)
		}
	})
}
