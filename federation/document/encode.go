package document

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// maxBytes is how large a document may be. Misskey takes 64 kB.
const maxBytes = 60_000

const (
	activityStreams = "https://www.w3.org/ns/activitystreams"
	security        = "https://w3id.org/security/v1"
	public          = activityStreams + "#Public"
)

// plainContext is for documents that use the standard's own terms only.
// Mastodon drops whatever does not name exactly this address, without a word.
const plainContext = activityStreams

// actorContext defines each term that our actors use beyond the standard.
// They are written out, and never taken from http://joinmastodon.org/ns, which
// does not exist and would break those who look it up.
func actorContext() any {
	return []any{activityStreams, security, map[string]any{
		"manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
		"toot":                      "http://joinmastodon.org/ns#",
		"discoverable":              "toot:discoverable",
		"indexable":                 "toot:indexable",
		"featured":                  map[string]any{"@id": "toot:featured", "@type": "@id"},
		"schema":                    "http://schema.org#",
		"PropertyValue":             "schema:PropertyValue",
		"value":                     "schema:value",
	}}
}

// alwaysLists are the properties that go-fed writes as a single value when
// there is only one. Mastodon and Misskey take them for missing then.
var alwaysLists = []string{"attachment", "tag", "to", "cc", "orderedItems"}

// encode writes a document: what streams makes of it, under our own context
// and with its lists as lists. Keys are sorted, so equal documents are equal
// bytes.
func encode(t vocab.Type, context any) ([]byte, error) {
	m, err := streams.Serialize(t)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", t.GetTypeName(), err)
	}
	m["@context"] = context
	return write(m)
}

// write is encode for what is a map already.
func write(m map[string]any) ([]byte, error) {
	keepLists(m)
	b, err := writeJSON(m)
	if err == nil && len(b) > maxBytes {
		return nil, fmt.Errorf("document %v has %d bytes; other servers take %d", m["id"], len(b), maxBytes)
	}
	return b, err
}

func keepLists(v any) {
	switch v := v.(type) {
	case []any:
		for _, member := range v {
			keepLists(member)
		}
	case map[string]any:
		for _, name := range alwaysLists {
			if value, ok := v[name]; ok {
				if _, isList := value.([]any); !isList {
					v[name] = []any{value}
				}
			}
		}
		for _, member := range v {
			keepLists(member)
		}
	}
}

// writeJSON writes & < > as they are: escaping them is for JSON inside of HTML.
func writeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
