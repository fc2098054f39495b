package document

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"coopverse/directory"
	"coopverse/directory/service"
	"coopverse/directory/storetest"

	"github.com/go-fed/activity/streams"
)

// These tests follow the rules of interoperability by their numbers; the text
// of each says which server is lost when it fails.

// object is a JSON object as another server reads it.
type object = map[string]any

// read parses a document.
func read(t testing.TB, document []byte) object {
	t.Helper()
	var o object
	if err := json.Unmarshal(document, &o); err != nil {
		t.Fatalf("%v in %s", err, document)
	}
	return o
}

// each runs a check on every federated document.
func each(t *testing.T, check func(t *testing.T, name string, o object)) {
	t.Helper()
	for name, document := range federated(t) {
		t.Run(name, func(t *testing.T) { check(t, name, read(t, document)) })
	}
}

// walk visits every object of a document, the outermost first.
func walk(v any, visit func(o object)) {
	switch v := v.(type) {
	case object:
		visit(v)
		for _, member := range v {
			walk(member, visit)
		}
	case []any:
		for _, member := range v {
			walk(member, visit)
		}
	}
}

func isActivity(o object) bool {
	return slices.Contains([]string{"Create", "Update", "Delete", "Accept", "Reject"}, fmt.Sprint(o["type"]))
}

func isActor(o object) bool { return o["publicKey"] != nil }

// Rule 1. Mastodon answers 202 and drops what lacks it.
func TestRule1ContextNamesActivityStreams(t *testing.T) {
	each(t, func(t *testing.T, _ string, o object) {
		context, isList := o["@context"].([]any)
		if !isList {
			context = []any{o["@context"]}
		}
		if context[0] != "https://www.w3.org/ns/activitystreams" {
			t.Errorf("@context is %v", o["@context"])
		}
		delete(o, "@context")
		walk(o, func(inner object) {
			if inner["@context"] != nil {
				t.Error("@context stands inside, too")
			}
		})
	})
}

// Rule 2. Lemmy compares the content type, and everyone the id with the address.
func TestRule2IdIsTheAddress(t *testing.T) {
	if ActivityType != "application/activity+json" || WebFingerType != "application/jrd+json" || HostMetaType != "application/xrd+xml" {
		t.Error("a content type is not what others compare with")
	}
	documents := federated(t)
	for name, want := range map[string]string{
		"coop-unclaimed": site.Actor("acme"), "directory": site.Actor("directory"), "instance": site.Actor("instance"), "tombstone": site.Actor("acme"),
		"note": site.Post("acme", 7), "tombstone-post": site.Post("acme", 7), "introduction-unclaimed": site.IntroductionAddress("acme"),
		"featured": site.FeaturedAddress("acme"), "outbox": site.OutboxAddress("acme"), "outbox-page": site.OutboxPageAddress("acme", 0),
		"followers": site.FollowersAddress("acme"), "followers-page": site.FollowersPageAddress("acme"),
		"following": site.FollowingAddress("acme"), "following-page": site.FollowingPageAddress("acme"),
	} {
		if got := read(t, documents[name])["id"]; got != want {
			t.Errorf("%s has the id %v, want %s", name, got, want)
		}
	}
}

// Rule 3. Actor and WebFinger lead to each other.
func TestRule3WebFingerAndActorMeet(t *testing.T) {
	documents := federated(t)
	for handle, name := range map[string]string{"acme": "coop-unclaimed", "directory": "directory", "instance": "instance"} {
		document, err := site.WebFinger(handle, "")
		if err != nil {
			t.Fatal(err)
		}
		actor, finger := read(t, documents[name]), read(t, document)
		if finger["subject"] != "acct:"+actor["preferredUsername"].(string)+"@coops.example" {
			t.Errorf("%s: subject is %v", handle, finger["subject"])
		}
		self := finger["links"].([]any)[0].(object)
		if self["rel"] != "self" || self["type"] != ActivityType || self["href"] != actor["id"] {
			t.Errorf("%s: self link is %v", handle, self)
		}
		for _, resource := range append(finger["aliases"].([]any), finger["subject"]) {
			if got, ok := ResourceHandle(resource.(string), site); !ok || got != handle {
				t.Errorf("%v leads to %q", resource, got)
			}
		}
	}
}

// Rule 4. The key is one object; Lemmy's parser needs the fragment.
func TestRule4KeyBelongsToActor(t *testing.T) {
	seen := 0
	each(t, func(t *testing.T, _ string, o object) {
		walk(o, func(o object) {
			if !isActor(o) {
				return
			}
			seen++
			key, isObject := o["publicKey"].(object)
			if !isObject || key["owner"] != o["id"] || key["id"] != o["id"].(string)+"#main-key" || key["publicKeyPem"] != publicPEM {
				t.Errorf("publicKey is %v", o["publicKey"])
			}
		})
	})
	if seen < 5 {
		t.Errorf("saw %d actors", seen)
	}
}

// Rule 7. Mastodon and Misskey drop an attachment that is not a list.
func TestRule7ListsStayLists(t *testing.T) {
	each(t, func(t *testing.T, _ string, o object) {
		walk(o, func(o object) {
			for _, name := range []string{"attachment", "tag", "to", "cc", "orderedItems"} {
				if value, ok := o[name]; ok && reflect.TypeOf(value) != reflect.TypeFor[[]any]() {
					t.Errorf("%s of %v is %v", name, o["id"], value)
				}
			}
			if isActor(o) && (o["attachment"] == nil || o["tag"] == nil) || o["type"] == "Note" && (o["to"] == nil || o["cc"] == nil) ||
				o["type"] == "OrderedCollectionPage" && o["orderedItems"] == nil {
				t.Errorf("%v lacks a list", o["id"])
			}
		})
	})
}

// Rule 8. Misskey and Akkoma refuse an actor on two hosts; Mastodon ignores a
// page elsewhere.
func TestRule8EverythingIsOnOneHost(t *testing.T) {
	each(t, func(t *testing.T, _ string, o object) {
		if !isActor(o) {
			return
		}
		addresses := []any{o["endpoints"].(object)["sharedInbox"], o["publicKey"].(object)["id"], o["icon"].(object)["url"]}
		for _, name := range []string{"id", "url", "inbox", "outbox", "followers", "following", "featured"} {
			if name == "featured" && o["type"] == "Application" {
				continue
			}
			addresses = append(addresses, o[name])
		}
		for _, a := range addresses {
			if s, _ := a.(string); !strings.HasPrefix(s, "https://coops.example/") {
				t.Errorf("%v is not on our host", a)
			}
		}
	})
}

// Rule 9. Mastodon cannot look up its own Follow, NodeBB refuses an inlined
// actor, Akkoma falls over null.
func TestRule9AcceptCarriesTheFollow(t *testing.T) {
	accept := read(t, federated(t)["accept"])
	want := object{
		"id": "https://m.example/8a2f#follows/1", "type": "Follow",
		"actor": "https://m.example/users/ada", "object": "https://coops.example/coops/acme",
	}
	if !reflect.DeepEqual(accept["object"], want) {
		t.Errorf("the Follow came back as %v", accept["object"])
	}
	again, err := site.Accept("acme", []byte(follow), "10")
	if err != nil || read(t, again)["id"] == accept["id"] {
		t.Errorf("a second Accept is the same activity (%v)", err)
	}
	for _, bad := range []string{
		``, `[]`, `null`, `"x"`, `{}`, `{"id":"https://m.example/1","actor":"https://m.example/ada"}`,
		`{"id":1,"actor":{},"object":[]}`, strings.ReplaceAll(follow, "coops/acme", "coops/other"), strings.ReplaceAll(follow, "coops.example", "evil.example"),
	} {
		if document, err := site.Accept("acme", []byte(bad), "1"); err == nil {
			t.Errorf("accepted %s with %s", bad, document)
		}
	}
}

// Rule 10. One actor, and everything that we make is on our host.
func TestRule10ActivitiesAreOurs(t *testing.T) {
	seen := 0
	each(t, func(t *testing.T, name string, o object) {
		walk(o, func(o object) {
			if !isActivity(o) {
				return
			}
			seen++
			actor, _ := o["actor"].(string)
			if _, ok := site.HandleOf(actor); !ok || !strings.HasPrefix(o["id"].(string), actor+"/") {
				t.Errorf("%v is by %v", o["id"], o["actor"])
			}
		})
	})
	if seen < 8 {
		t.Errorf("saw %d activities", seen)
	}
}

// Rule 11. The whole actor, under an id that nobody has seen.
func TestRule11UpdateCarriesTheWholeActor(t *testing.T) {
	documents := federated(t)
	update, actor := read(t, documents["update-actor"]), read(t, documents["coop-unclaimed"])
	if !reflect.DeepEqual(update["@context"], actor["@context"]) {
		t.Error("the actor's terms are not defined in the update")
	}
	delete(actor, "@context")
	if update["actor"] != actor["id"] || !reflect.DeepEqual(update["object"], any(actor)) {
		t.Errorf("the update carries %v", update["object"])
	}
	next, err := site.UpdateActor("acme", documents["coop-unclaimed"], 43, edited)
	if err != nil || read(t, next)["id"] == update["id"] {
		t.Errorf("the next update has the same id (%v)", err)
	}
	if _, err := site.UpdateActor("other", documents["coop-unclaimed"], 43, edited); err == nil {
		t.Error("one co-op updates another")
	}
	ids := map[any]string{}
	for _, name := range []string{"update-actor", "create-note", "update-note", "delete-note", "delete-actor", "accept"} {
		id := read(t, documents[name])["id"]
		if ids[id] != "" {
			t.Errorf("%s and %s have the id %v", name, ids[id], id)
		}
		ids[id] = name
	}
}

// Rule 15. Activity and note say that they are public, in the same words.
func TestRule15PostsArePublic(t *testing.T) {
	public := []any{"https://www.w3.org/ns/activitystreams#Public"}
	each(t, func(t *testing.T, _ string, o object) {
		walk(o, func(o object) {
			answers := o["type"] == "Accept" || o["type"] == "Reject"
			if o["type"] != "Note" && (!isActivity(o) || answers) {
				return
			}
			author := o["attributedTo"]
			if isActivity(o) {
				author = o["actor"]
			}
			handle, ok := site.HandleOf(fmt.Sprint(author))
			if !ok || !reflect.DeepEqual(o["to"], any(public)) || !reflect.DeepEqual(o["cc"], any([]any{site.FollowersAddress(handle)})) {
				t.Errorf("%v by %v goes to %v, cc %v", o["id"], author, o["to"], o["cc"])
			}
		})
	})
}

// Rule 16 is TestHandleOfTakesOnlyTheExactAddress; here is its one path.
func TestRule16OnePathPerActor(t *testing.T) {
	seen := map[string]string{}
	for _, handle := range []string{"acme", "directory", "instance", "actors", "coops", "inbox"} {
		id := site.Actor(handle)
		if seen[id] != "" || strings.Count(id, "/") != 4 {
			t.Errorf("%s has the id %s", handle, id)
		}
		seen[id] = handle
	}
}

// Rule 17. Mastodon verifies a link only if it is alone and shows its address.
func TestRule17WebsiteIsOneLinkThatShowsItself(t *testing.T) {
	actor := read(t, federated(t)["coop-unclaimed"])
	website := actor["attachment"].([]any)[0].(object)
	want := `<a href="https://acme.example/?a=1&amp;b=2" rel="me nofollow noopener" target="_blank">https://acme.example/?a=1&amp;b=2</a>`
	if website["type"] != "PropertyValue" || website["name"] != "Website" || website["value"] != want {
		t.Errorf("the website is %v", website)
	}
	if u, err := url.Parse(actor["url"].(string)); err != nil || u.Host != "coops.example" {
		t.Errorf("the page is at %v", actor["url"])
	}
	closed := changed(func(c *directory.Coop) { c.Status = directory.Defunct })
	for _, line := range profile(closed) {
		if line.(object)["name"] == "Website" {
			t.Error("a closed co-op still has a website")
		}
	}
}

// Rule 18. Akkoma falls over null, others over depth, Misskey over size.
func TestRule18NoNullNotDeepNotLarge(t *testing.T) {
	var depth func(v any) int
	depth = func(v any) int {
		deepest := 0
		switch v := v.(type) {
		case nil:
			t.Error("there is a null")
		case object:
			for _, member := range v {
				deepest = max(deepest, depth(member))
			}
		case []any:
			for _, member := range v {
				deepest = max(deepest, depth(member))
			}
		default:
			return 0
		}
		return deepest + 1
	}
	documents := federated(t)
	for name, document := range discovery(t) {
		if strings.HasSuffix(name, ".json") {
			documents[name] = document
		}
	}
	for name, document := range documents {
		if d := depth(read(t, document)); d > 7 || len(document) > 60_000 {
			t.Errorf("%s is %d deep and has %d bytes", name, d, len(document))
		}
		if strings.Contains(string(document), `\u003c`) {
			t.Errorf("%s escapes <", name)
		}
	}
	long := post()
	long.Body = strings.Repeat("word ", 10_000)
	if document, err := site.CreateNote(long); err == nil {
		t.Errorf("wrote %d bytes", len(document))
	}
}

// Rule 18 once more: a co-op with everything as long as it may be.
func TestLongestEntryFits(t *testing.T) {
	for _, letter := range []string{"é", "&", "\"", "https://x.example/é ", "<"} {
		c := acme()
		c.Name, c.Summary = strings.Repeat(letter, 128), strings.Repeat(letter, 500)
		c.Notes, c.Places = strings.Repeat(letter, 20_000), strings.Repeat(letter+";", 2000)
		c.Website = "https://x.example/" + strings.Repeat("a", 2000)
		var ids []string
		for _, s := range service.All() {
			ids = append(ids, s.ID)
		}
		c.Services = strings.Join(ids, ",")
		document, err := site.Coop(c, publicPEM)
		if err != nil {
			t.Fatal(err)
		}
		actor := read(t, document)
		if n := utf8.RuneCountInString(actor["summary"].(string)); n > 2048 {
			t.Errorf("%q: the summary has %d characters", letter, n)
		}
		if !strings.Contains(actor["summary"].(string), "unclaimed") {
			t.Errorf("%q: the summary does not say that it is unclaimed", letter)
		}
		for _, line := range actor["attachment"].([]any) {
			if value := line.(object)["value"].(string); utf8.RuneCountInString(value) > 2047 {
				t.Errorf("%q: %v is too long", letter, line)
			}
		}
		c.Summary = ""
		if document, err := site.Featured(c); err != nil || len(document) > 60_000 {
			t.Errorf("%q: featured has %d bytes, %v", letter, len(document), err)
		}
	}
}

// Rule 19. A new follower's server reads the pinned notes and the counts.
func TestRule19CollectionsResolve(t *testing.T) {
	documents := federated(t)
	for name, total := range map[string]float64{"outbox": 1, "followers": 3, "following": 0} {
		collection, page := read(t, documents[name]), read(t, documents[name+"-page"])
		if collection["type"] != "OrderedCollection" || collection["totalItems"] != total || collection["first"] != page["id"] {
			t.Errorf("%s is %v", name, collection)
		}
		if page["type"] != "OrderedCollectionPage" || page["partOf"] != collection["id"] {
			t.Errorf("the page of %s is %v", name, page)
		}
	}
	if names := read(t, documents["followers-page"])["orderedItems"].([]any); len(names) > 0 {
		t.Errorf("followers are named: %v", names)
	}
	for _, name := range []string{"featured", "featured-directory"} {
		featured := read(t, documents[name])
		note, isObject := featured["orderedItems"].([]any)[0].(object)
		if featured["totalItems"] != 1.0 || featured["first"] != nil || !isObject || note["type"] != "Note" || note["content"] == "" {
			t.Errorf("%s is %v", name, featured)
		}
	}
	alone, featured := read(t, documents["introduction-unclaimed"]), read(t, documents["featured"])
	delete(alone, "@context")
	if !reflect.DeepEqual(featured["orderedItems"], any([]any{alone})) {
		t.Error("the pinned introduction is not the one at its address")
	}
}

// Rule 20. An edit is later than what it edits, even within a second.
func TestRule20EditIsLater(t *testing.T) {
	documents := federated(t)
	before, after := read(t, documents["note"]), read(t, documents["note-edited"])
	if before["updated"] != nil {
		t.Errorf("a post that was never edited says %v", before["updated"])
	}
	published, _ := time.Parse(time.RFC3339, after["published"].(string))
	updated, err := time.Parse(time.RFC3339, fmt.Sprint(after["updated"]))
	if err != nil || !updated.After(published) {
		t.Errorf("published %v, updated %v", after["published"], after["updated"])
	}
	if after["id"] != before["id"] || after["published"] != before["published"] {
		t.Error("the edit changed the id or the day of the post")
	}
	if object := read(t, documents["update-note"])["object"].(object); object["updated"] != after["updated"] {
		t.Errorf("the update says %v", object["updated"])
	}
}

// Rule 21. What is gone leaves a tombstone, and says so.
func TestRule21GoneLeavesATombstone(t *testing.T) {
	documents := federated(t)
	stone := read(t, documents["tombstone"])
	if stone["type"] != "Tombstone" || stone["id"] != site.Actor("acme") || stone["deleted"] == nil {
		t.Errorf("the tombstone is %v", stone)
	}
	remove := read(t, documents["delete-actor"])
	if remove["type"] != "Delete" || remove["object"] != site.Actor("acme") || remove["actor"] != remove["object"] {
		t.Errorf("the Delete is %v", remove)
	}
	note, isObject := read(t, documents["delete-note"])["object"].(object)
	if !isObject || note["type"] != "Tombstone" || note["id"] != site.Post("acme", 7) {
		t.Errorf("the deleted note is %v", note)
	}
}

// Rule 25. A reader of JSON-LD drops terms that nobody has defined, and fails
// on a context that is a 404.
func TestRule25EveryTermIsDefined(t *testing.T) {
	each(t, func(t *testing.T, _ string, o object) {
		defined := slices.Clone(standardTerms)
		contexts, isList := o["@context"].([]any)
		if !isList {
			contexts = []any{o["@context"]}
		}
		own := object{}
		for _, context := range contexts {
			switch context := context.(type) {
			case object:
				own = context
			case string:
				switch context {
				case activityStreams:
				case security:
					defined = append(defined, securityTerms...)
				default:
					t.Errorf("the context %s would have to be fetched", context)
				}
			}
		}
		used := map[string]bool{}
		delete(o, "@context")
		walk(o, func(o object) {
			for name := range o {
				used[name] = true
			}
			if o["type"] == "PropertyValue" {
				used["PropertyValue"] = true
			}
			delete(o, "contentMap") // its keys are languages
		})
		for name := range used {
			if !slices.Contains(defined, name) && own[name] == nil {
				t.Errorf("%s is not defined", name)
			}
		}
	})
}

// standardTerms are those of https://www.w3.org/ns/activitystreams that a
// document of ours may use, and security's those of https://w3id.org/security/v1.
var (
	standardTerms = strings.Fields(`id type actor attachment attributedTo cc content contentMap deleted endpoints first followers
		following formerType icon inbox mediaType name next object orderedItems outbox partOf preferredUsername published sharedInbox
		summary tag to totalItems updated url`)
	securityTerms = strings.Fields("owner publicKey publicKeyPem")
)

// Fediverse programs keep these elements and no others.
func TestHTMLHoldsOnlyWhatServersKeep(t *testing.T) {
	each(t, func(t *testing.T, _ string, o object) {
		walk(o, func(o object) {
			for _, name := range []string{"content", "summary", "value"} {
				if text, ok := o[name].(string); ok {
					checkHTML(t, text)
				}
			}
			if languages, ok := o["contentMap"].(object); ok && !reflect.DeepEqual(languages, object{"en": o["content"]}) {
				t.Errorf("contentMap is %v", languages)
			}
			if name, ok := o["name"].(string); ok && strings.ContainsAny(name, "<>") {
				t.Errorf("the name is %s", name)
			}
		})
	})
}

func TestHostileEntryLinksNowhere(t *testing.T) {
	for name, document := range federated(t) {
		if strings.Contains(name, "hostile") && (strings.Contains(string(document), "javascript:") || strings.Contains(string(document), "<script")) {
			t.Errorf("%s: %s", name, document)
		}
	}
}

// A co-op is suggested to others only when it has said that it is there.
func TestOnlyClaimedEntriesAreDiscoverable(t *testing.T) {
	documents := federated(t)
	for name, want := range map[string]bool{"coop-unclaimed": false, "coop-claimed": true, "coop-closed": false, "directory": true, "instance": false} {
		actor := read(t, documents[name])
		if actor["discoverable"] != want || actor["indexable"] != want {
			t.Errorf("%s: discoverable %v, indexable %v", name, actor["discoverable"], actor["indexable"])
		}
	}
}

func TestEntrySaysHowItStands(t *testing.T) {
	documents := federated(t)
	for name, words := range map[string][]string{
		"unclaimed": {"This entry is unclaimed", "has not confirmed it", "hello@coops.example", "https://github.com/hng/tech-coops"},
		"claimed":   {"kept by the co-op itself"},
		"inactive":  {"is listed as inactive", "unclaimed", "hello@coops.example"},
		"closed":    {"This co-op has closed", "hello@coops.example"},
		"unlisted":  {"no longer on the list", "hello@coops.example"},
	} {
		for _, document := range []string{"coop-" + name, "introduction-" + name} {
			for _, word := range words {
				if !strings.Contains(string(documents[document]), word) {
					t.Errorf("%s does not say %q", document, word)
				}
			}
		}
		if name != "unclaimed" && name != "inactive" && strings.Contains(string(documents["coop-"+name]), "unclaimed") {
			t.Errorf("%s says that it is unclaimed", name)
		}
	}
}

// Mastodon shows Service and Application as bots, Lemmy a Group as a community.
func TestActorsAreOfTheRightKind(t *testing.T) {
	documents := federated(t)
	for name, want := range map[string]string{"coop-unclaimed": "Organization", "directory": "Service", "instance": "Application"} {
		if got := read(t, documents[name])["type"]; got != want {
			t.Errorf("%s is a %v, want %s", name, got, want)
		}
	}
}

func TestPictureHasAnotherAddressWhenItChanges(t *testing.T) {
	icon := func(c directory.Coop) any {
		document, err := site.Coop(c, publicPEM)
		if err != nil {
			t.Fatal(err)
		}
		return read(t, document)["icon"].(object)["url"]
	}
	other := changed(func(c *directory.Coop) { c.Name = "Bolt" })
	if icon(acme()) == icon(other) {
		t.Error("the picture kept its address under another name")
	}
	if !strings.HasSuffix(icon(acme()).(string), ".png") {
		t.Errorf("the picture is at %v", icon(acme()))
	}
}

// GoToSocial reads with go-fed: what it cannot read is lost on it.
func TestGoFedReadsEveryDocument(t *testing.T) {
	each(t, func(t *testing.T, _ string, o object) {
		parsed, err := streams.ToType(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if parsed.GetTypeName() != o["type"] || parsed.GetJSONLDId().Get().String() != o["id"] {
			t.Errorf("read %s %v", parsed.GetTypeName(), parsed.GetJSONLDId().Get())
		}
		again, err := streams.Serialize(parsed)
		if err != nil {
			t.Fatal(err)
		}
		for name := range o {
			if again[name] == nil && name != "contentMap" {
				t.Errorf("%s got lost", name)
			}
		}
	})
}

func TestNodeInfoSaysWhatTheSchemaRequires(t *testing.T) {
	for _, version := range []string{"2.0", "2.1"} {
		document, ok := site.NodeInfo(version, 512, 3)
		if !ok {
			t.Fatalf("no NodeInfo %s", version)
		}
		info := read(t, document)
		software := info["software"].(object)
		if info["version"] != version || software["name"] != "coopverse" || software["version"] != site.Version {
			t.Errorf("%s: %s", version, document)
		}
		for _, name := range []string{"version", "software", "protocols", "services", "openRegistrations", "usage", "metadata"} {
			if info[name] == nil {
				t.Errorf("%s lacks %s", version, name)
			}
		}
		if info["metadata"].(object)["contact"] != site.Contact {
			t.Errorf("%s names no contact", version)
		}
		if links, err := site.NodeInfoLinks(); err != nil || !strings.Contains(string(links), `"`+site.NodeInfoAddress(version)+`"`) {
			t.Errorf("nothing leads to %s (%v)", version, err)
		}
	}
	if _, ok := site.NodeInfo("3.0", 1, 1); ok {
		t.Error("there is a NodeInfo 3.0")
	}
}

func TestContactMayBeAPage(t *testing.T) {
	other := site
	other.Contact = "https://coops.example/help"
	if summary := other.summary(acme()); !strings.Contains(summary, link("https://coops.example/help", "nofollow noopener")) {
		t.Error(summary)
	}
}

// The list itself holds stranger things than anyone would think of.
func TestEveryListedCoopHasAProfile(t *testing.T) {
	db := storetest.SQLite(t)
	d := directory.New(db)
	storetest.ImportSeed(t, d)
	var coops []directory.Coop
	rows, err := db.SQL().QueryContext(t.Context(), "SELECT handle FROM coops")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var handle string
		if err := rows.Scan(&handle); err != nil {
			t.Fatal(err)
		}
		c, err := d.Coop(t.Context(), handle)
		if err != nil {
			t.Fatal(err)
		}
		coops = append(coops, c)
	}
	if err := rows.Err(); err != nil || len(coops) < 100 {
		t.Fatalf("%d co-ops, %v", len(coops), err)
	}
	for _, c := range coops {
		document, err := site.Coop(c, publicPEM)
		if err != nil {
			t.Fatal(err)
		}
		actor := read(t, document)
		checkHTML(t, actor["summary"].(string))
		if website := actor["attachment"].([]any)[0].(object); c.Website != "" && c.Status == directory.Active && website["name"] != "Website" {
			t.Errorf("%s has no link to %s", c.Handle, c.Website)
		}
		if _, err := site.Featured(c); err != nil {
			t.Error(err)
		}
	}
}
