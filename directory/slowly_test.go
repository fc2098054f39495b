package directory

import (
	"context"

	"coopverse/directory/place"

	"gorm.io/gorm"
)

// EditSlowly is EditCoop with a transaction that stays open while meanwhile
// runs, after the change has its number.
func (d *Directory) EditSlowly(ctx context.Context, handle, founded string, meanwhile func()) error {
	return d.db.change(ctx, func(tx *gorm.DB) error {
		c, err := coopByHandle(tx, handle)
		if err != nil {
			return err
		}
		facts, err := factsOf(tx, c.ID)
		if err != nil {
			return err
		}
		e := edit{coop: c, facts: facts, source: FromCurator, origin: "test", at: now()}
		e.say("founded", founded)
		if err := d.save(tx, &e, place.Open(), &membership{}); err != nil {
			return err
		}
		meanwhile()
		return nil
	})
}
