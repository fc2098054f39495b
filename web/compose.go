package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/directory/picture"

	"github.com/maypok86/otter/v2"
)

// fromNewsPage is the origin of what is posted here, for the history.
const fromNewsPage = "news page"

// Limits of what a form for a post sends, in bytes, and of how long it may take.
const (
	maxUpload     = directory.MaxPostPictures*picture.MaxBytes + 1<<20
	maxWritten    = 64 << 10 // of one field
	maxUploadTime = 5 * time.Minute
	lookUpsTime   = 45 * time.Second // for those whom the text names
)

// draftPicture is a picture that was uploaded for a post which is not yet
// written.
type draftPicture struct {
	picture.Picture
	personID int64
	handle   string
}

// Pictures of drafts are kept in memory, so that they need not be chosen again
// after a look at the preview or a slip in the text.
const (
	draftTime    = 2 * time.Hour
	draftsWeight = 64 << 20 // bytes, of all of them together
)

func newDrafts() *otter.Cache[string, draftPicture] {
	return otter.Must(&otter.Options[string, draftPicture]{
		MaximumWeight: draftsWeight, ExpiryCalculator: otter.ExpiryAccessing[string, draftPicture](draftTime),
		Weigher: func(_ string, p draftPicture) uint32 { return uint32(len(p.Data)) },
	})
}

// newSent keeps which posts the forms of a while ago became.
func newSent() *otter.Cache[string, int64] {
	return otter.Must(&otter.Options[string, int64]{MaximumSize: 10_000, ExpiryCalculator: otter.ExpiryWriting[string, int64](draftTime)})
}

// composing is an empty form for a co-op's post.
func (s *Server) composing(ctx context.Context, c directory.Coop) composing {
	form := composing{Desk: s.deskHead(ctx, c, ""), Once: rand.Text(), Markdown: true, Boost: true, languages: c.Languages}
	for i := range directory.MaxPostPictures {
		form.Slots = append(form.Slots, &slot{Number: i + 1})
	}
	return form
}

// composeForm shows an empty form.
func (s *Server) composeForm(w http.ResponseWriter, r *http.Request) error {
	c, by, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	if c.MovedTo != "" {
		http.Redirect(w, r, coopPath(c.Handle)+"/news", http.StatusSeeOther)
		return nil
	}
	form := s.composing(r.Context(), c)
	if err := s.replyTo(r, &form); err != nil {
		return err
	}
	return s.showForm(w, r, by, directory.Post{}, form)
}

// showForm shows the form as it was typed before signing in, if it was, or as it is.
func (s *Server) showForm(w http.ResponseWriter, r *http.Request, by directory.Actor, before directory.Post, form composing) error {
	typed := s.typed(r)
	if form.Typed = typed != nil; form.Typed {
		form.Boost = false
	}
	for name, values := range typed {
		for _, value := range values {
			form.set(name, value)
		}
	}
	if form.Typed {
		if err := s.findAnswered(r.Context(), &form); err != nil {
			return err
		}
		if _, err := s.draftOf(r.Context(), by, before, &form); err != nil {
			return err
		}
	}
	return s.showCompose(w, http.StatusOK, form)
}

// showCompose shows the form of a post. Its script asks for the preview again
// while somebody types.
func (s *Server) showCompose(w http.ResponseWriter, status int, form composing) error {
	return s.show(w, status, "compose", page{NoIndex: true, Mine: true, Preview: true, Body: form})
}

// recomposeForm shows the form with a post that was written earlier.
func (s *Server) recomposeForm(w http.ResponseWriter, r *http.Request) error {
	c, by, p, err := s.keptPost(w, r)
	if err != nil {
		return err
	}
	form := s.composing(r.Context(), c)
	form.ID = p.ID
	form.fill(p)
	return s.showForm(w, r, by, p, form)
}

// positioned names a picture that is on the post already.
func positioned(position int) string { return "p" + strconv.Itoa(position) }

// compose posts what was written, or shows it first.
func (s *Server) compose(w http.ResponseWriter, r *http.Request) error {
	return s.write(w, r, func(directory.Coop) (edited, error) { return edited{}, nil })
}

// recompose gives a post another text or other pictures.
func (s *Server) recompose(w http.ResponseWriter, r *http.Request) error {
	return s.write(w, r, func(c directory.Coop) (edited, error) {
		p, err := s.standingPost(r, c)
		return edited{Post: p}, err
	})
}

// edited is what a form changes: a post that is out, one that waits, or nothing.
type edited struct {
	directory.Post
	waiting *directory.ScheduledPost
}

// write takes the form of a post, new or not. Who sends it is known before any
// of it is read.
func (s *Server) write(w http.ResponseWriter, r *http.Request, which func(directory.Coop) (edited, error)) error {
	w.Header().Set("Cache-Control", "no-store")
	if err := sameOrigin.Check(r); err != nil {
		return errForeignForm
	}
	c, by, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	before, err := which(c)
	lost := errors.Is(err, errScheduledGone)
	if err != nil && !lost {
		return err
	}
	form := s.composing(r.Context(), c)
	form.ID, form.Boost = before.ID, false
	if before.waiting != nil {
		form.Waiting, form.When.stood = before.waiting.ID, before.waiting.DueAt.Format(dueForm)
	}
	if !form.New() {
		form.Markdown = before.Markdown
	}
	do, err := s.readWritten(w, r, &form)
	if err == nil {
		err = s.findAnswered(r.Context(), &form)
	}
	if err != nil {
		return err
	}
	draft, err := s.draftOf(r.Context(), by, before.Post, &form)
	if err != nil {
		return err
	}
	if lost {
		form.Wrong = "gone"
		return s.showCompose(w, http.StatusConflict, form)
	}
	sound := form.check(draft)
	if do == "preview" && form.Refused == "" {
		form.Preview = &post{Post: directory.Post{Handle: c.Handle, Body: strings.TrimSpace(draft.Text), Markdown: draft.Markdown, Language: draft.Language, Mentions: before.Mentions}, Author: form.Desk.Whom}
	}
	switch {
	case !form.New() && form.Version != before.UpdatedAt.UnixMilli():
		form.Version, form.Conflict = before.UpdatedAt.UnixMilli(), &post{Post: before.Post, Author: form.Desk.Whom}
		return s.showCompose(w, http.StatusConflict, form)
	case !sound:
		return s.showCompose(w, http.StatusUnprocessableEntity, form)
	case do == "preview":
		return s.showCompose(w, http.StatusOK, form)
	}
	err = s.save(r.Context(), by, before, draft, form)
	if reason, refused := refusalOf(err); refused {
		form.Refused = reason
		return s.showCompose(w, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	for _, slot := range form.Slots {
		s.drafts.Invalidate(slot.Kept)
	}
	return s.toDesk(w, r, c, form.done())
}

// save posts a draft, or edits a post. What is sent twice from the same form is
// posted once. A reader who goes away meanwhile does not break it off.
func (s *Server) save(ctx context.Context, by directory.Actor, before edited, draft directory.Draft, form composing) error {
	handle := form.Desk.Whom.Handle
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookUpsTime)
	defer cancel()
	switch {
	case form.Out():
		edit := s.config.EditPost
		if edit == nil {
			edit = s.directory.EditPost
		}
		draft.Version = before.UpdatedAt
		_, err := edit(ctx, by, handle, before.ID, draft, fromNewsPage)
		return err
	case form.Waiting != 0 && form.When.Later:
		return s.directory.Reschedule(ctx, by, handle, form.Waiting, before.waiting.UpdatedAt, draft, form.When.at)
	}
	draft.Scheduled = before.waiting
	key := fmt.Sprintf("%d %s %s", by.PersonID, handle, cmp.Or(form.Once, rand.Text()))
	_, err := s.sent.Get(ctx, key, otter.LoaderFunc[string, int64](func(context.Context, string) (int64, error) {
		if form.When.Later {
			waiting, err := s.directory.Schedule(ctx, by, handle, draft, form.When.at)
			return waiting.ID, err
		}
		p, err := s.publish(ctx, by, handle, draft)
		return p.ID, err
	}))
	return err
}

// publish posts a draft, after looking up whom it names if somebody here can.
func (s *Server) publish(ctx context.Context, by directory.Actor, handle string, draft directory.Draft) (directory.Post, error) {
	publish := s.config.Publish
	if publish == nil {
		publish = s.directory.Publish
	}
	return publish(ctx, by, handle, draft, fromNewsPage)
}

// refusalOf is the sentence that says why a post cannot be taken as it is:
// something is wrong with it, or somebody whom it names cannot be found.
func refusalOf(err error) (reason string, refused bool) {
	var gone *directory.GoneError
	var moved *directory.MovedError
	switch {
	case err == nil:
		return "", false
	case errors.Is(err, directory.ErrInvalid):
		return reasonOf(err, directory.ErrInvalid), true
	case errors.Is(err, directory.ErrConflict):
		return reasonOf(err, directory.ErrConflict), true
	case errors.Is(err, directory.ErrNotFound), errors.As(err, &gone), errors.As(err, &moved), errors.Is(err, context.DeadlineExceeded):
		return err.Error(), true
	}
	return "", false
}

// withoutKind is what an error says besides of what kind it is.
func withoutKind(err, kind error) string { return strings.TrimPrefix(err.Error(), kind.Error()+": ") }

// reasonOf is the same for an error that says before it what was tried.
func reasonOf(err, kind error) string {
	if _, why, found := strings.Cut(err.Error(), kind.Error()+": "); found {
		return why
	}
	return err.Error()
}
