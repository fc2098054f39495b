package directory_test

import (
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// An instance that speaks only with listed domains speaks with itself, also at a port of
// its own; its neighbours have to be listed.
func TestOwnHostIsNeverBlocked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		if err := d.ServeAs(t.Context(), "https://tech.coops.org:8443"); err != nil {
			t.Fatal(err)
		}
		if err := d.SpeakOnlyWithAllowed(t.Context(), directory.Actor{Name: "test"}, true); err != nil {
			t.Fatal(err)
		}
		for host, want := range map[string]bool{
			"tech.coops.org": false, "tech.coops.org:8443": false, "TECH.coops.org.": false,
			"sub.tech.coops.org": true, "coops.org": true, "eviltech.coops.org": true, "tech.coops.org.evil.example": true,
		} {
			if blocked, err := d.DomainBlocked(t.Context(), host); err != nil || blocked != want {
				t.Errorf("%q is blocked: %v, %v", host, blocked, err)
			}
			if blocked, err := d.BlockedAmong(t.Context(), []string{"", host}); err != nil || blocked[0] || blocked[1] != want {
				t.Errorf("%q is blocked among others: %v, %v", host, blocked, err)
			}
		}
	})
}

// Names that are odd but can be asked for are below a blocked domain as others are.
func TestOddNamesBelowABlockedDomain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		blockDomain(t, d, "bad.example")
		for _, host := range []string{"r3---sn.bad.example", "-a.bad.example", "a-.bad.example", "a_b.bad.example", "xn--zz.bad.example", "ab--c.bad.example", "%62ad.bad.example", "ß.BAD.example", "bad.example.:443", "bad。example"} {
			if blocked, err := d.DomainBlocked(t.Context(), host); err != nil || !blocked {
				t.Errorf("%q is not blocked (%v)", host, err)
			}
		}
	})
}
