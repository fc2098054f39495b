package web

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"coopverse/directory"
)

// formField is one field of the form, and what is known about it.
type formField struct {
	Name    string
	Text    string         // as it stands, or as it was typed
	Stands  directory.Fact // without a Field: nobody has said anything
	Beneath []directory.Fact
	Unset   bool   // the co-op no longer wants to speak about it
	Refused string // why what was typed cannot be taken
	Other   bool   // somebody else has changed it since the form was opened
	Clash   bool   // and something else was typed here

	Picture *formPicture // nil: it is none
}

// Lines is how many lines the field holds; 0: it has but one.
func (f *formField) Lines() int { return linesOf[f.Name] }

// Choice says whether the field is a yes, a no, or for now neither.
func (f *formField) Choice() bool {
	return slices.Contains([]string{"featurable", "quotable", "discoverable", "indexable"}, f.Name)
}

// wrong says whether what was typed or sent cannot be taken.
func (f *formField) wrong() bool { return f.Refused != "" || f.Picture != nil && f.Picture.Lost }

// linesOf is how many lines the fields hold that have several.
var linesOf = func() map[string]int {
	lines := make(map[string]int)
	for _, f := range directory.Fields() {
		lines[f.Name] = f.Lines()
	}
	return lines
}()

// CanUnset says whether something would stand if the co-op took its word back.
func (f *formField) CanUnset() bool {
	return f.Stands.Source == directory.FromCoop && len(f.Beneath) > 0 && (f.Name != "name" || f.Beneath[0].Value != "")
}

// Undecided says whether the field may be left without a word of anybody.
func (f *formField) Undecided() bool {
	return f.Stands.Field == "" || f.Stands.Source == directory.FromCoop && len(f.Beneath) == 0
}

// Groups are the services to choose from, with those that are chosen.
func (f *formField) Groups() []serviceGroup { return serviceGroups(split(f.Text, ",")) }

// Statuses are those that a co-op may give itself, and the one that it has.
func (f *formField) Statuses() []directory.Status {
	all := []directory.Status{directory.Active, directory.Inactive, directory.Defunct}
	if now := directory.Status(f.Text); now == directory.Unlisted {
		all = append(all, now)
	}
	return all
}

// take puts what was typed into the form.
func (e *editing) take(typed map[string][]string) {
	for _, f := range e.Fields {
		if f.Picture == nil {
			f.Text = strings.ToValidUTF8(strings.Join(typed[f.Name], ","), "\uFFFD")
		}
		f.Unset = f.CanUnset() && slices.Contains(typed["unset"], f.Name)
	}
}

// change is what of the form differs from what whoever typed had seen. What
// cannot be taken is noted in the form.
func (e *editing) change(seen map[string]string) directory.Edit {
	change := directory.Edit{Set: make(map[string]string)}
	written := make(map[string]string)
	for _, f := range e.Fields {
		before := seen[f.Name]
		switch {
		case f.Unset:
			change.Unset = append(change.Unset, f.Name)
		case f.wrong() || f.Lines() == 0 && sameWords(f.Text, formText(f.Name, before)):
		case f.Choice():
			if f.Text != "" {
				written[f.Name] = f.Text
			} else if f.Undecided() {
				change.Unset = append(change.Unset, f.Name)
			}
		case f.Name == "services":
			written[f.Name] = inOrderOf(before, f.Text)
		case f.Name == "languages":
			written[f.Name] = languageTags(f.Text)
		default:
			written[f.Name] = f.Text
		}
	}
	values, err := directory.Normalize(written)
	for name, value := range values {
		if value != seen[name] && (name != "remote" || value != "false" || seen[name] != "") {
			change.Set[name] = value
		}
	}
	for _, f := range e.Fields {
		if _, set := change.Set[f.Name]; set && f.Picture != nil && f.Picture.draft != nil {
			change.Pictures = append(change.Pictures, *f.Picture.draft)
		}
	}
	e.refuse(err)
	return change
}

// refuse notes beside each field why it cannot be taken.
func (e *editing) refuse(err error) {
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	e.Wrong = nil
	for _, f := range e.Fields {
		for _, one := range all {
			if wrong := new(directory.FieldError); errors.As(one, &wrong) && wrong.Field == f.Name {
				f.Refused = wrong.Reason
			}
		}
		if f.wrong() {
			e.Wrong = append(e.Wrong, f)
		}
	}
}

// sameWords says whether two texts differ in nothing but white space.
func sameWords(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }

// formText is a value as people write it into the form.
func formText(field, value string) string {
	switch field {
	case "languages":
		var names []string
		for _, tag := range split(value, ",") {
			names = append(names, languageInEnglish(tag))
		}
		return strings.Join(names, ", ")
	case "remote":
		return cmp.Or(value, "false")
	}
	return value
}

// inOrderOf lists chosen services: first those that were there, in the order of
// before, which is that of mention.
func inOrderOf(before, chosen string) string {
	now := split(chosen, ",")
	kept := slices.DeleteFunc(split(before, ","), func(id string) bool { return !slices.Contains(now, id) })
	for _, id := range now {
		if !slices.Contains(kept, id) {
			kept = append(kept, id)
		}
	}
	return strings.Join(kept, ",")
}

// split cuts a list into its members, without spaces around them.
func split(list, separator string) []string {
	var parts []string
	for part := range strings.SplitSeq(list, separator) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
