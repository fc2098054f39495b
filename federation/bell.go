package federation

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/federation/document"
	"coopverse/federation/fetch"
)

// listingsAtOnce is how many records of the log are looked through for one Add and
// one Remove. The ids in them stay within what other servers read.
const listingsAtOnce = 500

// ringBells tells those who mirror our log, and hear of it through an inbox, how
// far it has come. However much was added meanwhile, it is one bell: what they have
// been told is a number, and the log is theirs to read.
func (f *Federation) ringBells(ctx, finish context.Context, v *visit) error {
	if !v.Mirrors {
		return nil
	}
	mirrors, err := f.directory.MirrorFollowers(finish, v.Inbox.ID)
	if err != nil {
		return err
	}
	for _, m := range mirrors {
		if err := f.ringBell(ctx, finish, v, m); err != nil {
			return err
		}
	}
	return nil
}

func (f *Federation) ringBell(ctx, finish context.Context, v *visit, m directory.Follower) error {
	for rung := m.Rung; ctx.Err() == nil; {
		size, err := f.directory.OwnLog().Size(finish)
		if err != nil || size <= m.Rung {
			return err
		}
		if size > rung { // first of all, since the mirror waits for nothing else
			if err := f.tellSize(finish, v, m, size); err != nil {
				return err
			}
			rung = size
		}
		to := min(m.Rung+listingsAtOnce, size)
		if err := f.tellListings(finish, v, m, to); err != nil {
			return err
		}
		if err := f.directory.Rung(finish, v.Inbox, m, to, f.lease); err != nil {
			return err
		}
		m.Rung, v.leased = to, time.Now()
	}
	return nil
}

// tellSize tells a mirror how many records the log has.
func (f *Federation) tellSize(ctx context.Context, v *visit, m directory.Follower, size int64) error {
	head, err := f.signedHead(ctx, size)
	if err != nil {
		return err
	}
	at := clock.Now()
	body, err := f.site.Bell(m.PeerID, size, head, at)
	if err != nil {
		return err
	}
	return f.tellMirror(ctx, v, body, at)
}

// tellListings tells a mirror who is listed and who is no more, by the records from
// the last that it was told of on to the one before another.
func (f *Federation) tellListings(ctx context.Context, v *visit, m directory.Follower, to int64) error {
	added, removed, err := f.directory.Listings(ctx, m.Rung, to)
	if err != nil {
		return err
	}
	for _, told := range []struct {
		handles []string
		write   func(mirror string, handles []string, records int64, at time.Time) ([]byte, error)
	}{{removed, f.site.RemoveCoops}, {added, f.site.AddCoops}} {
		if len(told.handles) == 0 {
			continue
		}
		at := clock.Now()
		body, err := told.write(m.PeerID, told.handles, to, at)
		if err != nil {
			return err
		}
		if err := f.tellMirror(ctx, v, body, at); err != nil {
			return err
		}
	}
	return nil
}

// tellMirror delivers something that is told once. What a mirror does not want, or
// fails at for a day, it reads in the log.
func (f *Federation) tellMirror(ctx context.Context, v *visit, body []byte, at time.Time) error {
	err := f.send(ctx, v, directory.DirectoryHandle, letter{body: body}, latest(at))
	var failure *fetch.Error
	if unwanted(err) || errors.As(err, &failure) && parks(v.Inbox, failure) {
		f.logger.Warn("bell refused", "inbox", v.Inbox.URL, "error", err)
		return nil
	}
	return err
}

// publicLog shows how far the log has come.
func (f *Federation) publicLog(w http.ResponseWriter, r *http.Request) {
	size, err := f.directory.OwnLog().Size(r.Context())
	var head string
	if err == nil {
		head, err = f.signedHead(r.Context(), size)
	}
	var body []byte
	if err == nil {
		body, err = f.site.PublicLog(size, head)
	}
	if err != nil {
		f.fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	write(w, r, http.StatusOK, document.ActivityType, body)
}

// coopsOnPage is how many co-ops one page of their collection holds.
const coopsOnPage = 1000

// coops is the collection of the co-ops that have an entry, from which Add and
// Remove tell mirrors who comes and goes.
func (f *Federation) coops(r *http.Request, _ string) ([]byte, error) {
	query := r.URL.Query()
	if !query.Has("after") {
		total, err := f.directory.ListedCount(r.Context())
		if err != nil {
			return nil, err
		}
		return f.site.Coops(total)
	}
	after := query.Get("after")
	handles, err := f.directory.ListedHandles(r.Context(), after, coopsOnPage+1)
	if err != nil {
		return nil, err
	}
	more := len(handles) > coopsOnPage
	return f.site.CoopsPage(after, handles[:min(len(handles), coopsOnPage)], more)
}

// followMirrored asks the directory of which a mirror is the copy to tell us when
// its log has grown.
func (f *Federation) followMirrored(ctx context.Context, m directory.Mirror) error {
	actor, err := f.actorAt(ctx, document.DirectoryOf(m.Origin))
	if err != nil {
		return err
	}
	peer, err := actor.peer("")
	if err != nil {
		return err
	}
	return f.directory.FollowMirrored(ctx, m, peer)
}

// heedAnswer takes in what the actor of a directory that we mirror says to a Follow
// by ours.
func (f *Federation) heedAnswer(ctx context.Context, in *incoming) error {
	origin, ok := originOf(in.sender.ID)
	name := f.site.LogFollowOf(referenceTo(in.Object))
	if !ok || name == "" {
		return f.noteDown(ctx, in, "no effect")
	}
	h := in.heard(referenceTo(in.Object), directory.DirectoryHandle)
	return f.directory.FollowAnswered(ctx, h, origin, name, in.Type == "Accept")
}

// originOf is the address of the directory whose actor has that id, if it can be one.
func originOf(actor string) (origin string, ok bool) {
	origin, _, _ = strings.Cut(actor, "/actors/")
	return origin, document.DirectoryOf(origin) == actor
}

// mirrorsUs says whether a Follow declares that its sender mirrors our log.
func (f *Federation) mirrorsUs(in *incoming) bool {
	return referenceTo(in.Mirrors) == f.site.Log()
}
