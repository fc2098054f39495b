package federation

import (
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	negativeTime = 5 * time.Minute
	negativeSize = 10_000
)

// negative remembers for a while what could not be fetched, so that a sender
// of nonsense cannot have us fetch over and over.
type negative struct{ keys *otter.Cache[string, bool] }

func newNegative() *negative {
	return &negative{otter.Must(&otter.Options[string, bool]{
		MaximumSize:      negativeSize,
		ExpiryCalculator: otter.ExpiryWriting[string, bool](negativeTime),
	})}
}

func (n *negative) note(key string)          { n.keys.Set(key, true) }
func (n *negative) recently(key string) bool { _, ok := n.keys.GetIfPresent(key); return ok }
