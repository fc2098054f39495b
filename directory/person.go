package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// MaxPersonName is the length of a person's name, in characters.
const MaxPersonName = 80

// Person is somebody who signs in for a co-op or as an operator.
type Person struct {
	ID      int64
	Name    string
	AddedAt time.Time
}

// TableName names the table of people.
func (Person) TableName() string { return "people" }

// Passkey is a key with which a person signs in (WebAuthn).
type Passkey struct {
	ID         string `gorm:"primaryKey"` // the credential's id, base64url
	PersonID   int64
	Name       string // so that people know it from their others
	Credential string // JSON, as the WebAuthn library keeps it
	AddedAt    time.Time
	UsedAt     *time.Time
}

// PersonName is a name as it is kept. Errors: ErrInvalid.
func PersonName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if n := utf8.RuneCountInString(name); n == 0 || n > MaxPersonName || !isText(name) {
		return "", fmt.Errorf("%w: a name has 1 to %d characters", ErrInvalid, MaxPersonName)
	}
	return name, nil
}

// AddPerson makes a person with a first passkey. Errors: ErrInvalid.
func (d *Directory) AddPerson(ctx context.Context, name string, key Passkey) (Person, error) {
	return d.addPerson(ctx, name, func(tx *gorm.DB, p Person) error {
		key.PersonID = p.ID
		return addPasskey(tx, key)
	})
}

// addPerson makes a person with what they sign in with first.
func (d *Directory) addPerson(ctx context.Context, name string, first func(*gorm.DB, Person) error) (Person, error) {
	name, err := PersonName(name)
	if err != nil {
		return Person{}, err
	}
	p := Person{Name: name, AddedAt: now()}
	err = d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Create(&p).Error; err != nil {
			return fmt.Errorf("add a person: %w", err)
		}
		return first(tx, p)
	})
	if err != nil {
		return Person{}, err
	}
	return p, nil
}

// AddPasskey gives a person one more passkey. Errors: ErrInvalid.
func (d *Directory) AddPasskey(ctx context.Context, by Actor, key Passkey) error {
	key.PersonID = by.PersonID
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := addPasskey(tx, key); err != nil {
			return err
		}
		return audit(tx, by, "added a passkey", DirectoryHandle, key.ID)
	})
}

func addPasskey(tx *gorm.DB, key Passkey) error {
	key.Name, key.AddedAt, key.UsedAt = cut(asText(strings.Join(strings.Fields(key.Name), " ")), MaxPersonName), now(), nil
	if key.ID == "" || key.Credential == "" {
		return fmt.Errorf("%w: the passkey is empty", ErrInvalid)
	}
	added := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&key)
	if added.Error != nil {
		return fmt.Errorf("add a passkey: %w", added.Error)
	}
	if added.RowsAffected == 0 {
		return fmt.Errorf("%w: the passkey belongs to somebody already", ErrInvalid)
	}
	return nil
}

// Passkeys lists a person's passkeys, oldest first.
func (d *Directory) Passkeys(ctx context.Context, personID int64) ([]Passkey, error) {
	var keys []Passkey
	if err := d.db.read.WithContext(ctx).Where("person_id = ?", personID).Order("added_at, id").Find(&keys).Error; err != nil {
		return nil, fmt.Errorf("read passkeys: %w", err)
	}
	return keys, nil
}

// PasskeyByID returns a passkey, or ErrNotFound.
func (d *Directory) PasskeyByID(ctx context.Context, id string) (Passkey, error) {
	var key Passkey
	err := d.db.read.WithContext(ctx).Take(&key, "id = ?", id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Passkey{}, notFound("passkey: %s", id)
	}
	if err != nil {
		return Passkey{}, fmt.Errorf("read a passkey: %w", err)
	}
	return key, nil
}

// PersonByID returns a person, or ErrNotFound.
func (d *Directory) PersonByID(ctx context.Context, id int64) (Person, error) {
	return personByID(d.db.read.WithContext(ctx), id)
}

func personByID(tx *gorm.DB, id int64) (Person, error) {
	var p Person
	err := tx.Where("id = ?", id).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Person{}, notFound("person: %d", id)
	}
	if err != nil {
		return Person{}, fmt.Errorf("read person %d: %w", id, err)
	}
	return p, nil
}

// UsedPasskey keeps what changes in a passkey with its use, such as its counter.
func (d *Directory) UsedPasskey(ctx context.Context, id, credential string) error {
	err := d.db.write.WithContext(ctx).Model(&Passkey{}).Where("id = ?", id).Updates(map[string]any{"credential": credential, "used_at": now()}).Error
	if err != nil {
		return fmt.Errorf("note the use of a passkey: %w", err)
	}
	return nil
}

// RemovePasskey takes a passkey away from a person. The last way to sign in
// stays. Errors: ErrNotFound, ErrInvalid.
func (d *Directory) RemovePasskey(ctx context.Context, by Actor, id string) error {
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		err := removeWayIn(tx, by.PersonID, func() *gorm.DB { return tx.Where("person_id = ? AND id = ?", by.PersonID, id).Delete(&Passkey{}) })
		if err != nil {
			return err
		}
		return audit(tx, by, "removed a passkey", DirectoryHandle, id)
	})
}

// keepPeopleFor is how long somebody is remembered who speaks for nobody.
const keepPeopleFor = 90 * 24 * time.Hour

// forgetPeople forgets people who have been here, speak for nobody and wait for
// nothing. The audit log keeps their names.
func forgetPeople(tx *gorm.DB) error {
	var gone []int64
	before := now().Add(-keepPeopleFor)
	err := tx.Model(&Person{}).Where(`added_at < ? AND NOT EXISTS (SELECT 1 FROM members WHERE person_id = people.id)
		AND NOT EXISTS (SELECT 1 FROM claims WHERE person_id = people.id AND state = ?)
		AND NOT EXISTS (SELECT 1 FROM proposals WHERE person_id = people.id AND state = ?)
		AND NOT EXISTS (SELECT 1 FROM sign_ins WHERE person_id = people.id AND seen_at > ?)`, before, ClaimWaiting, ProposalWaiting, before).Pluck("id", &gone).Error
	if err != nil || len(gone) == 0 {
		return err
	}
	for _, row := range []any{&Claim{}, &Proposal{}} {
		if err := tx.Model(row).Where("person_id IN ?", gone).Update("person_id", nil).Error; err != nil {
			return err
		}
	}
	for _, row := range []any{&Passkey{}, &Account{}, &SignIn{}} {
		if err := tx.Where("person_id IN ?", gone).Delete(row).Error; err != nil {
			return err
		}
	}
	return tx.Where("id IN ?", gone).Delete(&Person{}).Error
}
