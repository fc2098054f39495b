package document

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
)

var update = flag.Bool("update", false, "write testdata/*.json as the documents are now")

var site = Site{Origin: "https://coops.example", Name: "Coopverse", Contact: "hello@coops.example", Version: "0.2.0"}

const publicPEM = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"

var (
	listed = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	edited = time.Date(2026, 9, 1, 10, 0, 0, 250e6, time.UTC)
)

// acme is a co-op about which much is known.
func acme() directory.Coop {
	return directory.Coop{
		ID: 1, Handle: "acme", Version: 3, Status: directory.Active, Name: "Acme Co-op",
		Website: "https://acme.example/?a=1&b=2", Notes: "Founded 2011. We *build* [things](https://acme.example/things) & more.",
		Services: "web-development,hosting", Places: "Berlin, Germany; Montréal, Canada", Region: "europe", Remote: true,
		Founded: 2011, Members: "8", ListedAt: listed, UpdatedAt: edited,
	}
}

func changed(change func(c *directory.Coop)) directory.Coop {
	c := acme()
	change(&c)
	return c
}

// hostile is an entry by somebody who has read about injections.
func hostile() directory.Coop {
	const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)> &lt;script&gt;alert(2)&lt;/script&gt; <a href="javascript:alert(3)">x</a>`
	return changed(func(c *directory.Coop) {
		c.Handle, c.Name, c.Summary, c.Notes = "hostile", attack, "", attack+" [x](javascript:alert(4))"
		c.Website, c.Places, c.Services = `javascript://evil.example/%0aalert(5)`, attack, attack
	})
}

func post() directory.Post {
	return directory.Post{
		ID: 7, Handle: "acme", Body: "Acme & Co is now called <Acme>.\n\nNew website: https://acme.example/?a=1&b=2.",
		Automatic: true, PublishedAt: listed, UpdatedAt: listed,
	}
}

func editedPost() directory.Post {
	p := post()
	p.UpdatedAt = listed.Add(250 * time.Millisecond)
	return p
}

const follow = `{"@context":["https://www.w3.org/ns/activitystreams",{"x":"y"}],"id":"https://m.example/8a2f#follows/1","type":"Follow",
	"actor":{"id":"https://m.example/users/ada","type":"Person","tag":null},"object":"https://coops.example/coops/acme","signature":{"type":"RsaSignature2017"}}`

// federated returns every ActivityPub document that we make, by file name.
func federated(t testing.TB) map[string][]byte {
	t.Helper()
	documents := map[string][]byte{}
	add := func(name string, document []byte, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		documents[name] = document
	}
	coop := func(name string, c directory.Coop) {
		document, err := site.Coop(c, publicPEM)
		add("coop-"+name, document, err)
		document, err = site.Introduction(c)
		add("introduction-"+name, document, err)
	}
	coop("unclaimed", acme())
	coop("claimed", changed(func(c *directory.Coop) { c.ClaimedAt = &edited }))
	coop("inactive", changed(func(c *directory.Coop) { c.Status = directory.Inactive }))
	coop("closed", changed(func(c *directory.Coop) { c.Status = directory.Defunct }))
	coop("unlisted", changed(func(c *directory.Coop) { c.Status = directory.Unlisted }))
	coop("hostile", hostile())
	coop("bare", directory.Coop{Handle: "bare", Name: "Bare", Status: directory.Active, ListedAt: listed, UpdatedAt: listed})

	both := func(document []byte, err error) func(string) { return func(name string) { add(name, document, err) } }
	both(site.Directory(publicPEM, listed, 512))("directory")
	both(site.Instance(publicPEM, listed))("instance")
	both(site.DirectoryIntroduction(listed, 512))("introduction-directory")
	both(site.Tombstone("acme", edited))("tombstone")
	both(site.PostTombstone("acme", 7, edited))("tombstone-post")
	both(site.Note(post()))("note")
	both(site.Note(editedPost()))("note-edited")
	both(site.Note(directory.Post{
		ID: 8, Handle: "directory", Automatic: true, PublishedAt: listed, UpdatedAt: listed,
		Body: "1 co-op joined the directory: Acme Co-op (@acme).\n\n2 other entries have changed.",
	}))("note-directory")
	both(site.Featured(acme()))("featured")
	both(site.DirectoryFeatured(listed, 512))("featured-directory")
	both(site.Outbox("acme", 1))("outbox")
	both(site.OutboxPage("acme", 0, []directory.Post{post()}, true))("outbox-page")
	both(site.OutboxPage("acme", 7, nil, false))("outbox-page-empty")
	both(site.Followers("acme", 3))("followers")
	both(site.FollowersPage("acme"))("followers-page")
	both(site.Following("acme"))("following")
	both(site.FollowingPage("acme"))("following-page")
	both(site.UpdateActor("acme", documents["coop-unclaimed"], 42, edited))("update-actor")
	both(site.CreateNote(post()))("create-note")
	both(site.UpdateNote(editedPost()))("update-note")
	both(site.DeleteNote(post(), 44, edited))("delete-note")
	both(site.DeleteActor("acme", 45, edited))("delete-actor")
	both(site.Accept("acme", []byte(follow), "9"))("accept")
	return documents
}

// discovery returns the documents by which we are found.
func discovery(t testing.TB) map[string][]byte {
	t.Helper()
	documents := map[string][]byte{"host-meta.xml": site.HostMeta()}
	add := func(name string, document []byte, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		documents[name+".json"] = document
	}
	document, err := site.WebFinger("acme", "Acme Co-op")
	add("webfinger", document, err)
	document, err = site.WebFinger("directory", site.Name)
	add("webfinger-directory", document, err)
	document, err = site.NodeInfoLinks()
	add("nodeinfo-links", document, err)
	for _, version := range []string{"2.0", "2.1"} {
		document, ok := site.NodeInfo(version, 512, 3)
		if !ok {
			t.Fatalf("no NodeInfo %s", version)
		}
		documents["nodeinfo-"+version+".json"] = document
	}
	return documents
}

func TestDocumentsAreAsInTestdata(t *testing.T) {
	documents := discovery(t)
	for name, document := range federated(t) {
		documents[name+".json"] = document
	}
	for name, got := range documents {
		path := filepath.Join("testdata", name)
		if strings.HasSuffix(name, ".json") {
			var b bytes.Buffer
			if err := json.Indent(&b, got, "", "  "); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			got = append(b.Bytes(), '\n')
		}
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v; go test -update writes it", err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s has changed, and so does what other servers read; if that is meant, go test -update\ngot %s", name, got)
		}
	}
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if documents[f.Name()] == nil {
			t.Errorf("testdata/%s belongs to no document", f.Name())
		}
	}
}

func TestSameKnowledgeGivesSameBytes(t *testing.T) {
	first := federated(t)
	for range 20 {
		for name, document := range federated(t) {
			if !bytes.Equal(document, first[name]) {
				t.Fatalf("%s differs between two calls", name)
			}
		}
	}
}
