package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ErrOtherOrigin means that the database was made for another address.
var ErrOtherOrigin = errors.New("the database was made for another address")

// instance is the one row that says whose database this is.
type instance struct {
	ID          int64
	Origin      string
	CreatedAt   time.Time
	OnlyAllowed bool // only the allowed domains are spoken with
}

// TableName names the table with the one row.
func (instance) TableName() string { return "instance" }

// Origin returns the address that the database was made for, such as
// https://coops.example, or "" when it has not been served yet.
func (d *Directory) Origin(ctx context.Context) (string, error) {
	var i instance
	err := d.db.read.WithContext(ctx).Take(&i).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return "", fmt.Errorf("read the directory's address: %w", err)
	}
	return i.Origin, nil
}

// About is what the directory says of itself.
type About struct {
	Since time.Time // when it was first served
	Coops int       // listed co-ops
	Posts int
}

// About counts what the directory holds.
func (d *Directory) About(ctx context.Context) (About, error) {
	tx := d.db.read.WithContext(ctx)
	var i instance
	if err := tx.Take(&i).Error; err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return About{}, fmt.Errorf("read since when the directory is served: %w", err)
	}
	var coops, posts int64
	if err := tx.Model(&Coop{}).Where("status IN ?", []Status{Active, Inactive}).Count(&coops).Error; err != nil {
		return About{}, fmt.Errorf("count the co-ops: %w", err)
	}
	if err := tx.Model(&Post{}).Where("deleted_at IS NULL").Count(&posts).Error; err != nil {
		return About{}, fmt.Errorf("count the posts: %w", err)
	}
	return About{i.CreatedAt, int(coops), int(posts)}, nil
}

// ServeAs binds the database to origin. Every actor's id begins with it and
// other servers remember those, so a second origin is refused: ErrOtherOrigin.
func (d *Directory) ServeAs(ctx context.Context, origin string) error {
	row := instance{ID: 1, Origin: origin, CreatedAt: now()}
	if err := d.db.write.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return fmt.Errorf("bind the database to %s: %w", origin, err)
	}
	bound, err := d.Origin(ctx)
	if err == nil && bound != origin {
		err = fmt.Errorf("%w: %s, not %s", ErrOtherOrigin, bound, origin)
	}
	return err
}
