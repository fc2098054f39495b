package directory_test

import (
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// The operators see each server once, with what stands about it and what we have to do
// with it; a block comes before leave, and both hold for all below a domain.
func TestServers(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben, eve := peer("ann"), peer("ben"), stranger("eve")
		follow(t, d, ann, "sange", "https://peer.example/f1")
		follow(t, d, ann, "igalia", "https://peer.example/f2")
		follow(t, d, ben, "igalia", "https://peer.example/f3")
		follow(t, d, eve, "igalia", "https://eve.example/f")
		for _, domain := range []string{"eve.example", "friends.example"} {
			if err := d.AllowDomains(t.Context(), directory.Actor{Name: "test"}, directory.AllowedDomain{Domain: domain}); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.BlockDomains(t.Context(), directory.Actor{Name: "test"}, directory.BlockedDomain{Domain: "eve.example"}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"founded": "1999"}}); err != nil {
			t.Fatal(err)
		}
		for _, inbox := range lease(t, d, "x") {
			if inbox.Host != "peer.example" {
				continue
			}
			change, err := d.LastChange(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			told := []directory.Receipt{{ChangeID: change, InboxID: inbox.ID, Outcome: directory.Told, At: time.Now().UTC()}}
			if err := d.Took(t.Context(), &inbox, change, told, time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		servers, err := d.Servers(t.Context(), directory.ServerQuery{Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]directory.Server)
		for _, s := range servers {
			if _, twice := seen[s.Host]; twice {
				t.Errorf("%s twice", s.Host)
			}
			seen[s.Host] = s
		}
		p, e := seen["peer.example"], seen["eve.example"]
		if p.Followers != 2 || p.State != "" || p.Heard == nil || p.Told == nil || time.Since(*p.Told) > time.Minute {
			t.Errorf("%+v", p)
		}
		if e.Followers != 0 || e.State != "blocked" || e.Heard == nil || e.Told != nil || seen["friends.example"].State != "allowed" {
			t.Errorf("%+v", servers)
		}
	})
}
