package proof

import (
	"crypto/ed25519"
	"strings"
	"testing"
	"time"
)

// What our code costs on top of the bare signature, for a document of 3 kB as
// most are. Both are done in turn, so that whatever else the machine does slows
// both: “rate/bare” is how many are signed or verified in the time of one that
// is bare.
func BenchmarkProof(b *testing.B) {
	document := `{"@context":["https://www.w3.org/ns/activitystreams",{"a":"https://a.example/"}],"id":"https://coop.example/1",` +
		`"object":{"content":"` + strings.Repeat("<p>Tea & cake.</p>", 150) + `","tag":[{"name":"#a"},{"name":"#b"}]}}`
	whole := signed(b, document)
	private := testKey().Private
	public := private.Public().(ed25519.PublicKey)
	text := make([]byte, 64)
	signature := ed25519.Sign(private, text)
	b.Run("Sign", func(b *testing.B) {
		compare(b, func() error { _, err := Sign([]byte(document), testKey(), moment); return err },
			func() { ed25519.Sign(private, text) })
	})
	b.Run("Read and Verify", func(b *testing.B) {
		compare(b, func() error { return verified(whole, testKey()) },
			func() { ed25519.Verify(public, text, signature) })
	})
	b.Run("Read without a proof", func(b *testing.B) {
		compare(b, func() error { _, err := Read([]byte(document), moment); return err },
			func() { ed25519.Verify(public, text, signature) })
	})
}

func compare(b *testing.B, ours func() error, bare func()) {
	b.ReportAllocs()
	var oursTook, bareTook time.Duration
	for b.Loop() {
		began := time.Now()
		if err := ours(); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		bare()
		oursTook += between.Sub(began)
		bareTook += time.Since(between)
	}
	b.ReportMetric(float64(bareTook)/float64(oursTook), "rate/bare")
	b.ReportMetric(float64(b.N)/oursTook.Seconds(), "ours/s")
}
