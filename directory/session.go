package directory

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// session is what a browser was told in confidence.
type session struct {
	Token  string `gorm:"primaryKey"` // SHA-256 of what the browser holds
	Data   []byte
	Expiry time.Time
}

// Sessions keeps what browsers were told in confidence, in the form in which
// the library scs asks for it.
type Sessions struct{ db *Database }

// Sessions returns the store of sessions.
func (d *Directory) Sessions() Sessions { return Sessions{d.db} }

// FindCtx returns what a session holds, unless it has ended.
func (s Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	var kept []session
	if err := s.db.read.WithContext(ctx).Where("token = ? AND expiry > ?", token, now()).Find(&kept).Error; err != nil {
		return nil, false, fmt.Errorf("read a session: %w", err)
	}
	if len(kept) == 0 {
		return nil, false, nil
	}
	return kept[0].Data, true, nil
}

// CommitCtx keeps what a session holds, until expiry.
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	row := session{token, data, asStored(expiry)}
	if err := s.db.write.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	return nil
}

// DeleteCtx ends a session.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	if err := s.db.write.WithContext(ctx).Where("token = ?", token).Delete(&session{}).Error; err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// Find is FindCtx without a context.
func (s Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// forgetSessions forgets the sessions, sign-ins, invitations and claims that have
// come to nothing or to an end, and people who have to do with nothing here.
func forgetSessions(tx *gorm.DB) error {
	for _, over := range []struct {
		found *gorm.DB
		row   any
	}{
		{tx.Where("expiry < ?", now()), &session{}},
		{tx.Where("at < ?", now().Add(-2*MaxSignIn)), &SignIn{}},
		{tx.Where("expires_at < ?", now().Add(-keepEventsFor)), &Invitation{}},
		{tx.Where("expires_at < ?", now().Add(-AccountTime)), &accountRequest{}},
		{tx.Where("state IN ? AND began_at < ?", []ClaimState{ClaimBegun, ClaimProved}, now().Add(-MaxSignIn)), &Claim{}},
	} {
		if err := over.found.Delete(over.row).Error; err != nil {
			return err
		}
	}
	if err := forgetProposals(tx); err != nil {
		return err
	}
	return forgetPeople(tx)
}
