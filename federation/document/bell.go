package document

import (
	"time"

	"coopverse/directory"
	"coopverse/federation/document/streams"
)

// FollowLog has the directory's actor follow that of another directory, and says
// that we mirror its public log.
func (s Site) FollowLog(f directory.LogFollow) ([]byte, error) {
	follow := streams.NewActivityStreamsFollow()
	s.begin(follow, directory.DirectoryHandle, s.logFollow(f.Name))
	to := DirectoryOf(f.Origin)
	follow.GetUnknownProperties()["to"] = []any{to}
	follow.SetActivityStreamsObject(idObject(to))
	follow.GetUnknownProperties()["mirrors"] = LogOf(f.Origin)
	return encode(follow)
}

// UnfollowLog takes such a Follow back. It carries it, since nobody can look it up.
func (s Site) UnfollowLog(f directory.LogFollow) ([]byte, error) {
	undo, id := streams.NewActivityStreamsUndo(), s.logFollow(f.Name)
	s.begin(undo, directory.DirectoryHandle, id+"/undo")
	to := DirectoryOf(f.Origin)
	undo.GetUnknownProperties()["to"] = []any{to}
	undo.GetUnknownProperties()["object"] = map[string]any{"type": "Follow", "id": id, "actor": s.Actor(directory.DirectoryHandle), "object": to}
	return encode(undo)
}

// ReportLog tells the operators of another directory what is wrong with its log.
func (s Site) ReportLog(r directory.LogReport) ([]byte, error) {
	flag := streams.NewActivityStreamsFlag()
	s.begin(flag, directory.DirectoryHandle, s.Actor(directory.DirectoryHandle)+"/reports/"+r.Name)
	to, beyond := DirectoryOf(r.Origin), flag.GetUnknownProperties()
	beyond["to"] = []any{to}
	beyond["object"] = []any{to}
	beyond["content"] = r.Why
	return encode(flag)
}

// PublicLog is what programs find at the log's own address: how many records it
// has and its newest signed head.
func (s Site) PublicLog(records int64, checkpoint string) ([]byte, error) {
	return write(s.publicLog(records, checkpoint))
}

func (s Site) publicLog(records int64, checkpoint string) map[string]any {
	return map[string]any{
		"type": "PublicLog", "id": s.Log(), "attributedTo": s.Actor(directory.DirectoryHandle), "records": records, "checkpoint": checkpoint,
	}
}

// Bell tells the mirror with that id that the log has grown. What was added it
// reads there.
func (s Site) Bell(mirror string, records int64, checkpoint string, at time.Time) ([]byte, error) {
	update := streams.NewActivityStreamsUpdate()
	s.toMirror(update, mirror, s.Activity(directory.DirectoryHandle, records, "log"), at)
	update.GetUnknownProperties()["object"] = s.publicLog(records, checkpoint)
	return encode(update)
}

// AddCoops tells the mirror with that id that co-ops have entries now, with the
// first so many records of the log.
func (s Site) AddCoops(mirror string, handles []string, records int64, at time.Time) ([]byte, error) {
	add := streams.NewActivityStreamsAdd()
	s.toMirror(add, mirror, s.Activity(directory.DirectoryHandle, records, "add"), at)
	s.fillListing(add, handles)
	return encode(add)
}

// RemoveCoops tells it that they have none any more.
func (s Site) RemoveCoops(mirror string, handles []string, records int64, at time.Time) ([]byte, error) {
	remove := streams.NewActivityStreamsRemove()
	s.toMirror(remove, mirror, s.Activity(directory.DirectoryHandle, records, "remove"), at)
	s.fillListing(remove, handles)
	return encode(remove)
}

func (s Site) toMirror(t vocabularyActivity, mirror, id string, at time.Time) {
	s.begin(t, directory.DirectoryHandle, id)
	t.SetActivityStreamsPublished(publishedAt(at))
	t.GetUnknownProperties()["to"] = []any{mirror}
}

func (s Site) fillListing(t extensible, handles []string) {
	beyond := t.GetUnknownProperties()
	beyond["target"] = s.CoopsAddress()
	beyond["object"] = s.actors(handles)
	if len(handles) == 1 {
		beyond["object"] = s.Actor(handles[0])
	}
}

func (s Site) actors(handles []string) []any {
	ids := make([]any, len(handles))
	for i, handle := range handles {
		ids[i] = s.Actor(handle)
	}
	return ids
}

// Coops is the collection of the co-ops that have an entry, of which there are
// that many.
func (s Site) Coops(total int) ([]byte, error) {
	return s.paged(s.CoopsAddress(), s.CoopsPageAddress(""), total)
}

// CoopsPage is a part of it: the co-ops that come after the one with the handle
// after ("": the first), by their handles. more says that others follow.
func (s Site) CoopsPage(after string, handles []string, more bool) ([]byte, error) {
	page := s.page(s.CoopsPageAddress(after), s.CoopsAddress())
	if more {
		page.SetActivityStreamsNext(nextPage(s.CoopsPageAddress(handles[len(handles)-1])))
	}
	page.GetUnknownProperties()["orderedItems"] = s.actors(handles)
	return encode(page)
}
