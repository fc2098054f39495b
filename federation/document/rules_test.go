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
