package directory_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func account(name string) directory.Account {
	id := "https://social.example/users/" + name
	return directory.Account{ActorID: id, Name: name + "@social.example", URL: "https://social.example/@" + name, Inbox: id + "/inbox"}
}

// addAccount gives somebody an account.
func addAccount(t *testing.T, d *directory.Directory, who directory.Actor, name string) {
	t.Helper()
	if err := d.AddAccount(t.Context(), who, account(name)); err != nil {
		t.Fatal(err)
	}
}

// An account that was somebody's is never bound to anybody else, not even when
// it is removed or when several try at once.
func TestAccountIsBoundToOnePersonForEver(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann, ben := somebody(t, d, "Ann"), somebody(t, d, "Ben")
		addAccount(t, d, ann, "a")
		refuses(t, "somebody else's", d.AddAccount(t.Context(), ben, account("a")), directory.ErrInvalid)
		refuses(t, "a newcomer's", second(d.AddPersonByAccount(t.Context(), "Cem", account("a"))), directory.ErrInvalid)
		refuses(t, "somebody else removes it", d.RemoveAccount(t.Context(), ben, account("a").ActorID), directory.ErrNotFound)
		if p, err := d.SignsIn(t.Context(), account("a")); err != nil || p.ID != ann.PersonID {
			t.Errorf("it signs in %+v, %v", p, err)
		}
		long := account("a")
		long.Inbox += strings.Repeat("x", 3000)
		refuses(t, "one with an inbox that cannot be written to", second(d.SignsIn(t.Context(), long)), directory.ErrInvalid)
		if err := d.RemoveAccount(t.Context(), ann, account("a").ActorID); err != nil {
			t.Fatal(err)
		}
		refuses(t, "a removed one", d.AddAccount(t.Context(), ben, account("a")), directory.ErrInvalid)
		refuses(t, "a removed one signs in", second(d.SignsIn(t.Context(), account("a"))), directory.ErrInvalid)
		refuses(t, "an unknown one signs in", second(d.SignsIn(t.Context(), account("x"))), directory.ErrUnknownAccount)
		addAccount(t, d, ann, "a")
		if n := rows(t, db, "people"); n != 2 {
			t.Errorf("%d people", n)
		}

		people := []directory.Actor{ann, ben, somebody(t, d, "Cem"), somebody(t, d, "Dua")}
		errs, group := make([]error, len(people)), sync.WaitGroup{}
		for i, who := range people {
			group.Go(func() { errs[i] = d.AddAccount(t.Context(), who, account("wanted")) })
		}
		group.Wait()
		got := 0
		for _, err := range errs {
			if err == nil {
				got++
			} else if !errors.Is(err, directory.ErrInvalid) {
				t.Error(err)
			}
		}
		if got != 1 {
			t.Errorf("%d people have the account", got)
		}
		for _, bad := range []directory.Account{{}, {ActorID: "https://x.example/" + strings.Repeat("a", 2000), Inbox: "https://x.example/"}, {ActorID: "https://x.example/\x00", Inbox: "https://x.example/"}} {
			refuses(t, "an odd one", d.AddAccount(t.Context(), ann, bad), directory.ErrInvalid)
		}
	})
}

// A name that its server has deleted may be somebody else's later.
func TestDeletedAccountSignsNobodyIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		ann := somebody(t, d, "Ann")
		addAccount(t, d, ann, "a")
		addAccount(t, d, ann, "b")
		if err := d.ForgetPeer(t.Context(), account("a").ActorID); err != nil {
			t.Fatal(err)
		}
		refuses(t, "a deleted one", second(d.SignsIn(t.Context(), account("a"))), directory.ErrInvalid)
		if p, err := d.SignsIn(t.Context(), account("b")); err != nil || p.ID != ann.PersonID {
			t.Errorf("the other one signs in %+v, %v", p, err)
		}
	})
}

// Of passkeys and accounts together, the last one stays, also when two are
// removed at once.
func TestLastWayToSignInStays(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		const people = 20
		errs, group := make([][2]error, people), sync.WaitGroup{}
		all := make([]directory.Actor, people)
		for i := range all {
			all[i] = somebody(t, d, fmt.Sprint("Ann ", i))
			addAccount(t, d, all[i], fmt.Sprint(i))
		}
		for i, who := range all {
			group.Go(func() { errs[i][0] = d.RemovePasskey(t.Context(), who, "key of "+who.Name) })
			group.Go(func() { errs[i][1] = d.RemoveAccount(t.Context(), who, account(fmt.Sprint(i)).ActorID) })
		}
		group.Wait()
		for i, who := range all {
			keys, err := d.Passkeys(t.Context(), who.PersonID)
			if err != nil {
				t.Fatal(err)
			}
			accounts, err := d.Accounts(t.Context(), who.PersonID)
			if err != nil || len(keys)+len(accounts) != 1 || (errs[i][0] == nil) == (errs[i][1] == nil) {
				t.Errorf("left are %v and %v after %v, %v", keys, accounts, errs[i], err)
			}
		}
	})
}

// A claim that an account has proved is for the person of the account only.
func TestClaimByAnAccountIsForItsPerson(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben := somebody(t, d, "Ann"), somebody(t, d, "Ben")
		addAccount(t, d, ann, "a")
		addAccount(t, d, ben, "b")
		claim, err := d.BeginClaim(t.Context(), "sange")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.ProveClaimByAccount(t.Context(), claim.ID, claim.Website, account("a").ActorID); err != nil {
			t.Fatal(err)
		}
		refuses(t, "by another account", d.ProveClaimByAccount(t.Context(), claim.ID, claim.Website, account("b").ActorID), directory.ErrInvalid)
		refuses(t, "by somebody else", second(d.TakeClaim(t.Context(), claim.ID, ben)), directory.ErrInvalid)
		taken, err := d.TakeClaim(t.Context(), claim.ID, ann)
		if err != nil || taken.State != directory.ClaimGranted || taken.Method != directory.MethodAccount || taken.AccountID != account("a").ActorID {
			t.Errorf("taken: %+v, %v", taken, err)
		}
		if err := d.RemoveAccount(t.Context(), ann, account("a").ActorID); err != nil {
			t.Fatal(err)
		}
		claim, err = d.BeginClaim(t.Context(), "igalia")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.ProveClaimByAccount(t.Context(), claim.ID, claim.Website, account("a").ActorID); err != nil {
			t.Fatal(err)
		}
		refuses(t, "by a removed account", second(d.TakeClaim(t.Context(), claim.ID, ann)), directory.ErrInvalid)
	})
}

// written are the messages that an inbox is owed.
func written(t *testing.T, db *directory.Database, to string) []string {
	t.Helper()
	d, texts := directory.New(db), []string{}
	var id int64
	if db.SQL().QueryRow("SELECT id FROM inboxes WHERE url = $1", account(to).Inbox).Scan(&id) != nil {
		return texts
	}
	owed, err := d.OwedAnswers(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range owed {
		m, ok := a.Message()
		if !ok || m.ActorID != account(to).ActorID || m.Account != account(to).Name || a.Handle != directory.DirectoryHandle {
			t.Errorf("owed to %s: %+v", to, a)
		}
		texts = append(texts, m.Text)
	}
	return texts
}

// All owners are written to when a claim waits beside them, and who claims when
// it ends or is granted; editors and removed accounts are not.
func TestOwnersAndClaimantsAreWrittenTo(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := owner(t, d, "sange", "Ann")
		oya, edda := member(t, d, "sange", "Oya", directory.Owner), member(t, d, "sange", "Edda", directory.Editor)
		for name, who := range map[string]directory.Actor{"ann": ann, "ann2": ann, "old": ann, "oya": oya, "edda": edda} {
			addAccount(t, d, who, name)
		}
		if err := d.RemoveAccount(t.Context(), ann, account("old").ActorID); err != nil {
			t.Fatal(err)
		}
		bea, id := waiting(t, d, "sange", "Bea")
		addAccount(t, d, bea, "bea")
		for _, name := range []string{"ann", "ann2", "oya"} {
			if got := written(t, db, name); len(got) != 1 || !strings.HasPrefix(got[0], "Somebody else claims the entry of Sange") || !strings.Contains(got[0], "meta "+coop(t, d, "sange").Website) {
				t.Errorf("%s reads %q", name, got)
			}
		}
		for _, name := range []string{"edda", "old", "bea"} {
			if got := written(t, db, name); len(got) != 0 {
				t.Errorf("%s reads %q", name, got)
			}
		}
		signIn(t, d, oya, "Firefox")
		expectState(t, d, "after an owner has signed in", id, directory.ClaimEnded)
		if ended, err := d.EndWaitingClaims(t.Context(), ann.PersonID); err != nil || len(ended) != 1 || ended[0].ID != id {
			t.Errorf("the other owner learns of %+v, %v", ended, err)
		}
		cem, id := waiting(t, d, "sange", "Cem")
		addAccount(t, d, cem, "cem")
		age(t, db, "claims", "effective_at", 1)
		if _, err := d.SettleClaims(t.Context()); err != nil {
			t.Fatal(err)
		}
		expectState(t, d, "after two weeks", id, directory.ClaimGranted)
		for name, want := range map[string]string{"bea": " has ended: an owner signed in.", "cem": " was granted: you are an owner now."} {
			if got := written(t, db, name); len(got) != 1 || !strings.HasSuffix(got[0], want) {
				t.Errorf("%s reads %q", name, got)
			}
		}
	})
}

// A person who is forgotten leaves no account behind, nor do answers that nobody
// waits for any more.
func TestTidyForgetsAccounts(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		addAccount(t, d, somebody(t, d, "Ann"), "a")
		if _, err := d.AskForAccount(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if rows(t, db, "accounts") != 1 || rows(t, db, "account_requests") != 1 {
			t.Error("forgotten too early")
		}
		age(t, db, "people", "added_at", 91)
		age(t, db, "account_requests", "expires_at", 1)
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if rows(t, db, "accounts") != 0 || rows(t, db, "account_requests") != 0 {
			t.Error("not forgotten")
		}
	})
}

// Of those who use a secret at the same time one succeeds, and only its hash is
// kept.
func TestSecretsAreUsedOnce(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		secret, err := d.AskForAccount(t.Context())
		if err != nil || len(secret) != 16 {
			t.Fatal(secret, err)
		}
		if !slices.Equal(directory.Codes("Hello "+strings.ToLower(directory.CodeText(secret))+"!"), []string{secret}) {
			t.Errorf("%s is not found in a message", secret)
		}
		var kept string
		if err := db.SQL().QueryRow("SELECT secret_hash FROM account_requests").Scan(&kept); err != nil || strings.Contains(kept, secret) {
			t.Errorf("kept as %s, %v", kept, err)
		}
		refuses(t, "the hash", d.UseAnswer(t.Context(), kept), directory.ErrNotFound)
		errs, group := make([]error, 8), sync.WaitGroup{}
		for i := range errs {
			group.Go(func() { errs[i] = d.UseAnswer(t.Context(), secret) })
		}
		group.Wait()
		used := 0
		for _, err := range errs {
			if err == nil {
				used++
			}
		}
		if used != 1 {
			t.Errorf("used %d times: %v", used, errs)
		}
	})
}
