package federation

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// A block closes every door to what is below the domain as well, as Mastodon's do: who is
// there is not looked up, followed, named, answered or mirrored, and reads nothing.
func TestBlockClosesEveryDoorBelowADomain(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, below := serveOurs(t, d), newOtherServer(t)
		asked := us.named(map[string]*otherServer{"a.sub.bad.example": below})
		us.secured()
		mel := below.actor("mel")
		if answer := us.get("/coops/sange", below.keys[mel]); answer.StatusCode != http.StatusOK {
			t.Fatalf("before the block: %s", answer.Status)
		}
		if err := d.BlockDomains(t.Context(), tester, directory.BlockedDomain{Domain: "bad.example"}); err != nil {
			t.Fatal(err)
		}
		before := asked.Load()
		for door, open := range map[string]func(ctx context.Context) error{
			"actor": func(ctx context.Context) error { _, err := us.federation.actorAt(ctx, mel); return err },
			"note":  func(ctx context.Context) error { _, _, err := us.federation.answeredNote(ctx, mel+"/1"); return err },
			"key":   func(ctx context.Context) error { _, err := us.federation.signer(ctx, mel+"#main-key"); return err },
			"follow dialog": func(ctx context.Context) error {
				_, err := us.federation.FollowDialog(ctx, "mel@A.Sub.BAD.example", us.site.Actor("sange"))
				return err
			},
			"mention": func(ctx context.Context) error {
				_, err := us.federation.mention(ctx, "mel@a.sub.bad.example")
				return err
			},
			"account": func(ctx context.Context) error { _, err := us.federation.AccountOf(ctx, mel); return err },
			"mirror": func(ctx context.Context) error {
				_, err := us.federation.MirrorAt(ctx, tester, below.URL, "")
				return err
			},
			"copy": func(ctx context.Context) error {
				_, err := us.federation.MirrorHead(ctx, directory.Mirror{Origin: below.URL, Source: below.URL})
				return err
			},
		} {
			if err := open(t.Context()); err == nil || !strings.Contains(err.Error(), "has blocked the host") {
				t.Errorf("%s: %v", door, err)
			}
		}
		if answer := us.get("/coops/sange", below.keys[mel]); answer.StatusCode != http.StatusForbidden {
			t.Errorf("a signed GET: %s", answer.Status)
		}
		if n := asked.Load(); n != before {
			t.Errorf("it was asked %d times", n-before)
		}
	})
}
