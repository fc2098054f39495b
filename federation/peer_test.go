package federation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/document"
	"coopverse/federation/fetch"
	"coopverse/federation/signature"

	"github.com/gorilla/mux"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// received is an activity that a peer's server was sent.
type received struct {
	Inbox string
	Body  map[string]any
}

func (r received) String() string {
	object := r.Body["object"]
	if o, ok := object.(map[string]any); ok {
		object = o["type"]
	}
	return fmt.Sprintf("%s: %s %v", r.Inbox, r.Body["type"], object)
}

// otherServer is a server of somebody else: it has actors, verifies what it is
// sent with keys that it fetches itself, and keeps a record of what it took.
type otherServer struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex
	record []received
	answer func(n int, r received) int // the status for the nth delivery; nil: 202
	header http.Header
	seen   int
	keys   map[string]*signature.Key
	shared bool           // it has a shared inbox
	show   map[string]any // further documents, by path
}

func newOtherServer(t *testing.T) *otherServer {
	o := &otherServer{t: t, keys: map[string]*signature.Key{}, header: http.Header{}, shared: true}
	o.Server = httptest.NewServer(o)
	t.Cleanup(o.Close)
	return o
}

// actor makes an actor of the other server and returns its id.
func (o *otherServer) actor(name string) string {
	id := o.URL + "/users/" + name
	private, err := signature.GenerateKey()
	if err != nil {
		o.t.Fatal(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.keys[id] = &signature.Key{ID: id + "#main-key", Private: private}
	return id
}

func (o *otherServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		o.take(w, r)
		return
	}
	id := o.URL + r.URL.Path
	o.mu.Lock()
	key, shown := o.keys[id], o.show[r.URL.Path]
	o.mu.Unlock()
	if shown != nil {
		w.Header().Set("Content-Type", "application/activity+json")
		_ = json.NewEncoder(w).Encode(shown)
		return
	}
	if key == nil {
		http.NotFound(w, r)
		return
	}
	public := publicPEM(o.t, key)
	actor := map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Person", "preferredUsername": "ann", "inbox": id + "/inbox",
		"publicKey": map[string]any{"id": key.ID, "owner": id, "publicKeyPem": public},
	}
	if o.shared {
		actor["endpoints"] = map[string]any{"sharedInbox": o.URL + "/inbox"}
	}
	w.Header().Set("Content-Type", "application/activity+json")
	_ = json.NewEncoder(w).Encode(actor)
}

func publicPEM(t *testing.T, key *signature.Key) string {
	public, err := signature.MarshalPublicKey(&key.Private.PublicKey)
	if err != nil {
		t.Error(err)
	}
	return public
}

// take verifies a delivery as a strict server would, and records it.
func (o *otherServer) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	got := received{Inbox: r.URL.Path}
	if err := json.Unmarshal(body, &got.Body); err != nil {
		o.t.Errorf("delivery is not JSON: %v", err)
	}
	claim, err := signature.Read(r, body, time.Now())
	if err != nil {
		o.t.Errorf("delivery: %v", err)
	} else if want := got.Body["actor"].(string) + "#main-key"; claim.KeyID != want {
		o.t.Errorf("signed with %s, want %s", claim.KeyID, want)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	status := http.StatusAccepted
	if o.answer != nil {
		status = o.answer(o.seen, got)
	}
	o.seen++
	if status/100 == 2 {
		o.record = append(o.record, got)
	}
	for name, values := range o.header {
		w.Header()[name] = values
	}
	w.WriteHeader(status)
}

func (o *otherServer) took() []received {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]received(nil), o.record...)
}

func (o *otherServer) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.record, o.seen = nil, 0
}

// waitFor waits until the other server took n activities, and then a little
// longer, to notice one too many.
func (o *otherServer) waitFor(n int) []received {
	o.t.Helper()
	for end := time.Now().Add(10 * time.Second); len(o.took()) < n && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(2 * sweepEvery)
	took := o.took()
	if len(took) != n {
		o.t.Fatalf("the other server took %d activities, want %d: %v", len(took), n, took)
	}
	return took
}

// ourServer is a directory with its federation, served on loopback.
type ourServer struct {
	*httptest.Server
	t          *testing.T
	directory  *directory.Directory
	federation *Federation
	site       document.Site
	stop       func()
}

func serveOurs(t *testing.T, d *directory.Directory) *ourServer {
	t.Helper()
	router := mux.NewRouter()
	us := &ourServer{Server: httptest.NewServer(router), t: t, directory: d, stop: func() {}}
	us.site = document.Site{Origin: us.URL, Name: "Coopverse", Contact: "hello@coops.example", Version: "test"}
	us.federation = New(d, Config{
		Site: us.site,
		Client: fetch.New(fetch.Config{
			UserAgent: "coopverse/test", AllowHTTP: true,
			AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		}),
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Retry:  100 * time.Millisecond,
	})
	us.federation.Routes(router)
	t.Cleanup(us.Close)
	t.Cleanup(func() { us.stop() })
	return us
}

// deliver tells followers until the test ends or stop is called.
func (us *ourServer) deliver() {
	ctx, cancel := contextWithCancel(us.t)
	done := make(chan struct{})
	go func() { defer close(done); us.federation.Deliver(ctx) }()
	us.stop = func() { cancel(); <-done }
}

// edit changes an entry as a curator.
func (us *ourServer) edit(handle string, set map[string]string) {
	us.t.Helper()
	if _, _, err := us.directory.EditCoop(us.t.Context(), handle, directory.Edit{Source: directory.FromCurator, Origin: "test", Set: set}); err != nil {
		us.t.Fatal(err)
	}
}

// signedPost is a request with an activity for one of our inboxes, signed with key if it
// is not nil.
func (us *ourServer) signedPost(path string, body []byte, key *signature.Key) *http.Request {
	us.t.Helper()
	r, err := http.NewRequestWithContext(us.t.Context(), http.MethodPost, us.URL+path, bytes.NewReader(body))
	if err != nil {
		us.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/activity+json")
	if key != nil {
		if err := signature.Sign(r, body, key, time.Now()); err != nil {
			us.t.Fatal(err)
		}
	}
	return r
}

// post sends an activity to one of our inboxes, signed with key; a nil key
// leaves it unsigned. change may spoil the request after it was signed.
func (us *ourServer) post(path string, body []byte, key *signature.Key, change func(*http.Request)) (status int, answer string) {
	us.t.Helper()
	r := us.signedPost(path, body, key)
	if change != nil {
		change(r)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		us.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		us.t.Fatal(err)
	}
	return res.StatusCode, strings.TrimSpace(string(text))
}

// activityJSON writes an activity of an actor.
func activityJSON(id, kind, actor string, object any) []byte {
	body, _ := json.Marshal(map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": kind, "actor": actor, "object": object,
	})
	return body
}

// follow has an actor of the other server follow one of ours.
func (o *otherServer) follow(us *ourServer, actor, handle string) {
	o.t.Helper()
	body := activityJSON(actor+"#follows/"+handle+fmt.Sprint(time.Now().UnixNano()), "Follow", actor, us.site.Actor(handle))
	if status, answer := us.post(strings.TrimPrefix(us.site.Inbox(handle), us.URL), body, o.keys[actor], nil); status != http.StatusAccepted {
		o.t.Fatalf("Follow of %s: %d %s", handle, status, answer)
	}
}
