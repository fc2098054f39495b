package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const fedifyFolder = "testdata/fedify-peer"

// fedify is another server of the fediverse, which the test has follow us. It
// does not retry, and it forgets everything, its keys too, when it is killed.
type fedify struct {
	t                *testing.T
	origin           string
	address, control string
	args             []string
	process          *exec.Cmd
	since            time.Time      // of the last start
	heard            int            // how many deliveries the test has looked at since then
	retired          map[string]int // our keys that nobody can fetch any more, since that many deliveries
}

// needFedify skips the test where Node or the packages of the peer are missing.
func needFedify(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join(fedifyFolder, "node_modules", "@fedify", "fedify", "package.json"))
	}
	if err != nil {
		t.Skipf("Fedify: no test against another server: %v. Install Node 20 and run: npm ci --prefix cmd/coopverse/%s", err, fedifyFolder)
	}
}

// newFedify prepares a server on a domain with those actors.
func newFedify(t *testing.T, a *authority, domain string, actors ...string) *fedify {
	t.Helper()
	f := &fedify{t: t, origin: "https://" + domain, address: freePort(t), control: freePort(t)}
	port := func(address string) string { _, port, _ := net.SplitHostPort(address); return port }
	f.args = []string{
		filepath.Join(fedifyFolder, "peer.mjs"), "--origin", f.origin, "--port", port(f.address), "--control", port(f.control),
		"--tls-cert", a.cert, "--tls-key", a.key, "--ca", a.ca,
	}
	for _, name := range actors {
		f.args = append(f.args, "--actor", name)
	}
	t.Cleanup(f.kill)
	return f
}

// start starts the server and waits until it is ready.
func (f *fedify) start() {
	f.t.Helper()
	f.process, f.since, f.heard, f.retired = exec.Command("node", f.args...), time.Now(), 0, make(map[string]int)
	var log bytes.Buffer
	f.process.Stderr = &log
	out, err := f.process.StdoutPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	if err := f.process.Start(); err != nil {
		f.t.Fatal(err)
	}
	late := time.AfterFunc(time.Minute, func() { _ = f.process.Process.Kill() })
	defer late.Stop()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		_ = f.process.Wait()
		f.t.Fatalf("Fedify does not start: %q, %v\n%s", line, err, &log)
	}
}

// kill ends the server without a warning.
func (f *fedify) kill() {
	if f.process == nil {
		return
	}
	_ = f.process.Process.Kill()
	_ = f.process.Wait() // that it was killed
	f.process = nil
}

// ask calls the control port; body and into may be nil.
func (f *fedify) ask(method, path string, body, into any) {
	f.t.Helper()
	var sent io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			f.t.Fatal(err)
		}
		sent = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(f.t.Context(), method, "http://"+f.control+path, sent)
	if err != nil {
		f.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		f.t.Fatalf("Fedify: %s %s: %s", method, path, data)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(data, into); err != nil {
		f.t.Fatalf("Fedify: %s %s: %v in %s", method, path, err, data)
	}
}

// sent is what became of an activity that the server sent us.
type sent struct {
	ID     string
	Status int
	Body   string
}

// follow has one of the actors follow one of ours, signed in one of two ways.
func (f *fedify) follow(from, target, spec string) sent { return f.send("/follow", from, target, spec) }

// unfollow takes a Follow back.
func (f *fedify) unfollow(from, target, spec string) sent {
	return f.send("/unfollow", from, target, spec)
}

func (f *fedify) send(path, from, target, spec string) (s sent) {
	f.t.Helper()
	f.ask("POST", path, map[string]string{"from": from, "target": target, "spec": spec}, &s)
	return s
}

// jsonObject is an activity or an object as the tests write it, and as it is read.
type jsonObject map[string]any

// act has one of the actors do what an activity says, to which the server adds
// id and actor. It is taken, or the test ends; what is sent back is its id.
func (f *fedify) act(from string, activity jsonObject) (id string) {
	f.t.Helper()
	s := f.try(from, activity)
	if s.Status != http.StatusAccepted {
		f.t.Fatalf("%s's %v is answered with %d: %s", from, activity, s.Status, s.Body)
	}
	return s.ID
}

// try is act for what may be refused.
func (f *fedify) try(from string, activity jsonObject) (s sent) {
	f.t.Helper()
	f.ask("POST", "/act", jsonObject{"from": from, "inbox": ourOrigin + "/inbox", "activity": activity}, &s)
	return s
}

// put has the server serve an object at its id.
func (f *fedify) put(object jsonObject) {
	f.t.Helper()
	f.ask("POST", "/put", jsonObject{"id": object["id"], "document": object}, nil)
}

// profile says who an actor also is and where it has gone.
func (f *fedify) profile(from string, alsoKnownAs []string, movedTo string) {
	f.t.Helper()
	f.ask("POST", "/profile", jsonObject{"from": from, "alsoKnownAs": alsoKnownAs, "movedTo": movedTo}, nil)
}

// get asks for a document by a signed GET and reads it as plain JSON.
func (f *fedify) get(url string) (status int, d jsonObject) {
	f.t.Helper()
	var answer struct {
		Status     int
		Type, Body string
	}
	f.ask("POST", "/get", jsonObject{"url": url}, &answer)
	if answer.Type == "application/activity+json" {
		if err := json.Unmarshal([]byte(answer.Body), &d); err != nil {
			f.t.Fatalf("%s is answered with %s", url, answer.Body)
		}
	}
	return answer.Status, d
}

// found is an object as Fedify reads it.
type found struct {
	Class, ID string
	JSONLD    jsonObject
}

// lookup looks an id or a handle up, with Fedify's vocabulary.
func (f *fedify) lookup(id string) (o found) {
	f.t.Helper()
	f.ask("POST", "/lookup", jsonObject{"id": id}, &o)
	return o
}

// collection is one that the server has walked, page by page.
type collection struct {
	Class string
	Total int
	Items []struct{ Class, ID, Object, Content string }
}

// ids are what is in the collection.
func (c collection) ids() []string {
	ids := []string{}
	for _, item := range c.Items {
		ids = append(ids, item.ID)
	}
	return ids
}

// walk walks a collection of ours.
func (f *fedify) walk(id string) (c collection) {
	f.t.Helper()
	f.ask("POST", "/collection", jsonObject{"id": id}, &c)
	return c
}

// read reads a document by JSON-LD alone: words that are not of ActivityStreams
// are whole addresses.
func (f *fedify) read(id string) (d jsonObject) {
	f.t.Helper()
	f.ask("POST", "/read", jsonObject{"id": id}, &d)
	return d
}

// delivery is an activity that we brought, with what the server thinks of it.
type delivery struct {
	Seq      int
	At       time.Time
	Inbox    string
	Headers  map[string]string
	Status   int
	Answer   string
	Error    string
	Activity struct {
		ID, Type, Actor string
		Object          object
		Target, Result  string
		To, Cc          []string
	}
	Dispatched   []struct{ Type, ID string }
	Verification struct {
		Digest       bool
		HTTP         struct{ Verified bool }
		KeyOwner     string
		ActorOwnsKey any // true, false or an error
		Proof        bool
		Second       struct {
			HTTP     struct{ Verified bool }
			KeyOwner string
		}
	}
	text string
}

// keyID names the key that has signed the delivery.
func (d delivery) keyID() string {
	_, rest, _ := strings.Cut(d.Headers["signature"], `keyId="`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

// object is what our activities are about.
type object struct {
	ID, Type, Content, Updated, MovedTo string
	Attachment                          []attachment
	Tag                                 []struct{ Type, Name, Href string }
	whole                               jsonObject
}

// attachment is a line of a profile or a picture of a post.
type attachment struct{ Type, Name, Value, MediaType, URL string }

// UnmarshalJSON takes an id as well.
func (o *object) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &o.ID)
	}
	type plain object
	if err := json.Unmarshal(data, (*plain)(o)); err != nil {
		return err
	}
	return json.Unmarshal(data, &o.whole)
}

// field is a line of a profile.
func (o object) field(name string) string {
	for _, a := range o.Attachment {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// deliveries are all that reached the server since it was started, in order.
// Each must have been verified in every way, and taken.
func (f *fedify) deliveries() []delivery {
	f.t.Helper()
	var raw []json.RawMessage
	f.ask("GET", "/deliveries", nil, &raw)
	all := make([]delivery, len(raw))
	for i, text := range raw {
		d := &all[i]
		if err := json.Unmarshal(text, d); err != nil {
			f.t.Fatalf("%v in %s", err, text)
		}
		d.text = string(text)
		switch {
		case !f.verified(d):
			f.t.Fatalf("a delivery is not verified in every way: %s", text)
		case d.Status != http.StatusAccepted, d.Error != "", len(d.Dispatched) == 0:
			f.t.Fatalf("a delivery was not taken: %s", text)
		}
	}
	return all
}

// verified says whether Fedify, with keys that it fetched for this, and a second
// opinion agree that a delivery is what its sender said. A key that was retired
// nobody can fetch; that the delivery was taken all the same shows that it fits
// the key that Fedify remembers.
func (f *fedify) verified(d *delivery) bool {
	v, actor := d.Verification, d.Activity.Actor
	if since, ok := f.retired[d.keyID()]; ok && d.Seq > since {
		return v.Digest && !v.HTTP.Verified && !v.Second.HTTP.Verified && !v.Proof
	}
	return v.Digest && v.HTTP.Verified && v.KeyOwner == actor && v.ActorOwnsKey == true && v.Proof && v.Second.HTTP.Verified && v.Second.KeyOwner == actor
}

// await returns the deliveries after the first n, once there are as many as
// wanted.
func (f *fedify) await(n, wanted int, patience time.Duration) []delivery {
	f.t.Helper()
	var all []delivery
	eventually(f.t, patience, "delivered", func() (bool, any) {
		all = f.deliveries()
		return len(all) >= n+wanted, said(all[min(n, len(all)):])
	})
	return all[n:]
}

// hears waits for what is brought next, which must be this and nothing else, in
// this order, at the shared inbox or, if it is an answer, at that of one actor.
func (f *fedify) hears(texts ...string) []delivery {
	f.t.Helper()
	all := f.await(f.heard, len(texts), 5*promise)
	if got := said(all); !slices.Equal(got, texts) {
		f.t.Fatalf("%s heard %q, not %q", f.origin, got, texts)
	}
	f.heard += len(all)
	return all
}

// hearsNoMore waits for what should not come.
func (f *fedify) hearsNoMore() {
	f.t.Helper()
	time.Sleep(promise)
	f.hears()
}

// joins has an actor follow one of ours, and be accepted.
func (f *fedify) joins(from, target string) {
	f.t.Helper()
	if s := f.follow(from, target, draft); s.Status != http.StatusAccepted {
		f.t.Fatalf("a Follow of %s by %s is answered with %d: %s", target, from, s.Status, s.Body)
	}
	f.hears("Accept Follow by " + trimOrigin(target))
}

// forgets says that from now on nobody can fetch one of our keys.
func (f *fedify) forgets(keyID string) {
	f.t.Helper()
	f.retired[keyID] = len(f.deliveries())
}

// said sums deliveries up, as "Update coops/igalia", "Accept Follow by
// coops/igalia" and Announce coops/igalia/posts/1 by actors/directory".
func said(all []delivery) []string {
	texts := []string{}
	for _, d := range all {
		object, actor := trimOrigin(d.Activity.Object.ID), trimOrigin(d.Activity.Actor)
		if d.Activity.Type == "Accept" || d.Activity.Type == "Reject" {
			object = d.Activity.Object.Type
		}
		text := d.Activity.Type + " " + object
		if object != actor && !strings.HasPrefix(object, actor+"/") {
			text += " by " + actor
		}
		texts = append(texts, text)
	}
	return texts
}

// trimOrigin shortens an id of ours.
func trimOrigin(id string) string { return strings.TrimPrefix(id, ourOrigin+"/") }
