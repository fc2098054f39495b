package federation

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"coopverse/directory"
	"coopverse/directory/publiclog"

	"golang.org/x/mod/sumdb/tlog"
)

// mostHandovers is how many changes of keys, the newest ones, can be followed.
const mostHandovers = 100

// maxHandovers is the size of the longest list of handovers that is read, in bytes.
const maxHandovers = mostHandovers * 1000

// handovers answers with the changes of a log's key, each signed with the key
// before it: who has missed several still finds the way to the newest.
func (f *Federation) handovers(w http.ResponseWriter, r *http.Request, l servedLog) error {
	body, err := l.handovers(r.Context())
	if err == nil {
		write(w, r, http.StatusOK, "application/json", body)
	}
	return err
}

// ownHandovers are the directory's changes of keys.
func (f *Federation) ownHandovers(ctx context.Context) ([]byte, error) {
	keys, err := f.keys.of(ctx, directory.DirectoryHandle)
	signed := []string{}
	for i := max(0, len(keys)-1-mostHandovers); err == nil && i < len(keys)-1; i++ {
		var handover string
		handover, err = publiclog.SignHandover(f.logOrigin(), keys[i].proof.Private, keys[i+1].proof.Private.Public().(ed25519.PublicKey))
		signed = append(signed, handover)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(signed)
}

// newKey takes over the newest key of a directory that signs its heads with another
// key than the one that we know, and says whether there is one.
func (f *Federation) newKey(ctx context.Context, m directory.Mirror) (directory.Mirror, bool) {
	newest, is := f.followHandovers(ctx, m)
	if !is || f.directory.MirrorKey(ctx, newest, m.Key) != nil {
		return m, false
	}
	return newest, true
}

// followHandovers is m with the newest key of its directory, if there is another one
// than it has. It believes nothing but the word of that one, whoever passes it on:
// the mirror at which the log is read, or the directory itself.
func (f *Federation) followHandovers(ctx context.Context, m directory.Mirror) (directory.Mirror, bool) {
	for _, at := range slices.Compact([]string{m.Source, m.Origin}) {
		found, err := f.client.Get(ctx, at+publiclog.Path+"/keys", "application/json", maxHandovers)
		if err != nil {
			continue
		}
		var signed, kept []string
		if err := json.Unmarshal(found.Body, &signed); err != nil {
			continue
		}
		key, followed := publiclog.FollowHandovers(m.LogOrigin(), m.Key, signed)
		if key == m.Key {
			continue
		}
		if m.Handovers != "" {
			if err := json.Unmarshal([]byte(m.Handovers), &kept); err != nil {
				return m, false
			}
		}
		kept = append(kept, followed...)
		body, err := json.Marshal(kept[max(0, len(kept)-mostHandovers):])
		if err != nil {
			return m, false
		}
		m.Key, m.Handovers = key, string(body)
		return m, true
	}
	return m, false
}

// earlierHead reads a head that another mirror has kept from before its home changed
// keys. Its signature says nothing to who knows only the newest key; that its tree
// is the beginning of the one under the newest head does. Else the error is unknown.
func (f *Federation) earlierHead(ctx context.Context, m directory.Mirror, signed string, unknown error) (tlog.Tree, error) {
	earlier, err := publiclog.ReadHead(m.LogOrigin(), signed)
	if err != nil {
		return tlog.Tree{}, unknown
	}
	newest, err := f.MirrorHead(ctx, m)
	if err != nil || earlier.N >= newest.N {
		return tlog.Tree{}, unknown
	}
	hash, err := f.treeBelow(ctx, m, newest, earlier.N)
	if err != nil || hash != earlier.Hash {
		return tlog.Tree{}, errors.Join(unknown, err)
	}
	return earlier, nil
}
