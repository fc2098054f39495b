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

// publicPEM is a real key, so that others' programs read our examples.
const publicPEM = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArl7SH4b+fTZqrbAKQ4tX
jhpZPKecq5XnQH99+5Ig7C262Rx2ryWLiQBsiEp226G2pX287IqZ9oTE/8FaxPxv
DCMu/yjOjF/zE3X2XZZlQJE2J32NsTlPzanp2skCBRiBLTO/DdqzzIMLP29BpJwT
FoCm42Z3AOONEmdmcCfKs2fqrzPy8bDZvg4D0/XsXypZpMwm2h/1WuOJUQ5htEbt
xGyltC3LRwslnFpMmHORn/7uGcoztkAsKlIvRPIHxWvSbjrUD9986oF62F1bTWgN
xgItoRPttdJp0Maofs6A1Nfqpet+bsPoj2WnNinXS4RuarEWmI7olhaswAP78fLa
kwIDAQAB
-----END PUBLIC KEY-----
`

// keys are the first that an actor had.
var keys = Keys{Number: 1, PublicPEM: publicPEM, Multibase: "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ1XJPt4swbTQ2"}

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

// blocked is somebody whom Acme does not want to hear.
var blocked = directory.Block{ID: 5, Handle: "acme", PeerID: "https://social.example/users/mallory", Account: "mallory@social.example", MadeAt: edited}

// hostile is an entry by somebody who has read about injections.
func hostile() directory.Coop {
	const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)> &lt;script&gt;alert(2)&lt;/script&gt; <a href="javascript:alert(3)">x</a>`
	return changed(func(c *directory.Coop) {
		c.Handle, c.Name, c.Summary, c.Notes = "hostile", attack, "", attack+" [x](javascript:alert(4))"
		c.Contact, c.Hiring, c.Links = attack, "javascript://evil.example/%0aalert(6)", attack+" | javascript://evil.example/"
		c.Networks, c.Products, c.Extra, c.Logo, c.Header = attack, attack, attack+" | "+attack, attack, strings.Repeat("c0de", 16)+".jpg | "+attack
		c.Website, c.Places, c.Services = `javascript://evil.example/%0aalert(5)`, attack, attack
	})
}

// full is a co-op that has filled in everything.
func full() directory.Coop {
	return changed(func(c *directory.Coop) {
		c.ClaimedAt, c.Summary = &edited, "We build & host for cities."
		c.Contact, c.Hiring = "hello@acme.example", "https://acme.example/jobs"
		c.Links = "Code | https://git.example/acme\nBlog | https://blog.acme.example/?a=1&b=2"
		c.Networks, c.Products = "CoTech | https://coops.tech\nEsperanza", "Mapper | https://mapper.example"
		c.Extra = "Wage ratio | 1:1\nPronouns | they & them"
		c.Logo, c.Header = strings.Repeat("5e1f", 16)+".png | Logo of \"Acme\"", strings.Repeat("c0de", 16)+".jpg | Seven people | at a table"
		c.Discoverable, c.Indexable = "true", "false"
	})
}

func post() directory.Post {
	return directory.Post{
		ID: 7, Handle: "acme", Body: "Acme & Co is now called <Acme>.\n\nNew website: https://acme.example/?a=1&b=2.", Language: "en",
		Automatic: true, PublishedAt: listed, UpdatedAt: listed,
	}
}

func editedPost() directory.Post {
	p := post()
	p.UpdatedAt = listed.Add(250 * time.Millisecond)
	return p
}

// richPost has everything that a post can have.
func richPost() directory.Post {
	return directory.Post{
		ID: 9, Handle: "acme", Language: "fr", InReplyTo: "https://m.example/users/ada/statuses/1", PublishedAt: listed, UpdatedAt: listed,
		Body: "@Ada@m.example et @bob@elsewhere.example : la #Coopération avance, #coopération !\n#PlatformCoop\n\nhttps://acme.example/?a=1&b=2 (@bolt)",
		Mentions: []directory.PostMention{
			{PostID: 9, Account: "Ada@m.example", ActorID: "https://m.example/users/ada", URL: "https://m.example/@ada?a=1&b=2"},
			{PostID: 9, Account: "cy@m.example", ActorID: "https://m.example/users/cy", URL: "javascript:alert(1)"},
		},
		Pictures: []directory.PostPicture{
			{PostID: 9, Position: 0, Hash: "5e1f", Alt: "Two people \"at work\"", MediaType: "image/jpeg", Width: 1600, Height: 900},
			{PostID: 9, Position: 1, Hash: "c0de", MediaType: "image/png", Width: 40, Height: 30},
		},
	}
}

// markdownPost has everything that a post in Markdown can have.
func markdownPost() directory.Post {
	p := richPost()
	p.ID, p.Markdown, p.Pictures = 10, true, nil
	p.Body = "# La #Coopération\n\nAvec @Ada@m.example et [*nous*](https://acme.example/?a=1&b=2), **enfin** ~~demain~~ :\n\n1. `<b>#code</b>`\n2. https://acme.example/_x_\n   - ![rien](https://acme.example/a.png)\n\n> <script>alert(1)</script>\n\n```\nif a < b\n```"
	return p
}

func topic(t testing.TB, handle string) directory.Topic {
	t.Helper()
	found, ok := directory.TopicOf(handle)
	if !ok {
		t.Fatalf("there is no topic %s", handle)
	}
	return found
}

// Requests of others, with what some of them add.
const (
	follow = `{"@context":["https://www.w3.org/ns/activitystreams",{"x":"y"}],"id":"https://m.example/8a2f#follows/1","type":"Follow",
		"actor":{"id":"https://m.example/users/ada","type":"Person","tag":null},"object":"https://coops.example/coops/acme","signature":{"type":"RsaSignature2017"}}`
	quoteRequest = `{"@context":["https://www.w3.org/ns/activitystreams",{"QuoteRequest":"https://w3id.org/fep/044f#QuoteRequest"}],
		"id":"https://m.example/users/ada/quote_requests/1","type":"QuoteRequest","actor":"https://m.example/users/ada",
		"object":"https://coops.example/coops/acme/posts/7","instrument":{"id":"https://m.example/users/ada/statuses/2","type":"Note","content":"look"}}`
	featureRequest = `{"@context":["https://www.w3.org/ns/activitystreams",{"FeatureRequest":"https://w3id.org/fep/7aa9#FeatureRequest"}],
		"id":"https://m.example/feature_requests/1","type":"FeatureRequest","actor":"https://m.example/users/ada",
		"object":"https://coops.example/coops/acme","instrument":"https://m.example/ap/users/1/collections/5"}`
)

// quoteLeave and featureLeave are what those requests were given.
var (
	quoteLeave = directory.Authorization{
		ID: 3, Handle: "acme", Type: directory.QuoteAuthorization, Interacting: "https://m.example/users/ada/statuses/2", PostID: 7, PeerID: "https://m.example/users/ada",
	}
	featureLeave = directory.Authorization{
		ID: 4, Handle: "acme", Type: directory.FeatureAuthorization, Interacting: "https://m.example/ap/users/1/collections/5", PeerID: "https://m.example/users/ada",
	}
)

// farLog is the Follow of another directory whose log we mirror.
var farLog = directory.LogFollow{Name: "AEBAGBAF", Origin: "https://far.example"}

// checkpoint is a head of our log.
const checkpoint = "coops.example/log\n145\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— coops.example/log 4a8f9fa2Ag==\n"

// federated returns every ActivityPub document that we make, by file name.
func federated(t testing.TB) map[string][]byte {
	t.Helper()
	documents := map[string][]byte{}
	// A method's two results are all that a call can pass on, so the name follows.
	add := func(document []byte, err error) func(name string) {
		return func(name string) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			documents[name] = document
		}
	}
	for name, c := range map[string]directory.Coop{
		"unclaimed":      acme(),
		"claimed":        changed(func(c *directory.Coop) { c.ClaimedAt = &edited }),
		"inactive":       changed(func(c *directory.Coop) { c.Status = directory.Inactive }),
		"closed":         changed(func(c *directory.Coop) { c.Status = directory.Defunct }),
		"unlisted":       changed(func(c *directory.Coop) { c.Status = directory.Unlisted }),
		"moved":          changed(func(c *directory.Coop) { c.ClaimedAt, c.MovedTo = &edited, "https://acme.example/actor" }),
		"for-itself":     changed(func(c *directory.Coop) { c.Featurable, c.Quotable = "false", "false" }),
		"for-collectors": changed(func(c *directory.Coop) { c.Featurable = "true" }),
		"hostile":        hostile(),
		"full":           full(),
		"bare":           {Handle: "bare", Name: "Bare", Status: directory.Active, ListedAt: listed, UpdatedAt: listed},
	} {
		add(site.Coop(c, keys))("coop-" + name)
		add(site.Introduction(c))("introduction-" + name)
	}
	add(site.Coop(acme(), Keys{2, publicPEM, keys.Multibase}))("coop-rekeyed")
	add(site.Directory(keys, listed, 512))("directory")
	add(site.Instance(keys, listed))("instance")
	add(site.DirectoryIntroduction(listed, 512))("introduction-directory")
	for _, handle := range []string{"europe", "netherlands", "hosting"} {
		add(site.Topic(topic(t, handle), keys, listed, 40))("topic-" + handle)
		add(site.TopicIntroduction(topic(t, handle), listed, 40))("introduction-topic-" + handle)
	}

	add(site.Tombstone("acme", edited))("tombstone")
	add(site.PostTombstone("acme", 7, edited))("tombstone-post")
	add(site.Note(post(), true))("note")
	add(site.Note(post(), false))("note-unquotable")
	add(site.Note(editedPost(), true))("note-edited")
	add(site.Note(richPost(), true))("note-rich")
	add(site.Note(markdownPost(), true))("note-markdown")
	add(site.Note(directory.Post{
		ID: 8, Handle: "directory", Automatic: true, Language: "en", PublishedAt: listed, UpdatedAt: listed,
		Body: "1 co-op joined the directory: Acme Co-op (@acme).\n\n2 other entries have changed.",
	}, true))("note-directory")

	add(site.Featured(acme()))("featured")
	add(site.DirectoryFeatured(listed, 512))("featured-directory")
	add(site.TopicFeatured(topic(t, "hosting"), listed, 40))("featured-topic")
	add(site.Outbox("acme", 1))("outbox")
	add(site.OutboxPage("acme", 0, []directory.Post{post()}, true, true))("outbox-page")
	add(site.OutboxPage("acme", 7, nil, true, false))("outbox-page-empty")
	add(site.OutboxPage("directory", 0, []directory.Post{richPost(), {ID: 8, Handle: "directory", Body: "Hello", Language: "en", PublishedAt: listed, UpdatedAt: listed}}, true, false))("outbox-page-boosts")
	add(site.Followers("acme", 3))("followers")
	add(site.FollowersPage("acme"))("followers-page")
	add(site.Following("acme", 0))("following")
	add(site.FollowingPage("acme"))("following-page")
	add(site.Replies("acme", 7, 3))("replies")
	add(site.RepliesPage("acme", 7, "", []string{"https://m.example/users/ada/statuses/3", "https://m.example/é"}, "https://m.example/é"))("replies-page")
	add(site.RepliesPage("acme", 7, "https://m.example/é", nil, ""))("replies-page-empty")
	add(site.Replies("acme", 0, 0))("replies-introduction")
	add(site.Likes("acme", 7, 2))("likes")
	add(site.LikesPage("acme", 7))("likes-page")
	add(site.Shares("acme", 7, 1))("shares")
	add(site.SharesPage("acme", 7))("shares-page")

	add(site.UpdateActor("acme", documents["coop-unclaimed"], site.Activity("acme", 42, "profile"), edited))("update-actor")
	add(site.UpdateActor("acme", documents["coop-rekeyed"], site.Activity("acme", 43, "keys"), edited))("update-actor-rekeyed")
	add(site.UpdateActor("directory", documents["directory"], site.Activity("directory", 46, "collections"), edited))("update-actor-directory")
	add(site.CreateNote(post(), true))("create-note")
	add(site.CreateNote(richPost(), true))("create-note-rich")
	add(site.UpdateNote(editedPost(), true))("update-note")
	add(site.UpdateNote(richPost(), true))("update-note-rich")
	add(site.DeleteNote(post(), 44, edited))("delete-note")
	add(site.Announce("directory", post(), edited))("announce")
	add(site.Move("acme", "https://acme.example/actor", 47, edited))("move")
	add(site.DeleteActor("acme", 45, edited))("delete-actor")
	add(site.Accept("acme", []byte(follow), "9", ""))("accept")
	add(site.Accept("acme", []byte(quoteRequest), "10", site.AuthorizationAddress("acme", "3")))("accept-quote")
	add(site.Accept("acme", []byte(featureRequest), "11", site.AuthorizationAddress("acme", "4")))("accept-feature")
	add(site.Reject("acme", []byte(follow), "12"))("reject")
	add(site.Reject("acme", []byte(quoteRequest), "13"))("reject-quote")
	add(site.Reject("acme", []byte(featureRequest), "14"))("reject-feature")
	add(site.Block(blocked))("block")
	add(site.Unblock(blocked))("block-undo")

	add(site.FollowLog(farLog))("follow-log")
	add(site.UnfollowLog(farLog))("follow-log-undo")
	add(site.ReportLog(directory.LogReport{Name: "AEBAGBAG", Origin: "https://far.example", Why: "It signs another log."}))("flag-log")
	add(site.PublicLog(145, checkpoint))("log")
	add(site.Bell("https://far.example/actors/directory", 145, checkpoint, edited))("update-log")
	add(site.AddCoops("https://far.example/actors/directory", []string{"acme"}, 145, edited))("add-coop")
	add(site.RemoveCoops("https://far.example/actors/directory", []string{"acme", "bare"}, 145, edited))("remove-coops")
	add(site.Coops(2))("coops")
	add(site.CoopsPage("", []string{"acme", "bare"}, true))("coops-page")
	add(site.CoopsPage("bare", nil, false))("coops-page-empty")

	add(site.Message(directory.Message{
		ActorID: "https://m.example/users/ada", Account: "ada@m.example", URL: "https://m.example/@ada?a=1&b=2", Text: "Somebody claims <Acme>.", Path: "/sign-in",
	}, 5, edited))("message")

	add(site.Authorization(quoteLeave))("authorization-quote")
	add(site.Authorization(featureLeave))("authorization-feature")
	add(site.OwnFeatureAuthorization("hosting", "acme"))("authorization-own")
	add(site.DeleteAuthorization(quoteLeave, edited))("delete-authorization-quote")
	add(site.DeleteAuthorization(featureLeave, edited))("delete-authorization-feature")
	add(site.FeaturedCollections([]directory.CountedTopic{{Topic: topic(t, "europe"), Coops: 300}, {Topic: topic(t, "hosting"), Coops: 40}}))("featured-collections")
	add(site.FeaturedCollections(nil))("featured-collections-empty")
	add(site.FeaturedCollection(topic(t, "web_development"), []directory.Coop{acme(), {Handle: "bare", ListedAt: listed, UpdatedAt: listed}}, listed))("featured-collection")
	add(site.FeaturedCollection(topic(t, "netherlands"), nil, listed))("featured-collection-empty")
	add(site.FeaturedItem(topic(t, "web_development"), acme()))("featured-item")
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
	document, err := site.WebFinger("acme", "Acme Co-op", "")
	add("webfinger", document, err)
	document, err = site.WebFinger("directory", site.Name, "")
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
		if !f.IsDir() && documents[f.Name()] == nil {
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
