package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-fed/activity/streams/vocab"
)

const (
	// maxBytes is how large a document may be that we bring to others. Misskey
	// takes 64 kB, and a proof comes on top.
	maxBytes = 60_000
	// maxPageBytes is the same for one with a list, which others come and fetch.
	// Mastodon takes 1 MB.
	maxPageBytes = 1_000_000
)

// ErrTooLarge means that a document would be larger than other servers take.
var ErrTooLarge = errors.New("too large a document")

// extensible is what takes members for which go-fed has no words.
type extensible interface {
	vocab.Type
	GetUnknownProperties() map[string]any
}

// alwaysLists are the properties that go-fed writes as a single value when
// there is only one. Mastodon and Misskey take them for missing then.
var alwaysLists = []string{"attachment", "tag", "to", "cc", "orderedItems", "automaticApproval", "assertionMethod"}

// encode writes a document: what streams makes of it, under our own context
// and with its lists as lists.
func encode(t vocab.Type) ([]byte, error) {
	m, err := t.Serialize()
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", t.GetTypeName(), err)
	}
	return write(m)
}

// write is encode for what is a map already. Keys are sorted, so equal
// documents are equal bytes.
func write(m map[string]any) ([]byte, error) {
	eachObject(m, func(o map[string]any) {
		delete(o, "@context")
		keepLists(o)
	})
	m["@context"] = contextFor(m)
	limit := maxBytes
	if m["orderedItems"] != nil {
		limit = maxPageBytes
	}
	b, err := writeJSON(m)
	if err == nil && len(b) > limit {
		// The text stands twice, for readers who want to know its language.
		// Better one that none of them reads than none.
		eachObject(m, func(o map[string]any) { delete(o, "contentMap") })
		b, err = writeJSON(m)
	}
	if err == nil && len(b) > limit { // nor does anybody need to know how it was typed
		eachObject(m, func(o map[string]any) { delete(o, "source") })
		b, err = writeJSON(m)
	}
	if err == nil && len(b) > limit {
		return nil, fmt.Errorf("%w: %v has %d bytes; other servers take %d", ErrTooLarge, m["id"], len(b), limit)
	}
	return b, err
}

func keepLists(o map[string]any) {
	for _, name := range alwaysLists {
		if value, ok := o[name]; ok {
			if _, isList := value.([]any); !isList {
				o[name] = []any{value}
			}
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
