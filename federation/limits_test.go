package federation

import (
	"testing"
	"time"
)

// TestBucketsAreKeptWhileTheyFill shows that who has said a word is soon forgotten,
// and who has said too much only when as much may be said again.
func TestBucketsAreKeptWhileTheyFill(t *testing.T) {
	l := newLimits()
	const filling = 500 * time.Second // 5,000 at ten a second
	l.allow("quiet", senderPace)
	for l.allow("loud", senderPace) {
	}
	quiet, _ := l.buckets.GetEntryQuietly("quiet")
	loud, _ := l.buckets.GetEntryQuietly("loud")
	if left := quiet.ExpiresAfter(); left > time.Minute {
		t.Errorf("who said a word is kept for %v", left)
	}
	if left := loud.ExpiresAfter(); left < filling || left > filling+time.Minute {
		t.Errorf("who said too much is kept for %v, not %v", left, filling)
	}
}
