package federation

import (
	"crypto/sha256"
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
// It keeps a hash of each, since nobody bounds how long such a name is.
type negative struct {
	keys *otter.Cache[[sha256.Size]byte, bool]
}

func newNegative(remembers time.Duration) *negative {
	return &negative{otter.Must(&otter.Options[[sha256.Size]byte, bool]{
		MaximumSize:      negativeSize,
		ExpiryCalculator: otter.ExpiryWriting[[sha256.Size]byte, bool](remembers),
	})}
}

func (n *negative) note(key string) { n.keys.Set(sha256.Sum256([]byte(key)), true) }

func (n *negative) recently(key string) bool {
	_, ok := n.keys.GetIfPresent(sha256.Sum256([]byte(key)))
	return ok
}
