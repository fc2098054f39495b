package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"coopverse/directory/list"
	"coopverse/directory/notes"
	"coopverse/directory/service"
)

// Export is the list and its list of defunct co-ops as they would be written
// today. Defunct is nil when there is neither such a list nor a reason for one.
type Export struct{ List, Defunct []byte }

// What heads a list that did not exist before.
const (
	listTitle    = "Tech co-ops list"
	defunctTitle = "Defunct coops list"
)

// exporting is one export under way.
type exporting struct {
	coops         map[int64]*edit
	list, defunct *list.Document
}

// ExportList writes the newest list with everything that a curator or a co-op
// has said since put into its cells. Whatever nobody changed keeps its bytes.
// Where none was imported, one is begun with the co-ops that there are. ErrNoList:
// there are none.
func (d *Directory) ExportList(ctx context.Context) (Export, error) {
	tx := d.db.read.WithContext(ctx)
	version, err := lastListVersion(tx)
	if err != nil && !errors.Is(err, ErrNoList) {
		return Export{}, err
	}
	im := &importing{tx: tx}
	if err := im.loadCoops(); err != nil {
		return Export{}, err
	}
	var rows []listRow
	if err := tx.Order("document, line").Find(&rows).Error; err != nil {
		return Export{}, fmt.Errorf("read the rows of the list: %w", err)
	}
	ex := &exporting{coops: make(map[int64]*edit)}
	for _, c := range im.coops {
		ex.coops[c.coop.ID] = c
	}
	if version.Body != "" {
		if ex.list, err = list.Parse([]byte(version.Body)); err != nil {
			return Export{}, fmt.Errorf("read the kept list: %w", err)
		}
	}
	if version.DefunctBody != "" {
		if ex.defunct, err = list.Parse([]byte(version.DefunctBody)); err != nil {
			return Export{}, fmt.Errorf("read the kept list of defunct co-ops: %w", err)
		}
	}
	if err := ex.write(rows); err != nil {
		return Export{}, fmt.Errorf("write the list: %w", err)
	}
	if ex.list == nil {
		return Export{}, ErrNoList
	}
	written := Export{List: ex.list.Bytes()}
	if ex.defunct != nil {
		written.Defunct = ex.defunct.Bytes()
	}
	return written, nil
}

// write puts every row right, moves those that belong elsewhere, and adds the
// co-ops that the list does not have yet.
func (ex *exporting) write(rows []listRow) error {
	written := make(map[int64]bool)
	for _, document := range []string{inList, inDefunct} {
		doc := ex.document(document)
		if doc == nil {
			continue
		}
		coops := ex.coopsByLine(document, rows)
		for _, row := range slices.Clone(doc.Rows()) {
			c := coops[row]
			if c == nil {
				continue
			}
			if !ex.staysIn(document, c, row) {
				doc.Remove(row)
				continue
			}
			written[c.coop.ID] = true
			if err := ex.writeRow(doc, row, c); err != nil {
				return err
			}
		}
	}
	return ex.insertMissing(written)
}

// coopsByLine says which co-op each row of a document is. It must be asked
// before the document changes, because lines move.
func (ex *exporting) coopsByLine(document string, rows []listRow) map[*list.Row]*edit {
	byLine := make(map[int]*edit)
	for _, r := range rows {
		if r.Document == document {
			byLine[r.Line] = ex.coops[r.CoopID]
		}
	}
	coops := make(map[*list.Row]*edit)
	for _, row := range ex.document(document).Rows() {
		coops[row] = byLine[row.Line]
	}
	return coops
}

func (ex *exporting) document(name string) *list.Document {
	if name == inDefunct {
		return ex.defunct
	}
	return ex.list
}

// staysIn says whether the row is still where its co-op belongs. The list's
// own words keep it there; only a higher source moves it.
func (ex *exporting) staysIn(document string, c *edit, row *list.Row) bool {
	if c.coop.Status == Removed {
		return false
	}
	if status, ok := c.above("status"); ok {
		if status == string(Unlisted) || (status == string(Defunct)) != (document == inDefunct) {
			return false
		}
	}
	region, ok := c.above("region")
	return !ok || region == row.Region
}

// above returns what stands for field if a curator or the co-op said it.
func (e *edit) above(field string) (string, bool) {
	f, ok := e.facts.standing(field)
	return f.Value, ok && f.Source.standsAbove(FromList)
}

// writeRow changes the cells of row whose facts somebody changed.
func (ex *exporting) writeRow(doc *list.Document, row *list.Row, c *edit) error {
	name, newName := c.above("name")
	website, newSite := c.above("website")
	if !newName {
		name = row.Name
	}
	if !newSite {
		website = row.Website
	}
	if name != row.Name || website != row.Website {
		doc.SetCoop(row, name, website)
	}
	for column, text := range ex.cells(row, c) {
		if err := doc.SetCell(row, column, text); err != nil {
			return fmt.Errorf("line %d, %s: %w", row.Line, name, err)
		}
	}
	return nil
}

// cells returns the cells beside the name that must read differently now.
func (ex *exporting) cells(row *list.Row, c *edit) map[list.Column]string {
	cells := make(map[list.Column]string)
	if services, ok := c.above("services"); ok {
		before, _ := service.Read(row.Areas)
		if after := split(services, ","); !slices.Equal(before, after) {
			cells[list.Areas] = service.Rewrite(row.Areas, before, after)
		}
	}
	if text, ok := c.placeCell(row); ok {
		cells[list.Place] = text
	}
	if text := c.notesCell(row.Notes); text != row.Notes {
		cells[list.Notes] = text
	}
	return cells
}

// placeCell is what the region cell must say, if somebody else than the list
// has spoken about place or remote work.
func (e *edit) placeCell(row *list.Row) (text string, changed bool) {
	listed := func(field string) string { return e.facts[field][FromList].Value }
	places, newPlaces := e.above("places")
	remote, newRemote := e.above("remote")
	if !newPlaces {
		places = listed("places")
	}
	if !newRemote {
		remote = listed("remote")
	}
	if places == listed("places") && (remote == "true") == (listed("remote") == "true") {
		return row.Place, false
	}
	parts := split(places, ";")
	if remote == "true" {
		parts = append(parts, "Remote")
	}
	return strings.Join(parts, " / "), true
}

// notesCell is the note with the facts in it that somebody changed.
func (e *edit) notesCell(listed string) string {
	text := listed
	if own, ok := e.above("notes"); ok {
		text = own
	}
	read := notes.Read(text)
	if founded, ok := e.above("founded"); ok {
		read.Founded, _ = strconv.Atoi(founded)
	}
	if members, ok := e.above("members"); ok {
		read.Members = members
	}
	if status, ok := e.above("status"); ok && status != string(Defunct) {
		read.Inactive = status == string(Inactive)
	}
	return notes.Rewrite(text, read.Founded, read.Members, read.Inactive)
}

// insertMissing adds a row for every co-op that should have one: those moved
// by their status or region, and those that never were in a list.
func (ex *exporting) insertMissing(written map[int64]bool) error {
	for _, c := range ex.inOrder() {
		if written[c.coop.ID] || c.coop.Status == Removed || c.coop.Status == Unlisted {
			continue
		}
		if said := c.facts["status"][FromList].Value; said == string(Defunct) && ex.defunct == nil {
			continue // it was only ever in a list of defunct co-ops that was not kept
		}
		if err := ex.insert(c); err != nil {
			return fmt.Errorf("add %s: %w", c.coop.Handle, err)
		}
	}
	return nil
}

func (ex *exporting) inOrder() []*edit {
	var coops []*edit
	for _, c := range ex.coops {
		coops = append(coops, c)
	}
	slices.SortFunc(coops, func(a, b *edit) int { return int(a.coop.ID - b.coop.ID) })
	return coops
}

func (ex *exporting) insert(c *edit) (err error) {
	document, title := &ex.list, listTitle
	if c.coop.Status == Defunct {
		document, title = &ex.defunct, defunctTitle
	}
	if *document == nil {
		if *document, err = list.New(title, c.coop.Region); err != nil {
			return err
		}
	}
	doc := *document
	row := list.Row{Name: c.coop.Name, Website: c.coop.Website, Areas: c.coop.ListedAreas, Place: c.coop.ListedPlace, Notes: c.coop.Notes}
	inserted, err := doc.Insert(c.coop.Region, row)
	if err != nil {
		return err
	}
	return ex.writeRow(doc, inserted, c)
}
