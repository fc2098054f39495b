package federation

import (
	"context"
	"fmt"

	"coopverse/directory"
	"coopverse/federation/document"
	"coopverse/federation/signature"

	"github.com/maypok86/otter/v2"
)

// keptKeys is how many parsed private keys stay in memory, at about 5 kB each.
const keptKeys = 2000

// keyring holds the keys with which our actors sign. A key is made when it is
// first needed, so that starting never waits for keys.
type keyring struct {
	directory *directory.Directory
	site      document.Site
	parsed    *otter.Cache[string, *ownKey]
}

// ownKey is an actor's key, ready for use.
type ownKey struct {
	signature.Key
	PublicPEM string
}

func newKeyring(d *directory.Directory, site document.Site) *keyring {
	return &keyring{d, site, otter.Must(&otter.Options[string, *ownKey]{MaximumSize: keptKeys})}
}

// of returns the key of the actor with that handle.
func (k *keyring) of(ctx context.Context, handle string) (*ownKey, error) {
	return k.parsed.Get(ctx, handle, otter.LoaderFunc[string, *ownKey](k.load))
}

func (k *keyring) load(ctx context.Context, handle string) (*ownKey, error) {
	stored, err := k.directory.Key(ctx, handle, func() (string, error) {
		made, err := signature.GenerateKey()
		if err != nil {
			return "", err
		}
		return signature.MarshalPrivateKey(made)
	})
	if err != nil {
		return nil, err
	}
	private, err := signature.ParsePrivateKey(stored.PrivatePEM)
	if err != nil {
		return nil, fmt.Errorf("read the key of %s: %w", handle, err)
	}
	public, err := signature.MarshalPublicKey(&private.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("write the public key of %s: %w", handle, err)
	}
	return &ownKey{signature.Key{ID: k.site.KeyID(handle), Private: private}, public}, nil
}
