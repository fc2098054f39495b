package publiclog

import (
	"crypto/ed25519"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

const origin = "coops.example/log"

func newKey(t testing.TB) (ed25519.PrivateKey, string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := VerifierKey(origin, public)
	if err != nil {
		t.Fatal(err)
	}
	return private, verifier
}

// sign makes a head of that text, whatever it says.
func sign(t testing.TB, text string, head tlog.Tree, keys ...ed25519.PrivateKey) string {
	t.Helper()
	signed, err := SignHead(text, head, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestHeadIsOpenedByEachOfItsKeys(t *testing.T) {
	old, oldVerifier := newKey(t)
	fresh, freshVerifier := newKey(t)
	head := tlog.Tree{N: 12, Hash: root(leaves(12))}
	signed := sign(t, origin, head, old, fresh)
	for _, known := range [][]string{{oldVerifier}, {freshVerifier}, {oldVerifier, freshVerifier}} {
		if got, err := OpenHead(origin, signed, known...); err != nil || got != head {
			t.Errorf("opened with %v: %+v, %v", known, got, err)
		}
	}
}

// What is signed is a head of this log by one of its keys, byte for byte.
func TestForgedHeadsAreRefused(t *testing.T) {
	key, verifier := newKey(t)
	foreign, _ := newKey(t)
	head := tlog.Tree{N: 12, Hash: root(leaves(12))}
	signed := sign(t, origin, head, key)
	for what, forged := range map[string]string{
		"another key":            sign(t, origin, head, foreign),
		"nobody":                 signed[:strings.Index(signed, "\n\n")+2],
		"another size":           strings.Replace(signed, "\n12\n", "\n13\n", 1),
		"another hash":           strings.Replace(signed, head.Hash.String(), root(leaves(11)).String(), 1),
		"an extension":           strings.Replace(signed, "\n\n", "\nmore\n\n", 1),
		"nothing":                "",
		"a size with a zero":     strings.Replace(signed, "\n12\n", "\n012\n", 1),
		"no signature at all":    origin + "\n12\n" + head.Hash.String() + "\n",
		"text after the notes":   signed + "more\n",
		"more than there can be": sign(t, origin, tlog.Tree{N: maxSize + 1}, key),
	} {
		if got, err := OpenHead(origin, forged, verifier); err == nil {
			t.Errorf("%s: opened as %+v", what, got)
		}
	}
	if _, err := OpenHead("other.example/log", signed, verifier); err == nil {
		t.Error("a head of one log is taken for another's")
	}
	if _, err := OpenHead(origin, signed); err == nil {
		t.Error("a head is opened without a key")
	}
}

// A key that signs whatever it is asked to cannot be brought to sign what reads
// as a head but is written in another way.
func TestHeadHasOneForm(t *testing.T) {
	key, verifier := newKey(t)
	for _, text := range []string{origin + "\nextra", "", origin + " "} {
		signed, err := SignHead(text, tlog.Tree{N: 1}, key)
		if err != nil {
			continue
		}
		if got, err := OpenHead(origin, signed, verifier); err == nil {
			t.Errorf("%q: opened as %+v", text, got)
		}
	}
}
