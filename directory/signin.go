package directory

import (
	"context"
	"fmt"
	"time"

	"coopverse/directory/clock"

	"gorm.io/gorm"
)

// How long a sign-in lasts (OWASP ASVS 5.0, 7.3): in all, and without use.
const (
	MaxSignIn  = 30 * 24 * time.Hour
	IdleSignIn = 14 * 24 * time.Hour
)

// seenEvery is how exactly the last use of a sign-in is kept.
const seenEvery = 5 * time.Minute

// SignIn is one browser in which a person is signed in.
type SignIn struct {
	ID       int64
	PersonID int64
	How      string // passkey or account
	Agent    string // the browser, as it calls itself
	At       time.Time
	SeenAt   time.Time
	EndedAt  *time.Time
}

// BeginSignIn signs a person in. It ends the claims that wait on the entries of
// which the person is an owner, as does each use of a sign-in: the entries have
// not been abandoned.
func (d *Directory) BeginSignIn(ctx context.Context, personID int64, how, agent string) (SignIn, error) {
	at := now()
	s := SignIn{PersonID: personID, How: how, Agent: cut(asText(agent), 200), At: at, SeenAt: at}
	err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Create(&s).Error; err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		return endWaiting(tx, personID)
	})
	if err != nil {
		return SignIn{}, err
	}
	return s, nil
}

// lasting finds the sign-ins that have not ended.
func lasting(tx *gorm.DB) *gorm.DB {
	return tx.Where("ended_at IS NULL AND at > ? AND seen_at > ?", now().Add(-MaxSignIn), now().Add(-IdleSignIn))
}

// SignedIn returns who is signed in, or ErrNotFound when the sign-in has ended.
func (d *Directory) SignedIn(ctx context.Context, id int64) (Person, error) {
	var s SignIn
	found := lasting(d.db.read.WithContext(ctx)).Where("id = ?", id).Limit(1).Find(&s)
	if found.Error != nil {
		return Person{}, fmt.Errorf("read a sign-in: %w", found.Error)
	}
	if found.RowsAffected == 0 {
		return Person{}, notFound("sign-in: %d", id)
	}
	if clock.Since(s.SeenAt) > seenEvery {
		err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			if err := tx.Model(&SignIn{}).Where("id = ?", id).Update("seen_at", now()).Error; err != nil {
				return err
			}
			return endWaiting(tx, s.PersonID)
		})
		if err != nil {
			return Person{}, fmt.Errorf("note the use of a sign-in: %w", err)
		}
	}
	return d.PersonByID(ctx, s.PersonID)
}

// SignIns lists where a person is signed in, newest first.
func (d *Directory) SignIns(ctx context.Context, personID int64) ([]SignIn, error) {
	var all []SignIn
	if err := lasting(d.db.read.WithContext(ctx)).Where("person_id = ?", personID).Order("id DESC").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("read the sign-ins: %w", err)
	}
	return all, nil
}

// EndSignIn signs a person out of one browser; 0 stands for all of them.
func (d *Directory) EndSignIn(ctx context.Context, personID, id int64) error {
	tx := d.db.write.WithContext(ctx).Model(&SignIn{}).Where("person_id = ? AND ended_at IS NULL", personID)
	if id != 0 {
		tx = tx.Where("id = ?", id)
	}
	if err := tx.Update("ended_at", now()).Error; err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}
