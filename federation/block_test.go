package federation

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/fetch"
	"coopverse/federation/signature"

	"github.com/gorilla/mux"
)

var tester = directory.Actor{Name: "a test"}

// named gives other servers names, by which ours finds them; asked counts what
// they are asked.
func (us *ourServer) named(servers map[string]*otherServer) (asked *atomic.Int32) {
	us.t.Helper()
	config := fetch.Config{UserAgent: "coopverse/test", AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	asked = &atomic.Int32{}
	for name, o := range servers {
		address := strings.TrimPrefix(o.URL, "http://")
		_, port, _ := strings.Cut(address, ":")
		way, err := fetch.ParseOverride(name + ":" + port + ":" + address)
		if err != nil {
			us.t.Fatal(err)
		}
		config.ConnectTo = append(config.ConnectTo, way)
		o.URL = "http://" + name + ":" + port
		o.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.Add(1); o.ServeHTTP(w, r) })
	}
	us.federation = New(us.directory, Config{Site: us.site, Client: fetch.New(config), Logger: us.federation.logger, Retry: us.federation.retry})
	router := mux.NewRouter()
	us.federation.Routes(router)
	us.Config.Handler = router
	return asked
}

// Nothing is asked of a domain that operators have blocked, and nobody there is
// heard at any inbox, whatever the name looks like; their neighbours are.
func TestBlockedDomainIsNotHeard(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us := serveOurs(t, d)
		evil, below, fine := newOtherServer(t), newOtherServer(t), newOtherServer(t)
		asked := us.named(map[string]*otherServer{"bad.example": evil, "sub.bad.example": below, "notbad.example": fine})
		mallory, mel, ann := evil.actor("mallory"), below.actor("mel"), fine.actor("ann")
		if err := d.BlockDomains(t.Context(), tester, directory.BlockedDomain{Domain: "bad.example"}); err != nil {
			t.Fatal(err)
		}
		sange := us.site.Actor("sange")
		follow := func(actor string) []byte { return activityJSON(actor+"#follow", "Follow", actor, sange) }
		shouted := strings.Replace(mallory, "bad.example", "BAD.Example.", 1)
		for _, c := range []struct {
			name   string
			body   []byte
			key    *signature.Key
			status int
		}{
			{"its actor", follow(mallory), evil.keys[mallory], 403},
			{"below it", follow(mel), below.keys[mel], 403},
			{"in capitals, with a dot", follow(shouted), &signature.Key{ID: shouted + "#main-key", Private: evil.keys[mallory].Private}, 403},
			{"its key for an actor elsewhere", follow(ann), evil.keys[mallory], 403},
			{"its actor with a key elsewhere", follow(mallory), fine.keys[ann], 403},
			{"its farewell", activityJSON(mallory+"#x", "Delete", mallory, mallory), evil.keys[mallory], 403},
			{"unsigned", follow(mallory), nil, 401},
			{"a name that ends alike", follow(ann), fine.keys[ann], 202},
		} {
			for _, inbox := range []string{"/inbox", "/coops/sange/inbox"} {
				before := asked.Load()
				if status, answer := us.post(inbox, c.body, c.key, nil); status != c.status {
					t.Errorf("%s at %s: %d %s, want %d", c.name, inbox, status, answer, c.status)
				}
				if c.status != 202 && asked.Load() != before {
					t.Errorf("%s: something was fetched", c.name)
				}
			}
		}
		relayed := activityJSON(ann+"#boost", "Announce", ann, mallory+"/notes/1")
		before := asked.Load()
		if status, answer := us.post("/inbox", relayed, fine.keys[ann], nil); status != 202 || asked.Load() != before {
			t.Errorf("a boost of what somebody there has said: %d %s", status, answer)
		}
		if _, err := us.federation.actorAt(t.Context(), mallory); err == nil || asked.Load() != before {
			t.Error("somebody there is looked up")
		}
		if _, err := us.federation.Publish(t.Context(), directory.Actor{Name: "test"}, "sange", directory.Draft{Text: "Hello @mallory@bad.example"}, "test"); err == nil || !strings.Contains(err.Error(), "blocked") {
			t.Errorf("somebody there is named: %v", err)
		}
	})
}

// A redirect leads nobody to a domain that is blocked.
func TestRedirectToABlockedDomain(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, evil, fine := serveOurs(t, d), newOtherServer(t), newOtherServer(t)
		us.named(map[string]*otherServer{"bad.example": evil, "fine.example": fine})
		mallory := evil.actor("mallory")
		fine.Config.Handler = http.RedirectHandler(mallory, http.StatusFound)
		if err := d.BlockDomains(t.Context(), tester, directory.BlockedDomain{Domain: "bad.example"}); err != nil {
			t.Fatal(err)
		}
		key := &signature.Key{ID: fine.URL + "/key", Private: evil.keys[mallory].Private}
		actor := fine.URL + "/users/mallory"
		if status, answer := us.post("/inbox", activityJSON(actor+"#f", "Follow", actor, us.site.Actor("sange")), key, nil); status != 403 {
			t.Errorf("%d %s, want 403", status, answer)
		}
	})
}

// Whom operators block is told nothing more, at once and for good; others are.
func TestBlockedDomainIsNotTold(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, evil, fine := serveOurs(t, d), newOtherServer(t), newOtherServer(t)
		us.named(map[string]*otherServer{"bad.example": evil, "fine.example": fine})
		evil.follow(us, evil.actor("mallory"), "sange")
		fine.follow(us, fine.actor("ann"), "sange")
		us.deliver()
		evil.waitFor(1)
		fine.waitFor(1)
		if err := d.BlockDomains(t.Context(), tester, directory.BlockedDomain{Domain: "bad.example"}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Publish(t.Context(), directory.Actor{Name: "test"}, "sange", directory.Draft{Text: "Hello"}, "test"); err != nil {
			t.Fatal(err)
		}
		if err := d.RemoveCoop(t.Context(), "igalia", "it asked", "test"); err != nil { // told to every server
			t.Fatal(err)
		}
		fine.waitFor(3)
		if took := evil.waitFor(1); took[0].Body["type"] != "Accept" {
			t.Errorf("told: %v", took)
		}
		told, err := d.Receipts(t.Context(), "igalia", 1)
		if err != nil || len(told) != 1 || len(told[0].Refused) != 1 || len(told[0].Awaited) != 0 {
			t.Errorf("it is tried again and again: %+v, %v", told, err)
		}
	})
}

// A co-op's block is told of, holds at every inbox and under every activity, and
// concerns one actor and one co-op.
func TestBlockedSender(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann, ben := other.actor("ann"), other.actor("ben")
		for _, name := range []string{ann, ben} {
			other.follow(us, name, "sange")
		}
		us.deliver()
		other.waitFor(2)
		other.forget()
		if err := d.BlockSender(t.Context(), tester, "sange", ann); err != nil {
			t.Fatal(err)
		}
		took := other.waitFor(2)
		if took[0].Body["type"] != "Reject" || took[1].Body["type"] != "Block" || took[1].Body["object"] != ann || took[1].Inbox != "/users/ann/inbox" {
			t.Errorf("told %v", took)
		}
		other.forget()
		post, err := d.Publish(t.Context(), directory.Actor{Name: "test"}, "sange", directory.Draft{Text: "Hello"}, "test")
		if err != nil {
			t.Fatal(err)
		}
		if took := other.waitFor(1); took[0].Inbox != "/inbox" { // for ben
			t.Errorf("told %v", took)
		}
		other.forget()
		sange, id := us.site.Actor("sange"), us.site.Post("sange", post.ID)
		note := map[string]any{"id": ann + "/notes/1", "type": "Note", "attributedTo": ann, "inReplyTo": id, "content": "No!", "to": "https://www.w3.org/ns/activitystreams#Public"}
		for i, c := range []struct {
			kind   string
			object any
		}{{"Follow", sange}, {"Like", id}, {"Announce", id}, {"Create", note}} {
			for _, inbox := range []string{"/inbox", "/coops/sange/inbox"} {
				body := activityJSON(fmt.Sprintf("%s#%d%s", ann, i, inbox), c.kind, ann, c.object)
				if status, answer := us.post(inbox, body, other.keys[ann], nil); status != 202 {
					t.Errorf("%s at %s: %d %s", c.kind, inbox, status, answer)
				}
			}
		}
		if took := other.waitFor(2); took[0].Body["type"] != "Reject" || took[1].Body["type"] != "Reject" {
			t.Errorf("the Follows are answered with %v", took)
		}
		responses, err := d.Responses(t.Context(), "sange", post.ID)
		if err != nil || responses[post.ID] != (directory.Response{}) {
			t.Errorf("the post has %+v, %v", responses, err)
		}
		if followers, err := d.Followers(t.Context(), "sange"); err != nil || len(followers) != 1 || followers[0].PeerID != ben {
			t.Errorf("followers: %+v, %v", followers, err)
		}
		other.forget()
		if err := d.UnblockSender(t.Context(), tester, "sange", ann); err != nil {
			t.Fatal(err)
		}
		undo := other.waitFor(1)[0].Body
		if block, ok := undo["object"].(map[string]any); undo["type"] != "Undo" || !ok || block["type"] != "Block" || block["object"] != ann || undo["actor"] != sange {
			t.Errorf("told %v", undo)
		}
	})
}
