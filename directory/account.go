package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Account is an account of the fediverse with which a person signs in. It is
// known by the id of its actor: names can be given anew. Once it was a person's,
// it is never somebody else's, also after they have removed it: else whoever
// gets the account later would get the person's place here.
type Account struct {
	ActorID   string `gorm:"primaryKey"`
	PersonID  int64
	Name      string // name@host
	URL       string // its profile page
	Inbox     string // to which what is meant for the person is sent
	AddedAt   time.Time
	UsedAt    *time.Time
	RemovedAt *time.Time // nil: it signs the person in
}

// ErrUnknownAccount means that nobody here signs in with an account.
var ErrUnknownAccount = fmt.Errorf("%w: account", ErrNotFound)

// AddPersonByAccount makes a person who signs in with an account. Errors:
// ErrInvalid.
func (d *Directory) AddPersonByAccount(ctx context.Context, name string, account Account) (Person, error) {
	return d.addPerson(ctx, name, func(tx *gorm.DB, p Person) error { return addAccount(tx, Actor{p.ID, p.Name}, account) })
}

// AddAccount gives a person one more account to sign in with, or back the one
// that they had removed. Errors: ErrInvalid when it is, or was, somebody else's.
func (d *Directory) AddAccount(ctx context.Context, by Actor, account Account) error {
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return addAccount(tx, by, account) })
}

func addAccount(tx *gorm.DB, by Actor, a Account) error {
	if err := checkIDs(a.ActorID, a.Inbox); err != nil {
		return err
	}
	if a.ActorID == "" || a.Inbox == "" {
		return fmt.Errorf("%w: the account has no actor", ErrInvalid)
	}
	a.PersonID, a.AddedAt, a.UsedAt, a.RemovedAt = by.PersonID, now(), nil, nil
	a.Name, a.URL = cut(asText(a.Name), maxAccountName), cut(asText(a.URL), maxID)
	again := clause.OnConflict{
		Columns:   []clause.Column{{Name: "actor_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"name", "url", "inbox", "added_at", "used_at", "removed_at"}),
		Where:     clause.Where{Exprs: []clause.Expression{gorm.Expr("accounts.person_id = ?", by.PersonID)}},
	}
	added := tx.Clauses(again).Create(&a)
	if added.Error != nil {
		return fmt.Errorf("add an account: %w", added.Error)
	}
	if added.RowsAffected == 0 {
		return errBoundElsewhere(a)
	}
	return audit(tx, by, "added an account", DirectoryHandle, a.Name+" "+a.ActorID)
}

// maxAccountName is how much of an account's name is kept, in characters.
const maxAccountName = 300

func errBoundElsewhere(a Account) error {
	return fmt.Errorf("%w: @%s belongs to somebody else here", ErrInvalid, a.Name)
}

// Accounts lists the accounts with which a person signs in, oldest first.
func (d *Directory) Accounts(ctx context.Context, personID int64) ([]Account, error) {
	return accountsOf(d.db.read.WithContext(ctx), personID)
}

func accountsOf(tx *gorm.DB, people ...int64) ([]Account, error) {
	var accounts []Account
	if err := tx.Where("person_id IN ? AND removed_at IS NULL", people).Order("added_at, actor_id").Find(&accounts).Error; err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	return accounts, nil
}

// AccountByID returns what is kept of an account, also of a removed one, or
// ErrUnknownAccount.
func (d *Directory) AccountByID(ctx context.Context, actorID string) (Account, error) {
	return accountByID(d.db.read.WithContext(ctx), actorID)
}

func accountByID(tx *gorm.DB, actorID string) (Account, error) {
	var a Account
	err := tx.Take(&a, "actor_id = ?", asText(actorID)).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Account{}, ErrUnknownAccount
	}
	if err != nil {
		return Account{}, fmt.Errorf("read an account: %w", err)
	}
	return a, nil
}

// SignsIn returns the person who signs in with an account, and notes its use and
// what it is called now. Errors: ErrUnknownAccount; ErrInvalid when the person
// has removed it, and for an inbox that cannot be kept: what is to be sent there
// is written down with what others do, which must not fail by it.
func (d *Directory) SignsIn(ctx context.Context, a Account) (p Person, err error) {
	if err := checkIDs(a.ActorID, a.Inbox); err != nil {
		return Person{}, err
	}
	err = d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		known, err := accountByID(tx, a.ActorID)
		if err != nil {
			return err
		}
		if known.RemovedAt != nil {
			return fmt.Errorf("%w: @%s was removed from a person here; sign in in another way to add it again", ErrInvalid, known.Name)
		}
		used := tx.Model(&known).Where("removed_at IS NULL").Updates(map[string]any{
			"used_at": now(), "name": cut(asText(a.Name), maxAccountName), "url": cut(asText(a.URL), maxID), "inbox": a.Inbox,
		})
		if used.Error != nil {
			return fmt.Errorf("note the use of an account: %w", used.Error)
		}
		p, err = personByID(tx, known.PersonID)
		return err
	})
	return p, err
}

// RemoveAccount takes an account away from a person. The last way to sign in
// stays. Errors: ErrNotFound, ErrInvalid.
func (d *Directory) RemoveAccount(ctx context.Context, by Actor, actorID string) error {
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row := tx.Model(&Account{}).Where("person_id = ? AND actor_id = ? AND removed_at IS NULL", by.PersonID, asText(actorID))
		if err := removeWayIn(tx, by.PersonID, func() *gorm.DB { return row.Update("removed_at", now()) }); err != nil {
			return err
		}
		return audit(tx, by, "removed an account", DirectoryHandle, actorID)
	})
}

// removeWayIn takes a passkey or an account away from a person. If it was the
// last one, that is refused: the person could not sign in any more. The person is
// locked, so that two of them cannot be removed at once.
func removeWayIn(tx *gorm.DB, personID int64, remove func() *gorm.DB) error {
	if _, err := personByID(tx.Clauses(clause.Locking{Strength: "UPDATE"}), personID); err != nil {
		return err
	}
	removed := remove()
	switch {
	case removed.Error != nil:
		return fmt.Errorf("remove a way to sign in: %w", removed.Error)
	case removed.RowsAffected == 0:
		return notFound("way to sign in")
	}
	var keys, accounts int64
	if err := tx.Model(&Passkey{}).Where("person_id = ?", personID).Count(&keys).Error; err != nil {
		return fmt.Errorf("count passkeys: %w", err)
	}
	if err := tx.Model(&Account{}).Where("person_id = ? AND removed_at IS NULL", personID).Count(&accounts).Error; err != nil {
		return fmt.Errorf("count accounts: %w", err)
	}
	if keys+accounts == 0 {
		return fmt.Errorf("%w: this is the only way to sign in; add another one first", ErrInvalid)
	}
	return nil
}
