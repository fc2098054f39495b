package document

import (
	"encoding/json"
	"errors"
	"fmt"

	"coopverse/federation/document/streams"
)

// Accept answers a Follow, a QuoteRequest (FEP-044f) or a FeatureRequest
// (FEP-7aa9), of which it carries what it must know as it came; n makes its id
// unique. Mastodon cannot look its Follows up, so their ids alone would not do.
// result is the id of the leave that is given, "" for a Follow.
func (s Site) Accept(handle string, request []byte, n, result string) ([]byte, error) {
	accept := streams.NewActivityStreamsAccept()
	if result != "" {
		accept.GetUnknownProperties()["result"] = result
	}
	return s.answer(accept, handle, "accepts/"+n, request)
}

// Reject answers such a request with no. Silence would leave it pending.
func (s Site) Reject(handle string, request []byte, n string) ([]byte, error) {
	return s.answer(streams.NewActivityStreamsReject(), handle, "rejects/"+n, request)
}

func (s Site) answer(t vocabularyActivity, handle, name string, request []byte) ([]byte, error) {
	quoted, err := s.quoteRequest(handle, request)
	if err != nil {
		return nil, fmt.Errorf("answer a request to %s: %w", handle, err)
	}
	s.begin(t, handle, s.Actor(handle)+"/"+name)
	t.GetUnknownProperties()["to"] = []any{quoted["actor"]}
	t.GetUnknownProperties()["object"] = quoted
	return encode(t)
}

// quoteRequest copies a request into our answer: its id as it came, and what it
// is about as plain ids, since NodeBB refuses an actor written out in full.
func (s Site) quoteRequest(handle string, request []byte) (map[string]any, error) {
	var received map[string]any
	if err := json.Unmarshal(request, &received); err != nil {
		return nil, fmt.Errorf("read it: %w", err)
	}
	members := []string{"id", "actor", "object"}
	switch received["type"] {
	case "Follow":
	case "QuoteRequest", "FeatureRequest":
		members = append(members, "instrument") // the quoting note, or the collection
	default:
		return nil, fmt.Errorf("%v is no request", received["type"])
	}
	quoted := map[string]any{"type": received["type"]}
	for _, name := range members {
		id := plainID(received[name])
		if id == "" {
			return nil, errors.New("it lacks " + name)
		}
		quoted[name] = id
	}
	about := plainID(received["object"])
	asked, ok := s.HandleOf(about)
	if received["type"] == "QuoteRequest" {
		asked, _, ok = s.PostOf(about)
	}
	if !ok || asked != handle {
		return nil, errors.New("it is about " + about)
	}
	return quoted, nil
}

// plainID is the id of what is written as an id, in full, or as a list of one.
func plainID(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		id, _ := v["id"].(string)
		return id
	case []any:
		if len(v) == 1 {
			return plainID(v[0])
		}
	}
	return ""
}
