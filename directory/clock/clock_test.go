package clock

import (
	"testing"
	"time"
)

// A clock that is set while the program runs is noticed once; time that passes is not.
func TestJumpsAreNoticed(t *testing.T) {
	var w Watch
	if by := w.Jumped(); by != 0 {
		t.Errorf("at first: %s", by)
	}
	for _, set := range []time.Duration{0, time.Hour, -2 * time.Hour, time.Second, time.Hour - time.Second} {
		Set(set)
		want := set
		if set < tolerated && set > -tolerated {
			want = 0
		}
		if by := w.Jumped(); (by - want).Abs() > time.Second {
			t.Errorf("set by %s, noticed %s", set, by)
		}
		if by := w.Jumped(); by != 0 {
			t.Errorf("set by %s, noticed again: %s", set, by)
		}
	}
}
