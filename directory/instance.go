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
	ID        int64
	Origin    string
	CreatedAt time.Time
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
