package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/document"
	"coopverse/federation/fetch"
	"coopverse/federation/website"
)

// claimed is a co-op that was claimed by its website, and those who look after
// claims.
type claimed struct {
	*directory.Directory
	db    *directory.Database
	log   *output
	watch claimWatch
	claim directory.Claim // the one that was granted
	body  atomic.Value    // of the website, or 0 when it does not answer
}

func TestProofsAreLookedAtAgain(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		c := claimedBy(t, db, "sange.example")
		c.look(t, "at once", "", "")
		c.later(t)
		c.look(t, "while it shows the tag", "", "")
		c.body.Store(fmt.Sprintf(`<a rel="me" href="%s/coops/sange">us</a>`, ourOrigin))
		c.later(t)
		c.look(t, "when it shows a link without the token", "", "")
		for n, body := range []string{"under construction", "", "", ""} {
			c.body.Store(body)
			c.later(t)
			lapses := ""
			if n == 2 {
				lapses = "the proof of a claim has lapsed"
			}
			c.look(t, fmt.Sprintf("not found %d times", n+1), "https://sange.example", lapses)
			c.look(t, "right after that", "https://sange.example", "")
		}
		if got := c.seen(t); got.LapsedAt == nil || got.State != directory.ClaimGranted {
			t.Errorf("after it lapsed: %+v", got)
		}
		if role, err := c.RoleOf(t.Context(), "sange", *c.claim.PersonID); role != directory.Owner {
			t.Errorf("its owner is %q, %v", role, err)
		}
		c.body.Store(tag(c.claim.Token))
		c.later(t)
		c.look(t, "when it is back", "", "")
		if got := c.seen(t); got.LapsedAt != nil {
			t.Errorf("found again: %+v", got)
		}
	})
}

// A proof by an account is looked at again where it was found.
func TestProofByAnAccountIsLookedAtAgain(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		c := claimedBy(t, db, "sange.example")
		ann := directory.Actor{PersonID: *c.claim.PersonID, Name: "Ann"}
		account := directory.Account{ActorID: "https://social.example/users/ann", Name: "ann@social.example", URL: "https://social.example/@ann", Inbox: "https://social.example/inbox"}
		if err := c.AddAccount(t.Context(), ann, account); err != nil {
			t.Fatal(err)
		}
		claim, err := c.BeginClaim(t.Context(), "sange")
		if err != nil {
			t.Fatal(err)
		}
		if err := c.ProveClaimByAccount(t.Context(), claim.ID, claim.Website, account.ActorID); err != nil {
			t.Fatal(err)
		}
		if c.claim, err = c.TakeClaim(t.Context(), claim.ID, ann); err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{account.URL, account.ActorID} {
			c.body.Store(fmt.Sprintf(`<a rel="me" href="%s">us</a>`, address))
			c.later(t)
			c.look(t, "while it links "+address, "", "")
		}
		c.body.Store(tag(c.claim.Token))
		c.later(t)
		c.look(t, "when it has the token only", "no link with rel=me to "+account.URL, "")
		if err := c.ProvedAnew(t.Context(), c.claim.ID, c.claim.Website, "meta", c.claim.Website); err != nil {
			t.Fatal(err)
		}
		c.later(t)
		c.look(t, "when the token has proved it instead", "", "")
	})
}

func TestClaimThatHasWaitedIsGranted(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		c := claimedBy(t, db, "sange.example")
		second := c.take(t, "Bea")
		if second.State != directory.ClaimWaiting {
			t.Fatalf("a second claim: %+v", second)
		}
		c.look(t, "at once", "", "")
		if _, err := db.SQL().Exec("UPDATE claims SET effective_at = $1 WHERE effective_at IS NOT NULL", time.Now().UTC().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		c.claim = second
		c.look(t, "two weeks later", "", "granted after its time of waiting")
		if role, err := c.RoleOf(t.Context(), "sange", *second.PersonID); role != directory.Owner {
			t.Errorf("Bea is %q, %v", role, err)
		}
	})
}

// TestProofIsFoundByTheGuardedClient has the pages look for a proof on a private
// address, which only a trial may.
func TestProofIsFoundByTheGuardedClient(t *testing.T) {
	site := newAuthority(t, "sange.example")
	token := strings.Repeat("A", 26)
	address := site.serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, tag(token))
	}), nil)
	for private, want := range map[string]string{"": "", "127.0.0.0/8": "meta"} {
		o := outgoing{ConnectTo: []string{"sange.example:443:" + address}, CAFile: site.ca}
		if private != "" {
			o.AllowPrivate = []string{private}
		}
		client, err := o.client(ourOrigin, false)
		if err != nil {
			t.Fatal(err)
		}
		method, at, err := proveWith(website.New(client, noNames{}))(t.Context(), "https://sange.example", ourOrigin+"/coops/sange", token)
		if method != want || (want == "") != (err != nil) || strings.Contains(at, "127.0.0.1") {
			t.Errorf("with %q: %q at %q, %v", private, method, at, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "127.0.0.1")) {
			t.Errorf("what people read: %v", err)
		}
	}
	ways := proofWays("https://sange.example", ourOrigin+"/coops/sange", token)
	if len(ways) != 4 || ways[0].Method != "rel-me" || !strings.Contains(ways[0].Text, token) || ways[3].Where == "" {
		t.Errorf("the ways are %+v", ways)
	}
}

// noNames are name servers that know nothing, so that nobody else's are asked.
type noNames struct{}

func (noNames) LookupTXT(_ context.Context, name string) ([]string, error) {
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func tag(token string) string {
	return fmt.Sprintf(`<meta name="coopverse-claim" content="%s">`, token)
}

// claimedBy serves the website of a co-op, by which Ann claims its entry.
func claimedBy(t *testing.T, db *directory.Database, host string) *claimed {
	t.Helper()
	c := &claimed{Directory: directory.New(db), db: db, log: &output{}}
	if _, _, err := c.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"website": "https://" + host}}); err != nil {
		t.Fatal(err)
	}
	site := newAuthority(t, host)
	address := site.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := c.body.Load().(string)
		if body == "" || strings.HasPrefix(r.URL.Path, "/.well-known/") {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, body)
	}), nil)
	override, err := fetch.ParseOverride(":443:" + address)
	if err != nil {
		t.Fatal(err)
	}
	client := fetch.New(fetch.Config{UserAgent: "test", AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, ConnectTo: []fetch.Override{override}, RootCAs: site.pool})
	c.watch = claimWatch{c.Directory, website.New(client, noNames{}), document.Site{Origin: ourOrigin}, slog.New(slog.NewTextHandler(c.log, nil))}
	c.claim = c.take(t, "Ann")
	c.body.Store(tag(c.claim.Token))
	return c
}

func (c *claimed) take(t *testing.T, name string) directory.Claim {
	t.Helper()
	who, err := c.AddPerson(t.Context(), name, directory.Passkey{ID: name, Credential: "{}"})
	if err != nil {
		t.Fatal(err)
	}
	claim, err := c.BeginClaim(t.Context(), "sange")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.ProveClaim(t.Context(), claim.ID, "meta", claim.Website); err != nil {
		t.Fatal(err)
	}
	if claim, err = c.TakeClaim(t.Context(), claim.ID, directory.Actor{PersonID: who.ID, Name: name}); err != nil {
		t.Fatal(err)
	}
	return claim
}

// later makes every claim due.
func (c *claimed) later(t *testing.T) {
	t.Helper()
	if _, err := c.db.SQL().Exec("UPDATE claims SET checked_at = $1 WHERE checked_at IS NOT NULL", time.Now().UTC().AddDate(0, 0, -8)); err != nil {
		t.Fatal(err)
	}
}

func (c *claimed) seen(t *testing.T) directory.Claim {
	t.Helper()
	claim, err := c.Claim(t.Context(), c.claim.ID)
	if err != nil {
		t.Fatal(err)
	}
	return claim
}

// look has the claims looked through, and compares what is missing and what the
// log has about it.
func (c *claimed) look(t *testing.T, when, missing, logged string) {
	t.Helper()
	before := len(c.log.String())
	if err := c.watch.once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if claim := c.seen(t); (missing == "") != (claim.Why == "") || !strings.Contains(claim.Why, missing) {
		t.Errorf("%s: what is missing: %q, want %q", when, claim.Why, missing)
	}
	if log := c.log.String()[before:]; (logged == "") != (log == "") || !strings.Contains(log, logged) {
		t.Errorf("%s: the log has %q, want %q", when, log, logged)
	}
}
