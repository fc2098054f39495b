package web

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// dueForm is how a browser sends a day and time (HTML, datetime-local). They
// are in UTC: a server does not know where its reader's clock hangs.
const dueForm = "2006-01-02T15:04"

// schedule says when a post is to go out.
type schedule struct {
	Later   bool   // at a day and time, and not at once
	Typed   string // the day and time, in UTC, as sent
	Refused string // why it cannot be that time
	Wrong   string // which message says what else is wrong

	at    time.Time
	stood string // the time that it had before
}

func (s schedule) wrong() bool { return s.Refused != "" || s.Wrong != "" }

// Clock is what time it is, as people read it.
func (s schedule) Clock() string { return time.Now().UTC().Format("15:04") }

// read reads the time, and notes what is wrong with it.
func (s *schedule) read() {
	switch {
	case !s.Later && s.Typed != s.stood && s.Typed != "":
		s.Wrong = "unused"
		return
	case !s.Later:
		return
	case s.Typed == "":
		s.Wrong = "missing"
		return
	}
	var err error
	if s.at, err = time.Parse(dueForm, s.Typed); err != nil {
		if s.at, err = time.Parse(dueForm+":05", s.Typed); err != nil {
			s.Wrong = "form"
			return
		}
	}
	if err := directory.CheckDue(s.at); err != nil {
		s.Refused = withoutKind(err, directory.ErrInvalid)
	}
}

// errScheduledGone means that a scheduled post is out, or was cancelled.
var errScheduledGone = errors.Join(errors.New("the scheduled post is not there any more"), directory.ErrNotFound)

// waitingPost is a scheduled post on its way to the desk.
type waitingPost struct{ directory.ScheduledPost }

func scheduledPath(handle string, id int64) string {
	return coopPath(handle) + "/news/scheduled/" + strconv.FormatInt(id, 10)
}

// Path is below which address it is worked on.
func (w waitingPost) Path() string { return scheduledPath(w.Handle, w.ID) }

// Words is what it will say.
func (w waitingPost) Words() template.HTML { return wordsOf(w.asPost(), "") }

// Late says whether its time has come and it is tried again.
func (w waitingPost) Late() bool { return w.Why != "" && w.FailedAt == nil }

// asPost is a scheduled post as the form takes one.
func (w waitingPost) asPost() directory.Post {
	return directory.Post{
		Handle: w.Handle, Body: w.Body, Markdown: w.Markdown, Language: w.Language, InReplyTo: w.InReplyTo, UpdatedAt: w.UpdatedAt, Pictures: w.Pictures,
	}
}

// waiting lists a co-op's posts that wait for their time.
func (s *Server) waiting(ctx context.Context, handle string) ([]waitingPost, error) {
	found, err := s.directory.ScheduledPosts(ctx, handle)
	if err != nil {
		return nil, err
	}
	var waiting []waitingPost
	for _, p := range found {
		waiting = append(waiting, waitingPost{p})
	}
	return waiting, nil
}

// waitingHere is the co-op's scheduled post that an address is about.
func (s *Server) waitingHere(r *http.Request, c directory.Coop) (waitingPost, error) {
	id, err := strconv.ParseInt(mux.Vars(r)["id"], 10, 64)
	if err != nil {
		return waitingPost{}, errNotFound
	}
	p, err := s.directory.ScheduledPost(r.Context(), c.Handle, id)
	if errors.Is(err, directory.ErrNotFound) {
		err = errScheduledGone
	}
	return waitingPost{p}, err
}

// rescheduleForm shows the form with a post that waits.
func (s *Server) rescheduleForm(w http.ResponseWriter, r *http.Request) error {
	c, by, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	p, err := s.waitingHere(r, c)
	if err != nil {
		return err
	}
	return s.showForm(w, r, by, p.asPost(), s.recomposing(r.Context(), c, p))
}

// recomposing is the form with a post that waits.
func (s *Server) recomposing(ctx context.Context, c directory.Coop, p waitingPost) composing {
	form := s.composing(ctx, c)
	form.Waiting, form.Boost = p.ID, p.Boost
	form.When = schedule{Later: true, Typed: p.DueAt.UTC().Format(dueForm)}
	form.fill(p.asPost())
	return form
}

// reschedule changes a post that waits, or posts it at once.
func (s *Server) reschedule(w http.ResponseWriter, r *http.Request) error {
	return s.write(w, r, func(c directory.Coop) (edited, error) {
		p, err := s.waitingHere(r, c)
		if err != nil {
			return edited{}, err
		}
		return edited{p.asPost(), &p.ScheduledPost}, nil
	})
}

// waitingForm reads a form that is about a post that waits.
func (s *Server) waitingForm(w http.ResponseWriter, r *http.Request) (c directory.Coop, by directory.Actor, p waitingPost, err error) {
	if err = s.form(w, r, maxForm); err != nil {
		return c, by, p, err
	}
	if c, by, err = s.keeper(w, r); err == nil {
		p, err = s.waitingHere(r, c)
	}
	return c, by, p, err
}

// postNow publishes a post that waits, as whoever presses the button.
func (s *Server) postNow(w http.ResponseWriter, r *http.Request) error {
	c, by, p, err := s.waitingForm(w, r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), lookUpsTime)
	defer cancel()
	draft, err := s.directory.ScheduledDraft(ctx, p.ScheduledPost)
	if err == nil {
		_, err = s.publish(ctx, by, c.Handle, draft)
	}
	if reason, refused := refusalOf(err); refused {
		form := s.recomposing(r.Context(), c, p)
		form.Refused = reason
		return s.showCompose(w, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return s.toDesk(w, r, c, "posted")
}

// cancellation is the page that asks whether a scheduled post is to be cancelled.
type cancellation struct {
	Desk deskHead
	Post waitingPost
}

// cancelForm asks before a scheduled post is cancelled.
func (s *Server) cancelForm(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	p, err := s.waitingHere(r, c)
	if err != nil {
		return err
	}
	return s.showDesk(w, http.StatusOK, "cancel", cancellation{s.deskHead(r.Context(), c, ""), p})
}

// cancel takes a post back before it is out.
func (s *Server) cancel(w http.ResponseWriter, r *http.Request) error {
	c, by, p, err := s.waitingForm(w, r)
	if err != nil {
		return err
	}
	if err := s.directory.Unschedule(r.Context(), by, c.Handle, p.ID); err != nil {
		return err
	}
	return s.toDesk(w, r, c, "cancelled")
}
