package federation

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"coopverse/directory"
	"coopverse/federation/document"
	"coopverse/federation/proof"
	"coopverse/federation/signature"

	"github.com/maypok86/otter/v2"
)

// keptKeys is how many actors' parsed keys stay in memory, at about 5 kB each.
const keptKeys = 2000

// keyring holds the keys with which our actors sign. They are made when they
// are first needed, so that starting never waits for keys.
type keyring struct {
	directory *directory.Directory
	site      document.Site
	parsed    *otter.Cache[string, ownKeys]
	rekeyed   atomic.Int64 // the last change of keys that parsed knows of
	looked    atomic.Int64 // the change up to which it was looked for one
}

// ownKeys are an actor's keys, ready for use, newest last.
type ownKeys []ownKey

type ownKey struct {
	request signature.Key // signs requests
	proof   proof.Key     // signs documents
	shown   document.Keys // what the actor's document says of them
	since   int64         // the change that tells of them
}

func newKeyring(d *directory.Directory, site document.Site) *keyring {
	return &keyring{directory: d, site: site, parsed: otter.Must(&otter.Options[string, ownKeys]{MaximumSize: keptKeys})}
}

// of returns the keys of the actor with that handle. Another process may have
// given it new ones.
func (k *keyring) of(ctx context.Context, handle string) (ownKeys, error) {
	last, err := k.directory.LastRekeyed(ctx)
	if err != nil {
		return nil, err
	}
	if k.rekeyed.Swap(last) != last {
		k.parsed.InvalidateAll()
	}
	return k.parsed.Get(ctx, handle, otter.LoaderFunc[string, ownKeys](k.load))
}

// asOf is of for who knows the number of the last change: new keys are a change,
// so they need not be looked for again before the next one.
func (k *keyring) asOf(ctx context.Context, handle string, head int64) (ownKeys, error) {
	if looked := k.looked.Load(); looked >= head && head > 0 {
		return k.parsed.Get(ctx, handle, otter.LoaderFunc[string, ownKeys](k.load))
	}
	keys, err := k.of(ctx, handle)
	if err == nil {
		k.looked.Store(head)
	}
	return keys, err
}

// newest is the pair in use.
func (keys ownKeys) newest() ownKey { return keys[len(keys)-1] }

// at is the pair with which a change is told: new keys are told of with the
// old ones, which whoever is told can still verify.
func (keys ownKeys) at(change int64) ownKey {
	for i := len(keys) - 1; i > 0; i-- {
		if keys[i].since < change {
			return keys[i]
		}
	}
	return keys[0]
}

// makeKeys makes a pair of keys for an actor.
func makeKeys() (privatePEM, proofPEM string, err error) {
	private, err := signature.GenerateKey()
	if err != nil {
		return "", "", err
	}
	if privatePEM, err = signature.MarshalPrivateKey(private); err != nil {
		return "", "", err
	}
	edwards, err := proof.GenerateKey()
	if err != nil {
		return "", "", err
	}
	proofPEM, err = proof.MarshalPrivateKey(edwards)
	return privatePEM, proofPEM, err
}

func (k *keyring) load(ctx context.Context, handle string) (ownKeys, error) {
	stored, err := k.directory.Keys(ctx, handle, makeKeys)
	if err != nil {
		return nil, err
	}
	var keys ownKeys
	for _, s := range stored {
		if s.ProofPEM == "" {
			continue // from before documents were signed, and replaced since
		}
		key, err := k.parse(s)
		if err != nil {
			return nil, fmt.Errorf("read key %d of %s: %w", s.Number, handle, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func (k *keyring) parse(s directory.Key) (ownKey, error) {
	private, err := signature.ParsePrivateKey(s.PrivatePEM)
	if err != nil {
		return ownKey{}, err
	}
	public, err := signature.MarshalPublicKey(&private.PublicKey)
	if err != nil {
		return ownKey{}, err
	}
	edwards, err := proof.ParsePrivateKey(s.ProofPEM)
	if err != nil {
		return ownKey{}, err
	}
	return ownKey{
		request: signature.Key{ID: k.site.KeyID(s.Handle, s.Number), Private: private},
		proof:   proof.Key{ID: k.site.ProofKeyID(s.Handle, s.Number), Private: edwards},
		shown:   document.Keys{Number: s.Number, PublicPEM: public, Multibase: proof.Multikey(edwards.Public())},
		since:   s.Since,
	}, nil
}

// RotateKeys gives an actor new keys; origin says by which way, for the
// history. Whoever follows is told with the old ones. Errors: ErrNotFound,
// *GoneError.
func (f *Federation) RotateKeys(ctx context.Context, handle, origin string) error {
	handle = strings.ToLower(handle) // or keys are made for a name that nobody has
	if err := f.directory.Exists(ctx, handle); err != nil {
		return err
	}
	if _, err := f.keys.of(ctx, handle); err != nil {
		return err
	}
	return f.directory.RotateKeys(ctx, handle, origin, makeKeys)
}
