package federation

import (
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	negativeTime = 5 * time.Minute
	awayTime     = 5 * time.Second // for what may be there again at any moment
	negativeSize = 10_000
)

// negative remembers for a while what could not be fetched, so that a sender
// of nonsense cannot have us fetch over and over.
type negative struct{ keys *otter.Cache[string, bool] }

func newNegative(remembers time.Duration) *negative {
	return &negative{otter.Must(&otter.Options[string, bool]{
		MaximumSize:      negativeSize,
		ExpiryCalculator: otter.ExpiryWriting[string, bool](remembers),
	})}
}

func (n *negative) note(key string)          { n.keys.Set(key, true) }
func (n *negative) recently(key string) bool { _, ok := n.keys.GetIfPresent(key); return ok }
