package migrations_test

import (
	"os"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// TestConversationKeepsWhatWasThere migrates a database in which somebody
// follows a co-op that has a key and a post.
func TestConversationKeepsWhatWasThere(t *testing.T) {
	test := func(t *testing.T, db *directory.Database) {
		run := func(statements string) {
			t.Helper()
			if _, err := db.SQL().Exec(statements); err != nil {
				t.Fatal(err)
			}
		}
		migrate := func(name string) {
			t.Helper()
			file, err := os.ReadFile(db.Dialect() + "/" + name)
			if err != nil {
				t.Fatal(err)
			}
			run(string(file))
		}
		for _, name := range []string{"00001_directory.sql", "00002_reserved_handles.sql", "00011_followers.sql"} {
			migrate(name)
		}
		const moment = "'2026-01-01 00:00:00+00:00'"
		run(`INSERT INTO keys (handle, private_pem, made_at) VALUES ('directory', 'pem', ` + moment + `);
			INSERT INTO peers (id, inbox, shared_inbox, handle, key_id, public_pem, fetched_at) VALUES ('https://a.example', 'https://a.example/inbox', '', 'a@a.example', 'https://a.example#main-key', 'pem', ` + moment + `);
			INSERT INTO inboxes (url, host, taken, wakes, leased_by, failures, gone, last_error) VALUES ('https://a.example/inbox', 'a.example', 0, 0, '', 0, FALSE, '');
			INSERT INTO followers (handle, peer_id, inbox_id, own_inbox_id, follow_id, follow, since, followed_at) VALUES ('directory', 'https://a.example', 1, 1, 'https://a.example/1', '{}', 0, ` + moment + `);
			INSERT INTO posts (handle, body, automatic, published_at, updated_at) VALUES ('directory', 'Hello', TRUE, ` + moment + `, ` + moment + `)`)
		migrate("00012_conversation.sql")
		d := directory.New(db)
		keys, err := d.Keys(t.Context(), "directory", func() (string, string, error) { return "other", "proof", nil })
		if err != nil || len(keys) != 1 || keys[0].Number != 1 || keys[0].PrivatePEM != "pem" || keys[0].ProofPEM != "proof" || keys[0].Since != 0 {
			t.Errorf("keys %+v, %v", keys, err)
		}
		known, err := d.PeersByKey(t.Context(), []string{"https://a.example#main-key"})
		if p := known["https://a.example#main-key"]; err != nil || p.DisplayName() != "a@a.example" || p.Page() != "https://a.example" {
			t.Errorf("who follows: %+v, %v", p, err)
		}
		if n, err := d.FollowerCount(t.Context(), "directory"); err != nil || n != 1 {
			t.Errorf("%d followers (%v)", n, err)
		}
		if posts, err := d.Posts(t.Context(), "directory", 0, 10); err != nil || len(posts) != 1 || posts[0].Language != "en" {
			t.Errorf("posts %+v, %v", posts, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		db, err := directory.OpenSQLite(t.TempDir() + "/coopverse.db")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		test(t, db)
	})
	t.Run("postgres", func(t *testing.T) {
		db, err := directory.OpenPostgres(storetest.EmptyPostgresDSN(t))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		test(t, db)
	})
}
