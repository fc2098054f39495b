package federation

import (
	"context"
	"time"
)

// agreed is how far what was written may be ahead of the clock when we begin: the clocks of
// several machines differ a little.
const agreed = time.Minute

// afterThat is when what was begun by the old clock has been written down: a delivery takes
// less.
const afterThat = 20 * time.Second

// heedClock notices when this machine's clock is set. What waits for other servers is
// tried at once if it was set back: it would wait for as much longer. If it was set
// forward, that comes at once by itself, and so would inboxes that are being told: their
// leases seem to have run out.
func (r *rounds) heedClock(ctx context.Context) error {
	by := r.watch.Jumped()
	switch {
	case by > 0:
		r.f.logger.Warn("this machine's clock was set forward, or the machine slept; what has become due by it is done now", "by", by.Round(time.Second))
		return r.f.directory.RenewLeases(ctx, r.process+"/", r.f.lease)
	case by < 0:
		r.f.logger.Warn("this machine's clock was set back; what waits for other servers is tried at once", "by", (-by).Round(time.Second))
		r.again = time.Now().Add(afterThat)
		return r.f.directory.ClockWasSetBack(ctx, r.f.lease)
	case !r.again.IsZero() && time.Now().After(r.again):
		r.again = time.Time{}
		return r.f.directory.ClockWasSetBack(ctx, r.f.lease)
	}
	return nil
}

// checkClock looks, when we begin, whether the clock was set back while nobody was here.
func (f *Federation) checkClock(ctx context.Context) error {
	ahead, err := f.directory.Ahead(ctx)
	if err != nil || ahead < agreed {
		return err
	}
	f.logger.Warn("the directory was changed at a time that is still to come: was this machine's clock set back, or is it wrong?", "ahead", ahead.Round(time.Second))
	return f.directory.ClockWasSetBack(ctx, f.lease)
}
