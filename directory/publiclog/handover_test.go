package publiclog

import (
	"crypto/ed25519"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Who knows one of a log's keys follows it to the newest, and to nobody else's.
func TestHandoversLeadToTheNewestKey(t *testing.T) {
	var keys []ed25519.PrivateKey
	var verifiers, handovers []string
	for range 4 {
		key, verifier := newKey(t)
		keys, verifiers = append(keys, key), append(verifiers, verifier)
	}
	handOver := func(origin string, from, to ed25519.PrivateKey) string {
		signed, err := SignHandover(origin, from, to.Public().(ed25519.PublicKey))
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	for i := range 3 {
		handovers = append(handovers, handOver(origin, keys[i], keys[i+1]))
	}
	for i, known := range verifiers {
		if got, followed := FollowHandovers(origin, known, handovers); got != verifiers[3] || len(followed) != 3-i {
			t.Errorf("from key %d one comes to %s by %d handovers", i, got, len(followed))
		}
	}
	stranger, strangers := newKey(t)
	other, err := note.Sign(&note.Note{Text: origin + "\n" + verifiers[3] + "\n"}, signer{origin, keys[0]})
	if err != nil {
		t.Fatal(err)
	}
	for what, given := range map[string][]string{
		"a stranger's word":    {handOver(origin, stranger, keys[3])},
		"of another log":       {handOver("other.example/log", keys[0], keys[3])},
		"a head":               {sign(t, origin, tlog.Tree{N: 1}, keys[0])},
		"another text":         {string(other)},
		"nothing that is read": {"", "x"},
	} {
		if got, followed := FollowHandovers(origin, verifiers[0], given); got != verifiers[0] || len(followed) > 0 {
			t.Errorf("%s leads to %s", what, got)
		}
	}
	if got, _ := FollowHandovers(origin, strangers, handovers); got != strangers {
		t.Errorf("from a stranger's key one comes to %s", got)
	}
	if _, err := OpenHead(origin, handovers[0], verifiers[0]); err == nil {
		t.Error("a handover is taken for a head")
	}
}
