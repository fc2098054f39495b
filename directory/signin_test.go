package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func signIn(t *testing.T, d *directory.Directory, who directory.Actor, agent string) int64 {
	t.Helper()
	s, err := d.BeginSignIn(t.Context(), who.PersonID, "passkey", agent)
	if err != nil {
		t.Fatal(err)
	}
	return s.ID
}

// expectSignedIn compares in which of the browsers somebody is signed in, newest
// first.
func expectSignedIn(t *testing.T, d *directory.Directory, when string, who directory.Actor, want ...int64) {
	t.Helper()
	all, err := d.SignIns(t.Context(), who.PersonID)
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, s := range all {
		got = append(got, s.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s %s is signed in at %v, want %v", when, who.Name, got, want)
	}
	for _, id := range want {
		if p, err := d.SignedIn(t.Context(), id); err != nil || p.ID != who.PersonID || p.Name != who.Name {
			t.Errorf("%s %d is %+v, %v", when, id, p, err)
		}
	}
}

func TestSignInEnds(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann, ben := somebody(t, d, "Ann"), somebody(t, d, "Ben")
		phone, laptop, tablet := signIn(t, d, ann, "Firefox"), signIn(t, d, ann, "\x00\xff"+strings.Repeat("ü", 1000)), signIn(t, d, ann, "")
		bens := signIn(t, d, ben, "Firefox")
		expectSignedIn(t, d, "at first", ann, tablet, laptop, phone)
		if err := d.EndSignIn(t.Context(), ben.PersonID, phone); err != nil {
			t.Fatal(err)
		}
		expectSignedIn(t, d, "after somebody else tried", ann, tablet, laptop, phone)
		if err := d.EndSignIn(t.Context(), ann.PersonID, laptop); err != nil {
			t.Fatal(err)
		}
		expectSignedIn(t, d, "after one ended", ann, tablet, phone)
		refuses(t, "an ended one", second(d.SignedIn(t.Context(), laptop)), directory.ErrNotFound)
		if err := d.EndSignIn(t.Context(), ann.PersonID, 0); err != nil {
			t.Fatal(err)
		}
		expectSignedIn(t, d, "after all ended", ann)
		expectSignedIn(t, d, "meanwhile", ben, bens)
		refuses(t, "no such sign-in", second(d.SignedIn(t.Context(), 99)), directory.ErrNotFound)
		if _, err := d.BeginSignIn(t.Context(), 99, "passkey", ""); err == nil {
			t.Error("nobody has signed in")
		}
	})
}

func TestSignInLastsWhileItIsUsed(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := somebody(t, d, "Ann")
		id := signIn(t, d, ann, "Firefox")
		age(t, db, "sign_ins", "seen_at", 13)
		expectSignedIn(t, d, "after 13 idle days", ann, id)
		age(t, db, "sign_ins", "at", 29)
		expectSignedIn(t, d, "having been used just now, on day 29", ann, id)
		age(t, db, "sign_ins", "at", 30)
		refuses(t, "after 30 days", second(d.SignedIn(t.Context(), id)), directory.ErrNotFound)
		expectSignedIn(t, d, "after 30 days", ann)

		idle := signIn(t, d, ann, "Firefox")
		age(t, db, "sign_ins", "seen_at", 14)
		refuses(t, "after 14 idle days", second(d.SignedIn(t.Context(), idle)), directory.ErrNotFound)
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		age(t, db, "sign_ins", "at", 61)
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := rows(t, db, "sign_ins"); n != 0 {
			t.Errorf("%d old sign-ins are kept", n)
		}
	})
}

func TestSessionsAreKeptUntilTheyExpire(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		s := d.Sessions()
		later := time.Now().Add(time.Hour)
		for token, expiry := range map[string]time.Time{"a": later, "b": later.In(time.FixedZone("", 7200)), "old": time.Now().Add(-time.Second)} {
			if err := s.Commit(token, []byte("data of "+token), expiry); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.CommitCtx(t.Context(), "a", []byte{0, 255}, later); err != nil {
			t.Fatal(err)
		}
		for token, want := range map[string]string{"a": "\x00\xff", "b": "data of b", "old": "", "c": "", "' OR 1=1": ""} {
			if data, found, err := s.Find(token); string(data) != want || found != (want != "") || err != nil {
				t.Errorf("the session %s holds %q, %v, %v", token, data, found, err)
			}
		}
		if err := s.Delete("b"); err != nil {
			t.Fatal(err)
		}
		if _, found, err := s.Find("b"); found || err != nil {
			t.Errorf("a deleted session is found, %v", err)
		}
		if err := s.Delete("b"); err != nil {
			t.Errorf("deleted twice: %v", err)
		}
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := rows(t, db, "sessions"); n != 1 {
			t.Errorf("%d sessions are kept, want 1", n)
		}
	})
}

func TestPeopleAndTheirPasskeys(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		key := func(id string) directory.Passkey {
			return directory.Passkey{ID: id, Name: " my \n phone ", Credential: "{}"}
		}
		for _, name := range []string{"", "  ", "a\x00b", "\xff", strings.Repeat("ä", 81)} {
			refuses(t, fmt.Sprintf("the name %.20q", name), second(d.AddPerson(t.Context(), name, key("x"))), directory.ErrInvalid)
		}
		ann, err := d.AddPerson(t.Context(), "  Ann \t Ä. ", key("one"))
		if err != nil || ann.Name != "Ann Ä." {
			t.Fatalf("added %+v, %v", ann, err)
		}
		ben, err := d.AddPerson(t.Context(), strings.Repeat("ä", 80), key("bens"))
		if err != nil {
			t.Fatal(err)
		}
		refuses(t, "somebody's passkey with a new person", second(d.AddPerson(t.Context(), "Mal", key("one"))), directory.ErrInvalid)
		if n := rows(t, db, "people"); n != 2 {
			t.Errorf("%d people are left of a refused one, want 2", n)
		}
		byAnn, byBen := directory.Actor{PersonID: ann.ID, Name: ann.Name}, directory.Actor{PersonID: ben.ID, Name: ben.Name}
		refuses(t, "somebody's passkey", d.AddPasskey(t.Context(), byBen, key("one")), directory.ErrInvalid)
		refuses(t, "an empty passkey", d.AddPasskey(t.Context(), byBen, directory.Passkey{}), directory.ErrInvalid)
		refuses(t, "the only passkey", d.RemovePasskey(t.Context(), byAnn, "one"), directory.ErrInvalid)
		for _, id := range []string{"two", "three"} {
			if err := d.AddPasskey(t.Context(), byAnn, key(id)); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.UsedPasskey(t.Context(), "two", `{"count":1}`); err != nil {
			t.Fatal(err)
		}
		keys, err := d.Passkeys(t.Context(), ann.ID)
		if err != nil || len(keys) != 3 || keys[0].Name != "my phone" {
			t.Fatalf("passkeys %+v, %v", keys, err)
		}
		for _, k := range keys {
			if (k.UsedAt != nil) != (k.ID == "two") || (k.Credential != "{}") != (k.ID == "two") {
				t.Errorf("passkey %+v", k)
			}
		}
		refuses(t, "somebody else's passkey", d.RemovePasskey(t.Context(), byAnn, "bens"), directory.ErrNotFound)
		for range 8 {
			var group sync.WaitGroup
			begin := make(chan bool)
			for _, k := range keys {
				group.Go(func() { <-begin; _ = d.RemovePasskey(t.Context(), byAnn, k.ID) })
			}
			close(begin)
			group.Wait()
			if left, err := d.Passkeys(t.Context(), ann.ID); err != nil || len(left) != 1 {
				t.Fatalf("after all were removed at once: %+v, %v", left, err)
			}
			for _, k := range keys { // one of them is there
				_ = d.AddPasskey(t.Context(), byAnn, k)
			}
		}
		refuses(t, "nobody", second(d.PersonByID(t.Context(), 99)), directory.ErrNotFound)
		refuses(t, "nobody", second(d.PersonByID(t.Context(), 0)), directory.ErrNotFound)
	})
}

func TestTidyForgetsPeopleWhoHaveGone(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := owner(t, d, "sange", "Ann")
		_, waits := waiting(t, d, "sange", "Bea")
		left := member(t, d, "sange", "Cleo", directory.Owner)
		if _, err := d.TakeClaim(t.Context(), proved(t, d, "sange"), left); err != nil {
			t.Fatal(err)
		}
		if err := d.RemoveMember(t.Context(), ann, "sange", left.PersonID); err != nil {
			t.Fatal(err)
		}
		somebody(t, d, "Dan, who went no further")
		if _, err := d.BeginClaim(t.Context(), "igalia"); err != nil {
			t.Fatal(err)
		}
		signIn(t, d, left, "Firefox")
		expect := func(when string, want map[string]int) {
			t.Helper()
			if err := d.Tidy(t.Context()); err != nil {
				t.Fatal(err)
			}
			for table, n := range want {
				if got := rows(t, db, table); got != n {
					t.Errorf("%s: %d rows in %s, want %d", when, got, table, n)
				}
			}
		}
		expect("at once", map[string]int{"people": 4, "passkeys": 4, "claims": 4, "invitations": 1, "sign_ins": 1})
		age(t, db, "people", "added_at", 91)
		expect("while Cleo is signed in", map[string]int{"people": 3, "passkeys": 3, "sign_ins": 1})
		age(t, db, "sign_ins", "seen_at", 91)
		age(t, db, "claims", "began_at", 31)
		age(t, db, "invitations", "expires_at", 91)
		expect("in the end", map[string]int{"people": 2, "passkeys": 2, "claims": 3, "invitations": 0, "sign_ins": 0, "members": 1})
		expectState(t, d, "in the end", waits, directory.ClaimWaiting)
		expectRole(t, d, "sange", ann, directory.Owner)
		if entries, err := d.AuditLog(t.Context(), "sange", 100); err != nil || !slices.ContainsFunc(entries, func(e directory.AuditEntry) bool { return e.Who == "Cleo" }) {
			t.Errorf("the audit log forgot who did something: %+v, %v", entries, err)
		}
	})
}
