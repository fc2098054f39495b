package directory

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Key is a pair of private keys with which one of our actors signs.
type Key struct {
	Handle     string `gorm:"primaryKey"`
	Number     int64  `gorm:"primaryKey"` // from 1; the highest one is in use
	PrivatePEM string // RSA, PKCS #8: signs requests
	ProofPEM   string // Ed25519, PKCS #8: signs documents
	Since      int64  // the change that tells of it; 0 for the first
	MadeAt     time.Time
}

// MakeKeys makes the two keys of an actor, as PKCS #8 in PEM.
type MakeKeys func() (privatePEM, proofPEM string, err error)

// Keys returns the actor's keys, newest last. The first time there are none:
// make is asked for them, and whichever process stores its keys first has made
// them for all.
func (d *Directory) Keys(ctx context.Context, handle string, make MakeKeys) ([]Key, error) {
	keys, err := keysOf(d.db.read.WithContext(ctx), handle)
	if err != nil || len(keys) > 0 && keys[len(keys)-1].ProofPEM != "" {
		return keys, err
	}
	private, proof, err := make()
	if err != nil {
		return nil, fmt.Errorf("make keys for %s: %w", handle, err)
	}
	tx := d.db.write.WithContext(ctx)
	if len(keys) > 0 { // from before documents were signed
		err = tx.Model(&Key{}).Where("handle = ? AND number = ? AND proof_pem = ''", handle, keys[len(keys)-1].Number).Update("proof_pem", proof).Error
	} else {
		err = tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Key{Handle: handle, Number: 1, PrivatePEM: private, ProofPEM: proof, MadeAt: now()}).Error
	}
	if err != nil {
		return nil, fmt.Errorf("keep the keys of %s: %w", handle, err)
	}
	return keysOf(tx, handle)
}

// LastRekeyed returns the number of the change at which one of our actors last
// got new keys; 0 if none ever did.
func (d *Directory) LastRekeyed(ctx context.Context) (int64, error) {
	var number int64
	if err := d.db.read.WithContext(ctx).Model(&Key{}).Select("COALESCE(MAX(since), 0)").Scan(&number).Error; err != nil {
		return 0, fmt.Errorf("read when keys were changed: %w", err)
	}
	return number, nil
}

// KindRekeyed is the change that tells followers of an actor's new keys.
const KindRekeyed Kind = "new keys"

// RotateKeys gives the actor new keys. The change that tells of them is signed
// with the old ones, by whoever still has to be told. ErrInvalid: the actor has
// no keys yet, so that there is nothing to replace. ErrNotFound, *GoneError.
func (d *Directory) RotateKeys(ctx context.Context, handle, origin string, make MakeKeys) error {
	handle = strings.ToLower(handle)
	private, proof, err := make()
	if err != nil {
		return fmt.Errorf("make keys for %s: %w", handle, err)
	}
	return d.db.change(ctx, func(tx *gorm.DB) error {
		if err := exists(tx, handle); err != nil {
			return err
		}
		keys, err := keysOf(tx, handle)
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			return fmt.Errorf("%w: %s has no keys yet; they are made when it is first looked up", ErrInvalid, handle)
		}
		told := Change{Handle: handle, At: now(), Kind: KindRekeyed, Source: FromCurator, Origin: origin, Effective: true}
		if err := tx.Create(&told).Error; err != nil {
			return fmt.Errorf("log the new keys of %s: %w", handle, err)
		}
		fresh := Key{Handle: handle, Number: keys[len(keys)-1].Number + 1, PrivatePEM: private, ProofPEM: proof, Since: told.ID, MadeAt: told.At}
		if err := tx.Create(&fresh).Error; err != nil {
			return fmt.Errorf("keep the new keys of %s: %w", handle, err)
		}
		return nil
	})
}

func keysOf(tx *gorm.DB, handle string) ([]Key, error) {
	var keys []Key
	if err := tx.Where("handle = ?", handle).Order("number").Find(&keys).Error; err != nil {
		return nil, fmt.Errorf("read the keys of %s: %w", handle, err)
	}
	return keys, nil
}
