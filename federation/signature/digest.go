package signature

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/dunglas/httpsfv"
)

// digestOf returns the value of a Digest header (RFC 3230) for a body.
func digestOf(body []byte) string {
	sum := sha256.Sum256(body)
	return "SHA-256=" + base64.StdEncoding.EncodeToString(sum[:])
}

// contentDigestOf returns the value of a Content-Digest header (RFC 9530) for a
// body.
func contentDigestOf(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// checkDigest compares a Digest header (RFC 3230, section 4.3.2) with the body.
// There may be several digests in it: every SHA-256 and SHA-512 must be right,
// and at least one must be there.
func checkDigest(header string, body []byte) error {
	known := false
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		sum, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			sum = nil // equals no digest
		}
		understood, err := compareDigest(name, sum, body)
		if err != nil {
			return err
		}
		known = known || understood
	}
	if !known {
		return fmt.Errorf("%w: neither SHA-256 nor SHA-512", ErrDigest)
	}
	return nil
}

// checkContentDigest compares a Content-Digest header (RFC 9530, section 2)
// with the body, as checkDigest does.
func checkContentDigest(header string, body []byte) error {
	digests, err := httpsfv.UnmarshalDictionary([]string{header})
	if err != nil {
		return fmt.Errorf("%w: content-digest: %w", ErrDigest, err)
	}
	known := false
	for _, name := range digests.Names() {
		member, _ := digests.Get(name)
		item, _ := member.(httpsfv.Item)
		sum, ok := item.Value.([]byte)
		if !ok {
			return fmt.Errorf("%w: %s is no bytes", ErrDigest, name)
		}
		understood, err := compareDigest(name, sum, body)
		if err != nil {
			return err
		}
		known = known || understood
	}
	if !known {
		return fmt.Errorf("%w: neither sha-256 nor sha-512", ErrDigest)
	}
	return nil
}

// compareDigest reports whether it understands a digest of this name, and
// returns an error if it does and the digest is not that of the body.
func compareDigest(name string, sum, body []byte) (understood bool, err error) {
	var ours []byte
	switch strings.ToLower(name) {
	case "sha-256":
		full := sha256.Sum256(body)
		ours = full[:]
	case "sha-512":
		full := sha512.Sum512(body)
		ours = full[:]
	default:
		return false, nil
	}
	if !bytes.Equal(sum, ours) {
		return true, fmt.Errorf("%w: %s differs", ErrDigest, name)
	}
	return true, nil
}
