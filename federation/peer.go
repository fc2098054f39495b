package federation

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"coopverse/directory"
	"coopverse/federation/fetch"
)

// actorDocument is what we read of another server's actor.
type actorDocument struct {
	ID                string          `json:"id"`
	Type              json.RawMessage `json:"type"`
	PreferredUsername string          `json:"preferredUsername"`
	Inbox             string          `json:"inbox"`
	Endpoints         struct {
		SharedInbox string `json:"sharedInbox"`
	} `json:"endpoints"`
	PublicKey oneOrMany[publicKey] `json:"publicKey"`
}

type publicKey struct {
	ID           string `json:"id"`
	Owner        string `json:"owner"`
	PublicKeyPem string `json:"publicKeyPem"`
}

// oneOrMany reads a member that some servers write as an array and some not.
type oneOrMany[T any] []T

// UnmarshalJSON takes {…} and [{…}, …].
func (o *oneOrMany[T]) UnmarshalJSON(data []byte) error {
	var many []T
	if json.Unmarshal(data, &many) == nil {
		*o = many
		return nil
	}
	var one T
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	*o = []T{one}
	return nil
}

// readPeer reads an actor with the key of that id. Its inboxes must be on the
// host of its id: otherwise an actor could have us deliver to somebody else.
func readPeer(body []byte, keyID string) (directory.Peer, error) {
	var a actorDocument
	if err := json.Unmarshal(body, &a); err != nil {
		return directory.Peer{}, fmt.Errorf("not an actor: %w", err)
	}
	if a.ID == "" || a.Inbox == "" {
		return directory.Peer{}, errors.New("not an actor: it has no id or no inbox")
	}
	for _, inbox := range []string{a.Inbox, a.Endpoints.SharedInbox} {
		if inbox != "" && !fetch.SameHost(inbox, a.ID) {
			return directory.Peer{}, fmt.Errorf("the inbox %s is not on the host of %s", inbox, a.ID)
		}
	}
	at := slices.IndexFunc(a.PublicKey, func(k publicKey) bool { return k.ID == keyID })
	if at < 0 || a.PublicKey[at].Owner != a.ID {
		return directory.Peer{}, fmt.Errorf("the actor %s does not call %s its key", a.ID, keyID)
	}
	id, err := url.Parse(a.ID)
	if err != nil {
		return directory.Peer{}, fmt.Errorf("the actor's id: %w", err)
	}
	return directory.Peer{
		ID: a.ID, Inbox: a.Inbox, SharedInbox: a.Endpoints.SharedInbox, Handle: a.PreferredUsername + "@" + id.Host,
		KeyID: keyID, PublicPEM: a.PublicKey[at].PublicKeyPem,
	}, nil
}
