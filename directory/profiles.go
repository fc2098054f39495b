package directory

import (
	"context"
	"fmt"
	"iter"
	"slices"
)

// profilesAtOnce is how many profiles Profiles has in memory.
const profilesAtOnce = 500

// Profile is what is public about c as it is now.
func (d *Directory) Profile(ctx context.Context, c Coop) (Profile, error) {
	places, err := d.PlacesOf(ctx, c)
	return profile(c, places[c.ID]), err
}

// Profiles yields the profiles of all co-ops that stand in one of those ways, by
// handle, and last the error that ended them, if one did. It reads a few at a
// time: who changes meanwhile is there once, as before or as after.
func (d *Directory) Profiles(ctx context.Context, standing ...Status) iter.Seq2[Profile, error] {
	return func(yield func(Profile, error) bool) {
		for last, more := "", true; more; {
			var coops []Coop
			err := d.db.read.WithContext(ctx).Where("handle > ?", last).Order("handle").Limit(profilesAtOnce).Find(&coops).Error
			if err != nil {
				yield(Profile{}, fmt.Errorf("read the co-ops after %q: %w", last, err))
				return
			}
			places, err := d.PlacesOf(ctx, coops...)
			if err != nil {
				yield(Profile{}, err)
				return
			}
			for _, c := range coops {
				last = c.Handle
				// Asking for the standing would have the database sort all of them each time.
				if slices.Contains(standing, c.Status) && !yield(profile(c, places[c.ID]), nil) {
					return
				}
			}
			more = len(coops) == profilesAtOnce
		}
	}
}
