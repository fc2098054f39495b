package signature

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// Key is a private key and the name under which its public half is found. It
// may be used by many at once; parse a private key once and keep it, since
// parsing takes about 0.14 ms.
type Key struct {
	ID      string // address of the actor with “#main-key” (Lemmy needs the #)
	Private *rsa.PrivateKey
}

// Sizes of RSA keys that are taken, in bits. Smaller ones can be broken, larger
// ones cost whoever verifies more time than a stranger should be given.
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// maxPEM is how long a key's text may be, in bytes: four times one of 8192 bits.
const maxPEM = 8 << 10

// GenerateKey makes a private key: RSA with 2048 bits, the one kind that every
// server takes. It takes about 50 ms.
func GenerateKey() (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, minRSABits)
	if err != nil {
		return nil, fmt.Errorf("generating a key: %w", err)
	}
	return key, nil
}

// ParsePublicKey reads the publicKeyPem of an actor: an *rsa.PublicKey or an
// ed25519.PublicKey in SPKI form (“PUBLIC KEY”), or the older PKCS #1 form
// (“RSA PUBLIC KEY”). RSA keys have 2048 to 8192 bits. All else is ErrKey.
func ParsePublicKey(text string) (crypto.PublicKey, error) {
	if len(text) > maxPEM {
		return nil, fmt.Errorf("%w: %d bytes long", ErrKey, len(text))
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("%w: not PEM", ErrKey)
	}
	key, err := parsePublic(block)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if err := fit(key); err != nil {
		return nil, err
	}
	return key, nil
}

func parsePublic(block *pem.Block) (crypto.PublicKey, error) {
	switch block.Type {
	case "PUBLIC KEY":
		return x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		return x509.ParsePKCS1PublicKey(block.Bytes)
	}
	return nil, fmt.Errorf("PEM of a %q", block.Type)
}

// fit refuses keys of kinds and sizes that we do not use.
func fit(key crypto.PublicKey) error {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if key == nil || key.N == nil || key.N.BitLen() < minRSABits || key.N.BitLen() > maxRSABits {
			return fmt.Errorf("%w: RSA of other than %d to %d bits", ErrKey, minRSABits, maxRSABits)
		}
		return nil
	case ed25519.PublicKey:
		if len(key) != ed25519.PublicKeySize {
			return fmt.Errorf("%w: Ed25519 of %d bytes", ErrKey, len(key))
		}
		return nil
	}
	return fmt.Errorf("%w: %T", ErrKey, key)
}

// MarshalPublicKey writes a public key as an actor's publicKeyPem: SPKI in PEM.
func MarshalPublicKey(key *rsa.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("writing a public key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// MarshalPrivateKey writes a private key as PKCS #8 in PEM.
func MarshalPrivateKey(key *rsa.PrivateKey) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", fmt.Errorf("writing a private key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// ParsePrivateKey reads what MarshalPrivateKey wrote.
func ParsePrivateKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("%w: not PEM", ErrKey)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%w: %T", ErrKey, key)
	}
	return private, fit(&private.PublicKey)
}
