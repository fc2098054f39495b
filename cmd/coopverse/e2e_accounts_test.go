package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"coopverse/federation/account/accounttest"
)

// browsing is somebody with a browser, who finds each domain where the test has
// it.
type browsing struct {
	t      *testing.T
	client *http.Client
}

func (a *authority) browser(t *testing.T, at map[string]string) *browsing {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: a.pool},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, _ := net.SplitHostPort(address)
			return (&net.Dialer{}).DialContext(ctx, network, at[host])
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &browsing{t, &http.Client{Jar: jar, Transport: transport, Timeout: 30 * time.Second}}
}

// sees is the page at a path of ours, after redirects, and must have those words.
func (b *browsing) sees(path string, words ...string) string {
	b.t.Helper()
	res, err := b.client.Get(ourOrigin + path)
	return b.read(res, err, words)
}

// sends sends a form of ours; fields are pairs: name, value.
func (b *browsing) sends(path string, fields []string, words ...string) string {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	res, err := b.client.PostForm(ourOrigin+path, form)
	return b.read(res, err, words)
}

func (b *browsing) read(res *http.Response, err error, words []string) string {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, word := range words {
		if !strings.Contains(string(body), word) {
			_, main, _ := strings.Cut(string(body), "<main")
			b.t.Fatalf("%s answers %d without %q: %s", res.Request.URL, res.StatusCode, word, main)
		}
	}
	return string(body)
}

// TestClaimByAccount is the way of Ada from nothing to an owner, with an account
// that the website of her co-op links, and that of Bea beside her, who has to
// wait: both are told by messages to their accounts.
func TestClaimByAccount(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		a := newAuthority(t, ourDomain, "*.test")
		adas := &accounttest.Server{Domain: "mastodon.test", Name: "ada"}
		beas := &accounttest.Server{Domain: "gotosocial.test", Name: "bea", Plain: true}
		at := map[string]string{
			"mastodon.test": a.serve(t, adas, nil), "gotosocial.test": a.serve(t, beas, nil),
			"website.test": a.serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprintf(w, `<a rel="me" href="%s">Ada</a> <a rel="me" href="%s">Bea</a>`, adas.Profile(), beas.Profile())
			}), nil),
		}
		var ways []string
		for domain, address := range at {
			ways = append(ways, connectTo(domain, address))
		}
		us := newInstance(t, database, a, ways...)
		us.edit("igalia", "website", "https://website.test")
		us.start()
		at[ourDomain] = a.proxy(t, us.address)

		ada, bea := a.browser(t, at), a.browser(t, at)
		ada.sees("/coops/igalia", "This is us")
		ada.sends("/coops/igalia/claim", nil, "Or a fediverse account")
		ada.sends("/accounts", []string{"for", "claim", "account", "@ada@mastodon.test"}, "It is yours", "The website links your account at")
		ada.sees("/register", "You are @ada@mastodon.test")
		ada.sends("/register/account", []string{"name", "Ada"}, "The entry is yours now", "<h1>Ada</h1>", "@ada@mastodon.test")
		ada.sends("/sign-out", nil)
		ada.sees("/me", "<h1>Sign in</h1>")
		ada.sends("/accounts", []string{"for", "sign-in", "account", "https://mastodon.test/@ada"}, "<h1>Ada</h1>")
		if n, tokens := adas.Clients(), adas.Tokens(); n != 1 || tokens != 0 {
			t.Errorf("%d clients and %d tokens are left at her server", n, tokens)
		}

		bea.sends("/accounts", []string{"for", "sign-in", "account", "bea@gotosocial.test"}, "Nobody signs in here with @bea@gotosocial.test yet")
		bea.sends("/coops/igalia/claim", nil)
		bea.sends("/accounts", []string{"for", "claim", "account", "bea@gotosocial.test"}, "It is yours", "has owners here already")
		bea.sends("/register/account", []string{"name", "Bea"}, "Your claim waits for 14 days")
		bea.sees("/coops/igalia", "Somebody else claims this entry")
		hears(t, adas, "Somebody else claims the entry of Igalia")
		ada.sees("/me", "Somebody else claimed the entry of Igalia. Because you are here, that has ended")
		hears(t, beas, "Your claim of the entry of Igalia has ended: an owner signed in.")
		bea.sees("/coops/igalia/people", "not yours to change")
	})
}

// hears waits for a message to the account, which is to nobody else.
func hears(t *testing.T, s *accounttest.Server, words string) {
	t.Helper()
	var said struct {
		Type, Actor string
		To, Cc      []string
		Object      struct {
			Content string
			To, Cc  []string
			Tag     []struct{ Type, Href, Name string }
		}
	}
	eventually(t, 5*time.Second, "written", func() (bool, any) {
		all := s.Received()
		return len(all) > 0 && json.Unmarshal([]byte(all[len(all)-1]), &said) == nil && strings.Contains(said.Object.Content, words), all
	})
	only, name := []string{s.ActorID()}, "@"+s.Name+"@"+s.Domain
	if said.Type != "Create" || said.Actor != directoryID || !slices.Equal(said.To, only) || !slices.Equal(said.Object.To, only) || len(said.Cc)+len(said.Object.Cc) != 0 {
		t.Errorf("the message is %+v", said)
	}
	if tags := said.Object.Tag; len(tags) != 1 || tags[0].Type != "Mention" || tags[0].Href != s.ActorID() || tags[0].Name != name {
		t.Errorf("the message names %+v", tags)
	}
}

// directoryID is the id of the directory's own actor.
const directoryID = ourOrigin + "/actors/directory"

// TestFedifyAccountSendsACode has somebody come whose server has no OAuth.
func TestFedifyAccountSendsACode(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, others := gather(t, database, map[string][]string{"alice.test": {"alice"}})
		them := others["alice.test"]
		a := newAuthority(t, ourDomain)
		invitation := strings.TrimSpace(us.run("coop", "invite", "igalia"))
		invitation = invitation[strings.Index(invitation, "/invitations/"):]
		invitation, _, _ = strings.Cut(invitation, "\n")

		alice := a.browser(t, map[string]string{ourDomain: a.proxy(t, us.address)})
		alice.sends(invitation, nil, "Or come with a fediverse account")
		page := alice.sends("/accounts", []string{"for", "register", "account", "@alice@alice.test"}, "Your server cannot confirm by itself who you are")
		_, code, _ := strings.Cut(page, "@directory@"+ourDomain+" coopverse-")
		code, _, _ = strings.Cut(code, "<")
		alice.sees("/accounts/code", "Send us this code")
		them.act("alice", jsonObject{"type": "Create", "to": directoryID, "object": jsonObject{
			"type": "Note", "id": "https://alice.test/notes/1", "attributedTo": "https://alice.test/users/alice", "to": directoryID,
			"content": "<p>@directory coopverse-" + code + "</p>", "tag": []jsonObject{{"type": "Mention", "href": directoryID, "name": "@directory@" + ourDomain}},
		}})
		alice.sees("/accounts/code", "You are @alice@alice.test")
		alice.sends("/accounts/code", nil, "You are @alice@alice.test, and sign in with that from now on")
		alice.sends("/register/account", []string{"name", "Alice"}, "<h1>Alice</h1>", "You have accepted the invitation")
		var events []any
		if us.read(&events, "coop", "events", "directory", "--json"); len(events) != 0 {
			t.Errorf("kept: %v", events)
		}
	})
}
