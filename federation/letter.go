package federation

import (
	"context"

	"coopverse/directory"
	"coopverse/federation/proof"

	"github.com/maypok86/otter/v2"
)

// letter is an activity as it is sent: the same for all who are told the same.
type letter struct {
	body   []byte // nil: there is nothing to say
	proved []byte // the body with a proof, or nil
	by     string // name of the key that made the proof
	holds  int64  // the version of a profile, or the change up to which it is the state of an actor
}

func written(body []byte, err error) (letter, error) { return letter{body: body}, err }

// keptLetters is how many bytes of letters stay in memory.
const keptLetters = 8 << 20

// letters keeps what was written for one inbox, for the others that are owed the
// same. What was written when the last change was one number is not older than
// that change, whoever reads it; and nobody reads it who has seen a later one.
type letters struct {
	directory *directory.Directory
	keys      *keyring
	written   *otter.Cache[letterKey, letter]
	posts     *otter.Cache[postKey, directory.Post]
}

type letterKey struct {
	head, change int64
	unknown      bool // to an inbox that does not know the post
}

type postKey struct{ head, post int64 }

func newLetters(d *directory.Directory, keys *keyring) *letters {
	return &letters{
		directory: d, keys: keys,
		written: otter.Must(&otter.Options[letterKey, letter]{
			MaximumWeight: keptLetters,
			Weigher:       func(_ letterKey, l letter) uint32 { return uint32(100 + len(l.body) + len(l.proved)) },

			ExpiryCalculator: otter.ExpiryAccessing[letterKey, letter](unread),
		}),
		posts: otter.Must(&otter.Options[postKey, directory.Post]{MaximumSize: 500, ExpiryCalculator: otter.ExpiryAccessing[postKey, directory.Post](unread)}),
	}
}

// of returns the letter that tells of a change, and writes it when it is missing.
// The speaker's key of that time proves it.
func (k *letters) of(ctx context.Context, head int64, c directory.Change, unknown bool, speaker string, write func() (letter, error)) (letter, error) {
	return k.written.Get(ctx, letterKey{head, c.ID, unknown}, otter.LoaderFunc[letterKey, letter](func(ctx context.Context, _ letterKey) (letter, error) {
		l, err := write()
		if err != nil {
			return letter{}, err
		}
		keys, err := k.keys.asOf(ctx, speaker, head)
		if err != nil {
			return letter{}, err
		}
		key := keys.at(c.ID)
		if proved, err := proof.Sign(l.body, key.proof, c.At); err == nil {
			l.proved, l.by = proved, key.request.ID
		}
		return l, nil
	}))
}

// post returns a post as it was after the change head or later.
func (k *letters) post(ctx context.Context, head, id int64) (directory.Post, error) {
	return k.posts.Get(ctx, postKey{head, id}, otter.LoaderFunc[postKey, directory.Post](func(ctx context.Context, key postKey) (directory.Post, error) {
		return k.directory.PostByID(ctx, key.post)
	}))
}
