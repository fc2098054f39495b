package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/web"

	"github.com/alexedwards/scs/v2"
)

// elsewhere stands in for other servers of the fediverse: the account that signs
// in next, and the websites that link accounts.
type elsewhere struct {
	next   string // name of the account
	lacks  bool   // the server has no OAuth
	refuse error
	links  map[string]string // actor id by website
	iss    string
}

func (e *elsewhere) account() directory.Account { return someAccount(e.next) }

func someAccount(name string) directory.Account {
	return directory.Account{ActorID: "https://social.example/users/" + name, Name: name + "@social.example", URL: "https://social.example/@" + name, Inbox: "https://social.example/users/" + name + "/inbox"}
}

func (e *elsewhere) accounts() web.Accounts {
	return web.Accounts{
		Begin: func(_ context.Context, typed, state string) (string, []byte, error) {
			if !strings.Contains(typed, "social.example") {
				return "", nil, fmt.Errorf("%w: write it as name@server", directory.ErrInvalid)
			}
			if e.lacks {
				return "", nil, nil
			}
			return "https://social.example/oauth/authorize?state=" + state, []byte("remembered"), nil
		},
		Finish: func(_ context.Context, memory []byte, code, iss string) (directory.Account, error) {
			if string(memory) != "remembered" || code != "a code" {
				return directory.Account{}, errors.New("the memory was lost")
			}
			e.iss = iss
			return e.account(), e.refuse
		},
		Links: func(_ context.Context, website, _ string, a directory.Account) (string, error) {
			if e.links[website] != a.ActorID {
				return "", errors.New("There is no link with rel=me to " + a.URL)
			}
			return website, nil
		},
	}
}

// social is the pages of d, where people can sign in with accounts.
func social(t testing.TB, d *directory.Directory, s sites) (http.Handler, *elsewhere) {
	t.Helper()
	e := &elsewhere{links: map[string]string{}}
	c := claimConfig(s)
	c.Accounts = e.accounts()
	return pagesOf(t, d, c), e
}

// ask types an account, and returns the address to which the server sends the
// visitor back.
func (v *visitor) ask(what string) string {
	v.t.Helper()
	w := v.post("/accounts", "for", what, "account", "@ada@social.example")
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || to.Host != "social.example" {
		v.t.Fatalf("asked to %s: %d %s", what, w.Code, w.Header().Get("Location"))
	}
	return "/accounts/callback?" + url.Values{"code": {"a code"}, "iss": {"https://social.example/"}, "state": {to.Query().Get("state")}}.Encode()
}

// comes is the whole way by the server of the account that is next. It returns
// where it leads.
func (v *visitor) comes(what string) string {
	v.t.Helper()
	return v.get(v.ask(what)).Header().Get("Location")
}

// wrong is the sentence beside the field for an account.
func (v *visitor) wrong(path string) string {
	v.t.Helper()
	return inside(v.get(path).Body.String(), `id="account-wrong">`, "<")
}

// joined is somebody who came by the invitation of an owner, with an account.
func joined(t *testing.T, h http.Handler, e *elsewhere, by *visitor, name string) *visitor {
	t.Helper()
	v := newVisitor(t, h)
	v.post(by.invite("igalia", "editor"))
	e.next = name
	if to := v.comes("register"); to != "/register" {
		t.Fatalf("%s is led to %s", name, to)
	}
	if w := v.post("/register/account", "name", name); w.Header().Get("Location") != "/me" {
		t.Fatalf("%s registers: %d %s", name, w.Code, w.Body)
	}
	return v
}

func TestPeopleJoinAndSignInWithAnAccount(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h, e := social(t, d, s)
		ada := owner(t, h, s, "igalia", "Ada")
		grace := newVisitor(t, h)
		grace.post(ada.invite("igalia", "editor"))
		if w := grace.get("/register"); !strings.Contains(w.Body.String(), `value="register"`) || !strings.Contains(w.Header().Get("Content-Security-Policy"), "form-action 'self' https:; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'") {
			t.Errorf("the form: %s", w.Header().Get("Content-Security-Policy"))
		}
		e.next = "grace"
		before := grace.session()
		if to := grace.comes("register"); to != "/register" || e.iss != "https://social.example/" {
			t.Fatalf("led to %s, iss %q", to, e.iss)
		}
		if grace.session() == before {
			t.Error("the session has its old token")
		}
		if w := grace.post("/register/account", "name", strings.Repeat("long ", 30)); w.Code != 422 || !strings.Contains(w.Body.String(), `value="long long`) || !strings.Contains(w.Body.String(), "A name has 1 to 80 characters") {
			t.Errorf("a name that is too long: %d", w.Code)
		}
		grace.post("/register/account", "name", "Grace")
		body := grace.get("/me").Body.String()
		if !strings.Contains(body, "You have accepted the invitation") || !strings.Contains(body, "@grace@social.example") || strings.Contains(body, "/me/accounts/remove") {
			t.Errorf("registered: %s", between(body, "<main", "</main>"))
		}
		grace.post("/sign-out")
		if to := grace.comes("sign-in"); to != "/me" {
			t.Fatalf("led to %s", to)
		}
		members, err := d.Members(context.Background(), "igalia")
		if err != nil || len(members) != 2 {
			t.Fatal(members, err)
		}
		signIns, err := d.SignIns(context.Background(), members[1].PersonID)
		if err != nil || len(signIns) != 1 || signIns[0].How != "account" {
			t.Errorf("signed in at %+v, %v", signIns, err)
		}

		// whom nobody knows is told so, and is nobody
		eve := newVisitor(t, h)
		e.next = "eve"
		if to := eve.comes("sign-in"); to != "/sign-in#account" || !strings.Contains(eve.wrong("/sign-in"), "Nobody signs in here with @eve@social.example yet") {
			t.Errorf("a stranger is led to %s", to)
		}
		if w := eve.post("/register/account", "name", "Eve"); w.Code != http.StatusForbidden {
			t.Errorf("a stranger registers: %d", w.Code)
		}
		// nor does one who was asked for nothing
		if w := eve.post("/accounts", "for", "emperor", "account", "eve@social.example"); w.Code != http.StatusBadRequest {
			t.Errorf("for something else: %d", w.Code)
		}
		if w := eve.post("/accounts", "for", "add", "account", "eve@social.example"); w.Header().Get("Location") != "/sign-in" {
			t.Errorf("adds an account to nobody: %d", w.Code)
		}
		if w := eve.post("/accounts", "for", "claim", "account", "eve@social.example"); w.Code != http.StatusForbidden {
			t.Errorf("proves no claim: %d", w.Code)
		}
		eve.post("/accounts", "for", "sign-in", "account", `"><script>`)
		if body := eve.get("/sign-in").Body.String(); !strings.Contains(body, `value="&#34;&gt;&lt;script&gt;"`) || !strings.Contains(body, "Write it as name@server.") {
			t.Error("what was mistyped is not kept, with a sentence")
		}
	})
}

// An answer counts in the browser that was sent to the server, for ten minutes,
// once.
func TestAnswersCountOnceInOneBrowser(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		s, d := sites{}, directory.New(db)
		h, e := social(t, d, s)
		ada := joined(t, h, e, owner(t, h, s, "igalia", "Owner"), "ada")
		ada.post("/sign-out")
		refused := func(what string, v *visitor, path, words string) {
			t.Helper()
			if to := v.get(path).Header().Get("Location"); to != "/sign-in#account" {
				t.Errorf("%s: led to %s", what, to)
			}
			if wrong := v.wrong("/sign-in"); !strings.Contains(wrong, words) {
				t.Errorf("%s: %q", what, wrong)
			}
			if w := v.get("/me"); w.Code != http.StatusSeeOther {
				t.Errorf("%s: signed in", what)
			}
		}
		const late = "longer than ten minutes"
		answer := ada.ask("sign-in")
		mallory := newVisitor(t, h)
		refused("in another browser", mallory, answer, late)
		mallory.ask("sign-in")
		refused("with another's state", mallory, answer, late)
		refused("a guess", ada, "/accounts/callback?code=a+code&state=AAAAAAAAAAAAAAAA", late)
		refused("no state", ada, "/accounts/callback?code=a+code", late)
		other := *ada
		other.cookies = map[string]*http.Cookie{"__Host-session": ada.cookies["__Host-session"]}
		if to := ada.get(answer).Header().Get("Location"); to != "/me" {
			t.Fatalf("the right one leads to %s", to)
		}
		refused("a second time in the old session", &other, answer, late)
		if to := ada.get(answer).Header().Get("Location"); to != "/me" {
			t.Errorf("twice, when signed in: led to %s", to)
		}
		ada.post("/sign-out")
		refused("after signing out", ada, answer, late)

		answer = ada.ask("sign-in")
		if _, err := db.SQL().Exec("UPDATE account_requests SET expires_at = $1", time.Now().UTC().Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		refused("late", ada, answer, late)
		answer = ada.ask("sign-in")
		refused("who said no", ada, strings.Replace(answer, "code=a+code", "error=access_denied", 1), "You said no at your server")
		answer = ada.ask("sign-in")
		refused("who could not be asked", ada, strings.Replace(answer, "code=a+code", "error=server_error", 1), "Your server did not say who you are")
		e.refuse = fmt.Errorf("%w: social.example cannot speak for somebody else", directory.ErrInvalid)
		refused("who is somebody else", ada, ada.ask("sign-in"), "Social.example cannot speak for somebody else.")
		e.refuse = nil
		if to := ada.comes("sign-in"); to != "/me" {
			t.Errorf("after all that: %s", to)
		}
	})
}

// An account that was somebody's is never anybody else's, and its person may
// take it back.
func TestAccountsStayWithTheirPerson(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h, e := social(t, d, s)
		ada, mallory := owner(t, h, s, "igalia", "Ada"), owner(t, h, s, "agaric", "Mallory")
		e.next = "ada"
		if to := ada.comes("add"); to != "/me" || !strings.Contains(ada.get("/me").Body.String(), "The account was added") {
			t.Fatalf("led to %s", to)
		}
		taken := func(when string) {
			t.Helper()
			if to := mallory.comes("add"); to != "/me#account" || !strings.Contains(mallory.wrong("/me"), "@ada@social.example belongs to somebody else here") {
				t.Errorf("%s: led to %s", when, to)
			}
			newcomer := newVisitor(t, h)
			newcomer.post(mallory.invite("agaric", "editor"))
			if to := newcomer.comes("register"); to == "/register" {
				t.Errorf("%s: registers", when)
			}
		}
		taken("while it is hers")
		mallory.post("/me/accounts/remove", "id", e.account().ActorID)
		ada.post("/me/accounts/remove", "id", e.account().ActorID)
		if body := ada.get("/me").Body.String(); !strings.Contains(body, "The account was removed") || strings.Contains(body, ">@ada@social.example<") {
			t.Error("it was not removed")
		}
		taken("after she has removed it")
		if to := newVisitor(t, h).comes("sign-in"); to != "/sign-in#account" {
			t.Errorf("a removed one signs in: %s", to)
		}
		if to := ada.comes("add"); to != "/me" {
			t.Errorf("she cannot take it back: %s", to)
		}
		log, err := d.AuditLog(context.Background(), directory.DirectoryHandle, 10)
		var acts []string
		for _, entry := range log {
			acts = append(acts, entry.Who+" "+entry.Act)
		}
		if err != nil || !slices.Equal(acts, []string{"Ada added an account", "Ada removed an account", "Ada added an account"}) {
			t.Errorf("the log has %q, %v", acts, err)
		}

		// the browser of one person does not add to another
		answer := ada.ask("add")
		ada.key = mallory.key
		ada.use()
		e.next = "eve"
		if to := ada.get(answer).Header().Get("Location"); to != "/me#account" || !strings.Contains(ada.wrong("/me"), "in as somebody else, meanwhile") {
			t.Errorf("what Ada has asked was added to Mallory: %s", to)
		}
	})
}

// Of passkeys and accounts together, the last one stays.
func TestLastWayToSignInStays(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h, e := social(t, d, s)
		v := joined(t, h, e, owner(t, h, s, "igalia", "Owner"), "ada")
		account := e.account().ActorID
		if w := v.post("/me/accounts/remove", "id", account); w.Code != 422 || !strings.Contains(w.Body.String(), "only way to sign in") {
			t.Errorf("the only account: %d", w.Code)
		}
		if w := v.create("/me/passkeys/begin", "/me/passkeys/finish", ""); w.Code != http.StatusOK {
			t.Fatalf("a passkey: %d %s", w.Code, w.Body)
		}
		if w := v.post("/me/accounts/remove", "id", account); w.Code != http.StatusSeeOther {
			t.Errorf("one of two: %d", w.Code)
		}
		if w := v.use(); w.Code != http.StatusOK {
			t.Errorf("the other one: %d", w.Code)
		}
	})
}

// stale has everybody have signed in a while ago.
func stale(t *testing.T, db *directory.Database) {
	t.Helper()
	signedInSince(t, db, 11*time.Minute)
}

// signedInSince has everybody have signed in that long ago.
func signedInSince(t *testing.T, db *directory.Database, ago time.Duration) {
	t.Helper()
	rows, err := db.SQL().Query("SELECT token, data FROM sessions")
	if err != nil {
		t.Fatal(err)
	}
	sessions := map[string][]byte{}
	for rows.Next() {
		var token string
		var data []byte
		if err := rows.Scan(&token, &data); err != nil {
			t.Fatal(err)
		}
		sessions[token] = data
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	for token, data := range sessions {
		until, values, err := scs.GobCodec{}.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		values["fresh"] = time.Now().Add(-ago).Unix()
		if data, err = (scs.GobCodec{}).Encode(until, values); err != nil {
			t.Fatal(err)
		}
		if _, err := db.SQL().Exec("UPDATE sessions SET data = $1 WHERE token = $2", data, token); err != nil {
			t.Fatal(err)
		}
	}
}

// Who changes how they sign in has just signed in.
func TestChangesOfSigningInNeedAFreshOne(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		s, d := sites{}, directory.New(db)
		h, e := social(t, d, s)
		v := owner(t, h, s, "igalia", "Ada")
		e.next = "ada"
		v.comes("add")
		stale(t, db)
		for _, w := range []*httptest.ResponseRecorder{
			v.post("/accounts", "for", "add", "account", "ada@social.example"), v.post("/me/accounts/remove", "id", e.account().ActorID), v.post("/me/passkeys/remove", "id", "1"),
		} {
			if to := w.Header().Get("Location"); to != "/sign-in?again" {
				t.Errorf("led to %s", to)
			}
		}
		if w := v.create("/me/passkeys/begin", "/me/passkeys/finish", ""); w.Code != 422 || !strings.Contains(w.Body.String(), "sign in once more") {
			t.Errorf("a passkey: %d %s", w.Code, w.Body)
		}
		if body := v.get("/me").Body.String(); strings.Contains(body, "/remove") || !strings.Contains(body, "/me/again") {
			t.Error("the page offers what is not done")
		}
		if to := v.get("/me/again").Header().Get("Location"); to != "/sign-in?again" || !strings.Contains(v.get(to).Body.String(), "show once more that it is you") {
			t.Errorf("again: %s", to)
		}
		if to := v.comes("sign-in"); to != "/me" {
			t.Errorf("led to %s", to)
		}
		if w := v.post("/me/accounts/remove", "id", e.account().ActorID); w.Header().Get("Location") != "/me" {
			t.Errorf("afterwards: %d", w.Code)
		}
		if signIns := strings.Count(v.get("/me").Body.String(), "(this one)") + strings.Count(v.get("/me").Body.String(), `aria-label="Sign out`); signIns != 1 {
			t.Errorf("signed in %d times in one browser", signIns)
		}
	})
}

// Only a page with the form for an account may send readers to their server.
func TestOnlyAccountFormsMayLeadAway(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		s := sites{}
		h, e := social(t, directory.New(db), s)
		v := newVisitor(t, h)
		looks := func(path string, want bool) {
			t.Helper()
			w := v.get(path)
			form := strings.Contains(w.Body.String(), `id="account-name"`)
			if away := strings.Contains(w.Header().Get("Content-Security-Policy"), "form-action 'self' https:;"); form != want || away != want {
				t.Errorf("%s has the form: %t, and may lead away: %t; want %t", path, form, away, want)
			}
		}
		looks("/sign-in", true)
		looks("/coops/igalia/claim", false)
		v.post("/coops/igalia/claim")
		looks("/coops/igalia/claim", true)
		v.claim(s, "igalia")
		looks("/coops/igalia/claim", false)
		looks("/register", true)
		e.next = "ada"
		v.comes("register")
		looks("/register", false)
		v.post("/register/account", "name", "Ada")
		looks("/me", true)
		stale(t, db)
		looks("/me", false)
	})
}
