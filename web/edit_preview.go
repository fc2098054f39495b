package web

import (
	"fmt"
	"maps"
	"slices"

	"coopverse/directory"
)

// previewed is a profile as other servers show it, roughly.
type previewed struct {
	Name, Account string
	About         string
	Kept          string // who keeps the entry, once that is the co-op
	Header, Logo  shownPicture
	Lines         []directory.ProfileLine
	More          int // lines that many programs do not show
}

// shownPicture is a picture on a page.
type shownPicture struct{ Path, Alt string }

// previewLines is how many lines of the table many programs show.
const previewLines = 4

// previewOf is the profile that the entry would have after a change: made of
// what the actor's document is made of.
func (s *Server) previewOf(c directory.Coop, e editing, change directory.Edit, standing map[string]string) *previewed {
	values := maps.Clone(standing)
	maps.Copy(values, change.Set)
	for _, f := range e.Fields {
		if !slices.Contains(change.Unset, f.Name) {
			continue
		}
		values[f.Name] = ""
		if len(f.Beneath) > 0 {
			values[f.Name] = f.Beneath[0].Value
		}
	}
	then := c.With(values)
	p := &previewed{Name: then.Name, Account: s.pages.site.account(c.Handle), About: then.Summary, Lines: then.Profile()}
	if p.About == "" {
		p.About = then.InShort()
	}
	if c.Claimed() {
		p.Kept = directory.KeptByItself(s.config.Name)
	}
	// The one that is drawn may be kept for long at its address, and changes with an edit.
	drawn := shownPicture{Path: fmt.Sprintf("%s/avatar/%d.png", coopPath(c.Handle), c.Version)}
	p.Logo, p.Header = e.shownIn("logo", then.Logo, drawn), e.shownIn("header", then.Header, shownPicture{})
	if n := len(p.Lines); n > previewLines {
		p.Lines, p.More = p.Lines[:previewLines], n-previewLines
	}
	return p
}

// shownIn is the picture of a field of the form: one that is not saved yet is
// shown from where it is kept until then.
func (e editing) shownIn(field, value string, without shownPicture) shownPicture {
	p, ok := directory.ReadShown(value)
	if !ok {
		return without
	}
	for _, f := range e.Fields {
		if f.Name == field && f.Picture.draft != nil && directory.NewShown(*f.Picture.draft, "").Hash == p.Hash {
			return shownPicture{f.Picture.Shown, p.Alt}
		}
	}
	return shownPicture{p.Path(), p.Alt}
}
