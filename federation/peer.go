package federation

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/federation/fetch"
)

// actorDocument is what we read of another server's actor.
type actorDocument struct {
	ID                string               `json:"id"`
	Type              json.RawMessage      `json:"type"`
	PreferredUsername string               `json:"preferredUsername"`
	Name              string               `json:"name"`
	URL               webLinks             `json:"url"`
	Inbox             string               `json:"inbox"`
	Endpoints         endpoints            `json:"endpoints"`
	SharedInbox       string               `json:"sharedInbox"` // as Misskey and NodeBB write it
	PublicKey         oneOrMany[publicKey] `json:"publicKey"`
	AssertionMethod   oneOrMany[multikey]  `json:"assertionMethod"`
	AlsoKnownAs       oneOrMany[reference] `json:"alsoKnownAs"`
	MovedTo           reference            `json:"movedTo"`
}

// multikey is a key for integrity proofs (FEP-521a).
type multikey struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	Controller string `json:"controller"`
	Multibase  string `json:"publicKeyMultibase"`
}

// UnmarshalJSON takes a key that is written out; one that is only named has
// nothing to say.
func (m *multikey) UnmarshalJSON(data []byte) error {
	type plain multikey
	if len(data) > 0 && data[0] != '{' {
		*m = multikey{}
		return nil
	}
	return json.Unmarshal(data, (*plain)(m))
}

type publicKey struct {
	ID           string `json:"id"`
	Owner        string `json:"owner"`
	PublicKeyPem string `json:"publicKeyPem"`
}

// UnmarshalJSON takes a key that is written out, and the id of one that is not.
func (k *publicKey) UnmarshalJSON(data []byte) error {
	type plain publicKey
	if data[0] == '"' {
		*k = publicKey{}
		return json.Unmarshal(data, &k.ID)
	}
	return json.Unmarshal(data, (*plain)(k))
}

type endpoints struct {
	SharedInbox string `json:"sharedInbox"`
}

// UnmarshalJSON takes {…} and [], which is what PHP makes of an empty one.
func (e *endpoints) UnmarshalJSON(data []byte) error {
	type plain endpoints
	if bytes.Equal(data, []byte("[]")) {
		return nil
	}
	return json.Unmarshal(data, (*plain)(e))
}

// readActor reads an actor's document.
func readActor(body []byte) (actorDocument, error) {
	var a actorDocument
	if err := json.Unmarshal(body, &a); err != nil {
		return actorDocument{}, fmt.Errorf("not an actor: %w", err)
	}
	return a, nil
}

// peer is what we keep of an actor with the key of that id; "" takes its first
// key. Its inboxes must be on the host of its id: otherwise an actor could have
// us deliver to somebody else.
func (a actorDocument) peer(keyID string) (directory.Peer, error) {
	if a.ID == "" || a.Inbox == "" {
		return directory.Peer{}, errors.New("not an actor: it has no id or no inbox")
	}
	shared := cmp.Or(a.Endpoints.SharedInbox, a.SharedInbox)
	for _, inbox := range []string{a.Inbox, shared} {
		if inbox != "" && !fetch.SameHost(inbox, a.ID) {
			return directory.Peer{}, fmt.Errorf("the inbox %s is not on the host of %s", inbox, a.ID)
		}
	}
	at := a.key(keyID)
	if at < 0 || a.PublicKey[at].Owner != a.ID {
		return directory.Peer{}, fmt.Errorf("the actor %s does not call %s its key", a.ID, keyID)
	}
	// Otherwise an actor that is named, or moved to, could stand in the way of
	// whom the key is looked up for.
	if !fetch.SameHost(a.PublicKey[at].ID, a.ID) {
		return directory.Peer{}, fmt.Errorf("the key %s is not on the host of %s", a.PublicKey[at].ID, a.ID)
	}
	id, err := url.Parse(a.ID)
	if err != nil {
		return directory.Peer{}, fmt.Errorf("the actor's id: %w", err)
	}
	return directory.Peer{
		ID: a.ID, Inbox: a.Inbox, SharedInbox: shared, Handle: visible(a.PreferredUsername) + "@" + id.Host,
		KeyID: a.PublicKey[at].ID, PublicPEM: a.PublicKey[at].PublicKeyPem, Name: plainText(a.Name, maxName), URL: a.URL.page(),
		ProofKeys: a.proofKeys(), FetchedAt: clock.Now().UTC().Truncate(time.Millisecond),
	}, nil
}

// key says which of the actor's keys has that id; "" is that of the first. Below 0: none.
func (a actorDocument) key(id string) int {
	return slices.IndexFunc(a.PublicKey, func(k publicKey) bool { return k.ID == id || id == "" })
}

// spellOut puts a key that is a document of its own in the place where the actor only
// names it.
func (a actorDocument) spellOut(k publicKey) {
	if at := a.key(k.ID); at >= 0 && a.PublicKey[at].PublicKeyPem == "" {
		a.PublicKey[at] = k
	}
}

// maxName is how much of somebody's name is shown, in characters.
const maxName = 128

// maxProofKeys is how many keys for proofs are kept of one actor.
const maxProofKeys = 10

// proofKeys are the actor's own keys for integrity proofs, as JSON.
func (a actorDocument) proofKeys() string {
	own := make(map[string]string)
	for _, k := range a.AssertionMethod {
		if k.Type == "Multikey" && k.Controller == a.ID && fetch.SameHost(k.ID, a.ID) && len(own) < maxProofKeys {
			own[k.ID] = k.Multibase
		}
	}
	if len(own) == 0 {
		return ""
	}
	encoded, err := json.Marshal(own)
	if err != nil {
		return ""
	}
	return string(encoded)
}

// names says whether the actor calls another one its own.
func (a actorDocument) names(id string) bool { return slices.Contains(a.AlsoKnownAs, reference(id)) }
