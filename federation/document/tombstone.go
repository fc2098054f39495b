package document

import (
	"time"

	"coopverse/federation/document/streams"

	"github.com/go-fed/activity/streams/vocab"
)

// Tombstone stands at the address of a co-op whose entry was removed, with
// status 410.
func (s Site) Tombstone(handle string, at time.Time) ([]byte, error) {
	return encode(tombstone(s.Actor(handle), "Organization", at))
}

// PostTombstone stands at the address of a deleted post, with status 410.
func (s Site) PostTombstone(handle string, id int64, at time.Time) ([]byte, error) {
	return encode(tombstone(s.Post(handle, id), "Note", at))
}

func tombstone(id, formerType string, at time.Time) vocab.ActivityStreamsTombstone {
	t := streams.NewActivityStreamsTombstone()
	t.SetJSONLDId(idOf(id))
	t.GetUnknownProperties()["formerType"] = formerType
	deleted := streams.NewActivityStreamsDeletedProperty()
	deleted.Set(at.UTC())
	t.SetActivityStreamsDeleted(deleted)
	return t
}
