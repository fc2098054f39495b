package account_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation"
	"coopverse/federation/account"
	"coopverse/federation/account/accounttest"
	"coopverse/federation/document"
	"coopverse/federation/fetch"

	"github.com/gorilla/mux"
)

const callback = "https://coops.test/accounts/callback"

// place is the directory, and the other server as it is reached from there.
type place struct {
	t      *testing.T
	db     *directory.Database
	inbox  http.Handler // of the directory
	them   *accounttest.Server
	signIn *account.SignIn
	roots  *x509.CertPool
	at     string // address of their server
}

// meet runs test with a server whose names lead to one address on this machine.
// It is on both databases that the clients are kept.
func meet(t *testing.T, them *accounttest.Server, test func(p *place)) {
	t.Helper()
	storetest.Alone(t) // them is one, and for both databases
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		server := httptest.NewTLSServer(them)
		t.Cleanup(server.Close)
		p := &place{t: t, db: db, them: them, roots: x509.NewCertPool(), at: server.Listener.Addr().String()}
		p.roots.AddCert(server.Certificate())
		override := func(host string) fetch.Override {
			o, err := fetch.ParseOverride(host + ":443:" + p.at)
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		// The certificate of httptest is for example.com and what is below it.
		client := fetch.New(fetch.Config{
			UserAgent: "test", RootCAs: p.roots, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
			ConnectTo: []fetch.Override{override("example.com"), override("social.example.com"), override("other.example.com")},
		})
		d, logger := directory.New(db), slog.New(slog.DiscardHandler)
		f := federation.New(d, federation.Config{Site: document.Site{Origin: "https://coops.test"}, Client: client, Logger: logger})
		router := mux.NewRouter()
		f.Routes(router)
		p.inbox = router
		p.signIn = account.New(d, account.Config{Origin: "https://coops.test", Name: "Coops", Callback: callback, Client: client.Avoiding(d.DomainBlocked), Actors: f, Logger: logger})
		test(p)
	})
}

func (p *place) begin(typed string) (page string, memory []byte, err error) {
	return p.signIn.Begin(p.t.Context(), typed, "state")
}

// browse is what a browser does on the page of the server: it is sent back with
// an answer.
func (p *place) browse(page string) url.Values {
	p.t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: p.roots, ServerName: "example.com"}, DisableKeepAlives: true}
	u, err := url.Parse(page)
	if err != nil {
		p.t.Fatal(err)
	}
	host := u.Host
	u.Host = p.at
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, u.String(), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Host = host
	res, err := transport.RoundTrip(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil || !strings.HasPrefix(back.String(), callback+"?") {
		body, _ := io.ReadAll(res.Body)
		p.t.Fatalf("%s answers %d, %v: %s", page, res.StatusCode, err, body)
	}
	if back.Query().Get("state") != "state" {
		p.t.Errorf("sent back with %s", back)
	}
	return back.Query()
}

// comes is the whole way of somebody who types that.
func (p *place) comes(typed string) (directory.Account, error) {
	p.t.Helper()
	page, memory, err := p.begin(typed)
	if err != nil {
		return directory.Account{}, err
	}
	if page == "" {
		return directory.Account{}, errors.New("no OAuth")
	}
	answer := p.browse(page)
	return p.signIn.Finish(p.t.Context(), memory, answer.Get("code"), answer.Get("iss"))
}

func (p *place) refused(what, typed, words string) {
	p.t.Helper()
	if got, err := p.comes(typed); !errors.Is(err, directory.ErrInvalid) || !strings.Contains(err.Error(), words) {
		p.t.Errorf("%s: %+v, %v; want %q", what, got, err, words)
	}
}

func TestServersSayWhoComes(t *testing.T) {
	for name, them := range map[string]*accounttest.Server{
		"Mastodon":                           {Domain: "example.com", Name: "ada"},
		"GoToSocial":                         {Domain: "example.com", Name: "ada", Plain: true},
		"Mastodon under another name":        {Domain: "example.com", Host: "social.example.com", Name: "ada"},
		"GoToSocial under another name":      {Domain: "example.com", Host: "social.example.com", Name: "ada", Plain: true},
		"Mastodon 4.3, without userinfo":     {Domain: "example.com", Name: "ada", Metadata: map[string]any{"userinfo_endpoint": nil}},
		"one that names no scopes":           {Domain: "example.com", Name: "ada", Metadata: map[string]any{"scopes_supported": nil}},
		"Mastodon that does not send an iss": {Domain: "example.com", Name: "ada", NoIssuer: true, Metadata: map[string]any{"authorization_response_iss_parameter_supported": false}},
	} {
		t.Run(name, func(t *testing.T) {
			meet(t, them, func(p *place) {
				clients := p.them.Clients()
				host := strings.TrimPrefix(p.them.ActorID(), "https://")
				host, _, _ = strings.Cut(host, "/")
				for _, typed := range []string{"ada@example.com", " @ada@EXAMPLE.com ", host, "https://" + host + "/@ada", "https://" + host + "/users/ada/"} {
					got, err := p.comes(typed)
					if err != nil || got.ActorID != them.ActorID() || got.Name != "ada@example.com" || got.URL != them.Profile() || got.Inbox != them.ActorID()+"/inbox" {
						t.Errorf("%s: %+v, %v", typed, got, err)
					}
				}
				if n := p.them.Clients() - clients; n != 1 {
					t.Errorf("we are %d clients there", n)
				}
				if n := p.them.Tokens(); n != 0 {
					t.Errorf("%d tokens were not given back", n)
				}
			})
		})
	}
}

// What is typed is a server of the public internet or an account there, or it is
// refused before anything is asked.
func TestWhatIsTypedIsAnAccount(t *testing.T) {
	meet(t, &accounttest.Server{Domain: "example.com", Name: "ada"}, func(p *place) {
		asked := len(p.them.Asked)
		for _, typed := range []string{
			"", "ada", "ada@", "@ada", "@@example.com", "ada@example.com@example.com", "localhost", "ada@localhost", "127.0.0.1", "ada@127.0.0.1", "[::1]", "https://127.1/@ada", "0x7f.1",
			"ftp://example.com/@ada", "https://u:p@example.com/@ada", "javascript:alert(1)", "exa mple.com", "ada@example.com/x", strings.Repeat("a", 1000) + ".example.com", "a da@example.com", "example.com:8443",
		} {
			p.refused(typed, typed, "write it as name@server")
		}
		p.refused("ours", "igalia@coops.test", "belong to co-ops")
		if len(p.them.Asked) != asked {
			p.t.Errorf("asked %v", p.them.Asked[asked:])
		}
		p.refused("nobody", "bob@example.com", "does not know @bob@example.com")
	})
}

// A server that lies about who has come is found out.
func TestLyingServers(t *testing.T) {
	const victim = "https://other.example.com/users/ada"
	for name, lie := range map[string]struct {
		them         *accounttest.Server
		typed, words string
	}{
		"userinfo":               {&accounttest.Server{Subject: victim}, "ada@example.com", "cannot speak for " + victim},
		"verify_credentials":     {&accounttest.Server{Subject: victim, Metadata: map[string]any{"userinfo_endpoint": nil}}, "example.com", "cannot speak for " + victim},
		"another account":        {&accounttest.Server{Subject: "https://example.com/users/eve"}, "ada@example.com", "another account than @ada@example.com"},
		"another actor there":    {&accounttest.Server{Subject: "https://example.com/users/eve"}, "example.com", "does not say clearly"},
		"the actor's document":   {&accounttest.Server{Shows: victim}, "ada@example.com", "does not say clearly"},
		"a name that nobody has": {&accounttest.Server{Plain: true, Username: "eve"}, "example.com", "does not know its own account @eve"},
		"an iss that is missing": {&accounttest.Server{NoIssuer: true}, "example.com", "another server than was asked"},
	} {
		t.Run(name, func(t *testing.T) {
			lie.them.Domain, lie.them.Name = "example.com", "ada"
			meet(t, lie.them, func(p *place) { p.refused("", lie.typed, lie.words) })
		})
	}
	t.Run("WebFinger names somebody else", func(t *testing.T) {
		meet(t, &accounttest.Server{Domain: "example.com", Name: "ada", WebFingers: victim}, func(p *place) {
			p.refused("by the server alone", "example.com", "does not say clearly")
		})
	})
	// The answer of one server is not taken for another's.
	t.Run("iss", func(t *testing.T) {
		for _, plain := range []bool{false, true} {
			meet(t, &accounttest.Server{Domain: "example.com", Name: "ada", Plain: plain}, func(p *place) {
				page, memory, err := p.begin("example.com")
				if err != nil {
					t.Fatal(err)
				}
				answer := p.browse(page)
				for _, iss := range []string{"https://evil.example/", "https://example.com.evil.example/", "example.com", map[bool]string{false: "https://example.com", true: "x"}[plain]} {
					if got, err := p.signIn.Finish(t.Context(), memory, answer.Get("code"), iss); !errors.Is(err, directory.ErrInvalid) {
						t.Errorf("%q: %+v, %v", iss, got, err)
					}
				}
				if n := p.them.Was("/oauth/token"); n != 0 {
					t.Errorf("the code was brought %d times", n)
				}
			})
		}
	})
}

// Where a server's metadata lead is guarded like everything else.
func TestMetadataThatLeadElsewhere(t *testing.T) {
	for name, said := range map[string]map[string]any{
		"which is not https": {"authorization_endpoint": "http://example.com/oauth/authorize"},
		"is not https":       {"token_endpoint": "http://127.0.0.1/"},
		"not https":          {"authorization_endpoint": "javascript:alert(1)"},
		"says that it is":    {"issuer": "https://other.example.com/"},
		"did not answer as":  {"app_registration_endpoint": "https://127.0.0.2/"},
		"did not say who":    {"token_endpoint": "https://169.254.169.254/latest"},
	} {
		t.Run(name, func(t *testing.T) {
			meet(t, &accounttest.Server{Domain: "example.com", Name: "ada", Metadata: said}, func(p *place) {
				p.refused("", "example.com", name)
			})
		})
	}
}

// What anybody could have put on a server does not speak for the server, whoever
// leads there.
func TestMetadataThatSomebodyHasUploaded(t *testing.T) {
	meet(t, &accounttest.Server{Domain: "example.com", Name: "ada"}, func(p *place) {
		const uploaded = "https://example.com/files/eve.json"
		p.them.Break = func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Host == "other.example.com" && strings.HasPrefix(r.URL.Path, "/.well-known/oauth"):
				http.Redirect(w, r, uploaded, http.StatusFound)
			case r.URL.Path == "/files/eve.json":
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, `{"issuer": "https://example.com", "authorization_endpoint": "https://other.example.com/a", "token_endpoint": "https://other.example.com/t"}`)
			case r.URL.Path == "/api/v1/apps":
				fmt.Fprint(w, `{"client_id": "1"}`)
			default:
				http.NotFound(w, r)
			}
		}
		if page, _, err := p.begin("other.example.com"); !errors.Is(err, directory.ErrInvalid) || !strings.Contains(err.Error(), uploaded) {
			p.t.Errorf("sent to %q, %v", page, err)
		}
		p.them.Break = nil
	})
}

// Nobody is sent to a server that the operators have blocked, nor to one below it.
func TestBlockedServerSignsNobodyIn(t *testing.T) {
	meet(t, &accounttest.Server{Domain: "example.com", Name: "ada"}, func(p *place) {
		if _, err := p.comes("example.com"); err != nil {
			p.t.Fatal(err)
		}
		if err := directory.New(p.db).BlockDomains(p.t.Context(), directory.Actor{Name: "Otto"}, directory.BlockedDomain{Domain: "example.com"}); err != nil {
			p.t.Fatal(err)
		}
		for _, typed := range []string{"example.com", "ada@example.com", "social.example.com", "@ada@other.example.com"} {
			p.refused(typed, typed, "have blocked that server")
		}
	})
}

func TestServersThatAnswerBadly(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 32<<20))
	_ = z.Close()
	meet(t, &accounttest.Server{Domain: "example.com", Name: "ada"}, func(p *place) {
		answers := map[string]http.HandlerFunc{
			"html": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, "<!doctype html><title>Welcome</title>")
			},
			"huge": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				_, _ = w.Write(bomb.Bytes())
			},
			"a redirect": func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					w.Header().Set("Location", "https://other.example.com/api/v1/apps")
					w.WriteHeader(http.StatusTemporaryRedirect)
					return
				}
				http.NotFound(w, r)
			},
		}
		for name, answer := range answers {
			p.them.Break = answer
			if page, _, err := p.begin("example.com"); page != "" || err != nil {
				p.t.Errorf("%s: %q, %v; want a code instead", name, page, err)
			}
		}
		p.them.Break = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
		p.refused("busy", "example.com", "did not answer as it should")
		p.them.Break = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		ctx, cancel := context.WithTimeout(p.t.Context(), 200*time.Millisecond)
		defer cancel()
		if _, _, err := p.signIn.Begin(ctx, "example.com", "state"); !errors.Is(err, directory.ErrInvalid) {
			p.t.Errorf("slow: %v", err)
		}
		p.them.Break = nil
	})
	meet(t, &accounttest.Server{Domain: "example.com", Name: "ada", NoOAuth: true}, func(p *place) {
		if page, _, err := p.begin("ada@example.com"); page != "" || err != nil {
			p.t.Errorf("without OAuth: %q, %v; want a code instead", page, err)
		}
	})
}

// A server that does not know us any more is asked anew, once.
func TestServerThatForgotUs(t *testing.T) {
	meet(t, &accounttest.Server{Domain: "example.com", Name: "ada"}, func(p *place) {
		if _, err := p.comes("example.com"); err != nil {
			p.t.Fatal(err)
		}
		registered := p.them.Was("/api/v1/apps")
		p.them.Forget()
		if _, err := p.db.SQL().Exec("UPDATE oauth_clients SET checked_at = $1", time.Now().UTC().AddDate(0, 0, -2)); err != nil {
			p.t.Fatal(err)
		}
		if _, err := p.comes("example.com"); err != nil {
			p.t.Errorf("when it had forgotten us: %v", err)
		}
		if n := p.them.Was("/api/v1/apps") - registered; n != 1 {
			p.t.Errorf("registered %d times", n)
		}
		// while somebody was on its page
		page, memory, err := p.begin("example.com")
		if err != nil {
			p.t.Fatal(err)
		}
		answer := p.browse(page)
		p.them.Forget()
		if _, err := p.signIn.Finish(p.t.Context(), memory, answer.Get("code"), answer.Get("iss")); !errors.Is(err, directory.ErrInvalid) {
			p.t.Errorf("meanwhile: %v", err)
		}
		if _, err := p.comes("example.com"); err != nil {
			p.t.Errorf("after that: %v", err)
		}
	})
}
