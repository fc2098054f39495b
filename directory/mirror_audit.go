package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"coopverse/directory/publiclog"

	"golang.org/x/mod/sumdb/tlog"
)

// MirrorAudit is what was found when a copy was gone through from the beginning.
type MirrorAudit struct {
	Records   int64    `json:"records"`
	Withdrawn int64    `json:"withdrawn"` // of which text and salt are gone for good
	Entries   int      `json:"entries"`
	Hash      string   `json:"hash"` // of the tree, base64
	Wrong     []string `json:"wrong"`
}

// AuditMirror goes through the copy of a log from its first record on: each
// record is held against its commitment, all of them against the signed head,
// and what they say against the entries that are shown. ErrConflict: the copy has
// gone on meanwhile, so that nothing can be said.
func (d *Directory) AuditMirror(ctx context.Context, m Mirror) (MirrorAudit, error) {
	audit := MirrorAudit{Wrong: []string{}}
	wrong := func(format string, args ...any) { audit.Wrong = append(audit.Wrong, fmt.Sprintf(format, args...)) }
	said, missing := make(map[string]string), make(map[int64]bool)
	tiles := make(map[[2]int64][]byte)
	read := publiclog.ReadTile(func(level int, number int64) ([]byte, error) { return tiles[[2]int64{int64(level), number}], nil })
	log := d.MirrorLog(m)
	size, err := log.Size(ctx)
	if err != nil {
		return audit, err
	}
	for audit.Records < size {
		lines, err := log.Lines(ctx, audit.Records, min(audit.Records+changesAtOnce, size))
		if err != nil {
			return audit, err
		}
		if len(lines) == 0 {
			wrong("the copy has %d records where its size is %d", audit.Records, size)
			break
		}
		var leaves []tlog.Hash
		for i, line := range lines {
			leaf := audit.Records + int64(i)
			commitment, _, err := line.Committed()
			if err != nil {
				wrong("record %d: %v", leaf, err)
			}
			leaves = append(leaves, publiclog.Leaf(commitment))
			if line.Record == nil {
				audit.Withdrawn++
				missing[leaf] = true
				continue
			}
			r, err := readRecord(line.Record)
			switch {
			case err != nil:
				wrong("record %d: %v", leaf, err)
			case r.Entry != nil:
				if said[r.Entry.Handle], err = entryIn(line.Record); err != nil {
					return audit, err
				}
			case r.Removed != nil:
				delete(said, r.Removed.Handle)
			case r.Withdrawn != nil:
				for _, earlier := range r.Withdrawn.Leaves {
					delete(missing, earlier)
				}
			}
		}
		changed, err := read.Grow(audit.Records, leaves)
		if err != nil {
			return audit, err
		}
		for _, c := range changed {
			tiles[[2]int64{int64(c.Level), c.Number}] = c.Hashes
		}
		audit.Records += int64(len(lines))
	}
	for _, leaf := range slices.Sorted(maps.Keys(missing)) {
		wrong("record %d is missing, and was not withdrawn", leaf)
	}
	hash, err := tlog.TreeHash(audit.Records, read)
	if err != nil {
		return audit, err
	}
	audit.Hash, audit.Entries = hash.String(), len(said)
	head, err := publiclog.OpenHead(m.LogOrigin(), m.Head, m.Key)
	switch {
	case m.Head == "" && size == 0:
	case err != nil:
		wrong("the head: %v", err)
	case head.N != size || head.Hash != hash:
		wrong("the head is signed for %d records with the hash %s", head.N, head.Hash)
	}
	if err := d.auditEntries(ctx, m, said, wrong); err != nil || len(audit.Wrong) == 0 {
		return audit, err
	}
	now, err := d.Mirror(ctx, m.Host)
	if err == nil && (now.Head != m.Head || now.Applied != m.Applied) {
		err = fmt.Errorf("%w: the copy of %s has gone on meanwhile; audit it again", ErrConflict, m.Host)
	}
	return audit, err
}

// auditEntries holds what is shown against what the records say.
func (d *Directory) auditEntries(ctx context.Context, m Mirror, said map[string]string, wrong func(string, ...any)) error {
	var shown []mirroredEntry
	if err := d.db.read.WithContext(ctx).Where("mirror_id = ?", m.ID).Order("handle").Find(&shown).Error; err != nil {
		return fmt.Errorf("read the entries of %s: %w", m.Host, err)
	}
	for _, row := range shown {
		entry, ok := said[row.Handle]
		delete(said, row.Handle)
		if !ok || entry != row.Entry {
			wrong("%s is shown otherwise than the records say", row.Handle)
		}
	}
	for handle := range said {
		wrong("%s is not shown", handle)
	}
	return nil
}
