package directory

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"coopverse/directory/list"
	"coopverse/directory/notes"
	"coopverse/directory/place"
	"coopverse/directory/service"

	"gorm.io/gorm"
)

// Import asks for a version of the list to be taken in.
type Import struct {
	Name     string            // what the list is called in the history, such as tech-coops.md
	List     *list.Document    // the list itself
	Defunct  *list.Document    // its list of defunct co-ops, or nil
	Same     map[string]string // old handle or name to new name: confirmed renames
	Progress func(done, total int)
}

// Summary says what an import did. Its entries are handles unless said otherwise.
type Summary struct {
	Added, Changed, Renamed, Closed, Returned, Vanished, Merged []string

	Unchanged     int
	StillUnlisted []string // vanished from an earlier version, still undecided
	StillRemoved  []string // rows of co-ops that were removed here
	Twice         []Twice
	LikelyRenames []LikelyRename
	Handles       []HandleGiven // added co-ops that did not get the handle they would have had
	Warnings      []string
}

// Twice is a co-op that the list names a second time.
type Twice struct {
	Name        string
	First, Line int
}

// LikelyRename is a vanished co-op beside a new one that resembles it.
type LikelyRename struct{ Old, OldName, New, NewName string }

// HandleGiven is a co-op whose first choice of handle was taken.
type HandleGiven struct{ Name, Wanted, Given string }

// Differences counts the co-ops that the import touched.
func (s Summary) Differences() int {
	return len(s.Added) + len(s.Changed) + len(s.Renamed) + len(s.Closed) + len(s.Returned) + len(s.Vanished) + len(s.Merged)
}

// entry is one co-op of the list that is being read, with all its rows.
type entry struct {
	row     *list.Row
	defunct bool
	also    []listRow // further rows of the same co-op
	name    string
	website string
	coop    *edit // what it turned out to be; nil: a new co-op
}

// listRow says which co-op a row of the newest list version is.
type listRow struct {
	Document string `gorm:"primaryKey"` // list, defunct
	Line     int    `gorm:"primaryKey"`
	CoopID   int64
}

const (
	inList    = "list"
	inDefunct = "defunct"
)

// importing is one import under way.
type importing struct {
	Import
	Summary
	directory *Directory
	tx        *gorm.DB
	gazetteer *place.Gazetteer
	at        time.Time
	entries   []*entry
	coops     []*edit // every co-op that is known, to be matched and changed
	first     bool    // the directory was empty
	topics    membership
}

// ImportList takes in a version of the list as an edit of the one before, in
// one transaction. The same list twice changes nothing. ErrInvalid: a name in
// Same is unknown; nothing was done.
func (d *Directory) ImportList(ctx context.Context, want Import) (Summary, error) {
	im := &importing{Import: want, directory: d, gazetteer: place.Open(), at: now()}
	if im.Progress == nil {
		im.Progress = func(int, int) {}
	}
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		im.tx = tx
		im.readEntries()
		if err := im.loadCoops(); err != nil {
			return err
		}
		if err := im.match(); err != nil {
			return err
		}
		for i, e := range im.entries {
			if err := im.take(e); err != nil {
				return fmt.Errorf("line %d, %s: %w", e.row.Line, e.name, err)
			}
			im.Progress(i+1, len(im.entries))
		}
		if err := im.unlistVanished(); err != nil {
			return err
		}
		if err := im.announceImport(); err != nil {
			return err
		}
		if !im.first {
			if err := im.topics.tell(tx, Change{At: im.at, Source: FromList, Origin: im.Name}); err != nil {
				return err
			}
		}
		return im.keepVersion()
	})
	if err != nil {
		return Summary{}, fmt.Errorf("import %s: %w", want.Name, err)
	}
	return im.Summary, nil
}

// readEntries collects the co-ops of both documents. A row with the name or
// the website of an earlier one is the same co-op listed twice: the first row
// counts.
func (im *importing) readEntries() {
	byName, bySite := map[string]*entry{}, map[string]*entry{}
	read := func(doc *list.Document, document string) {
		if doc == nil {
			return
		}
		for _, row := range doc.Rows() {
			e := im.readEntry(row, document == inDefunct)
			if e == nil {
				continue
			}
			first := bySite[websiteKey(e.website)]
			if first == nil || e.website == "" {
				first = byName[nameKey(e.name)]
			}
			if first != nil {
				first.also = append(first.also, listRow{Document: document, Line: row.Line})
				im.Twice = append(im.Twice, Twice{e.name, first.row.Line, row.Line})
				continue
			}
			byName[nameKey(e.name)] = e
			if e.website != "" {
				bySite[websiteKey(e.website)] = e
			}
			im.entries = append(im.entries, e)
		}
	}
	read(im.List, inList)
	read(im.Defunct, inDefunct)
}

func (im *importing) readEntry(row *list.Row, defunct bool) *entry {
	name, err := normalName(strings.Join(strings.Fields(row.Name), " "), nil)
	if err != nil {
		im.Warnings = append(im.Warnings, fmt.Sprintf("line %d: left out, the name cannot be used: %v", row.Line, err))
		return nil
	}
	website, err := normalWebsite(row.Website, nil)
	if err != nil {
		im.Warnings = append(im.Warnings, fmt.Sprintf("line %d: %s is taken without its website: %v", row.Line, name, err))
	}
	return &entry{row: row, defunct: defunct, name: name, website: website}
}

func (im *importing) loadCoops() error {
	var coops []Coop
	if err := im.tx.Order("id").Find(&coops).Error; err != nil {
		return fmt.Errorf("read the co-ops: %w", err)
	}
	var facts []Fact
	if err := im.tx.Find(&facts).Error; err != nil {
		return fmt.Errorf("read the facts: %w", err)
	}
	im.first = len(coops) == 0
	byID := make(map[int64]*edit, len(coops))
	for _, c := range coops {
		e := &edit{coop: c, facts: make(known), source: FromList, origin: im.Name, at: im.at}
		byID[c.ID] = e
		im.coops = append(im.coops, e)
	}
	for _, f := range facts {
		byID[f.CoopID].facts.add(f)
	}
	return nil
}

func (im *importing) save(c *edit) error {
	return im.directory.save(im.tx, c, im.gazetteer, &im.topics)
}

// take writes what the list says about one co-op.
func (im *importing) take(e *entry) error {
	if e.coop == nil {
		return im.add(e)
	}
	if e.coop.coop.Status == Removed {
		im.StillRemoved = append(im.StillRemoved, e.coop.coop.Handle)
		return nil
	}
	im.tell(e.coop, e)
	if err := im.save(e.coop); err != nil {
		return err
	}
	im.count(e.coop)
	return nil
}

// tell says to the edit everything that the row says. A list of defunct co-ops
// often names little more than the name: its empty cells take nothing back.
func (im *importing) tell(c *edit, e *entry) {
	row, fromNotes, reading := e.row, notes.Read(e.row.Notes), im.gazetteer.Read(e.row.Place)
	services, _ := service.Read(row.Areas)
	var labels []string
	for _, p := range reading.Places {
		labels = append(labels, p.Label())
	}
	status, remote, founded := Active, "", ""
	switch {
	case e.defunct:
		status = Defunct
	case fromNotes.Inactive:
		status = Inactive
	}
	if reading.Remote {
		remote = "true"
	}
	if fromNotes.Founded > 0 {
		founded = strconv.Itoa(fromNotes.Founded)
	}
	say := func(source Source, field, value string) {
		if value != "" || !e.defunct {
			c.sayAs(source, field, value)
		}
	}
	say(FromList, "name", e.name)
	say(FromList, "website", e.website)
	say(FromList, "services", strings.Join(services, ","))
	say(FromList, "places", strings.Join(labels, "; "))
	say(FromList, "remote", remote)
	say(FromList, "region", row.Region)
	say(FromList, "status", string(status))
	say(FromList, "notes", row.Notes)
	say(FromList, "listed_areas", row.Areas)
	say(FromList, "listed_place", row.Place)
	say(FromInferred, "founded", founded)
	say(FromInferred, "members", fromNotes.Members)
	say(FromInferred, "notes_language", fromNotes.Language)
}

// add makes a new entry.
func (im *importing) add(e *entry) error {
	handle, err := takeHandle(im.tx, e.name, e.website, im.at)
	if err != nil {
		return err
	}
	if wanted := wantedHandles(e.name, e.website)[0]; wanted != handle {
		im.Handles = append(im.Handles, HandleGiven{e.name, wanted, handle})
	}
	c := &edit{facts: make(known), source: FromList, origin: im.Name, at: im.at}
	c.coop = Coop{Handle: handle, Status: Active, ListedAt: im.at, UpdatedAt: im.at}
	im.tell(c, e)
	if err := im.tx.Create(&c.coop).Error; err != nil {
		return fmt.Errorf("add the entry: %w", err)
	}
	c.changes = []Change{{Kind: KindAdded, After: e.name, Source: FromList, Origin: im.Name, Effective: true}}
	e.coop = c
	im.Added = append(im.Added, handle)
	return im.save(c)
}

// count puts a co-op under the most telling of its changes.
func (im *importing) count(c *edit) {
	kinds := make(map[Kind]bool)
	for _, change := range c.changes {
		kinds[change.Kind] = true
	}
	handle := c.coop.Handle
	switch {
	case len(kinds) == 0:
		im.Unchanged++
	case kinds[KindDefunct]:
		im.Closed = append(im.Closed, handle)
	case kinds[KindRenamed]:
		im.Renamed = append(im.Renamed, handle)
	case kinds[KindReturned]:
		im.Returned = append(im.Returned, handle)
	default:
		im.Changed = append(im.Changed, handle)
	}
}

// unlistVanished marks the co-ops that an earlier version listed and this one
// does not. They stay, unlisted, until a person decides.
func (im *importing) unlistVanished() error {
	listed := make(map[*edit]bool, len(im.entries))
	for _, e := range im.entries {
		listed[e.coop] = true
	}
	for _, c := range im.coops {
		said, ok := c.facts["status"][FromList]
		switch {
		case listed[c] || !ok || c.coop.Status == Removed || said.Value == string(Defunct):
			continue
		case said.Value == string(Unlisted):
			im.StillUnlisted = append(im.StillUnlisted, c.coop.Handle)
		default:
			c.say("status", string(Unlisted))
			if err := im.save(c); err != nil {
				return err
			}
			im.Vanished = append(im.Vanished, c.coop.Handle)
		}
		im.suggestRename(c)
	}
	return nil
}

// keepVersion stores the documents, when they differ from the last ones, and
// which co-op each of their rows is.
func (im *importing) keepVersion() error {
	version := listVersion{Name: im.Name, Body: string(im.List.Bytes()), ImportedAt: im.at}
	last, err := lastListVersion(im.tx)
	if err != nil && !errors.Is(err, ErrNoList) {
		return err
	}
	version.DefunctBody = last.DefunctBody
	if im.Defunct != nil {
		version.DefunctBody = string(im.Defunct.Bytes())
	}
	if version.seal(); version.SHA256 != last.SHA256 {
		if err := im.tx.Create(&version).Error; err != nil {
			return fmt.Errorf("keep the list: %w", err)
		}
	}
	return im.keepRows()
}

func (im *importing) keepRows() error {
	documents := []string{inList}
	if im.Defunct != nil {
		documents = append(documents, inDefunct)
	}
	if err := im.tx.Where("document IN ?", documents).Delete(&listRow{}).Error; err != nil {
		return fmt.Errorf("forget the rows of the last list: %w", err)
	}
	var rows []listRow
	for _, e := range im.entries {
		own := listRow{Document: inList, Line: e.row.Line}
		if e.defunct {
			own.Document = inDefunct
		}
		for _, r := range append(e.also, own) {
			r.CoopID = e.coop.coop.ID
			rows = append(rows, r)
		}
	}
	if err := im.tx.CreateInBatches(rows, 200).Error; err != nil {
		return fmt.Errorf("keep the rows of the list: %w", err)
	}
	return nil
}
