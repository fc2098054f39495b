package directory_test

import (
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// age dates everything in a table back by so many days.
func age(t *testing.T, db *directory.Database, table, column string, days int) {
	t.Helper()
	at := time.Now().UTC().AddDate(0, 0, -days).Truncate(time.Millisecond)
	if _, err := db.SQL().Exec("UPDATE "+table+" SET "+column+" = $1 WHERE "+column+" IS NOT NULL", at); err != nil {
		t.Fatal(err)
	}
}

func rows(t *testing.T, db *directory.Database, table string) (n int) {
	t.Helper()
	if err := db.SQL().QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTidyForgetsWhoFollowsNobody(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben, old := peer("ann"), peer("ben"), peer("old")
		ann.FetchedAt = ann.FetchedAt.AddDate(0, -1, 0)
		old.FetchedAt = ann.FetchedAt
		follow(t, d, ann, "sange", "https://peer.example/1")
		for _, p := range []directory.Peer{ben, old} {
			if err := d.RememberPeer(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]bool{ann.KeyID: true, ben.KeyID: true, old.KeyID: false} {
			if known := byKey(t, d, key).ID != ""; known != want {
				t.Errorf("%s: known is %v, want %v", key, known, want)
			}
		}
	})
}

func TestTidyKeepsWhoHasToDoWithUs(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		replied, liked, quoted, left := stranger("replied"), stranger("liked"), stranger("quoted"), stranger("left")
		answer(t, d, replied, post)
		if err := d.React(t.Context(), heard(liked, directory.Like, activity(liked)), "sange", post.ID); err != nil {
			t.Fatal(err)
		}
		quote(t, d, quoted, post)
		follow(t, d, left, "sange", activity(left))
		if err := d.RemoveFollower(t.Context(), heard(left, "Block", activity(left)), "sange", ""); err != nil {
			t.Fatal(err)
		}
		age(t, db, "peers", "fetched_at", 8)
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]bool{replied.KeyID: true, liked.KeyID: true, quoted.KeyID: true, left.KeyID: false} {
			if known := byKey(t, d, key).ID != ""; known != want {
				t.Errorf("%s: known is %v, want %v", key, known, want)
			}
		}
	})
}

func TestTidyForgetsWhatIsOver(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann, ben := stranger("ann"), stranger("ben")
		post := publish(t, d, "sange", directory.Draft{Text: "one", Mentions: naming(ann, ben)})
		inbox := lease(t, d, "one")[ann.Inbox] // one of the two is told
		receipt := directory.Receipt{ChangeID: last(t, d), InboxID: inbox.ID, Outcome: directory.Told}
		if err := d.Took(t.Context(), &inbox, last(t, d), []directory.Receipt{receipt}, time.Minute); err != nil {
			t.Fatal(err)
		}
		letGo(t, d, map[string]directory.Inbox{ann.Inbox: inbox})
		if err := d.Note(t.Context(), heard(ann, "Listen", "https://ann.example/listen", "sange"), "no effect"); err != nil {
			t.Fatal(err)
		}
		ask(t, d, ann, quoteOf(ann, "sange", post.ID))
		curate(t, d, "sange", map[string]string{"quotable": "false"})
		if err := d.KeepOAuthClient(t.Context(), directory.OAuthClient{Host: "ann.example", ClientID: "1"}); err != nil {
			t.Fatal(err)
		}
		want := map[string]int{"heard": 2, "events": 2, "answers": 2, "authorizations": 1, "addressees": 1, "oauth_clients": 1}
		expect := func(when string) {
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
		expect("at once")
		age(t, db, "heard", "at", 6)
		age(t, db, "events", "at", 89)
		age(t, db, "answers", "made_at", 100)
		age(t, db, "authorizations", "revoked_at", 89)
		age(t, db, "oauth_clients", "checked_at", 89)
		expect("before it is time")
		age(t, db, "heard", "at", 8)
		age(t, db, "answers", "sent_at", 8)
		age(t, db, "events", "at", 91)
		age(t, db, "authorizations", "revoked_at", 91)
		age(t, db, "oauth_clients", "checked_at", 91)
		want = map[string]int{"heard": 0, "events": 0, "answers": 1, "authorizations": 0, "addressees": 1, "oauth_clients": 0}
		expect("when it is time")
	})
}

func TestForgottenActorLeavesNothing(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann, ben := stranger("ann"), stranger("ben")
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		for _, p := range []directory.Peer{ann, ben} {
			follow(t, d, p, "sange", activity(p))
			respond(t, d, p, post)
			if err := d.Note(t.Context(), heard(p, "Listen", activity(p), "sange"), "no effect"); err != nil {
				t.Fatal(err)
			}
		}
		report(t, d, ann, "spam")
		if err := d.ForgetPeer(t.Context(), ann.ID); err != nil {
			t.Fatal(err)
		}
		if got := responses(t, d, "sange", post.ID); got != (directory.Response{Likes: 1, Boosts: 1, Replies: 1}) {
			t.Errorf("what is left: %+v", got)
		}
		for table, want := range map[string]int{"followers": 1, "reactions": 2, "replies": 1, "authorizations": 1, "peers": 1, "reports": 1} {
			if got := rows(t, db, table); got != want {
				t.Errorf("%d rows in %s, want %d", got, table, want)
			}
		}
		events, err := d.Events(t.Context(), "sange", 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.PeerID != ben.ID {
				t.Errorf("an event is left: %+v", e)
			}
		}
		if err := d.ForgetPeer(t.Context(), ann.ID); err != nil {
			t.Errorf("a second time: %v", err)
		}
	})
}
