package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"coopverse/directory"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// UpdateActor says that an actor has changed, and carries it as it is now:
// document is what Coop or Directory wrote. With a new key it must be signed
// with the old one. Its id comes from the version of the entry.
func (s Site) UpdateActor(handle string, document []byte, version int64, at time.Time) ([]byte, error) {
	var object map[string]any
	if err := json.Unmarshal(document, &object); err != nil {
		return nil, fmt.Errorf("read the actor of %s: %w", handle, err)
	}
	if object["id"] != s.Actor(handle) {
		return nil, fmt.Errorf("update %s: the document is of %v", handle, object["id"])
	}
	update := streams.NewActivityStreamsUpdate()
	s.fillActivity(update, handle, s.Activity(handle, version, "profile"), at)
	context := object["@context"] // go-fed takes it out of what stands inside
	update.GetUnknownProperties()["object"] = object
	return encode(update, context)
}

// CreateNote says that a post was made. A post is made once, so the activity's
// id comes from the post, here and in the outbox.
func (s Site) CreateNote(p directory.Post) ([]byte, error) {
	return encode(s.create(p), plainContext)
}

func (s Site) create(p directory.Post) vocab.ActivityStreamsCreate {
	create := streams.NewActivityStreamsCreate()
	s.fillActivity(create, p.Handle, s.Post(p.Handle, p.ID)+"/create", p.PublishedAt)
	create.SetActivityStreamsObject(noteObject(s.note(s.post(p))))
	return create
}

// UpdateNote says that a post was edited. Its id comes from the moment of the
// edit: one text, one id.
func (s Site) UpdateNote(p directory.Post) ([]byte, error) {
	update := streams.NewActivityStreamsUpdate()
	s.fillActivity(update, p.Handle, fmt.Sprintf("%s/edits/%d", s.Post(p.Handle, p.ID), p.UpdatedAt.UnixMilli()), p.UpdatedAt)
	update.SetActivityStreamsObject(noteObject(s.note(s.post(p))))
	return encode(update, plainContext)
}

// DeleteNote says that a post is no more.
func (s Site) DeleteNote(p directory.Post, changeID int64, at time.Time) ([]byte, error) {
	remove := streams.NewActivityStreamsDelete()
	s.fillActivity(remove, p.Handle, s.Activity(p.Handle, changeID, "delete"), at)
	object := streams.NewActivityStreamsObjectProperty()
	object.AppendActivityStreamsTombstone(tombstone(s.Post(p.Handle, p.ID), "Note", at))
	remove.SetActivityStreamsObject(object)
	return encode(remove, plainContext)
}

// DeleteActor says that a co-op's entry was removed. It goes to every inbox we
// know, and the actor's key must be kept until it has arrived.
func (s Site) DeleteActor(handle string, changeID int64, at time.Time) ([]byte, error) {
	remove := streams.NewActivityStreamsDelete()
	s.fillActivity(remove, handle, s.Activity(handle, changeID, "remove"), at)
	object := streams.NewActivityStreamsObjectProperty()
	object.AppendIRI(address(s.Actor(handle)))
	remove.SetActivityStreamsObject(object)
	return encode(remove, plainContext)
}

// Accept answers a Follow, of which it carries id, type, actor and object as
// they came; n makes its id unique. Mastodon cannot look its Follows up, so
// their ids alone would not do.
func (s Site) Accept(handle string, follow []byte, n string) ([]byte, error) {
	quoted, follower, err := quoteFollow(follow)
	if err != nil {
		return nil, fmt.Errorf("accept a Follow of %s: %w", handle, err)
	}
	if quoted["object"] != s.Actor(handle) {
		return nil, fmt.Errorf("accept a Follow of %s: it is of %v", handle, quoted["object"])
	}
	accept := streams.NewActivityStreamsAccept()
	accept.SetJSONLDId(idOf(s.Actor(handle) + "/accepts/" + n))
	accept.SetActivityStreamsActor(actorIs(s.Actor(handle)))
	accept.GetUnknownProperties()["to"] = []any{follower}
	accept.GetUnknownProperties()["object"] = quoted
	return encode(accept, plainContext)
}

// quoteFollow copies a Follow into our answer: its id as it came, and actor and
// object as plain ids, since NodeBB refuses an actor written out in full.
func quoteFollow(follow []byte) (quoted map[string]any, follower string, err error) {
	var received map[string]any
	if err := json.Unmarshal(follow, &received); err != nil {
		return nil, "", fmt.Errorf("read it: %w", err)
	}
	id, follower, followed := plainID(received["id"]), plainID(received["actor"]), plainID(received["object"])
	if id == "" || follower == "" || followed == "" {
		return nil, "", errors.New("it lacks id, actor or object")
	}
	return map[string]any{"id": id, "type": "Follow", "actor": follower, "object": followed}, follower, nil
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

// vocabularyActivity is what the activities have in common.
type vocabularyActivity interface {
	vocab.Type
	addressed
	GetUnknownProperties() map[string]any
	SetActivityStreamsActor(vocab.ActivityStreamsActorProperty)
	SetActivityStreamsPublished(vocab.ActivityStreamsPublishedProperty)
}

// fillActivity writes what every public activity says. Its addressees are
// those of the note in it, or it would not count as public.
func (s Site) fillActivity(t vocabularyActivity, handle, id string, at time.Time) {
	t.SetJSONLDId(idOf(id))
	t.SetActivityStreamsActor(actorIs(s.Actor(handle)))
	t.SetActivityStreamsPublished(publishedAt(at))
	s.addressPublicly(t, handle)
}

func actorIs(id string) vocab.ActivityStreamsActorProperty {
	p := streams.NewActivityStreamsActorProperty()
	p.AppendIRI(address(id))
	return p
}

func noteObject(note vocab.ActivityStreamsNote) vocab.ActivityStreamsObjectProperty {
	p := streams.NewActivityStreamsObjectProperty()
	p.AppendActivityStreamsNote(note)
	return p
}
