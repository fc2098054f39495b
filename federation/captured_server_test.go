package federation

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/federation/proof"
	"coopverse/federation/signature"
)

const capturedFolder = "testdata/captured"

// documentsOf names the documents in a folder.
func documentsOf(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(capturedFolder, folder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(filepath.Base(file), ".json")
	}
	return files
}

// actorsOf names the actors in a folder, as they are at first.
func actorsOf(t *testing.T, folder string) []string {
	return slices.DeleteFunc(documentsOf(t, folder), func(name string) bool {
		return !slices.Contains([]string{"actor", "instance", "key", "community", "category", "group"}, name)
	})
}

// capturedServer is a server that runs some other program, as far as the
// documents in its folder go. They name it https://{folder}.example, us
// https://coops.example, and a post of ours that of Sange with the number 7.
type capturedServer struct {
	*httptest.Server
	t      *testing.T
	us     *ourServer
	folder string
	post   directory.Post
	key    *signature.Key // of all its actors
	prover ed25519.PrivateKey

	mu    sync.Mutex
	shown map[string][]byte // documents that it shows, by address
	keys  map[string]string // the key's id of each actor
}

func newCapturedServer(t *testing.T, us *ourServer, folder string, key *signature.Key) *capturedServer {
	t.Helper()
	s := &capturedServer{
		t: t, us: us, folder: folder, key: key, prover: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)),
		shown: map[string][]byte{}, keys: map[string]string{},
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	var err error
	if s.post, err = us.directory.Publish(t.Context(), directory.Actor{Name: "test"}, "sange", directory.Draft{Text: "Hello " + folder}, "test"); err != nil {
		t.Fatal(err)
	}
	return s
}

// ServeHTTP shows a document, or takes whatever it is sent.
func (s *capturedServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	document := s.shown[s.URL+r.RequestURI]
	s.mu.Unlock()
	switch {
	case r.Method == http.MethodPost:
		w.WriteHeader(http.StatusAccepted)
	case document == nil:
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`)
		_, _ = w.Write(document)
	}
}

// read returns a document of the folder with our addresses and keys in it.
func (s *capturedServer) read(name string) []byte {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(capturedFolder, s.folder, name+".json"))
	if err != nil {
		s.t.Fatal(err)
	}
	pem, err := json.Marshal(publicPEM(s.t, s.key))
	if err != nil {
		s.t.Fatal(err)
	}
	return s.proven([]byte(strings.NewReplacer(
		"https://coops.example/coops/sange/posts/7", s.us.site.Post("sange", s.post.ID),
		"https://coops.example", s.us.URL,
		"https://"+s.folder+".example", s.URL,
		`"PUBLIC_KEY_PEM"`, string(pem),
		"PUBLIC_KEY_MULTIBASE", proof.Multikey(s.prover.Public()),
	).Replace(string(text))))
}

// proven puts a proof into a document that only says by which key it is to be.
// A signature of Linked Data is made after the proof and stands beside it.
func (s *capturedServer) proven(document []byte) []byte {
	s.t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(document, &members); err != nil {
		s.t.Fatal(err)
	}
	var wanted struct{ VerificationMethod, ProofValue string }
	if members["proof"] == nil || json.Unmarshal(members["proof"], &wanted) == nil && wanted.ProofValue != "" {
		return document
	}
	later := members["signature"]
	delete(members, "proof")
	delete(members, "signature")
	bare, err := json.Marshal(members)
	if err != nil {
		s.t.Fatal(err)
	}
	signed, err := proof.Sign(bare, proof.Key{ID: wanted.VerificationMethod, Private: s.prover}, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	if later == nil {
		return signed
	}
	return slices.Concat(signed[:len(signed)-1], []byte(`,"signature":`), later, []byte("}"))
}

// identified is what tells a document, and an activity's actor, apart.
type identified struct {
	ID        string
	Actor     reference
	PublicKey struct{ ID string }
}

// show has the server answer with a document at its id, and at its key's
// address: that of the actor, or of a stub called key.
func (s *capturedServer) show(name string) {
	s.t.Helper()
	document := s.read(name)
	var d identified
	if err := json.Unmarshal(document, &d); err != nil {
		s.t.Fatal(err)
	}
	page, _, _ := strings.Cut(d.PublicKey.ID, "#")
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "key" {
		s.shown[page] = document
		return
	}
	s.shown[d.ID] = document
	if page != "" {
		s.keys[d.ID] = d.PublicKey.ID
		if s.shown[page] == nil {
			s.shown[page] = document
		}
	}
}

// send posts an activity to our shared inbox, signed by its actor.
func (s *capturedServer) send(name string) (status int, answer string) {
	s.t.Helper()
	body := s.read(name)
	var d identified
	if err := json.Unmarshal(body, &d); err != nil {
		s.t.Fatal(err)
	}
	return s.us.post("/inbox", body, &signature.Key{ID: s.keys[string(d.Actor)], Private: s.key.Private}, nil)
}

// knowledge is what the directory knows from a server: of each thing what it
// knows of it, in the names that the documents have.
type knowledge map[string]string

// known asks the directory what it knows from the server.
func (s *capturedServer) known() knowledge {
	s.t.Helper()
	ctx, d := s.t.Context(), s.us.directory
	known := knowledge{}
	must := func(err error) {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
	}
	peers, err := d.PeersByKey(ctx, slices.Collect(maps.Values(s.keys)))
	must(err)
	for _, p := range peers {
		known.add(s, "actor "+p.ID, actorKnown(p))
	}
	followers, err := d.Followers(ctx, "sange")
	must(err)
	for _, f := range followers {
		if s.owns(f.PeerID) {
			known.add(s, "follower "+f.PeerID, "")
		}
	}
	events, err := d.Events(ctx, "sange", 10_000)
	must(err)
	for _, e := range slices.Backward(events) {
		if s.owns(e.PeerID) {
			known.add(s, e.Type+" of "+e.Object, e.Effect)
		}
	}
	responses, err := d.Responses(ctx, "sange", s.post.ID)
	must(err)
	counts := responses[s.post.ID]
	for what, n := range map[string]int{"likes": counts.Likes, "boosts": counts.Boosts, "answers": counts.Replies} {
		if n > 0 {
			known.add(s, what, strconv.Itoa(n))
		}
	}
	replies, err := d.AllReplies(ctx, "sange", 10_000)
	must(err)
	for _, r := range replies {
		if s.owns(r.PeerID) {
			known.add(s, "answer "+r.ID, replyKnown(r))
		}
	}
	reports, err := d.Reports(ctx, true, 0, 10_000)
	must(err)
	for _, r := range reports {
		if s.owns(r.PeerID) {
			about := make([]string, len(r.Objects))
			for i, o := range r.Objects {
				about[i] = o.Object
			}
			known.add(s, "report by "+r.PeerID, fmt.Sprintf("%q about %s", r.Content, strings.Join(about, ", ")))
		}
	}
	return known
}

func (s *capturedServer) owns(id string) bool { return strings.HasPrefix(id, s.URL+"/") }

// actorKnown is what is known of an actor; what is as usual is left out.
func actorKnown(p directory.Peer) string {
	known := fmt.Sprintf("%q, %s, told at %s", p.Name, p.Handle, p.Deliverable())
	if p.Page() != p.ID {
		known += ", page " + p.Page()
	}
	if p.ProofKeys != "" {
		known += fmt.Sprintf(", %d keys for proofs", strings.Count(p.ProofKeys, "#"))
	}
	return known
}

// replyKnown is what is known of an answer; what is as usual is left out.
func replyKnown(r directory.Reply) string {
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
	known := "by " + r.PeerID + " to " + r.InReplyTo + ", " + at(r.PublishedAt)
	if !r.UpdatedAt.Equal(r.PublishedAt) {
		known += ", edited " + at(r.UpdatedAt)
	}
	if r.URL != r.ID {
		known += ", page " + r.URL
	}
	if r.Language != "" {
		known += ", in " + r.Language
	}
	if r.Warning != "" {
		known += fmt.Sprintf(", behind %q", r.Warning)
	}
	return known + ": " + r.Content
}

// add notes something under the names that the documents have, without what
// every address of the server and every link in an answer has.
func (k knowledge) add(s *capturedServer, what, known string) {
	names := strings.NewReplacer(
		s.us.site.Post("sange", s.post.ID), "our post",
		s.us.site.Actor("sange"), "us",
		s.URL, "",
		strings.TrimPrefix(s.URL, "http://"), s.folder+".example",
		` rel="nofollow noreferrer noopener" target="_blank"`, " …",
	)
	what = names.Replace(what)
	for {
		if _, twice := k[what]; !twice {
			break
		}
		what += " again"
	}
	k[what] = names.Replace(known)
}

// since lists what is new (+), known otherwise (=) and forgotten (-).
func (k knowledge) since(before knowledge) []string {
	var lines []string
	for what, known := range k {
		was, old := before[what]
		switch {
		case !old:
			lines = append(lines, strings.TrimSuffix("+ "+what+": "+known, ": "))
		case was != known:
			lines = append(lines, "= "+what+": "+known)
		}
	}
	for what := range before {
		if _, still := k[what]; !still {
			lines = append(lines, "- "+what)
		}
	}
	slices.Sort(lines)
	return lines
}
