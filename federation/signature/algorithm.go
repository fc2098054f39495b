package signature

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
)

// algorithm is a way of signing a text.
type algorithm int

const (
	rsaSHA256 algorithm = iota // PKCS #1 v1.5, as are all RSA signatures of the fediverse
	rsaSHA512
	edwards25519
)

// cavageAlgorithms says what the algorithm parameter of a Signature header may
// mean. “hs2019” or none at all stands for “see the key”; with an RSA key the
// draft would have PSS, but everybody who writes it uses PKCS #1 v1.5, nearly
// always with SHA-256.
var cavageAlgorithms = map[string][]algorithm{
	"":           {rsaSHA256, rsaSHA512, edwards25519},
	"hs2019":     {rsaSHA256, rsaSHA512, edwards25519},
	"rsa-sha256": {rsaSHA256},
	"rsa-sha512": {rsaSHA512},
	"ed25519":    {edwards25519},
}

// rfc9421Algorithms says what the alg parameter of a Signature-Input may mean
// (RFC 9421, section 6.2.2). Without one the kind of key decides.
var rfc9421Algorithms = map[string][]algorithm{
	"":                {rsaSHA256, edwards25519},
	"rsa-v1_5-sha256": {rsaSHA256},
	"ed25519":         {edwards25519},
}

// verify reports whether signature was made over text with this algorithm and
// the private half of key. A key of the wrong kind, and any error of the
// cryptography, is a no.
func (a algorithm) verify(key crypto.PublicKey, text, signature []byte) bool {
	switch key := key.(type) {
	case *rsa.PublicKey:
		switch a {
		case rsaSHA256:
			sum := sha256.Sum256(text)
			return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
		case rsaSHA512:
			sum := sha512.Sum512(text)
			return rsa.VerifyPKCS1v15(key, crypto.SHA512, sum[:], signature) == nil
		}
	case ed25519.PublicKey:
		return a == edwards25519 && ed25519.Verify(key, text, signature)
	}
	return false
}
