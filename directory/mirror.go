package directory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"coopverse/directory/publiclog"

	"gorm.io/gorm"
)

// MirrorState says how a copy of another directory stands.
type MirrorState string

// The states of a copy. One that is frozen shows what it last verified, and
// takes nothing more from its origin until somebody has looked into it.
const (
	MirrorCopying MirrorState = "copying"
	MirrorCurrent MirrorState = "current"
	MirrorFrozen  MirrorState = "frozen"
)

// noHandovers is a Mirror's when its key has not changed.
const noHandovers = "[]"

// Mirror is our copy of another directory.
type Mirror struct {
	ID         int64       `json:"-" gorm:"primaryKey;autoIncrement:false"`
	Host       string      `json:"host"`
	Origin     string      `json:"origin"` // https://coops.example
	Source     string      `json:"source"` // where its log is read: the origin, or another mirror's copy
	Name       string      `json:"name"`
	Key        string      `json:"key"`      // with which its heads are signed, as signed notes write it
	Handovers  string      `json:"-"`        // the changes of that key that were followed, a JSON array as /log/keys has it
	Head       string      `json:"head"`     // the last one that was verified
	Applied    int64       `json:"applied"`  // how many records the entries show
	State      MirrorState `json:"state"`    // copying, current or frozen
	Why        string      `json:"why"`      // it is frozen, or what went wrong the last time
	Received   int64       `json:"bytes"`    // of pages that came, compressed
	Failures   int         `json:"failures"` // in a row
	AddedAt    time.Time   `json:"addedAt"`
	VerifiedAt *time.Time  `json:"verifiedAt"` // when the origin last showed a good head
	NextAt     time.Time   `json:"nextAt"`     // when it was last asked, or, after a failure, when it is asked again
	Snapshot   *int64      `json:"snapshot"`   // with which the copy began, until nothing is lacking any more
	Follow     string      `json:"-"`          // names the last Follow of its actor by ours; "": there was none
	Following  Following   `json:"following"`  // "", asked, accepted or refused
	FollowedAt *time.Time  `json:"followedAt"` // when that was owed
	InboxID    int64       `json:"-"`          // to which it went
	RungAt     *time.Time  `json:"rungAt"`     // when the origin last said that its log has grown
	ReadAt     *time.Time  `json:"readAt"`     // when a process last began to read the log
	AdoptedAt  *time.Time  `json:"adoptedAt"`  // when its entries became ours; it is frozen since then
}

// LogOrigin names the log of the mirrored directory in its heads.
func (m Mirror) LogOrigin() string { return m.Host + publiclog.Path }

// MirrorHead is the signed head of a mirrored log when it had that many records,
// or ErrNotFound when there was none.
func (d *Directory) MirrorHead(ctx context.Context, m Mirror, size int64) (string, error) {
	var heads []mirroredHead
	if err := d.db.read.WithContext(ctx).Where("mirror_id = ? AND size = ?", m.ID, size).Find(&heads).Error; err != nil {
		return "", fmt.Errorf("read a head of %s: %w", m.Host, err)
	}
	if len(heads) == 0 {
		return "", notFound("head: %s at %d", m.Host, size)
	}
	return heads[0].Head, nil
}

// MirrorLog is the log of which a mirror is the copy.
func (d *Directory) MirrorLog(m Mirror) Log { return Log{d.db, m.ID} }

// AddMirror begins a copy of another directory. ErrInvalid: there is one already.
func (d *Directory) AddMirror(ctx context.Context, by Actor, m Mirror) (Mirror, error) {
	m.Handovers = cmp.Or(m.Handovers, noHandovers)
	m.Name, m.State, m.AddedAt, m.NextAt = cut(asText(m.Name), MaxName), MirrorCopying, now(), now()
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		var last int64
		if err := tx.Model(&logState{}).Select("MAX(id)").Scan(&last).Error; err != nil {
			return err
		}
		var same int64
		if err := tx.Model(&Mirror{}).Where("host = ?", m.Host).Count(&same).Error; err != nil || same > 0 {
			return errors.Join(err, fmt.Errorf("%w: %s is mirrored already", ErrInvalid, m.Host))
		}
		m.ID = last + 1
		if err := tx.Create(&logState{ID: m.ID}).Error; err != nil {
			return err
		}
		if err := tx.Create(&m).Error; err != nil {
			return err
		}
		return audit(tx, by, "added a mirror", DirectoryHandle, m.Origin)
	})
	if err != nil {
		return Mirror{}, fmt.Errorf("mirror %s: %w", m.Origin, err)
	}
	return m, nil
}

// RemoveMirror forgets a copy and all that is in it. ErrNotFound.
func (d *Directory) RemoveMirror(ctx context.Context, by Actor, host string) error {
	return d.db.change(ctx, func(tx *gorm.DB) error {
		m, err := mirrorAt(tx, host)
		if err != nil {
			return err
		}
		if err := unlistMirror(tx, m); err != nil {
			return fmt.Errorf("take the entries of %s out of the list: %w", host, err)
		}
		if err := unfollowLog(tx, m); err != nil {
			return err
		}
		for _, part := range []struct {
			of  string
			row any
		}{
			{"mirror_id", &mirroredEntry{}}, {"mirror_id", &mirroredHead{}}, {"id", &Mirror{}},
			{"log_id", &logTile{}}, {"log_id", &logRow{}}, {"id", &logState{}},
		} {
			if err := tx.Where(part.of+" = ?", m.ID).Delete(part.row).Error; err != nil {
				return fmt.Errorf("forget the mirror of %s: %w", host, err)
			}
		}
		return audit(tx, by, "removed a mirror", DirectoryHandle, m.Origin)
	})
}

// Mirrors lists the copies of other directories by their hosts.
func (d *Directory) Mirrors(ctx context.Context) ([]Mirror, error) {
	var all []Mirror
	if err := d.db.read.WithContext(ctx).Order("host").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("read the mirrors: %w", err)
	}
	return all, nil
}

// Mirror returns the copy of the directory at a host, or ErrNotFound.
func (d *Directory) Mirror(ctx context.Context, host string) (Mirror, error) {
	return mirrorAt(d.db.read.WithContext(ctx), host)
}

func mirrorAt(tx *gorm.DB, host string) (Mirror, error) {
	var m Mirror
	err := tx.Where("host = ?", strings.ToLower(asText(host))).Take(&m).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Mirror{}, notFound("mirror: %s", host)
	}
	if err != nil {
		return Mirror{}, fmt.Errorf("read the mirror of %s: %w", host, err)
	}
	return m, nil
}

// MirrorsDue lists the copies whose origins are to be asked now: those that rang,
// those that were not asked for that long, and those that failed and have waited.
// Frozen ones are not asked.
func (d *Directory) MirrorsDue(ctx context.Context, every time.Duration) ([]Mirror, error) {
	var all []Mirror
	if err := d.db.read.WithContext(ctx).Where("state <> ?", MirrorFrozen).Order("next_at").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("look for mirrors that are due: %w", err)
	}
	at := now()
	return slices.DeleteFunc(all, func(m Mirror) bool { return !m.rings(at) && !m.waited(at, every) }), nil
}

// waited says whether a copy's origin was left alone for long enough.
func (m Mirror) waited(at time.Time, every time.Duration) bool {
	if m.Failures > 0 {
		every = 0 // the wait is in NextAt
	}
	return !m.NextAt.After(at.Add(-every))
}

// MirrorAsked notes how asking an origin ended: why is "" when all went well, and
// else the origin is asked again after wait.
func (d *Directory) MirrorAsked(ctx context.Context, m Mirror, why string, wait time.Duration) error {
	changed := map[string]any{"next_at": now().Add(wait), "why": cut(asText(why), 500), "failures": 0}
	if why != "" {
		changed["failures"] = gorm.Expr("failures + 1")
	} else {
		changed["verified_at"] = now()
	}
	err := d.db.write.WithContext(ctx).Model(&Mirror{}).Where("id = ? AND host = ? AND state <> ?", m.ID, m.Host, MirrorFrozen).Updates(changed).Error
	if err != nil {
		return fmt.Errorf("note that %s was asked: %w", m.Host, err)
	}
	return nil
}

// MirrorKey has the heads of a mirrored directory verified with m's key from now on,
// and keeps the handovers that lead to it. ErrConflict: the copy is not where m was.
func (d *Directory) MirrorKey(ctx context.Context, m Mirror, before string) error {
	noted := d.db.write.WithContext(ctx).Model(&Mirror{}).Where("id = ? AND host = ? AND key = ?", m.ID, m.Host, before).
		Updates(map[string]any{"key": m.Key, "handovers": m.Handovers})
	if noted.Error != nil {
		return fmt.Errorf("note the new key of %s: %w", m.Host, noted.Error)
	}
	if noted.RowsAffected == 0 {
		return fmt.Errorf("note the new key of %s: %w", m.Host, ErrConflict)
	}
	return nil
}

// FreezeMirror takes nothing more from an origin, and says why: to our operators,
// and once to those of the origin, if its actor was ever reached.
func (d *Directory) FreezeMirror(ctx context.Context, m Mirror, why string) error {
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		taking := tx.Model(&Mirror{}).Where("id = ? AND host = ? AND state <> ?", m.ID, m.Host, MirrorFrozen)
		frozen := taking.Updates(map[string]any{"state": MirrorFrozen, "why": cut(asText(why), 500)})
		if frozen.Error != nil || frozen.RowsAffected == 0 {
			return frozen.Error
		}
		return reportLog(tx, m.Host, why)
	})
	if err != nil {
		return fmt.Errorf("freeze the mirror of %s: %w", m.Host, err)
	}
	return nil
}

// MirroredEntry returns an entry of a mirrored directory as its home published
// it, or ErrNotFound.
func (d *Directory) MirroredEntry(ctx context.Context, m Mirror, handle string) (LoggedEntry, error) {
	var row mirroredEntry
	err := d.db.read.WithContext(ctx).Where("mirror_id = ? AND handle = ?", m.ID, asText(handle)).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return LoggedEntry{}, notFound("co-op: %s at %s", handle, m.Host)
	}
	var entry LoggedEntry
	if err == nil {
		err = json.Unmarshal([]byte(row.Entry), &entry)
	}
	if err != nil {
		return LoggedEntry{}, fmt.Errorf("read %s at %s: %w", handle, m.Host, err)
	}
	return entry, nil
}

// MirroredCount counts the entries of a mirrored directory.
func (d *Directory) MirroredCount(ctx context.Context, m Mirror) (int, error) {
	var n int64
	if err := d.db.read.WithContext(ctx).Model(&mirroredEntry{}).Where("mirror_id = ?", m.ID).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count the entries of %s: %w", m.Host, err)
	}
	return int(n), nil
}
