package federation

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"net/http"

	"coopverse/directory"
	"coopverse/directory/publiclog"

	"golang.org/x/mod/sumdb/tlog"
)

// mostHandovers is how many changes of keys, the newest ones, can be followed.
const mostHandovers = 100

// maxHandovers is the size of the longest list of handovers that is read, in bytes.
const maxHandovers = mostHandovers * 1000

// handovers answers with the directory's changes of keys, each signed with the key
// before it: who has missed several still finds the way to the newest.
func (f *Federation) handovers(w http.ResponseWriter, r *http.Request) {
	keys, err := f.keys.of(r.Context(), directory.DirectoryHandle)
	signed := []string{}
	for i := max(0, len(keys)-1-mostHandovers); err == nil && i < len(keys)-1; i++ {
		var handover string
		handover, err = publiclog.SignHandover(f.logOrigin(), keys[i].proof.Private, keys[i+1].proof.Private.Public().(ed25519.PublicKey))
		signed = append(signed, handover)
	}
	var body []byte
	if err == nil {
		body, err = json.Marshal(signed)
	}
	if err != nil {
		f.fail(w, r, err)
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cache-Control", "no-cache")
	write(w, r, http.StatusOK, "application/json", body)
}

// newKey takes over the newest key of a directory that signs its heads with another
// key than the one that we know, and says whether there is one. It believes nothing
// but the word of the key that we know.
func (f *Federation) newKey(ctx context.Context, m directory.Mirror) (directory.Mirror, bool) {
	found, err := f.client.Get(ctx, m.Origin+publiclog.Path+"/keys", "application/json", maxHandovers)
	if err != nil {
		return m, false
	}
	var signed []string
	if err := json.Unmarshal(found.Body, &signed); err != nil {
		return m, false
	}
	key := publiclog.FollowHandovers(m.LogOrigin(), m.Key, signed)
	if key == m.Key {
		return m, false
	}
	if err := f.directory.MirrorKey(ctx, m, key); err != nil {
		return m, false
	}
	m.Key = key
	return m, true
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
