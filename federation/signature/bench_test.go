package signature

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"
)

// What our code costs on top of the bare signature: compare “Sign” with
// “bare signing”, and “Read and Verify” with “bare verifying”, of one run.
func BenchmarkSignature(b *testing.B) {
	body := []byte(strings.Repeat("x", 3000))
	key := testKey()
	sum := sha256.Sum256(body)
	signature, err := rsa.SignPKCS1v15(nil, key.Private, crypto.SHA256, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	b.Run("bare signing", func(b *testing.B) {
		for b.Loop() {
			if _, err := rsa.SignPKCS1v15(nil, key.Private, crypto.SHA256, sum[:]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare verifying", func(b *testing.B) {
		for b.Loop() {
			if err := rsa.VerifyPKCS1v15(&key.Private.PublicKey, crypto.SHA256, sum[:], signature); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, sign := range schemes {
		r := newRequest(b, http.MethodPost, "https://coop.example/inbox", "")
		b.Run("Sign "+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := sign(r, body, key, moment); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("Read and Verify "+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := verified(r, body, key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
