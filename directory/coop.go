package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Status says how a co-op stands.
type Status string

// A co-op is listed while it is active or inactive. Unlisted co-ops vanished
// from the list and wait for a person to decide; removed ones are gone for good.
const (
	Active   Status = "active"
	Inactive Status = "inactive"
	Defunct  Status = "defunct"
	Unlisted Status = "unlisted"
	Removed  Status = "removed"
)

// Coop is a co-op's entry as it is now.
type Coop struct {
	ID            int64
	Handle        string
	Version       int64 // counts the edits
	Status        Status
	Name          string
	NameKey       string
	Website       string // absolute http(s) URL or ""
	WebsiteKey    string
	Summary       string // plain text, at most 500 characters
	Notes         string // inline Markdown as listed
	NotesLanguage string // BCP 47 or ""
	ListedAreas   string // the list's own words for services
	ListedPlace   string // the list's own words for places
	Services      string // ids, comma separated
	Places        string // labels, semicolon separated
	Region        string
	Remote        bool
	Founded       int    // year; 0: unknown
	Members       string // "8", "150+" or ""
	Languages     string // BCP 47, comma separated
	RemovedReason string
	MergedInto    string // handle of the entry that this one turned out to be
	ListedAt      time.Time
	UpdatedAt     time.Time `gorm:"autoUpdateTime:false"`
	ClaimedAt     *time.Time
	MovedTo       string // id of the actor on the co-op's own server, or ""
	Featurable    string // whether others may put it into collections: true, false; "": nobody has said
	Quotable      string // whether others may quote its posts, in the same way

	Contact      string // mail or http(s) address, or ""
	Hiring       string // yes, no, the http(s) address of the jobs, which means yes, or ""
	Links        string // as ReadLines reads it, like the next three
	Networks     string
	Products     string
	Extra        string // lines of the profile in the co-op's own words
	Logo         string // as ReadShown reads it, like Header
	Header       string
	Discoverable string // whether other servers may suggest it, as Featurable
	Indexable    string // whether they may let its posts be searched, as Featurable

	AdoptedFrom string // what it was called in the directory whose copy was adopted, as handle@host, or ""
}

// Place is one of a co-op's places.
type Place struct {
	CoopID      int64 `gorm:"primaryKey"`
	Position    int   `gorm:"primaryKey"`
	City        string
	Subdivision string
	Country     string  // ISO 3166-1 alpha-2
	Lat, Lon    float64 // degrees, WGS 84
	Precision   string  // what the point is the middle of: city, subdivision, country
}

// TableName names the table of places.
func (Place) TableName() string { return "coop_places" }

// ServiceIDs lists the co-op's services in the order of mention.
func (c Coop) ServiceIDs() []string { return split(c.Services, ",") }

// PlaceLabels lists the co-op's places as people write them.
func (c Coop) PlaceLabels() []string { return split(c.Places, ";") }

// LanguageTags lists the languages that the co-op works in, as BCP 47 tags.
func (c Coop) LanguageTags() []string { return split(c.Languages, ",") }

// Claimed says whether the co-op has proved who it is.
func (c Coop) Claimed() bool { return c.ClaimedAt != nil }

// Listed says whether the co-op is shown among the others.
func (c Coop) Listed() bool { return c.Status == Active || c.Status == Inactive }

// FeaturableBy says whether the co-op may be put into somebody's collection. A
// co-op that has not said is shown by this directory only, until it claims its
// entry.
func (c Coop) FeaturableBy(ownDirectory bool) bool {
	if c.Featurable == "" {
		return ownDirectory || c.Claimed()
	}
	return c.Featurable == "true"
}

// MayBeDiscovered says whether other servers may suggest the co-op to people,
// and MayBeIndexed whether they may let them search its posts. A co-op that has
// not said means yes once it has claimed its entry.
func (c Coop) MayBeDiscovered() bool { return c.chose(c.Discoverable) }

// MayBeIndexed is explained at MayBeDiscovered.
func (c Coop) MayBeIndexed() bool { return c.chose(c.Indexable) }

func (c Coop) chose(word string) bool { return word == "true" || word == "" && c.Claimed() }

// MayBeQuoted says whether others may quote the co-op's posts, which are public.
func (c Coop) MayBeQuoted() bool { return c.Quotable != "false" }

var (
	// ErrNotFound means that there is no such co-op, post or whatever was asked
	// for, and of co-ops that there never was.
	ErrNotFound = errors.New("not found")
	// ErrConflict means that somebody else has changed the entry meanwhile.
	ErrConflict = errors.New("changed by somebody else meanwhile")
	// ErrInvalid means that what was given cannot be taken as it is.
	ErrInvalid = errors.New("not valid")
	// ErrNotOwner is for a person who may not say who speaks for a co-op.
	ErrNotOwner = errors.New("only an owner says who speaks for a co-op")
)

// notFound is ErrNotFound in words that say what there is not.
func notFound(format string, args ...any) error { return &missing{fmt.Sprintf(format, args...)} }

type missing struct{ what string }

func (e *missing) Error() string { return "no such " + e.what }

func (e *missing) Is(target error) bool { return target == ErrNotFound }

// GoneError means that a co-op's entry was here and is not any more.
type GoneError struct {
	Home       string // the mirrored directory's host; "": it was ours
	Handle     string
	Reason     string
	MergedInto string // handle of the entry that holds its place, or ""
	At         time.Time
}

func (e *GoneError) Error() string {
	if e.MergedInto != "" {
		return fmt.Sprintf("%s is the same co-op as %s", e.Handle, e.MergedInto)
	}
	return fmt.Sprintf("%s was removed: %s", e.Handle, e.Reason)
}

// Directory answers what is known and takes what is new.
type Directory struct {
	db *Database
}

// New returns the directory in db, whose migrations have been applied.
func New(db *Database) *Directory { return &Directory{db: db} }

// Coop returns the co-op with that handle: ErrNotFound if there never was one,
// *GoneError if it was removed.
func (d *Directory) Coop(ctx context.Context, handle string) (Coop, error) {
	return coopByHandle(d.db.read.WithContext(ctx), handle)
}

func coopByHandle(tx *gorm.DB, handle string) (Coop, error) {
	var c Coop
	err := tx.Where("handle = ?", strings.ToLower(asText(handle))).Take(&c).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return Coop{}, notFound("co-op: %s", handle)
	case err != nil:
		return Coop{}, fmt.Errorf("read co-op %s: %w", handle, err)
	}
	return c, c.stands()
}

// stands returns *GoneError for an entry that was removed.
func (c Coop) stands() error {
	if c.Status == Removed {
		return &GoneError{Handle: c.Handle, Reason: c.RemovedReason, MergedInto: c.MergedInto, At: c.UpdatedAt}
	}
	return nil
}

// standingColumns are what it takes to say whether an entry stands.
var standingColumns = []string{"handle", "status", "removed_reason", "merged_into", "updated_at"}

// standing is exists for who has read the co-ops.
func standing(coops []Coop, handle string) error {
	for _, c := range coops {
		if c.Handle == strings.ToLower(asText(handle)) {
			return c.stands()
		}
	}
	return notFound("co-op: %s", handle)
}

// PlacesOf returns where each of the co-ops is, by co-op id.
func (d *Directory) PlacesOf(ctx context.Context, coops ...Coop) (map[int64][]Place, error) {
	ids := make([]int64, len(coops))
	for i, c := range coops {
		ids[i] = c.ID
	}
	var rows []Place
	if err := d.db.read.WithContext(ctx).Where("coop_id IN ?", ids).Order("coop_id, position").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read places: %w", err)
	}
	places := make(map[int64][]Place)
	for _, p := range rows {
		places[p.CoopID] = append(places[p.CoopID], p)
	}
	return places, nil
}

// split cuts a stored list into its trimmed members.
func split(s, separator string) []string {
	var members []string
	for _, m := range strings.Split(s, separator) {
		if m = strings.TrimSpace(m); m != "" {
			members = append(members, m)
		}
	}
	return members
}
