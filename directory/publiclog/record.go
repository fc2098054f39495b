package publiclog

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// SaltSize is the length of a record's salt, in bytes.
const SaltSize = 16

// Limits of one record. An entry of which each field is as long as it may be
// fits in.
const (
	MaxRecord    = 80 << 10 // bytes
	MaxWithdrawn = 1000     // leaves that it withdraws
)

// NewSalt makes a salt that nobody can guess.
func NewSalt() []byte {
	salt := make([]byte, SaltSize)
	_, _ = rand.Read(salt) // never fails
	return salt
}

// Commit is what stands in the tree for a record: SHA-256 of its salt and then
// its text, which together say where the one ends.
func Commit(salt []byte, record string) []byte {
	hash := sha256.New()
	hash.Write(salt)
	hash.Write([]byte(record))
	return hash.Sum(nil)
}

// Leaf is the hash of a commitment in the tree (RFC 6962, section 2.1).
func Leaf(commitment []byte) tlog.Hash { return tlog.RecordHash(commitment) }

// Line is one record as it is served: with its salt, or, once it was withdrawn,
// only its commitment.
type Line struct {
	Salt       string          `json:"salt,omitempty"`       // base64url, unpadded
	Record     json.RawMessage `json:"record,omitempty"`     // its bytes are those that are committed to
	Commitment string          `json:"commitment,omitempty"` // base64url, unpadded
}

// errLine means that a line cannot stand in a log.
var errLine = errors.New("not a line of a log")

// Kept is the line of a record that was not withdrawn.
func Kept(salt []byte, record string) Line {
	return Line{Salt: inBase64(salt), Record: json.RawMessage(record)}
}

// Withdrawn is the line of a record that was.
func Withdrawn(commitment []byte) Line { return Line{Commitment: inBase64(commitment)} }

// Committed returns the commitment of a line, with the salt of one that was not
// withdrawn. It fails for a line that says too little or too much to be of a log.
func (l Line) Committed() (commitment, salt []byte, err error) {
	if l.Commitment != "" {
		commitment, err = fromBase64(l.Commitment, sha256.Size)
		if err == nil && (l.Salt != "" || l.Record != nil) {
			err = errors.New("a withdrawn record has neither salt nor text")
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", errLine, err)
		}
		return commitment, nil, nil
	}
	salt, err = fromBase64(l.Salt, SaltSize)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%w: %w", errLine, err)
	case len(l.Record) == 0 || len(l.Record) > MaxRecord:
		return nil, nil, fmt.Errorf("%w: its record has %d bytes; one has 1 to %d", errLine, len(l.Record), MaxRecord)
	}
	return Commit(salt, string(l.Record)), salt, nil
}

func inBase64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// fromBase64 reads bytes that have that length and only one way to be written.
func fromBase64(text string, length int) ([]byte, error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err == nil && len(data) != length {
		err = fmt.Errorf("%d bytes where %d belong", len(data), length)
	}
	return data, err
}
