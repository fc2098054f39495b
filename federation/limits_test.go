package federation

import (
	"errors"
	"net/http"
	"testing"
)

// Who comes with a large activity while many others do is asked to come again, and may
// when one of them is done.
func TestLargeActivitiesComeLater(t *testing.T) {
	l := newLimits()
	var done func()
	for range maxLarge {
		var err error
		if done, err = l.mayBeLarge(); err != nil {
			t.Fatal(err)
		}
	}
	var refused *refusal
	if _, err := l.mayBeLarge(); !errors.As(err, &refused) || refused.status != http.StatusServiceUnavailable {
		t.Errorf("one too many is answered with %v", err)
	}
	done()
	if _, err := l.mayBeLarge(); err != nil {
		t.Error(err)
	}
}
