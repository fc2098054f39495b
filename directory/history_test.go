package directory_test

import (
	"context"
	"errors"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// inAgaric is a directory in which Ada edits the entry of Agaric.
type inAgaric struct {
	*testing.T
	d  *directory.Directory
	by directory.Actor
}

func eachAgaric(t *testing.T, test func(a inAgaric)) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		p, err := d.AddPerson(context.Background(), "Ada", directory.Passkey{ID: "a key", Name: "a key", Credential: "{}"})
		if err != nil {
			t.Fatal(err)
		}
		test(inAgaric{t, d, directory.Actor{PersonID: p.ID, Name: p.Name}})
	})
}

// says edits the entry and returns it with the last change that was made.
func (a inAgaric) says(handle, field, value string) (directory.Coop, directory.Change) {
	a.Helper()
	c, changes, err := a.d.EditCoop(context.Background(), handle, directory.Edit{Source: directory.FromCoop, Set: map[string]string{field: value}, By: a.by})
	if err != nil || len(changes) == 0 {
		a.Fatalf("%s %q: %v, %v", field, value, changes, err)
	}
	return c, changes[len(changes)-1]
}

func (a inAgaric) standing(field string) directory.Fact {
	a.Helper()
	c, err := a.d.Coop(context.Background(), "agaric")
	if err != nil {
		a.Fatal(err)
	}
	facts, err := a.d.Facts(context.Background(), c.ID)
	if err != nil {
		a.Fatal(err)
	}
	for _, f := range facts {
		if f.Field == field {
			return f
		}
	}
	return directory.Fact{}
}

// What is put back is a change like any other, and a field that says again what
// the list says follows the list again.
func TestAChangeIsPutBack(t *testing.T) {
	eachAgaric(t, func(a inAgaric) {
		ctx, listed := context.Background(), a.standing("website")
		_, first := a.says("agaric", "website", "https://one.example/")
		c, second := a.says("agaric", "website", "https://two.example/")
		c, made, err := a.d.PutBack(ctx, "agaric", second.ID, c.Version, a.by, "a test")
		if err != nil || len(made) != 1 || made[0].After != "https://one.example/" || a.standing("website").Source != directory.FromCoop {
			a.Fatalf("to the co-op's own word: %+v, %v", made, err)
		}
		c, _, err = a.d.PutBack(ctx, "agaric", first.ID, c.Version, a.by, "a test")
		if err != nil || a.standing("website") != listed {
			a.Fatalf("to the list's word: %+v, %v", a.standing("website"), err)
		}
		_, empty := a.says("agaric", "extra", "Wage ratio | 1:1")
		if _, _, err = a.d.PutBack(ctx, "agaric", empty.ID, empty.Version, a.by, "a test"); err != nil || a.standing("extra").Field != "" {
			a.Errorf("to no word: %+v, %v", a.standing("extra"), err)
		}
		editors, err := a.d.Editors(ctx, "agaric", []int64{1, c.Version})
		if err != nil || editors[c.Version] != "Ada" || editors[1] != "" {
			a.Errorf("the editors are %v, %v", editors, err)
		}
		log, err := a.d.AuditLog(ctx, "agaric", 10)
		if err != nil || log[0].Act != "put back extra as before version 6" || log[0].PersonID == nil || *log[0].PersonID != a.by.PersonID || log[0].Version != 7 {
			a.Errorf("the audit log says %+v, %v", log[0], err)
		}
	})
}

// Nothing is put back that somebody has changed unseen, that is another co-op's,
// or that the co-op has not said.
func TestNothingElseIsPutBack(t *testing.T) {
	eachAgaric(t, func(a inAgaric) {
		ctx := context.Background()
		_, theirs := a.says("hypha", "founded", "2011")
		seen, mine := a.says("agaric", "founded", "2005")
		a.says("agaric", "founded", "2007")
		now, curated, err := a.d.EditCoop(ctx, "agaric", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"members": "9"}})
		if err != nil {
			a.Fatal(err)
		}
		for _, tt := range []struct {
			what            string
			change, version int64
			want            error
		}{
			{"a lost update", mine.ID, seen.Version, directory.ErrConflict},
			{"no version", mine.ID, 0, directory.ErrInvalid},
			{"another co-op's change", theirs.ID, now.Version, directory.ErrNotFound},
			{"no change", 1 << 40, now.Version, directory.ErrNotFound},
			{"a curator's change", curated[0].ID, now.Version, directory.ErrInvalid},
		} {
			if _, _, err := a.d.PutBack(ctx, "agaric", tt.change, tt.version, a.by, "a test"); !errors.Is(err, tt.want) {
				a.Errorf("%s: %v, want %v", tt.what, err, tt.want)
			}
		}
		if f := a.standing("founded"); f.Value != "2007" {
			a.Errorf("the year is %+v", f)
		}
	})
}

// The history of an entry names who has claimed it, by invitation or by proof.
func TestHistoryNamesWhoClaimed(t *testing.T) {
	eachAgaric(t, func(a inAgaric) {
		ctx := context.Background()
		token, err := a.d.Invite(ctx, operator, "agaric", directory.Owner)
		if err == nil {
			_, err = a.d.AcceptInvitation(ctx, token, a.by)
		}
		if err == nil {
			_, err = a.d.TakeClaim(ctx, proved(a.T, a.d, "igalia"), a.by)
		}
		if err != nil {
			a.Fatal(err)
		}
		for _, handle := range []string{"agaric", "igalia"} {
			editors, err := a.d.Editors(ctx, handle, []int64{2})
			if err != nil || editors[2] != "Ada" {
				a.Errorf("the editors of %s are %v, %v", handle, editors, err)
			}
		}
	})
}
