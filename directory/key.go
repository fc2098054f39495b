package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Key is the private key with which one of our actors signs.
type Key struct {
	Handle     string `gorm:"primaryKey"`
	PrivatePEM string // PKCS #8
	MadeAt     time.Time
}

// Key returns the actor's key. The first time there is none: make is asked for
// one, and whichever process stores its key first has made it for all.
func (d *Directory) Key(ctx context.Context, handle string, make func() (privatePEM string, err error)) (Key, error) {
	key, err := keyOf(d.db.read.WithContext(ctx), handle)
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return key, err
	}
	private, err := make()
	if err != nil {
		return Key{}, fmt.Errorf("make a key for %s: %w", handle, err)
	}
	made := Key{Handle: handle, PrivatePEM: private, MadeAt: now()}
	tx := d.db.write.WithContext(ctx)
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&made).Error; err != nil {
		return Key{}, fmt.Errorf("keep the key of %s: %w", handle, err)
	}
	return keyOf(tx, handle)
}

func keyOf(tx *gorm.DB, handle string) (Key, error) {
	var key Key
	if err := tx.Where("handle = ?", handle).Take(&key).Error; err != nil {
		return Key{}, fmt.Errorf("read the key of %s: %w", handle, err)
	}
	return key, nil
}
