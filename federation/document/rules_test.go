package document

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"coopverse/directory/service"

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

// must returns a document, or ends the test.
func must(t testing.TB) func(document []byte, err error) []byte {
	return func(document []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return document
	}
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
	return slices.Contains([]string{"Create", "Update", "Delete", "Announce", "Move", "Accept", "Reject", "Block", "Undo", "Add", "Remove"}, fmt.Sprint(o["type"]))
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
		"followers": site.FollowersAddress("acme"), "followers-page": site.FollowersAddress("acme") + "?page=1",
		"following": site.FollowingAddress("acme"), "following-page": site.FollowingAddress("acme") + "?page=1",
		"replies": site.RepliesAddress("acme", 7), "replies-page": site.RepliesAddress("acme", 7) + "?after=",
		"replies-page-empty": site.RepliesPageAddress("acme", 7, "https://m.example/é"), "replies-introduction": "https://coops.example/coops/acme/introduction/replies",
		"likes": "https://coops.example/coops/acme/posts/7/likes", "shares": "https://coops.example/coops/acme/posts/7/shares",
		"topic-hosting": "https://coops.example/actors/hosting", "introduction-topic-hosting": "https://coops.example/actors/hosting/introduction",
		"authorization-quote": "https://coops.example/coops/acme/authorizations/3", "authorization-own": "https://coops.example/coops/acme/authorizations/hosting",
		"featured-collections": "https://coops.example/actors/directory/collections", "featured-collection": "https://coops.example/actors/directory/collections/web_development",
		"log": "https://coops.example/log", "coops": "https://coops.example/actors/directory/coops",
		"coops-page": "https://coops.example/actors/directory/coops?after=", "coops-page-empty": site.CoopsPageAddress("bare"),
		"featured-item": "https://coops.example/actors/directory/collections/web_development/items/acme",
	} {
		if got := read(t, documents[name])["id"]; got != want {
			t.Errorf("%s has the id %v, want %s", name, got, want)
		}
	}
}

// Rule 7. Mastodon and Misskey drop an attachment that is not a list.
func TestRule7ListsStayLists(t *testing.T) {
	each(t, func(t *testing.T, _ string, o object) {
		delete(o, "@context")
		walk(o, func(o object) {
			for _, name := range []string{"attachment", "tag", "to", "cc", "orderedItems", "automaticApproval", "assertionMethod"} {
				if value, ok := o[name]; ok && reflect.TypeOf(value) != reflect.TypeFor[[]any]() {
					t.Errorf("%s of %v is %v", name, o["id"], value)
				}
			}
			if isActor(o) && (o["attachment"] == nil || o["tag"] == nil) || o["type"] == "Note" && (o["to"] == nil || o["cc"] == nil) ||
				slices.Contains([]any{"OrderedCollectionPage", "FeaturedCollection"}, o["type"]) && o["orderedItems"] == nil {
				t.Errorf("%v lacks a list", o["id"])
			}
		})
	})
}

// go-fed writes a list of one as its member.
func TestMembersBecomeListsOfOne(t *testing.T) {
	o := object{"type": "Note"}
	for _, name := range []string{"attachment", "tag", "to", "cc", "orderedItems", "automaticApproval", "assertionMethod"} {
		o[name] = "https://x.example/1"
	}
	outer := read(t, must(t)(write(object{"object": []any{o}})))
	for name, value := range outer["object"].([]any)[0].(object) {
		if name != "type" && !reflect.DeepEqual(value, any([]any{"https://x.example/1"})) {
			t.Errorf("%s is %v", name, value)
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
	long.Body = strings.Repeat("word ", 12_000)
	if document, err := site.CreateNote(long, true); err == nil {
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
		document, err := site.Coop(c, keys)
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

// Rule 25. A reader of JSON-LD drops terms that nobody has defined, and fails
// on a context that is a 404.
func TestRule25EveryTermIsDefined(t *testing.T) {
	seen := map[string]bool{}
	each(t, func(t *testing.T, _ string, o object) {
		contexts, isList := o["@context"].([]any)
		if !isList {
			contexts = []any{o["@context"]}
		}
		defined, own := map[string]bool{}, object{}
		for _, context := range contexts {
			switch context := context.(type) {
			case object:
				own = context
			case string:
				if contextTerms[context] == "" {
					t.Errorf("the context %s would have to be fetched", context)
				}
				for _, term := range strings.Fields(contextTerms[context]) {
					defined[term] = true
				}
			}
		}
		used := usedTerms(o)
		for term := range used {
			seen[term] = true
			if !defined[term] && own[term] == nil {
				t.Errorf("%s is not defined", term)
			}
		}
		for term, definition := range own {
			if prefixes[term] == "" && !used[term] {
				t.Errorf("%s is defined and not used", term)
			}
			id, _ := definition.(string)
			if written, ok := definition.(object); ok {
				id = written["@id"].(string)
			}
			prefix, _, _ := strings.Cut(id, ":")
			if !slices.Contains([]string{"as", "http", "https"}, prefix) && own[prefix] == nil {
				t.Errorf("%s means %s", term, id)
			}
			if strings.Contains(id, "joinmastodon") && id != "http://joinmastodon.org/ns#" {
				t.Errorf("%s means %s", term, id)
			}
		}
	})
	for term := range written {
		if !seen[term] {
			t.Errorf("no document uses %s", term)
		}
	}
}

// usedTerms are the names of all members of a document, and of all types.
func usedTerms(o object) map[string]bool {
	used := map[string]bool{}
	delete(o, "@context")
	walk(o, func(o object) {
		for name, member := range o {
			used[name] = true
			if kind, ok := member.(string); ok && slices.Contains([]string{"type", "formerType", "featuredObjectType"}, name) {
				used[kind] = true
			}
			if strings.HasSuffix(name, "Map") {
				delete(o, name) // its names are languages
			}
		}
	})
	return used
}

// contextTerms are those of the contexts that a document may name which ours
// may use.
var contextTerms = map[string]string{
	"https://www.w3.org/ns/activitystreams": `id type actor attachment attributedTo cc content contentMap deleted endpoints first followers
		following formerType height href icon image inReplyTo inbox instrument likes mediaType name next object orderedItems outbox partOf
		preferredUsername published replies result sharedInbox shares source summary summaryMap tag target to totalItems updated url width
		Accept Add Announce Application Block Create Delete Flag Follow Image Mention Move Note OrderedCollection OrderedCollectionPage Organization
		Reject Remove Service Tombstone Undo Update`,
	"https://w3id.org/security/v1":          "owner publicKey publicKeyPem",
	"https://w3id.org/security/multikey/v1": "Multikey controller publicKeyMultibase",
}

// newerThanGoFed are the types of FEP-044f and FEP-7aa9, and our own.
var newerThanGoFed = []any{"FeaturedCollection", "FeaturedItem", "FeatureAuthorization", "QuoteAuthorization", "PublicLog"}

// GoToSocial reads with go-fed: what it cannot read is lost on it. Types that are
// newer it must at least know for foreign ones.
func TestGoFedReadsEveryDocument(t *testing.T) {
	each(t, func(t *testing.T, _ string, o object) {
		parsed, err := streams.ToType(t.Context(), o)
		if slices.Contains(newerThanGoFed, o["type"]) {
			if !streams.IsUnmatchedErr(err) {
				t.Errorf("go-fed reads it with %v, not as a type that it does not know", err)
			}
			return
		}
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
