package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"coopverse/directory/pace"
)

// What was typed by somebody whose sign-in had ended is kept until they have
// signed in again.
const (
	typedKey  = "typed" // JSON of kept
	typedTime = time.Hour
	maxTyped  = 64 << 10     // bytes, of all fields together
	maxPlain  = 4 * maxTyped // of a form without files: a byte may be sent as three
)

// typedPace is how often somebody at one address may leave something here.
var typedPace = pace.Pace{AtOnce: 10, Every: 30 * time.Second}

// kept is a form as it was sent.
type kept struct {
	Path   string
	At     time.Time
	Fields url.Values
}

// keepingTyped is for forms in which people write at length: what a sends to
// where one signs in comes back with everything that was typed, but files. Only
// a form of our own pages comes so far.
func (s *Server) keepingTyped(a answer) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := a(w, r)
		if !errors.Is(err, errSignIn) || wants(r) == asJSON {
			return err
		}
		fields, ok := s.readTyped(w, r)
		if !ok {
			return err
		}
		ctx, now := r.Context(), time.Now()
		sent, failed := json.Marshal(kept{r.URL.Path, now, fields})
		if failed != nil {
			return failed
		}
		s.sessions.Put(ctx, typedKey, sent)
		s.sessions.Put(ctx, returnKey, r.URL.Path)
		s.sessions.SetDeadline(ctx, now.Add(typedTime)) // signing in sets another one
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return nil
	}
}

// readTyped reads the fields of a form, unless they are too long or come too
// often. A preview that follows what is typed is neither kept nor counted: it
// would leave nothing for the form itself.
func (s *Server) readTyped(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	plain := withoutFiles(r)
	if plain {
		r.Body = http.MaxBytesReader(w, r.Body, maxPlain)
		if err := r.ParseForm(); err != nil || r.PostForm.Get("do") == "preview" {
			return nil, false
		}
	}
	if !s.limits.Allow("typed from "+network(r.RemoteAddr), typedPace) {
		return nil, false
	}
	if plain {
		return r.PostForm, weighs(r.PostForm) <= maxTyped
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, false
	}
	fields := make(url.Values)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, len(fields) > 0
		}
		if err != nil {
			return nil, false
		}
		if part.FileName() != "" || strings.HasPrefix(part.FormName(), "file-") {
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, maxTyped+1))
		fields.Add(part.FormName(), strings.ToValidUTF8(string(value), "\uFFFD"))
		if err != nil || weighs(fields) > maxTyped {
			return nil, false
		}
	}
}

func weighs(fields url.Values) int {
	n := 0
	for name, values := range fields {
		for _, value := range values {
			n += len(name) + len(value)
		}
	}
	return n
}

// typed takes out of the session what was typed in the form at this address
// before signing in; nil if that was nothing, or is long ago. Whoever asks must
// be known to be one who may see it.
func (s *Server) typed(r *http.Request) url.Values {
	ctx := r.Context()
	var k kept
	if err := json.Unmarshal(s.sessions.GetBytes(ctx, typedKey), &k); err != nil || k.Path != r.URL.Path {
		return nil
	}
	s.sessions.Remove(ctx, typedKey)
	if time.Since(k.At) > typedTime {
		return nil
	}
	return k.Fields
}
