package proof

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/multiformats/go-multibase"
)

// Key is a private key and the id under which its public half is found. It may
// be used by many at once.
type Key struct {
	ID      string // address of the actor with a fragment, “#ed25519-key”
	Private ed25519.PrivateKey
}

// GenerateKey makes a private key.
func GenerateKey() (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generating a key: %w", err)
	}
	return key, nil
}

// MarshalPrivateKey writes a private key as PKCS #8 in PEM.
func MarshalPrivateKey(key ed25519.PrivateKey) (string, error) {
	if len(key) != ed25519.PrivateKeySize {
		return "", fmt.Errorf("%w: %d bytes", ErrKey, len(key))
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", fmt.Errorf("writing a private key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// ParsePrivateKey reads what MarshalPrivateKey wrote.
func ParsePrivateKey(text string) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("%w: not PEM", ErrKey)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%w: %T", ErrKey, key)
	}
	return private, nil
}

// multicodec is what tells an Ed25519 public key from keys of other kinds: the
// number 0xed, written in base 128 as the table of multicodecs has it.
const multicodec = "\xed\x01"

// Multikey writes a public key as an actor's publicKeyMultibase (FEP-521a):
// “z6Mk…”. The key must be an ed25519.PublicKey.
func Multikey(public crypto.PublicKey) string {
	return encode(append([]byte(multicodec), public.(ed25519.PublicKey)...))
}

// ParseMultikey reads the publicKeyMultibase of an actor's Multikey. All but
// Ed25519 keys are ErrKey.
func ParseMultikey(text string) (ed25519.PublicKey, error) {
	data, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	key, known := strings.CutPrefix(string(data), multicodec)
	if !known || len(key) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%w: not Ed25519", ErrKey)
	}
	return ed25519.PublicKey(key), nil
}

// maxMultibase is how long what is written in base 58 may be. A signature has
// 89 characters, and reading takes time with the square of the length.
const maxMultibase = 100

// encode writes bytes as Multibase has them in Bitcoin's base 58, the one base
// that keys and signatures of the fediverse have.
func encode(data []byte) string {
	text, _ := multibase.Encode(multibase.Base58BTC, data) // fails for unknown bases only
	return text
}

// decode reads what encode wrote.
func decode(text string) ([]byte, error) {
	if !strings.HasPrefix(text, string(rune(multibase.Base58BTC))) || len(text) > maxMultibase {
		return nil, fmt.Errorf("%.20q is not short base 58 in Multibase", text)
	}
	_, data, err := multibase.Decode(text)
	return data, err
}
