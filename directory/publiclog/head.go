package publiclog

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// maxSize is the size of the largest log that is believed in. With sizes near the
// largest number tlog counts without an end.
const maxSize = 1 << 48

// ed25519Note is the number of Ed25519 among the algorithms of signed notes.
const ed25519Note = 1

// signer signs notes with a key that also signs other things: the notes begin
// with the log's origin, and nothing else that is signed does.
type signer struct {
	origin string
	key    ed25519.PrivateKey
}

func (s signer) Name() string                     { return s.origin }
func (s signer) Sign(text []byte) ([]byte, error) { return ed25519.Sign(s.key, text), nil }

// KeyHash is the key's id (C2SP signed-note).
func (s signer) KeyHash() uint32 {
	public := s.key.Public().(ed25519.PublicKey)
	sum := sha256.Sum256([]byte(s.origin + "\n" + string(rune(ed25519Note)) + string(public)))
	return binary.BigEndian.Uint32(sum[:])
}

// SignHead writes a head of a log down (C2SP tlog-checkpoint), signed with each
// of the keys. The origin is the log's address without its scheme.
func SignHead(origin string, head tlog.Tree, keys ...ed25519.PrivateKey) (string, error) {
	signers := make([]note.Signer, len(keys))
	for i, key := range keys {
		signers[i] = signer{origin, key}
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", origin, head.N, head.Hash)
	signed, err := note.Sign(&note.Note{Text: text}, signers...)
	if err != nil {
		return "", fmt.Errorf("sign the head of %s: %w", origin, err)
	}
	return string(signed), nil
}

// VerifierKey is how a key is told to those who check heads (C2SP signed-note).
func VerifierKey(origin string, key ed25519.PublicKey) (string, error) {
	return note.NewEd25519VerifierKey(origin, key)
}

// ErrHead means that a text is no head of the log that is asked for.
var ErrHead = errors.New("not a head of this log")

// IsVerifierKey says whether a text is a key of the log of that origin, as
// VerifierKey writes it.
func IsVerifierKey(origin, key string) bool {
	verifier, err := note.NewVerifier(key)
	return err == nil && verifier.Name() == origin
}

// OpenHead reads a signed head of the log of that origin. At least one of the
// keys, as VerifierKey writes them, must have signed it.
func OpenHead(origin, signed string, verifierKeys ...string) (tlog.Tree, error) {
	var verifiers []note.Verifier
	for _, key := range verifierKeys {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return tlog.Tree{}, fmt.Errorf("%w: %w", ErrHead, err)
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifiers...))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("%w: %w", ErrHead, err)
	}
	return parseHead(origin, opened.Text)
}

// ReadHead reads a head of the log of that origin without asking who signed it:
// something else has to prove what it says.
func ReadHead(origin, signed string) (tlog.Tree, error) {
	_, err := note.Open([]byte(signed), note.VerifierList())
	unverified := new(note.UnverifiedNoteError)
	if !errors.As(err, &unverified) {
		return tlog.Tree{}, fmt.Errorf("%w: %w", ErrHead, err)
	}
	return parseHead(origin, unverified.Note.Text)
}

func parseHead(origin, text string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n") // the text ends with a line's end
	if len(lines) != 4 || lines[0] != origin {
		return tlog.Tree{}, fmt.Errorf("%w: it begins with %.100q", ErrHead, lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || size > maxSize || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, fmt.Errorf("%w: its size is %.30q", ErrHead, lines[1])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("%w: its hash is %.60q", ErrHead, lines[2])
	}
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}, nil
}
