package directory_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func blockDomain(t *testing.T, d *directory.Directory, domain string) {
	t.Helper()
	if err := d.BlockDomains(t.Context(), curator, directory.BlockedDomain{Domain: domain, Reason: "spam"}); err != nil {
		t.Fatal(err)
	}
}

func TestDomainLooksLikeAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		blockDomain(t, d, "Example.COM.")
		blockDomain(t, d, "bücher.example")
		for host, want := range map[string]bool{
			"example.com": true, "EXAMPLE.com.": true, "sub.example.com": true, "a.b.example.com:8443": true, "ｅｘａｍｐｌｅ.com": true,
			"xn--bcher-kva.example": true, "BÜCHER.example": true, "shop.bücher.example": true,
			"evilexample.com": false, "example.com.evil.org": false, "example.org": false, "com": false, "bucher.example": false, "": false, "192.0.2.1": false,
			strings.Repeat("a.", 500) + "example.org": false,
		} {
			if blocked, err := d.DomainBlocked(t.Context(), host); err != nil || blocked != want {
				t.Errorf("%q is blocked: %v, %v", host, blocked, err)
			}
		}
		if blocked, err := d.DomainBlocked(t.Context(), "fine.org", "sub.example.com"); err != nil || !blocked {
			t.Errorf("one of two: %v, %v", blocked, err)
		}
	})
}

func TestSomeDomainsCannotBeBlocked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		if err := d.ServeAs(t.Context(), "https://tech.coops.org"); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"co.uk", "com", "localhost", "192.0.2.1", "[2001:db8::1]", "tech.coops.org", "coops.org", "", ".", "..", "a..example", ".example.com", "example.com..", "no spaces.example", "a_b.example", strings.Repeat("a.", 200) + "example"} {
			if err := d.BlockDomains(t.Context(), curator, directory.BlockedDomain{Domain: "fine.example"}, directory.BlockedDomain{Domain: text}); !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("%.40q: %v", text, err)
			}
		}
		if domains, err := d.BlockedDomains(t.Context()); err != nil || len(domains) != 0 {
			t.Errorf("half of it was blocked: %v, %v", domains, err)
		}
		for text, want := range map[string]string{
			"https://Social.example/@ann": "social.example", "@ann@social.example": "social.example", "bad.github.io": "bad.github.io",
			"github.io": "github.io", "www.coops.org": "www.coops.org", "münchen.example": "xn--mnchen-3ya.example",
		} {
			if got, err := d.DomainToBlock(t.Context(), text); err != nil || got != want {
				t.Errorf("%q is %q, %v", text, got, err)
			}
		}
	})
}

// Whom the operators have blocked follows no more and is not shown, under the
// domain and below it; the block ends, the followings stay ended.
func TestBlockedDomainVanishes(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		ann, below, fine := peer("ann"), stranger("sub.peer"), stranger("evilpeer")
		for _, p := range []directory.Peer{ann, below, fine} {
			follow(t, d, p, "sange", activity(p))
			answer(t, d, p, post)
		}
		blockDomain(t, d, "peer.example")
		if n := len(replies(t, d, "sange", post.ID, true)); n != 1 {
			t.Errorf("%d replies are shown", n)
		}
		if followers, err := d.Followers(t.Context(), "sange"); err != nil || len(followers) != 1 || followers[0].PeerID != fine.ID {
			t.Errorf("followers: %+v, %v", followers, err)
		}
		if err := d.AddReply(t.Context(), heard(ann, "Create", activity(ann), "sange"), replyOf(ann, "late", "sange", post.ID)); !errors.Is(err, directory.ErrBlocked) {
			t.Errorf("what was on its way: %v", err)
		}
		block(t, d, "sange", ann)
		if err := d.UnblockDomain(t.Context(), curator, "Peer.example"); err != nil {
			t.Fatal(err)
		}
		if n := len(replies(t, d, "sange", post.ID, false)); n != 2 {
			t.Errorf("%d replies are shown again, without that of whom the co-op has blocked", n)
		}
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 1 {
			t.Errorf("%d followers came back (%v)", n, err)
		}
		if err := d.UnblockDomain(t.Context(), curator, "peer.example"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("unblocked twice: %v", err)
		}
		log, err := d.AuditLog(t.Context(), directory.DirectoryHandle, 10)
		if err != nil || len(log) != 2 || log[0].Act != "unblocked a domain" || log[1].Detail != "peer.example spam" {
			t.Errorf("audited: %+v, %v", log, err)
		}
	})
}

// What is blocked twice takes the later reason.
func TestBlockTakesAnotherReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		blockDomain(t, d, "b.example")
		blockDomain(t, d, "a.example")
		if err := d.BlockDomains(t.Context(), curator, directory.BlockedDomain{Domain: "b.example", Reason: " still\n spam ", Note: "see the report"}); err != nil {
			t.Fatal(err)
		}
		domains, err := d.BlockedDomains(t.Context())
		if err != nil || len(domains) != 2 || domains[1].Reason != "still spam" || domains[1].Note != "see the report" {
			t.Errorf("blocked: %+v, %v", domains, err)
		}
	})
}

// BenchmarkDomainBlocked looks a host up among ten thousand blocked domains.
func BenchmarkDomainBlocked(b *testing.B) {
	d := directory.New(storetest.SQLite(b))
	domains := make([]directory.BlockedDomain, 10_000)
	for i := range domains {
		domains[i].Domain = fmt.Sprintf("server%d.example", i)
	}
	for some := range slices.Chunk(domains, 1000) {
		if err := d.BlockDomains(b.Context(), curator, some...); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if blocked, err := d.DomainBlocked(b.Context(), "a.long.name.of.some.example", "social.server7.example"); err != nil || !blocked {
			b.Fatal(blocked, err)
		}
	}
}
