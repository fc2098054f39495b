package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"coopverse/directory/list"

	"gorm.io/gorm"
)

// ErrNoList means that no list has been imported yet.
var ErrNoList = errors.New("no list has been imported yet")

// listVersion is a list as it was read, with its encoding repaired.
type listVersion struct {
	ID          int64
	Name        string
	SHA256      string `gorm:"column:sha256"`
	Body        string
	DefunctBody string
	ImportedAt  time.Time
}

// seal works out the version's hash over both of its documents.
func (v *listVersion) seal() {
	hash := sha256.Sum256([]byte(v.Body + "\x00" + v.DefunctBody))
	v.SHA256 = hex.EncodeToString(hash[:])
}

func lastListVersion(tx *gorm.DB) (listVersion, error) {
	var v listVersion
	err := tx.Order("id DESC").Take(&v).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return listVersion{}, ErrNoList
	case err != nil:
		return listVersion{}, fmt.Errorf("read the list: %w", err)
	}
	return v, nil
}

// Sections returns what the newest list holds beside co-ops: networks, books,
// tools and so on. There are none before the first import.
func (d *Directory) Sections(ctx context.Context) ([]list.Section, error) {
	v, err := lastListVersion(d.db.read.WithContext(ctx))
	if errors.Is(err, ErrNoList) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	doc, err := list.Parse([]byte(v.Body))
	if err != nil {
		return nil, fmt.Errorf("read the kept list: %w", err)
	}
	return doc.Sections(), nil
}
