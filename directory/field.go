package directory

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"coopverse/directory/place"
	"coopverse/directory/service"

	"golang.org/x/text/language"
)

// Limits of what a field holds, in characters. Names beyond 128 are cut by
// other servers (Misskey), so they are not taken here.
const (
	MaxName    = 128
	MaxSummary = 500
	MaxWebsite = 2048
	MaxNotes   = 2000

	maxPlaces    = 50
	maxLanguages = 30
	maxLanguage  = 35 // for which everybody has to have room (RFC 5646, section 4.4.1)
)

// Field is one thing that is known about a co-op.
type Field struct {
	Name     string
	Editable bool   // by curators and co-ops; the others only by the list
	Form     string // what may be written into it
	normal   func(text string, g *place.Gazetteer) (string, error)
	put      func(c *Coop, value string)
}

var fields = []Field{
	{"name", true, "1 to 128 characters", normalName, func(c *Coop, v string) { c.Name, c.NameKey = v, nameKey(v) }},
	{"website", true, "an http or https address", normalWebsite, func(c *Coop, v string) { c.Website, c.WebsiteKey = v, websiteKey(v) }},
	{"summary", true, "plain text of at most 500 characters", normalText(MaxSummary), func(c *Coop, v string) { c.Summary = v }},
	{"services", true, "services separated by commas, such as hosting,web-development", normalServices, func(c *Coop, v string) { c.Services = v }},
	{"places", true, "places separated by semicolons, such as Lille, France; Leeds, United Kingdom", normalPlaces, func(c *Coop, v string) { c.Places = v }},
	{"remote", true, "true or false", normalBool, func(c *Coop, v string) { c.Remote = v == "true" }},
	{"region", true, "one of " + strings.Join(place.Regions(), ", "), normalOneOf(place.Regions()), func(c *Coop, v string) { c.Region = v }},
	{"founded", true, "a year", normalYear, func(c *Coop, v string) { c.Founded, _ = strconv.Atoi(v) }},
	{"members", true, "a number, or at least a number: 8, 150+", normalMembers, func(c *Coop, v string) { c.Members = v }},
	{"languages", true, "language tags separated by commas, such as fr,en", normalLanguages, func(c *Coop, v string) { c.Languages = v }},
	{"status", true, "one of active, inactive, defunct, unlisted", normalOneOf([]string{"active", "inactive", "defunct", "unlisted"}), func(c *Coop, v string) { c.Status = Status(v) }},
	{"featurable", true, "true or false", normalBool, func(c *Coop, v string) { c.Featurable = v }},
	{"quotable", true, "true or false", normalBool, func(c *Coop, v string) { c.Quotable = v }},
	{"contact", true, "a mail address, or an http or https address", normalContact, func(c *Coop, v string) { c.Contact = v }},
	{"hiring", true, "yes, no, or the http or https address of the jobs", normalHiring, func(c *Coop, v string) { c.Hiring = v }},
	{"links", true, "up to 8 lines of a label and an address, such as Code | https://git.example", normalLines("links", normalLink), func(c *Coop, v string) { c.Links = v }},
	{"networks", true, "up to 12 lines of a name, with or without an address, such as CoTech | https://coops.tech", normalLines("networks", normalNamed), func(c *Coop, v string) { c.Networks = v }},
	{"products", true, "up to 12 lines of a name, with or without an address, such as Loomio | https://loomio.com", normalLines("products", normalNamed), func(c *Coop, v string) { c.Products = v }},
	{"extra", true, "up to 8 lines of a name and a text, such as Wage ratio | 1:1", normalLines("extra", normalExtra), func(c *Coop, v string) { c.Extra = v }},
	{"logo", true, "a picture and a description of what it shows", normalPicture, func(c *Coop, v string) { c.Logo = v }},
	{"header", true, "a picture and a description of what it shows", normalPicture, func(c *Coop, v string) { c.Header = v }},
	{"discoverable", true, "true or false", normalBool, func(c *Coop, v string) { c.Discoverable = v }},
	{"indexable", true, "true or false", normalBool, func(c *Coop, v string) { c.Indexable = v }},
	{"notes", true, "Markdown of at most 2000 characters on one line", normalText(MaxNotes), func(c *Coop, v string) { c.Notes = v }},
	{"listed_areas", false, "", nil, func(c *Coop, v string) { c.ListedAreas = v }},
	{"listed_place", false, "", nil, func(c *Coop, v string) { c.ListedPlace = v }},
	{"notes_language", false, "", nil, func(c *Coop, v string) { c.NotesLanguage = v }},
}

// Fields lists the fields of an entry in the order in which they are shown.
func Fields() []Field { return slices.Clone(fields) }

func fieldIndex(name string) int {
	return slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
}

// FieldError says why what a person wrote into a field cannot be taken. It is an
// ErrInvalid.
type FieldError struct {
	Field  string
	Reason string // for whoever wrote it
}

func (e *FieldError) Error() string { return fmt.Sprintf("%v: %s: %s", ErrInvalid, e.Field, e.Reason) }

// Is says that the error is an ErrInvalid.
func (e *FieldError) Is(target error) bool { return target == ErrInvalid }

// Normalize brings what a person wrote into fields into the form in which they
// keep it. The error joins a *FieldError for each field that cannot be taken.
func Normalize(written map[string]string) (map[string]string, error) {
	return normalizeAll(written, place.Open())
}

func normalizeAll(written map[string]string, g *place.Gazetteer) (map[string]string, error) {
	values := make(map[string]string, len(written))
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(written)) {
		value, err := normalize(name, written[name], g)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		values[name] = value
	}
	return values, errors.Join(wrong...)
}

// normalize brings what a person wrote into the form in which the field keeps
// it. The error is a *FieldError and says what may be written.
func normalize(name, text string, g *place.Gazetteer) (string, error) {
	i := fieldIndex(name)
	if i < 0 || !fields[i].Editable {
		return "", fmt.Errorf("%w: there is no field %q to set; the fields are %s", ErrInvalid, name, strings.Join(editableFields(), ", "))
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }) {
		return "", &FieldError{name, "there are characters in it that are not text"}
	}
	value, err := fields[i].normal(fields[i].collapse(text), g)
	if err != nil {
		return "", &FieldError{name, fmt.Sprintf("%v; it takes %s", err, fields[i].Form)}
	}
	return value, nil
}

func editableFields() []string {
	var names []string
	for _, f := range fields {
		if f.Editable {
			names = append(names, f.Name)
		}
	}
	return names
}

func normalText(limit int) func(string, *place.Gazetteer) (string, error) {
	return func(text string, _ *place.Gazetteer) (string, error) {
		if n := utf8.RuneCountInString(text); n > limit {
			return "", fmt.Errorf("%d characters are too many", n)
		}
		return text, nil
	}
}

func normalName(text string, g *place.Gazetteer) (string, error) {
	if nameKey(text) == "" {
		return "", fmt.Errorf("%q has no letter or digit", text)
	}
	return normalText(MaxName)(text, g)
}

func normalWebsite(text string, _ *place.Gazetteer) (string, error) {
	if text == "" {
		return "", nil
	}
	if !strings.Contains(text, ":") && strings.Contains(text, ".") { // as people say it
		text = "https://" + text
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || len(text) > MaxWebsite:
		return "", fmt.Errorf("%.80q is not an address", text)
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("%.80q does not begin with https://", text)
	case u.User != nil || !strings.Contains(u.Hostname(), ".") || strings.ContainsAny(text, " \"<>"):
		return "", fmt.Errorf("%.80q is not the address of a website", text)
	}
	return text, nil
}

func normalServices(text string, _ *place.Gazetteer) (string, error) {
	if text == "" {
		return "", nil
	}
	ids, err := service.Parse(text)
	return strings.Join(ids, ","), err
}

func normalPlaces(text string, g *place.Gazetteer) (string, error) {
	var labels []string
	for _, name := range split(text, ";") {
		reading := g.Read(name)
		if len(reading.Places) != 1 || len(reading.Unread) > 0 {
			return "", fmt.Errorf("%q is not a place that we know", name)
		}
		if label := reading.Places[0].Label(); !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
	}
	if len(labels) > maxPlaces {
		return "", fmt.Errorf("%d places are too many; it takes %d", len(labels), maxPlaces)
	}
	return strings.Join(labels, "; "), nil
}

func normalBool(text string, _ *place.Gazetteer) (string, error) {
	switch strings.ToLower(text) {
	case "true", "yes", "1":
		return "true", nil
	case "false", "no", "0", "":
		return "false", nil
	}
	return "", fmt.Errorf("%q is neither true nor false", text)
}

func normalOneOf(allowed []string) func(string, *place.Gazetteer) (string, error) {
	return func(text string, _ *place.Gazetteer) (string, error) {
		if !slices.Contains(allowed, text) {
			return "", fmt.Errorf("%q is not known", text)
		}
		return text, nil
	}
}

func normalYear(text string, _ *place.Gazetteer) (string, error) {
	if text == "" {
		return "", nil
	}
	if year, err := strconv.Atoi(text); err != nil || year < 1800 || year > time.Now().Year() {
		return "", fmt.Errorf("%q is not a year between 1800 and now", text)
	}
	return text, nil
}

var membersForm = regexp.MustCompile(`^[1-9][0-9]{0,6}\+?$`)

func normalMembers(text string, _ *place.Gazetteer) (string, error) {
	if text != "" && !membersForm.MatchString(text) {
		return "", fmt.Errorf("%q is not a number of members", text)
	}
	return text, nil
}

func normalLanguages(text string, _ *place.Gazetteer) (string, error) {
	var tags []string
	for _, name := range split(text, ",") {
		tag, err := language.Parse(name)
		if err != nil {
			return "", fmt.Errorf("%q is not a language tag", name)
		}
		if len(tag.String()) > maxLanguage {
			return "", fmt.Errorf("%.40q… is longer than %d characters", name, maxLanguage)
		}
		if !slices.Contains(tags, tag.String()) {
			tags = append(tags, tag.String())
		}
	}
	if len(tags) > maxLanguages {
		return "", fmt.Errorf("%d languages are too many; it takes %d", len(tags), maxLanguages)
	}
	return strings.Join(tags, ","), nil
}
