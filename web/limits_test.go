package web

import (
	"testing"
	"time"
)

// TestAttemptsAreRememberedWhileTheyCount shows that who has tried once is soon
// forgotten, and who has tried too often only when they may try as often again.
func TestAttemptsAreRememberedWhileTheyCount(t *testing.T) {
	l := newLimits()
	const counting = 200 * time.Second // 40, one every five seconds
	l.allow("once", addressPace)
	for l.allow("often", addressPace) {
	}
	once, _ := l.known.GetEntryQuietly("once")
	often, _ := l.known.GetEntryQuietly("often")
	if left := once.ExpiresAfter(); left > time.Minute {
		t.Errorf("who has tried once is remembered for %v", left)
	}
	if left := often.ExpiresAfter(); left < counting || left > counting+time.Minute {
		t.Errorf("who has tried too often is remembered for %v, not %v", left, counting)
	}
}
