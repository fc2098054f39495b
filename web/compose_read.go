package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"coopverse/directory"
	"coopverse/directory/picture"

	"github.com/gorilla/mux"
)

// readWritten reads the form of a post as it arrives. A picture is decoded
// before the next one is read. What is too large is noted in the form, which
// then holds what came before.
func (s *Server) readWritten(w http.ResponseWriter, r *http.Request, form *composing) (do string, err error) {
	connection := http.NewResponseController(w)
	// Not every connection has deadlines, and those that have none need no later ones.
	_ = connection.SetReadDeadline(time.Now().Add(maxUploadTime))
	_ = connection.SetWriteDeadline(time.Now().Add(maxUploadTime + lookUpsTime))
	if withoutFiles(r) {
		return readPreview(w, r, form)
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return "", errBadRequest
	}
	for {
		part, err := parts.NextPart()
		if err == nil {
			err = s.readPart(r.Context(), part, form, &do)
		}
		var tooLarge *http.MaxBytesError
		switch {
		case errors.Is(err, io.EOF):
			return do, nil
		case errors.As(err, &tooLarge):
			form.Wrong = "too_large" // the pictures come last: what stands before them has arrived
			return do, nil
		case err != nil && r.Context().Err() != nil:
			return "", r.Context().Err()
		case err != nil:
			return "", errBadRequest
		}
	}
}

func (s *Server) readPart(ctx context.Context, part *multipart.Part, form *composing, do *string) error {
	name := part.FormName()
	if number, isFile := strings.CutPrefix(name, "file-"); isFile {
		if at, err := strconv.Atoi(number); err == nil && at >= 1 && at <= len(form.Slots) {
			return s.readPicture(ctx, part, form.Slots[at-1])
		}
	}
	bytes, err := io.ReadAll(io.LimitReader(part, maxWritten))
	if err != nil {
		return err
	}
	value := strings.ToValidUTF8(string(bytes), "\uFFFD")
	if name == "do" {
		*do = value
	}
	form.set(part.FormName(), value)
	return nil
}

// readPicture reads one picture.
func (s *Server) readPicture(ctx context.Context, part *multipart.Part, at *slot) error {
	data, err := io.ReadAll(io.LimitReader(part, picture.MaxBytes+1))
	if err != nil || len(data) == 0 && part.FileName() == "" {
		return err
	}
	p, err := s.decoded(ctx, data, part.FileName(), picture.Read)
	if errors.Is(err, picture.ErrUnusable) {
		at.Refused = withoutKind(err, picture.ErrUnusable)
		return nil
	}
	at.picture = &p
	return err
}

// draftOf is what the form says. What is wrong with its pictures is noted in it.
func (s *Server) draftOf(ctx context.Context, by directory.Actor, before directory.Post, form *composing) (directory.Draft, error) {
	draft := directory.Draft{Text: form.Text, Markdown: form.Markdown, Language: form.Language, Boost: form.Boost && !form.Out(), InReplyTo: cmp.Or(before.InReplyTo, form.answers)}
	same := true
	for _, at := range form.Slots {
		p, ok, err := s.pictureAt(ctx, by, before, form.Desk.Whom.Handle, at)
		if err != nil {
			return draft, err
		}
		if !ok {
			if at.Alt != "" && !at.wrong() {
				at.Wrong = "no_picture"
			}
			continue
		}
		n := len(draft.Pictures)
		same = same && n < len(before.Pictures) && at.Kept == positioned(n) && at.Alt == before.Pictures[n].Alt
		draft.Pictures = append(draft.Pictures, directory.DraftPicture{Picture: p, Alt: at.Alt})
		switch {
		case at.wrong():
		case at.Alt == "":
			at.Wrong = "alt_missing"
		case utf8.RuneCountInString(at.Alt) > directory.MaxAlt:
			at.Wrong = "alt_long"
		}
	}
	if same && form.Out() && len(draft.Pictures) == len(before.Pictures) {
		draft.Pictures, draft.KeepPictures = nil, true
	}
	return draft, nil
}

// pictureAt is the picture in a slot, if there is one: one that was uploaded
// just now or a moment ago, or one that is on the post. Kept names nothing else,
// so that nobody gets at pictures of others.
func (s *Server) pictureAt(ctx context.Context, by directory.Actor, before directory.Post, handle string, at *slot) (p picture.Picture, ok bool, err error) {
	kept, folder := at.Kept, coopPath(handle)+"/news/pictures/"
	at.Kept = ""
	if at.picture != nil {
		at.Kept = rand.Text()
		at.Shown = folder + at.Kept
		s.drafts.Set(at.Kept, draftPicture{*at.picture, by.PersonID, handle})
		return *at.picture, true, nil
	}
	if at.remove {
		at.Alt = ""
		return picture.Picture{}, false, nil
	}
	for _, has := range before.Pictures {
		if kept == positioned(has.Position) {
			stored, err := s.directory.Picture(ctx, has.Hash)
			at.Kept, at.Shown = kept, picturePath(has)
			return picture.Picture{MediaType: stored.MediaType, Width: stored.Width, Height: stored.Height, Data: stored.Data}, true, err
		}
	}
	if kept == "" {
		return picture.Picture{}, false, nil
	}
	draft, ok := s.draftPicture(kept, by, handle)
	if !ok {
		at.Wrong = "lost"
		return picture.Picture{}, false, nil
	}
	at.Kept, at.Shown = kept, folder+kept
	return draft.Picture, true, nil
}

// draftPicture is a picture that the same person has uploaded for the same
// co-op.
func (s *Server) draftPicture(token string, by directory.Actor, handle string) (draftPicture, bool) {
	p, ok := s.drafts.GetIfPresent(token)
	return p, ok && p.personID == by.PersonID && p.handle == handle
}

// keptPicture shows a picture of a draft to whoever has uploaded it.
func (s *Server) keptPicture(w http.ResponseWriter, r *http.Request) error {
	c, by, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	p, ok := s.draftPicture(mux.Vars(r)["token"], by, c.Handle)
	if !ok {
		return errNotFound
	}
	w.Header().Set("Content-Type", p.MediaType)
	w.Header().Set("Content-Length", fmt.Sprint(len(p.Data)))
	_, err = w.Write(p.Data)
	return err
}
