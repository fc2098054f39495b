package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/directory/picture"
)

// maxEntryUpload is how many bytes of a form with pictures are read: far more
// than is taken, so that whoever sends too much is told so beside the field
// instead of being cut off.
const maxEntryUpload = 64 << 20

// shapes are how the picture of a field is read.
var shapes = map[string]func(io.Reader, string) (picture.Picture, error){"logo": picture.ReadLogo, "header": picture.ReadHeader}

// formPicture is the picture of a field of the form.
type formPicture struct {
	Kept  string // names the picture that is here: the entry's own by its file, one that is not saved by a token; "": none
	Shown string // where it can be looked at
	Alt   string
	Lost  bool // the one that was here is no longer kept

	draft *picture.Picture // is not saved yet
}

// sentPicture is a picture as it came with a form.
type sentPicture struct {
	picture *picture.Picture
	refused string // why it cannot be taken
}

// entryForm is what a browser sends of the form of an entry.
type entryForm struct {
	values   url.Values
	pictures map[string]sentPicture // by field
	tooLarge bool                   // what came after the pictures is lost
}

// readEntryForm reads the form of an entry, which comes with pictures or
// without. Whoever calls it knows who sends it, and from a page of ours.
func (s *Server) readEntryForm(w http.ResponseWriter, r *http.Request, handle string) (entryForm, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err := s.form(w, r, maxEntryForm)
		return entryForm{values: r.PostForm}, err
	}
	if !s.limits.Allow("pictures of "+handle, handlePace) {
		return entryForm{}, errTooMany
	}
	connection := http.NewResponseController(w)
	// Not every connection has deadlines, and those that have none need no later ones.
	_ = connection.SetReadDeadline(time.Now().Add(maxUploadTime))
	_ = connection.SetWriteDeadline(time.Now().Add(maxUploadTime + lookUpsTime))
	r.Body = http.MaxBytesReader(w, r.Body, maxEntryUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return entryForm{}, errBadRequest
	}
	form, left := entryForm{values: url.Values{}, pictures: make(map[string]sentPicture)}, maxEntryForm
	for left > 0 {
		part, err := parts.NextPart()
		if err == nil {
			err = s.readEntryPart(r.Context(), part, &form, &left)
		}
		var tooLarge *http.MaxBytesError
		switch {
		case errors.Is(err, io.EOF):
			return form, nil
		case errors.As(err, &tooLarge):
			form.tooLarge = true
			return form, nil
		case err != nil && r.Context().Err() != nil:
			return entryForm{}, r.Context().Err()
		case err != nil:
			return entryForm{}, errBadRequest
		}
	}
	return entryForm{}, errBadRequest
}

// readEntryPart reads one field, or one picture before the next one is read.
// left is how many bytes of text there may be yet; a field without any counts, too.
func (s *Server) readEntryPart(ctx context.Context, part *multipart.Part, form *entryForm, left *int) error {
	name := part.FormName()
	if field, isFile := strings.CutSuffix(name, "-file"); isFile && shapes[field] != nil {
		sent, err := s.readShaped(ctx, part, shapes[field])
		if sent.picture != nil || sent.refused != "" {
			form.pictures[field] = sent
		}
		return err
	}
	text, err := io.ReadAll(io.LimitReader(part, int64(*left)))
	if err != nil {
		return err
	}
	*left -= len(name) + len(text) + 100
	form.values.Add(name, string(text))
	return nil
}

func (s *Server) readShaped(ctx context.Context, part *multipart.Part, read func(io.Reader, string) (picture.Picture, error)) (sentPicture, error) {
	data, err := io.ReadAll(io.LimitReader(part, picture.MaxBytes+1))
	if err != nil || len(data) == 0 && part.FileName() == "" {
		return sentPicture{}, err
	}
	p, err := s.decoded(ctx, data, part.FileName(), read)
	if errors.Is(err, picture.ErrUnusable) {
		return sentPicture{refused: withoutKind(err, picture.ErrUnusable)}, nil
	}
	return sentPicture{picture: &p}, err
}

// decoded waits until no other picture is being decoded: a large one takes a
// hundred megabytes for a moment.
func (s *Server) decoded(ctx context.Context, data []byte, name string, read func(io.Reader, string) (picture.Picture, error)) (picture.Picture, error) {
	select {
	case s.decoding <- struct{}{}:
		defer func() { <-s.decoding }()
	case <-ctx.Done():
		return picture.Picture{}, ctx.Err()
	}
	return read(bytes.NewReader(data), name)
}

// takePicture puts the picture that was sent, or the one that was there, into a
// field of the form. What is kept for one person and co-op is nobody else's.
func (s *Server) takePicture(f *formField, form entryForm, by directory.Actor, handle string) {
	if !form.values.Has(f.Name+"-kept") && form.pictures[f.Name] == (sentPicture{}) { // the form does not speak of it, or was not read so far
		return
	}
	folder := coopPath(handle) + "/news/pictures/"
	p := &formPicture{Alt: strings.Join(strings.Fields(strings.ToValidUTF8(form.values.Get(f.Name+"-alt"), "\uFFFD")), " ")}
	kept := form.values.Get(f.Name + "-kept")
	own, isOwn := directory.ReadShown(kept)
	sent := form.pictures[f.Name]
	f.Picture, f.Text, f.Refused = p, "", sent.refused
	switch {
	case sent.picture != nil:
		p.Kept, p.draft = rand.Text(), sent.picture
		p.Shown = folder + p.Kept
		s.drafts.Set(p.Kept, draftPicture{*sent.picture, by.PersonID, handle})
	case form.values.Get(f.Name+"-remove") != "" || kept == "":
		return
	case isOwn:
		p.Kept, p.Shown = kept, own.Path()
		own.Alt = p.Alt
		f.Text = own.String()
		return
	default:
		draft, ok := s.draftPicture(kept, by, handle)
		if !ok {
			p.Lost = f.Refused == ""
			return
		}
		p.Kept, p.Shown, p.draft = kept, folder+kept, &draft.Picture
	}
	f.Text = directory.NewShown(*p.draft, p.Alt).String()
}

// pictureOf is the picture of a field as it stands. The description of a logo is
// there before anybody has written it.
func pictureOf(field, value, name string) *formPicture {
	p, ok := directory.ReadShown(value)
	switch {
	case ok:
		return &formPicture{Kept: p.File(), Shown: p.Path(), Alt: p.Alt}
	case field == "logo":
		return &formPicture{Alt: directory.LogoAlt(name)}
	}
	return &formPicture{}
}
