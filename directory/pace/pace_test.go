package pace

import (
	"testing"
	"time"
)

// Who has come once is soon forgotten, and who has come too often only when they may
// come as often again.
func TestBucketsAreKeptWhileTheyFill(t *testing.T) {
	const filling = 500 * time.Second
	b, p := New(10), Pace{AtOnce: 5_000, Every: filling / 5_000}
	b.Allow("quiet", p)
	for b.Allow("loud", p) {
	}
	quiet, _ := b.known.GetEntryQuietly("quiet")
	loud, _ := b.known.GetEntryQuietly("loud")
	if left := quiet.ExpiresAfter(); left > time.Minute {
		t.Errorf("who has come once is kept for %v", left)
	}
	if left := loud.ExpiresAfter(); left < filling || left > filling+time.Minute {
		t.Errorf("who has come too often is kept for %v, not %v", left, filling)
	}
}
