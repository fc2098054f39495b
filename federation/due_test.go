package federation

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/fetch"
)

// However many posts of one co-op name people whose server does not answer,
// those of others go out on time.
func TestSlowPostsHoldUpNobodyElse(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
		way, err := fetch.ParseOverride("slow.example:443:" + silent.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		us := serveOurs(t, d)
		client := fetch.New(fetch.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, ConnectTo: []fetch.Override{way}})
		f := New(d, Config{Site: us.site, Client: client, Logger: us.federation.logger})
		p, err := d.AddPerson(t.Context(), "Ann", directory.Passkey{ID: "ann", Credential: "{}"})
		if err != nil {
			t.Fatal(err)
		}
		ann := directory.Actor{PersonID: p.ID, Name: p.Name}
		scheduled := func(handle, text string) {
			t.Helper()
			if _, err := d.Schedule(t.Context(), ann, handle, directory.Draft{Text: text}, time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		for _, handle := range []string{"sange", "igalia"} {
			token, err := d.Invite(t.Context(), tester, handle, directory.Editor)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.AcceptInvitation(t.Context(), token, ann); err != nil {
				t.Fatal(err)
			}
		}
		for n := range 25 {
			scheduled("sange", fmt.Sprintf("%d @a@slow.example @b@slow.example", n))
		}
		scheduled("igalia", "On time")
		if _, err := db.SQL().Exec("UPDATE scheduled_posts SET try_at = $1", time.Now().UTC().Add(-time.Minute)); err != nil {
			t.Fatal(err)
		}
		ctx, stop := contextWithCancel(t)
		over := make(chan struct{})
		go func() { defer close(over); f.PublishDue(ctx) }()
		defer func() { stop(); <-over }()
		for until := time.Now().Add(4 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			waiting, err := d.ScheduledPosts(t.Context(), "igalia")
			if err != nil {
				t.Fatal(err)
			}
			if len(waiting) == 0 {
				return
			}
			if time.Now().After(until) {
				t.Fatal("the other co-op's post is not out")
			}
		}
	})
}
