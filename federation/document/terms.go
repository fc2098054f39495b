package document

import "strings"

// The contexts that our documents name. Those who read JSON-LD have them at
// hand.
const (
	activityStreams = "https://www.w3.org/ns/activitystreams"
	security        = "https://w3id.org/security/v1"
	multikey        = "https://w3id.org/security/multikey/v1" // Fedify sees no Multikey without it
)

const public = activityStreams + "#Public"

// prefixes are what the definitions below begin with. Nobody can read
// http://joinmastodon.org/ns as a context: it is a 404.
var prefixes = map[string]string{
	"coopverse": "https://w3id.org/coopverse#",
	"gts":       "https://gotosocial.org/ns#",
	"schema":    "http://schema.org#",
	"toot":      "http://joinmastodon.org/ns#",
}

// named are the terms for which a document names a context, in the order in
// which it names them. What stands inside of a key is defined along with it.
var named = []struct{ term, context string }{{"publicKey", security}, {"Multikey", multikey}}

// written are the terms that a document defines itself.
var written = map[string]any{
	"Hashtag":                   "as:Hashtag",
	"formerType":                typeTerm("as:formerType"), // the standard takes "Note" for an address there
	"manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
	"movedTo":                   idTerm("as:movedTo"),
	"sensitive":                 "as:sensitive",

	"discoverable": "toot:discoverable",
	"featured":     idTerm("toot:featured"),
	"indexable":    "toot:indexable",

	"PropertyValue": "schema:PropertyValue",
	"value":         "schema:value",

	"assertionMethod": idTerm("https://w3id.org/security#assertionMethod"), // FEP-521a

	"automaticApproval": idTerm("gts:automaticApproval"),
	"canQuote":          idTerm("gts:canQuote"),
	"interactingObject": idTerm("gts:interactingObject"),
	"interactionPolicy": idTerm("gts:interactionPolicy"),
	"interactionTarget": idTerm("gts:interactionTarget"),

	"QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
	"QuoteRequest":       "https://w3id.org/fep/044f#QuoteRequest",

	"FeatureAuthorization": "https://w3id.org/fep/7aa9#FeatureAuthorization",
	"FeatureRequest":       "https://w3id.org/fep/7aa9#FeatureRequest",
	"FeaturedCollection":   "https://w3id.org/fep/7aa9#FeaturedCollection",
	"FeaturedItem":         "https://w3id.org/fep/7aa9#FeaturedItem",
	"canFeature":           idTerm("https://w3id.org/fep/7aa9#canFeature"),
	"featureAuthorization": idTerm("https://w3id.org/fep/7aa9#featureAuthorization"),
	"featuredCollections":  idTerm("https://w3id.org/fep/7aa9#featuredCollections"),
	"featuredObject":       idTerm("https://w3id.org/fep/7aa9#featuredObject"),
	"featuredObjectType":   typeTerm("https://w3id.org/fep/7aa9#featuredObjectType"),
	"topic":                idTerm("https://w3id.org/fep/7aa9#topic"),

	// Our own, which FEDERATION.md explains.
	"PublicLog":  "coopverse:PublicLog",
	"checkpoint": "coopverse:checkpoint",
	"mirrors":    idTerm("coopverse:mirrors"),
	"records":    "coopverse:records",
}

// idTerm defines a term whose value is the id of something.
func idTerm(id string) map[string]any { return map[string]any{"@id": id, "@type": "@id"} }

// typeTerm defines a term whose value is the name of a type.
func typeTerm(id string) map[string]any { return map[string]any{"@id": id, "@type": "@vocab"} }

// contextFor is the @context that defines each term of a document and no other.
// Mastodon drops whatever does not name exactly the address of the standard,
// without a word.
func contextFor(document map[string]any) any {
	used := map[string]bool{}
	eachObject(document, func(o map[string]any) {
		for name := range o {
			used[name] = true
		}
		if kind, ok := o["type"].(string); ok {
			used[kind] = true
		}
	})
	contexts, own := []any{activityStreams}, map[string]any{}
	for _, n := range named {
		if used[n.term] {
			contexts = append(contexts, n.context)
		}
	}
	for term, definition := range written {
		if !used[term] {
			continue
		}
		own[term] = definition
		if prefix := prefixOf(definition); prefixes[prefix] != "" {
			own[prefix] = prefixes[prefix]
		}
	}
	if len(own) > 0 {
		contexts = append(contexts, own)
	}
	if len(contexts) == 1 {
		return activityStreams
	}
	return contexts
}

func prefixOf(definition any) string {
	if d, ok := definition.(map[string]any); ok {
		definition = d["@id"]
	}
	id, _ := definition.(string)
	prefix, _, _ := strings.Cut(id, ":")
	return prefix
}

// eachObject visits the objects of a document, the outermost first. A map of
// languages is none: "to" is Tongan there.
func eachObject(v any, visit func(o map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, member := range v {
			eachObject(member, visit)
		}
	case map[string]any:
		visit(v)
		for name, member := range v {
			if !strings.HasSuffix(name, "Map") {
				eachObject(member, visit)
			}
		}
	}
}
