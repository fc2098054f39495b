package directory

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Following says whether our actor follows that of a directory which we mirror.
type Following string

// How a following stands. One that was refused is not tried again: the log is
// read all the same.
const (
	NotFollowing Following = ""
	AskedTo      Following = "asked"
	IsFollowing  Following = "accepted"
	MayNotFollow Following = "refused"
)

const (
	// askAgainAfter is how long an answer to a Follow is waited for.
	askAgainAfter = 24 * time.Hour
	// renewAfter is how long a following lasts before it is asked for once more:
	// the origin may have forgotten it, and nobody would notice.
	renewAfter = 7 * 24 * time.Hour
	// missedAfter is the same for one of which a bell did not come: after some days
	// of failing, another server waits for hours before it tries again.
	missedAfter = time.Hour
	// bellWait is how long an origin that rings is left alone after it was asked.
	bellWait = 500 * time.Millisecond
	// bellEcho is how long another mirror, at which a log is read, may take to have
	// what its origin rings for.
	bellEcho = 3 * time.Second
)

// LogFollow is what an answer of the type Follow or Undo says of another
// directory.
type LogFollow struct {
	Name   string `json:"name"`   // of the Follow, unique
	Origin string `json:"origin"` // https://coops.example
}

// followed is the type of an Answer that is a Follow.
const followed = "Follow"

// LogFollow is what an answer asks for or takes back, if it is of that kind.
func (a Answer) LogFollow() (f LogFollow, ok bool) {
	ok = a.Type == followed || a.Type == "Undo" && a.BlockID == 0
	return f, ok && json.Unmarshal([]byte(a.Request), &f) == nil
}

// LogReport is what an answer of the type Flag says to the operators of another
// directory.
type LogReport struct {
	Name   string `json:"name"`   // of the report, unique
	Origin string `json:"origin"` // https://coops.example
	Why    string `json:"why"`
}

// flagged is the type of an Answer that is a report.
const flagged = "Flag"

// LogReport is what an answer reports, if it is of that kind.
func (a Answer) LogReport() (r LogReport, ok bool) {
	return r, a.Type == flagged && json.Unmarshal([]byte(a.Request), &r) == nil
}

// reportLog owes the operators of a mirrored directory the word that its log is not
// what it was.
func reportLog(tx *gorm.DB, host, why string) error {
	m, err := mirrorAt(tx, host)
	if err != nil || m.InboxID == 0 {
		return err
	}
	said, err := json.Marshal(LogReport{rand.Text(), m.Origin, why})
	if err != nil {
		return err
	}
	return oweInbox(tx, m.InboxID, Answer{Handle: DirectoryHandle, Type: flagged, Request: string(said)})
}

// WantsFollow says whether the origin's actor is to be asked whether ours may
// follow it; missed says that there was news of which it did not ring.
func (m Mirror) WantsFollow(missed bool) bool {
	switch {
	case m.Following == MayNotFollow:
		return false
	case m.FollowedAt == nil:
		return true
	case m.Following == IsFollowing && missed:
		return m.FollowedAt.Before(now().Add(-missedAfter))
	case m.Following == IsFollowing:
		return m.FollowedAt.Before(now().Add(-renewAfter))
	}
	return m.FollowedAt.Before(now().Add(-askAgainAfter))
}

// FollowMirrored owes the directory of which a mirror is the copy a Follow by our
// actor; to is its own. ErrNotFound: the mirror was removed.
func (d *Directory) FollowMirrored(ctx context.Context, m Mirror, to Peer) error {
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		standing, err := mirrorAt(tx, m.Host)
		if err == nil && standing.ID != m.ID {
			err = notFound("mirror: %s, as it was", m.Host)
		}
		if err != nil {
			return err
		}
		if standing.Follow != m.Follow { // another process was faster
			return nil
		}
		inbox, err := rowOfInbox(tx, to.Inbox)
		if err != nil {
			return err
		}
		standing.Follow, standing.InboxID = rand.Text(), inbox.ID
		if err := oweLogFollow(tx, standing, followed); err != nil {
			return err
		}
		asked := map[string]any{"follow": standing.Follow, "followed_at": now(), "inbox_id": inbox.ID}
		if standing.Following != IsFollowing {
			asked["following"] = AskedTo
		}
		return tx.Model(&standing).Updates(asked).Error
	})
	if err != nil {
		return fmt.Errorf("follow %s: %w", m.Origin, err)
	}
	return nil
}

// unfollowLog takes the Follow of a mirrored directory's actor back, if there was one.
func unfollowLog(tx *gorm.DB, m Mirror) error {
	if m.Follow == "" {
		return nil
	}
	return oweLogFollow(tx, m, "Undo")
}

func oweLogFollow(tx *gorm.DB, m Mirror, kind string) error {
	said, err := json.Marshal(LogFollow{m.Follow, m.Origin})
	if err != nil {
		return err
	}
	return oweInbox(tx, m.InboxID, Answer{Handle: DirectoryHandle, Type: kind, Request: string(said)})
}

// FollowAnswered takes in the answer of a mirrored directory's actor to a Follow by
// ours; name is the Follow's. With a yes the log is read at once: it may have grown
// since it was read last, and from now on we are told when it does.
func (d *Directory) FollowAnswered(ctx context.Context, h Heard, origin, name string, yes bool) error {
	return d.takeInUnlessBlocked(ctx, &h, func(tx *gorm.DB) (string, error) {
		if h.blockedBy(DirectoryHandle) {
			return blockedEffect, nil
		}
		answered := map[string]any{"following": MayNotFollow}
		if yes {
			answered = map[string]any{"following": IsFollowing, "rung_at": now()}
		}
		asked := tx.Model(&Mirror{}).Where("origin = ? AND follow = ? AND follow <> ''", asText(origin), asText(name)).Updates(answered)
		if asked.RowsAffected == 0 {
			return "no effect", asked.Error
		}
		return "mirrored", nil
	})
}

// FollowedCount counts the directories whose actors ours follows.
func (d *Directory) FollowedCount(ctx context.Context) (int, error) {
	var n int64
	if err := d.db.read.WithContext(ctx).Model(&Mirror{}).Where("following = ?", IsFollowing).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count whom the directory follows: %w", err)
	}
	return int(n), nil
}

// MirrorRings notes that the actor with that id, which is that of the directory at
// origin, says that its log has grown. If it is not mirrored, or our actor has
// blocked that one, nothing comes of it. Any number of bells that were not answered
// yet are one.
func (d *Directory) MirrorRings(ctx context.Context, actorID, origin string) error {
	var rung []Mirror
	if err := d.db.read.WithContext(ctx).Where("origin = ? AND state <> ?", asText(origin), MirrorFrozen).Find(&rung).Error; err != nil {
		return fmt.Errorf("look who rings: %w", err)
	}
	for _, m := range rung {
		if m.RungAt != nil && (m.ReadAt == nil || m.RungAt.After(*m.ReadAt)) {
			continue
		}
		if blocked, err := isBlocked(d.db.read.WithContext(ctx), DirectoryHandle, actorID); err != nil || blocked {
			return err
		}
		if err := d.db.write.WithContext(ctx).Model(&m).Update("rung_at", now()).Error; err != nil {
			return fmt.Errorf("note that %s rings: %w", origin, err)
		}
	}
	return nil
}

// Rung says whether the origin has rung since its log was last read.
func (m Mirror) Rung() bool {
	return m.RungAt != nil && (m.ReadAt == nil || !m.ReadAt.After(*m.RungAt))
}

// rings says whether the log of a copy is to be read because its origin rang.
func (m Mirror) rings(at time.Time) bool {
	switch {
	case m.RungAt == nil:
		return false
	case m.ReadAt == nil:
		return true
	case m.ReadAt.After(at.Add(-bellWait)):
		return false
	}
	until := *m.RungAt
	if m.Source != m.Origin {
		until = until.Add(bellEcho)
	}
	return !m.ReadAt.After(until)
}

// BeginPull notes that the log of a copy is read from now on, which answers the
// bells until then. It says no when another process has begun to do so.
func (d *Directory) BeginPull(ctx context.Context, m Mirror) (bool, error) {
	tx := d.db.write.WithContext(ctx).Model(&Mirror{}).Where("id = ? AND host = ?", m.ID, m.Host)
	if m.ReadAt == nil {
		tx = tx.Where("read_at IS NULL")
	} else {
		tx = tx.Where("read_at = ?", *m.ReadAt)
	}
	answered := tx.Update("read_at", now())
	if answered.Error != nil {
		return false, fmt.Errorf("note that the log of %s is read: %w", m.Origin, answered.Error)
	}
	return answered.RowsAffected == 1, nil
}
