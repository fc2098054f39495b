package main

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
)

// claimable is our program with the websites of co-ops, and a name server.
type claimable struct {
	*instance
	a     *authority
	sites *websites
	names *nameServer
	proxy string
}

// eachClaimable serves co-ops that can be claimed, on each database.
func eachClaimable(t *testing.T, test func(t *testing.T, c *claimable)) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		a := newAuthority(t, ourDomain, "www.igalia.com", "igalia.com", "sociality.coop", "www.insite.coop", "infra.run")
		c := &claimable{a: a, sites: newWebsites(t, a), names: newNameServer(t)}
		c.instance = newInstance(t, database, a, connectTo("", c.sites.address), "--resolver", c.names.address)
		c.start()
		c.proxy = a.proxy(t, c.address)
		test(t, c)
	})
}

func (c *claimable) guest(t *testing.T) *guest { return newGuest(t, c.a, c.proxy) }

// begin begins a claim, and returns what is to be copied for each way: a link, a
// tag, the line of a file, and a DNS record.
func (g *guest) begin(handle string) []string {
	g.t.Helper()
	path := "/coops/" + handle
	if coop := g.get(path); !strings.Contains(coop.text, `href="`+path+`/claim"`) {
		g.t.Fatalf("%s offers no claim", path)
	}
	g.get(path+"/claim").says(g.t, http.StatusOK, "Begin")
	begun := g.send(path + "/claim")
	begun.says(g.t, http.StatusOK, "Any one of these will do")
	return begun.toCopy()
}

// owner is somebody who has claimed a co-op by a tag on its website.
func (c *claimable) owner(t *testing.T, handle, website, name string) *guest {
	t.Helper()
	g := c.guest(t)
	c.sites.show(website, "<head>"+g.begin(handle)[1]+"</head>")
	g.send("/coops/"+handle+"/claim/check").says(t, http.StatusOK, "It is yours")
	g.register(name)
	return g
}

// change changes the database behind the program's back, which is started anew,
// as time does that goes by.
func (c *claimable) change(t *testing.T, statement string) {
	t.Helper()
	c.stop()
	if _, err := openDatabase(t, c.database).SQL().ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	c.start()
}

// A co-op is claimed in each of four ways; a proof that is not there is said to
// be missing.
func TestClaimsAreProved(t *testing.T) {
	eachClaimable(t, func(t *testing.T, c *claimable) {
		for i, coop := range []struct {
			handle, found string
			show          func(text string)
		}{
			{"igalia", "The link was found at https://www.igalia.com", func(text string) { c.sites.show("https://www.igalia.com", "<p>We are at "+text+"</p>") }},
			{"sociality", "The tag was found at https://sociality.coop", func(text string) { c.sites.show("https://sociality.coop", "<head>"+text+"</head>") }},
			{"insite", "The file was found at https://www.insite.coop/.well-known/coopverse.txt", func(text string) { c.sites.show("https://www.insite.coop/.well-known/coopverse.txt", text) }},
			{"infra", "The record was found at _coopverse.infra.run", func(text string) { c.names.show("_coopverse.infra.run", text) }},
		} {
			g := c.guest(t)
			ways := g.begin(coop.handle)
			if len(ways) != 4 {
				t.Fatalf("%s has the ways %q", coop.handle, ways)
			}
			check := "/coops/" + coop.handle + "/claim/check"
			g.send(check).says(t, http.StatusOK, "Not found yet")
			coop.show(ways[i])
			g.send(check).says(t, http.StatusOK, coop.found)
			g.get("/coops/"+coop.handle+"/edit").says(t, http.StatusOK, "Sign in") // the proof alone is no sign-in
			g.register("Ada")
			g.get("/me").says(t, http.StatusOK, "The entry is yours now")
			g.get("/coops/"+coop.handle+"/edit").says(t, http.StatusOK, "Edit your entry")
			g.send("/sign-out")
			g.signIn()
			g.get("/coops/"+coop.handle+"/news").says(t, http.StatusOK, "Write news")
			if other := g.get("/coops/agaric/edit"); other.status != http.StatusForbidden {
				t.Errorf("the owner of %s is let to another entry: %d", coop.handle, other.status)
			}
		}
	})
}

// A website that leads into our own network is said to do so, and nothing there
// is asked.
func TestProofThatLeadsToAPrivateAddress(t *testing.T) {
	eachClaimable(t, func(t *testing.T, c *claimable) {
		// 127.0.0.0/8 may be asked in these tests.
		inside, err := net.Listen("tcp", "[::1]:0")
		if err != nil { // without IPv6 nothing could be asked at that address
			inside, err = net.Listen("tcp", "127.0.0.1:0")
		}
		if err != nil {
			t.Fatal(err)
		}
		var asked atomic.Int32
		go func() {
			for {
				conn, err := inside.Accept()
				if err != nil {
					return
				}
				asked.Add(1)
				_ = conn.Close()
			}
		}()
		t.Cleanup(func() { _ = inside.Close() })
		g := c.guest(t)
		g.begin("igalia")
		// --connect-to would lead https://[::1] to the websites: another port does not.
		_, port, _ := net.SplitHostPort(inside.Addr().String())
		for _, private := range []string{"https://[::1]:" + port + "/", "https://10.0.0.1:8443/", "https://169.254.169.254:8443/latest/meta-data/"} {
			c.sites.show("https://www.igalia.com", private)
			seen := g.send("/coops/igalia/claim/check")
			seen.says(t, http.StatusOK, "leads to a place that is not on the public internet, and was not asked")
		}
		if n := asked.Load(); n > 0 {
			t.Errorf("%d connections were made", n)
		}
	})
}

// Whoever buys a domain that has lapsed waits, and an owner who is there ends it;
// if nobody comes the claim is granted.
func TestBoughtDomainIsNoTakeover(t *testing.T) {
	eachClaimable(t, func(t *testing.T, c *claimable) {
		const website = "https://www.igalia.com"
		ada := c.owner(t, "igalia", website, "Ada")
		buy := func() *guest {
			t.Helper()
			mallory := c.owner(t, "igalia", website, "Mallory")
			mallory.get("/me").says(t, http.StatusOK, "Your claim waits for 14 days")
			if p := mallory.get("/coops/igalia/edit"); p.status != http.StatusForbidden {
				t.Fatalf("who waits is let in: %d", p.status)
			}
			return mallory
		}
		state := func(want directory.ClaimState) {
			t.Helper()
			var last directory.ClaimState
			err := openDatabase(t, c.database).SQL().QueryRowContext(t.Context(), "SELECT state FROM claims ORDER BY id DESC LIMIT 1").Scan(&last)
			if err != nil || last != want {
				t.Fatalf("the claim is %s and not %s: %v", last, want, err)
			}
		}
		buy()
		state(directory.ClaimWaiting)
		ada.send("/sign-out")
		ada.signIn()
		state(directory.ClaimEnded)
		mallory := buy()
		c.change(t, "UPDATE claims SET effective_at = '2026-01-01 00:00:00+00:00' WHERE state = 'waiting'")
		eventually(t, promise, "granted", func() (bool, any) {
			p := mallory.get("/coops/igalia/edit")
			return p.status == http.StatusOK, p.status
		})
		state(directory.ClaimGranted)
	})
}

// A proof that is not found three times in a row is reported, and takes nothing
// away.
func TestLapsedProofIsReported(t *testing.T) {
	eachClaimable(t, func(t *testing.T, c *claimable) {
		ada := c.owner(t, "sociality", "https://sociality.coop", "Ada")
		c.sites.show("https://sociality.coop", "<p>Under construction</p>")
		for n := 1; n <= 3; n++ {
			if strings.Contains(c.log.String(), "has lapsed") {
				t.Fatalf("it lapsed after %d misses", n-1)
			}
			c.change(t, "UPDATE claims SET checked_at = '2026-01-01 00:00:00+00:00'")
			eventually(t, 10*time.Second, fmt.Sprintf("missed %d times", n), func() (bool, any) {
				claims, err := directory.New(openDatabase(t, c.database)).Claims(t.Context(), "sociality")
				if err != nil {
					t.Fatal(err)
				}
				return claims[0].Missed == n, claims[0].Missed
			})
		}
		eventually(t, promise, "reported", func() (bool, any) {
			return strings.Contains(c.log.String(), "the proof of a claim has lapsed"), c.log
		})
		ada.get("/coops/sociality/edit").says(t, http.StatusOK, "Edit your entry")
	})
}

// An invitation works for who opens it first, and nobody guesses one.
func TestInvitationWorksOnce(t *testing.T) {
	eachClaimable(t, func(t *testing.T, c *claimable) {
		ada := c.owner(t, "infra", "https://infra.run", "Ada")
		invited := ada.send("/coops/infra/people/invite", "role", "editor").toCopy()
		if len(invited) != 1 {
			t.Fatalf("the invitation is %q", invited)
		}
		link := strings.TrimPrefix(invited[0], ourOrigin)
		grace, mallory, eve := c.guest(t), c.guest(t), c.guest(t)
		mallory.get(link)
		if p := grace.send(link); p.path != "/register" {
			t.Fatalf("the invitation leads to %s", p.path)
		}
		mallory.send(link) // opened by both, before either has used it
		grace.register("Grace")
		grace.get("/coops/infra/edit").says(t, http.StatusOK, "Edit your entry")
		if p := mallory.send("/register/begin", "name", "Mallory"); p.status == http.StatusOK {
			t.Error("a used invitation gives a passkey")
		}
		guessed := link[:len(link)-4] + "AAAA"
		for _, g := range []*guest{mallory, eve} {
			for path, want := range map[string]int{link: http.StatusUnprocessableEntity, guessed: http.StatusNotFound} {
				if p := g.get(path); p.status != want {
					t.Errorf("%s: %d", path, p.status)
				}
				g.send(path)
			}
			if p := g.get("/coops/infra/edit"); p.path != "/sign-in" {
				t.Errorf("somebody without an invitation comes to %s", p.path)
			}
		}
	})
}
