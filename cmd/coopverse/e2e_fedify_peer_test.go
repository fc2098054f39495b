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
	"testing"
	"time"
)

const fedifyFolder = "testdata/fedify-peer"

// fedify is another server of the fediverse, which the test has follow us. It
// does not retry, and it forgets everything, its keys too, when it is killed.
type fedify struct {
	t                *testing.T
	address, control string
	args             []string
	process          *exec.Cmd
	since            time.Time // of the last start
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

// newFedify prepares a server with those actors, alice@alice.test and so on.
func newFedify(t *testing.T, a *authority, actors ...string) *fedify {
	t.Helper()
	f := &fedify{t: t, address: freePort(t), control: freePort(t)}
	port := func(address string) string { _, port, _ := net.SplitHostPort(address); return port }
	f.args = []string{
		filepath.Join(fedifyFolder, "peer.mjs"), "--origin", "https://alice.test", "--port", port(f.address), "--control", port(f.control),
		"--tls-cert", a.cert, "--tls-key", a.key, "--ca", a.ca,
	}
	f.knows("alice.test", f.address)
	for _, name := range actors {
		f.args = append(f.args, "--actor", name)
	}
	t.Cleanup(f.kill)
	return f
}

// knows tells the server where a domain is, before it is started.
func (f *fedify) knows(domain, address string) {
	f.args = append(f.args, connectTo(domain, address))
}

// start starts the server and waits until it is ready.
func (f *fedify) start() {
	f.t.Helper()
	f.process, f.since = exec.Command("node", f.args...), time.Now()
	var log bytes.Buffer
	f.process.Stderr = &log
	out, err := f.process.StdoutPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	if err := f.process.Start(); err != nil {
		f.t.Fatal(err)
	}
	late := time.AfterFunc(30*time.Second, func() { _ = f.process.Process.Kill() })
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

// ask calls the control port; body may be nil.
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

// delivery is an activity that we brought, with what the server thinks of it.
type delivery struct {
	Seq      int
	At       time.Time
	Inbox    string
	Status   int
	Answer   string
	Error    string
	Activity struct {
		ID, Type, Actor string
		Object          object
	}
	Dispatched   []struct{ Type, ID string }
	Verification struct {
		Digest       bool
		HTTP         struct{ Verified bool }
		KeyOwner     string
		ActorOwnsKey any // true, false or an error
		Second       struct {
			HTTP     struct{ Verified bool }
			KeyOwner string
		}
	}
	text string
}

// object is what our activities are about.
type object struct {
	ID, Type, Content, Updated string
	Attachment                 []struct{ Name, Value string }
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
		v, actor := d.Verification, d.Activity.Actor
		switch {
		case !v.Digest, !v.HTTP.Verified, v.KeyOwner != actor, v.ActorOwnsKey != true, !v.Second.HTTP.Verified, v.Second.KeyOwner != actor:
			f.t.Fatalf("a delivery is not verified in every way: %s", text)
		case d.Status != http.StatusAccepted, d.Error != "", len(d.Dispatched) == 0:
			f.t.Fatalf("a delivery was not taken: %s", text)
		}
	}
	return all
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

// said sums deliveries up, as "Update coops/igalia".
func said(all []delivery) []string {
	texts := []string{}
	for _, d := range all {
		texts = append(texts, d.Activity.Type+" "+trimOrigin(d.Activity.Object.ID))
	}
	return texts
}

func trimOrigin(id string) string {
	if len(id) > len(ourOrigin) && id[:len(ourOrigin)] == ourOrigin {
		return id[len(ourOrigin)+1:]
	}
	return id
}
