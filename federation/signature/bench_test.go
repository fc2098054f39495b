package signature

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What our code costs on top of the bare signature. Both are done in turn, so
// that whatever else the machine does slows both: “rate/bare” is how many are
// signed or verified in the time of one that is bare.
func BenchmarkSignature(b *testing.B) {
	body := []byte(strings.Repeat("x", 3000))
	key := testKey()
	sum := sha256.Sum256(body)
	signature, err := key.sign(body)
	if err != nil {
		b.Fatal(err)
	}
	for name, sign := range schemes {
		r := newRequest(b, http.MethodPost, "https://coop.example/inbox", "")
		b.Run("Sign "+name, func(b *testing.B) {
			compare(b, func() error { return sign(r, body, key, moment) },
				func() error { _, err := rsa.SignPKCS1v15(nil, key.Private, crypto.SHA256, sum[:]); return err })
		})
		b.Run("Read and Verify "+name, func(b *testing.B) {
			compare(b, func() error { return verified(r, body, key) },
				func() error { return rsa.VerifyPKCS1v15(&key.Private.PublicKey, crypto.SHA256, sum[:], signature) })
		})
	}
}

func compare(b *testing.B, ours, bare func() error) {
	b.ReportAllocs()
	var oursTook, bareTook time.Duration
	for b.Loop() {
		began := time.Now()
		if err := ours(); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		if err := bare(); err != nil {
			b.Fatal(err)
		}
		oursTook += between.Sub(began)
		bareTook += time.Since(between)
	}
	b.ReportMetric(float64(bareTook)/float64(oursTook), "rate/bare")
	b.ReportMetric(float64(b.N)/oursTook.Seconds(), "ours/s")
}
