package federation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"sync"
	"time"

	"coopverse/directory"
	"coopverse/federation/fetch"

	"github.com/gorilla/mux"
)

// MaxActivity is the size of the largest activity that is taken in, in bytes.
const MaxActivity = 1 << 20

// patienceOfSenders is how long what an activity makes us ask of others may
// take. Mastodon waits ten seconds for our answer.
const patienceOfSenders = 8 * time.Second

// refusal is an answer to what cannot be taken in.
type refusal struct {
	status int
	reason string
}

func (r *refusal) Error() string { return r.reason }

func refuse(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

// receive takes an activity in: read, verify, and let it have its effect. It
// answers when the effect is on the disk.
func (f *Federation) receive(w http.ResponseWriter, r *http.Request) {
	err := f.takeIn(w, r)
	if err == nil {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	f.turnAway(w, r, err)
}

// turnAway says why a request was not taken, so that its sender knows whether to come
// again.
func (f *Federation) turnAway(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	var refused *refusal
	var gone *directory.GoneError
	switch {
	case errors.Is(err, directory.ErrBlocked), errors.Is(err, fetch.ErrBlocked):
		status = http.StatusForbidden
	case errors.As(err, &refused):
		status = refused.status
		if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", slowDown)
		}
	case errors.Is(err, errUnverified), errors.Is(err, directory.ErrPinned): // and most try again what is answered so
		status = http.StatusUnauthorized
	case directory.Ailing(err):
		f.complain("what others send waits with them", err)
		err, status = errAiling, http.StatusServiceUnavailable
		w.Header().Set("Retry-After", slowDown)
	case errors.Is(err, errLater), errors.Is(err, errClock), errors.Is(err, context.DeadlineExceeded):
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", slowDown)
	case errors.Is(err, directory.ErrNotFound):
		status = http.StatusNotFound
	case errors.As(err, &gone):
		status = http.StatusGone
	case errors.Is(err, directory.ErrInvalid):
		status = http.StatusBadRequest
	}
	level := f.logger.Debug
	if status == http.StatusInternalServerError && !hungUp(r) {
		level = f.logger.Error
		http.Error(w, "the request could not be taken in", status)
	} else {
		http.Error(w, err.Error(), status)
	}
	level("request refused", "status", status, "error", err, "from", r.RemoteAddr)
}

func (f *Federation) takeIn(w http.ResponseWriter, r *http.Request) error {
	inbox, err := f.inboxOwner(r)
	if err != nil {
		return err
	}
	if !isActivity(r.Header.Get("Content-Type")) {
		return refuse(http.StatusUnsupportedMediaType, "send application/activity+json")
	}
	body, done, err := f.read(w, r)
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := context.WithTimeout(r.Context(), patienceOfSenders)
	defer cancel()
	read := sync.OnceValues(func() (activity, error) { return readActivity(body) })
	sender, err := f.verify(r.WithContext(ctx), body, read)
	if errors.Is(err, errFarewell) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := f.maySpeak(ctx, sender.ID); err != nil {
		return err
	}
	a, err := read()
	if err != nil {
		return err
	}
	if string(a.Actor) != sender.ID {
		return refuse(http.StatusUnauthorized, "%s signed what is said to be of %s", sender.ID, a.Actor)
	}
	if a.Proof != nil {
		if sender, err = f.checkProofs(ctx, sender, body); err != nil {
			return err
		}
	}
	if !fetch.SameHost(a.ID, sender.ID) {
		return refuse(http.StatusBadRequest, "the activity's id %q is not on the host of its actor", a.ID)
	}
	err = f.heed(ctx, &incoming{activity: a, inbox: inbox, sender: sender})
	if errors.Is(err, directory.ErrRepeated) {
		return nil
	}
	return err
}

// read reads the body of a request. The function that it returns says that it is not
// needed any more. How much memory bodies take is bounded, however many come.
func (f *Federation) read(w http.ResponseWriter, r *http.Request) (body []byte, done func(), err error) {
	tooLarge := refuse(http.StatusRequestEntityTooLarge, "the activity is larger than %d bytes", MaxActivity)
	if r.ContentLength > MaxActivity {
		w.Header().Set("Connection", "close") // or the rest would have to be read
		return nil, nil, tooLarge
	}
	done = func() {}
	whole := http.MaxBytesReader(w, r.Body, MaxActivity)
	body, err = io.ReadAll(io.LimitReader(whole, smallActivity+1))
	if err == nil && len(body) > smallActivity {
		if done, err = f.limits.mayBeLarge(); err != nil {
			w.Header().Set("Connection", "close")
			return nil, nil, err
		}
		var rest []byte
		rest, err = io.ReadAll(whole)
		body = append(body, rest...)
	}
	switch exceeded := new(http.MaxBytesError); {
	case err == nil:
		return body, done, nil
	case errors.As(err, &exceeded):
		err = tooLarge
	default:
		err = refuse(http.StatusBadRequest, "the body ended early")
	}
	done()
	return nil, nil, err
}

// inboxOwner returns the handle whose inbox was asked for, "" for the shared one.
func (f *Federation) inboxOwner(r *http.Request) (string, error) {
	if _, personal := mux.Vars(r)["handle"]; !personal {
		return "", nil
	}
	return f.handle(r)
}

func isActivity(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && slices.Contains([]string{"application/activity+json", "application/ld+json"}, kind)
}
