package federation

import (
	"context"
	"time"

	"coopverse/directory/clock"
)

// agreed is how far what was written may be ahead of the clock when we begin: the clocks of
// several machines differ a little.
const agreed = time.Minute

// heedClock notices when this machine's clock is set, and has what waited by the old one
// tried at once if it was set back: it would wait for as much longer. What waited for less
// than it was set forward by comes at once anyway.
func (f *Federation) heedClock(ctx context.Context, w *clock.Watch) error {
	by := w.Jumped()
	switch {
	case by > 0:
		f.logger.Warn("this machine's clock was set forward, or the machine slept; what has become due by it is done now", "by", by.Round(time.Second))
	case by < 0:
		f.logger.Warn("this machine's clock was set back; what waits for other servers is tried at once", "by", (-by).Round(time.Second))
		return f.directory.ClockWasSetBack(ctx, f.lease)
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
