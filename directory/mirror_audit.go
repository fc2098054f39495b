package directory

import (
	"context"
	"errors"
	"fmt"
	"io"

	"coopverse/directory/publiclog"

	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"
)

// MirrorAudit is what was found when a copy was gone through from the beginning.
type MirrorAudit struct {
	Records   int64    `json:"records"`
	Withdrawn int64    `json:"withdrawn"` // of which text and salt are gone for good
	Skipped   int64    `json:"skipped"`   // which had ended before the snapshot with which the copy began, and are still to come
	Entries   int      `json:"entries"`
	Snapshots int      `json:"snapshots"` // that were made again
	Hash      string   `json:"hash"`      // of the tree, base64
	Wrong     []string `json:"wrong"`     // the first hundred
}

// wrongsAtMost is how much an audit tells of.
const wrongsAtMost = 100

// auditing goes through a copy. It holds no more of it at a time than some
// records, the edge of the tree, and a byte for each record.
type auditing struct {
	tx        *gorm.DB
	m         Mirror
	found     MirrorAudit
	edge      map[int]publiclog.Grown // the last tile of each level
	missing   []bool
	snapshots []LoggedSnapshot
}

func (a *auditing) wrong(format string, args ...any) {
	if len(a.found.Wrong) < wrongsAtMost {
		a.found.Wrong = append(a.found.Wrong, fmt.Sprintf(format, args...))
	}
}

// AuditMirror goes through the copy of a log from its first record on: each
// record is held against its commitment, all of them against the signed head,
// and what they say against the entries that are shown and the snapshots of them.
// ErrConflict: the copy has gone on meanwhile, so that nothing can be said.
func (d *Directory) AuditMirror(ctx context.Context, m Mirror) (MirrorAudit, error) {
	a := &auditing{tx: d.db.read.WithContext(ctx), m: m, found: MirrorAudit{Wrong: []string{}}, edge: make(map[int]publiclog.Grown)}
	log := d.MirrorLog(m)
	size, err := log.Size(ctx)
	if err != nil {
		return a.found, err
	}
	a.missing = make([]bool, size)
	for a.found.Records < size {
		rows, err := log.rows(ctx, a.found.Records, min(a.found.Records+changesAtOnce, size))
		if err != nil {
			return a.found, err
		}
		if len(rows) == 0 {
			a.wrong("the copy has %d records where its size is %d", a.found.Records, size)
			break
		}
		if err := a.take(rows); err != nil {
			return a.found, err
		}
	}
	for leaf, missing := range a.missing {
		if missing {
			a.wrong("record %d is missing, and was not withdrawn", leaf)
		}
	}
	if err := errors.Join(a.holdHead(size), a.holdShown(), a.holdSnapshots()); err != nil || len(a.found.Wrong) == 0 {
		return a.found, err
	}
	now, err := d.Mirror(ctx, m.Host)
	if err == nil && (now.Head != m.Head || now.Applied != m.Applied) {
		err = fmt.Errorf("%w: the copy of %s has gone on meanwhile; audit it again", ErrConflict, m.Host)
	}
	return a.found, err
}

// take holds some records against their commitments and what is shown of them.
func (a *auditing) take(rows []logRow) error {
	shown, err := a.shownOf(rows)
	if err != nil {
		return err
	}
	var leaves []tlog.Hash
	for i, line := range asLines(rows, 0) {
		commitment, _, err := line.Committed()
		if err != nil {
			a.wrong("record %d: %v", rows[i].Leaf, err)
		}
		leaves = append(leaves, publiclog.Leaf(commitment))
		if err := a.read(rows[i], shown); err != nil {
			return err
		}
	}
	changed, err := publiclog.ReadTile(func(level int, number int64) ([]byte, error) { return a.tile(level, number), nil }).Grow(a.found.Records, leaves)
	if err != nil {
		return err
	}
	for _, c := range changed {
		a.edge[c.Level] = c
	}
	a.found.Records += int64(len(rows))
	return nil
}

// tile is one at the tree's edge; tlog needs no other for its hash.
func (a *auditing) tile(level int, number int64) []byte {
	if t, ok := a.edge[level]; ok && t.Number == number {
		return t.Hashes
	}
	return nil
}

// shownOf are the entries that are shown as those records say, by their numbers.
func (a *auditing) shownOf(rows []logRow) (map[int64]mirroredEntry, error) {
	var entries []mirroredEntry
	err := a.tx.Where("mirror_id = ? AND leaf >= ? AND leaf <= ?", a.m.ID, rows[0].Leaf, rows[len(rows)-1].Leaf).Find(&entries).Error
	if err != nil {
		return nil, fmt.Errorf("read the entries of %s: %w", a.m.Host, err)
	}
	shown := make(map[int64]mirroredEntry)
	for _, e := range entries {
		shown[e.Leaf] = e
	}
	return shown, nil
}

func (a *auditing) read(row logRow, shown map[int64]mirroredEntry) error {
	if row.Record == nil {
		if row.Ended != nil && !row.Withdrawn {
			a.found.Skipped++
			return nil
		}
		a.found.Withdrawn++
		a.missing[row.Leaf] = true
		return nil
	}
	r, err := readRecord([]byte(*row.Record))
	if err == nil {
		err = r.check(row.Leaf)
	}
	handle := ""
	switch {
	case err != nil:
		a.wrong("record %d: %v", row.Leaf, err)
		return nil
	case r.Entry != nil:
		handle = r.Entry.Handle
		// What was not applied yet is not shown, and has ended nothing that is.
		if row.Leaf >= a.m.Applied || row.Ended != nil && *row.Ended < a.m.Applied {
			break
		}
		a.found.Entries++
		entry, err := entryIn([]byte(*row.Record))
		if err != nil {
			return err
		}
		if e, ok := shown[row.Leaf]; !ok {
			a.wrong("%s is not shown", handle)
		} else if e.Handle != handle || e.Entry != entry {
			a.wrong("%s is shown otherwise than the records say", handle)
		}
	case r.Removed != nil:
		handle = r.Removed.Handle
	case r.Withdrawn != nil:
		if err := a.withdraw(r.Withdrawn.Leaves); err != nil {
			return err
		}
	default:
		a.snapshots = append(a.snapshots, *r.Snapshot)
	}
	if handle != row.Handle {
		a.wrong("record %d is of %q and is kept as one of %q", row.Leaf, handle, row.Handle)
	}
	return nil
}

func (a *auditing) withdraw(leaves []int64) error {
	var still []int64
	err := a.tx.Model(&logRow{}).Where("log_id = ? AND leaf IN ? AND record IS NOT NULL", a.m.ID, leaves).Pluck("leaf", &still).Error
	for _, leaf := range leaves {
		a.missing[leaf] = false
	}
	for _, leaf := range still {
		a.wrong("record %d was withdrawn and is still here", leaf)
	}
	return err
}

// holdHead holds the tree of all records against the head.
func (a *auditing) holdHead(size int64) error {
	hash, err := tlog.TreeHash(a.found.Records, publiclog.ReadTile(func(level int, number int64) ([]byte, error) { return a.tile(level, number), nil }))
	if err != nil {
		return err
	}
	a.found.Hash = hash.String()
	head, err := publiclog.OpenHead(a.m.LogOrigin(), a.m.Head, a.m.Key)
	switch {
	case a.m.Head == "" && size == 0:
	case err != nil:
		a.wrong("the head: %v", err)
	case head.N != size || head.Hash != hash:
		a.wrong("the head is signed for %d records with the hash %s", head.N, head.Hash)
	}
	return nil
}

// holdShown looks for entries that are shown though no record that stands says
// so, and for records that are not said to have ended as they have.
func (a *auditing) holdShown() error {
	var handles []string
	err := a.tx.Raw(`SELECT e.handle FROM mirrored_entries e
		LEFT JOIN log_records r ON r.log_id = e.mirror_id AND r.leaf = e.leaf AND r.handle = e.handle AND (r.ended IS NULL OR r.ended >= ?) AND r.record IS NOT NULL
		WHERE e.mirror_id = ? AND r.leaf IS NULL ORDER BY e.handle LIMIT ?`, a.m.Applied, a.m.ID, wrongsAtMost).Scan(&handles).Error
	if err != nil {
		return fmt.Errorf("read the entries of %s: %w", a.m.Host, err)
	}
	for _, handle := range handles {
		a.wrong("%s is shown otherwise than the records say", handle)
	}
	var leaves []int64
	err = a.tx.Raw(`SELECT r.leaf FROM log_records r
		WHERE r.log_id = ? AND r.handle <> '' AND r.record IS NOT NULL AND (r.ended IS NULL OR r.ended <> r.leaf) AND r.ended IS DISTINCT FROM (
			SELECT MIN(later.leaf) FROM log_records later
			WHERE later.log_id = r.log_id AND later.handle = r.handle AND later.leaf > r.leaf AND later.record IS NOT NULL
		) ORDER BY r.leaf LIMIT ?`, a.m.ID, wrongsAtMost).Scan(&leaves).Error
	if err != nil {
		return fmt.Errorf("read what has ended at %s: %w", a.m.Host, err)
	}
	for _, leaf := range leaves {
		a.wrong("record %d is not known to have ended when it has", leaf)
	}
	return nil
}

// holdSnapshots makes each snapshot again of which everything is here.
func (a *auditing) holdSnapshots() error {
	for _, said := range a.snapshots {
		if a.m.Snapshot != nil && said.Size < *a.m.Snapshot {
			continue
		}
		found, err := snapshotOf(a.tx, a.m.ID, said.Size, io.Discard)
		if err != nil {
			return err
		}
		a.found.Snapshots++
		if found.Entries != said.Entries || found.Hash != said.Hash {
			a.wrong("the snapshot of %d records has %d entries with the hash %s, and says %d with %s", said.Size, found.Entries, found.Hash, said.Entries, said.Hash)
		}
	}
	return nil
}
