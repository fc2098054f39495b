package document

import (
	"encoding/json"
	"fmt"
	"time"

	"coopverse/directory"
	"coopverse/federation/document/streams"

	"github.com/go-fed/activity/streams/vocab"
)

// UpdateActor says that an actor has changed, and carries it as it is now:
// document is what Coop, Directory or Topic wrote. With a new key it must be
// signed with the old one. Activity made its id, which names one state.
func (s Site) UpdateActor(handle string, document []byte, id string, at time.Time) ([]byte, error) {
	var object map[string]any
	if err := json.Unmarshal(document, &object); err != nil {
		return nil, fmt.Errorf("read the actor of %s: %w", handle, err)
	}
	if object["id"] != s.Actor(handle) {
		return nil, fmt.Errorf("update %s: the document is of %v", handle, object["id"])
	}
	update := streams.NewActivityStreamsUpdate()
	s.fillActivity(update, handle, id, at)
	update.GetUnknownProperties()["object"] = object // encode takes its @context out
	return encode(update)
}

// CreateNote says that a post was made. A post is made once, so the activity's
// id comes from the post, here and in the outbox.
func (s Site) CreateNote(p directory.Post, quotable bool) ([]byte, error) {
	return encode(s.create(p, quotable))
}

func (s Site) create(p directory.Post, quotable bool) vocab.ActivityStreamsCreate {
	create := streams.NewActivityStreamsCreate()
	s.fillActivity(create, p.Handle, s.Post(p.Handle, p.ID)+"/create", p.PublishedAt, mentioned(p)...)
	create.SetActivityStreamsObject(noteObject(s.note(s.post(p, quotable))))
	return create
}

// UpdateNote says that a post was edited. Its id comes from the moment of the
// edit: one text, one id.
func (s Site) UpdateNote(p directory.Post, quotable bool) ([]byte, error) {
	update := streams.NewActivityStreamsUpdate()
	s.fillActivity(update, p.Handle, fmt.Sprintf("%s/edits/%d", s.Post(p.Handle, p.ID), p.UpdatedAt.UnixMilli()), p.UpdatedAt, mentioned(p)...)
	update.SetActivityStreamsObject(noteObject(s.note(s.post(p, quotable))))
	return encode(update)
}

// DeleteNote says that a post is no more.
func (s Site) DeleteNote(p directory.Post, changeID int64, at time.Time) ([]byte, error) {
	remove := streams.NewActivityStreamsDelete()
	s.fillActivity(remove, p.Handle, s.Activity(p.Handle, changeID, "delete"), at, mentioned(p)...)
	object := streams.NewActivityStreamsObjectProperty()
	object.AppendActivityStreamsTombstone(tombstone(s.Post(p.Handle, p.ID), "Note", at))
	remove.SetActivityStreamsObject(object)
	return encode(remove)
}

// Announce passes a post of another actor of ours on to the booster's followers.
// Nobody boosts a post twice, so the activity's id comes from the post.
func (s Site) Announce(booster string, p directory.Post, at time.Time) ([]byte, error) {
	return encode(s.announce(booster, p, at))
}

func (s Site) announce(booster string, p directory.Post, at time.Time) vocab.ActivityStreamsAnnounce {
	announce := streams.NewActivityStreamsAnnounce()
	s.fillActivity(announce, booster, fmt.Sprintf("%s/boosts/%d", s.Actor(booster), p.ID), at, s.Actor(p.Handle))
	announce.SetActivityStreamsObject(idObject(s.Post(p.Handle, p.ID)))
	return announce
}

// Move hands a co-op's followers over to the actor with the id to, which must
// call ours one of its names.
func (s Site) Move(handle, to string, changeID int64, at time.Time) ([]byte, error) {
	move := streams.NewActivityStreamsMove()
	s.fillActivity(move, handle, s.Activity(handle, changeID, "move"), at)
	move.SetActivityStreamsObject(idObject(s.Actor(handle)))
	move.GetUnknownProperties()["target"] = to
	return encode(move)
}

// DeleteActor says that a co-op's entry was removed. It goes to every inbox we
// know, and the actor's key must be kept until it has arrived.
func (s Site) DeleteActor(handle string, changeID int64, at time.Time) ([]byte, error) {
	remove := streams.NewActivityStreamsDelete()
	s.fillActivity(remove, handle, s.Activity(handle, changeID, "remove"), at)
	remove.SetActivityStreamsObject(idObject(s.Actor(handle)))
	return encode(remove)
}

// vocabularyActivity is what the activities have in common.
type vocabularyActivity interface {
	extensible
	SetActivityStreamsPublished(vocab.ActivityStreamsPublishedProperty)
}

// fillActivity writes what every public activity says. Its addressees are
// those of the note in it, or it would not count as public.
func (s Site) fillActivity(t vocabularyActivity, handle, id string, at time.Time, also ...string) {
	s.begin(t, handle, id)
	t.SetActivityStreamsPublished(publishedAt(at))
	s.addressPublicly(t, handle, also)
}

// begin writes what every activity says.
func (s Site) begin(t vocabularyActivity, handle, id string) {
	t.SetJSONLDId(idOf(id))
	t.GetUnknownProperties()["actor"] = s.Actor(handle)
}

func idObject(id string) vocab.ActivityStreamsObjectProperty {
	p := streams.NewActivityStreamsObjectProperty()
	p.AppendIRI(address(id))
	return p
}

func noteObject(note vocab.ActivityStreamsNote) vocab.ActivityStreamsObjectProperty {
	p := streams.NewActivityStreamsObjectProperty()
	p.AppendActivityStreamsNote(note)
	return p
}
