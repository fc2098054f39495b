package place

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestGazetteerIsKeptForAMoment: whoever opens it next has the same one, and after a
// while nothing of it is left.
func TestGazetteerIsKeptForAMoment(t *testing.T) {
	forget := func() {
		lately.Lock()
		defer lately.Unlock()
		if lately.forget != nil {
			lately.forget.Stop()
		}
		lately.gazetteer = nil
	}
	forget()
	synctest.Test(t, func(t *testing.T) {
		first := Open()
		time.Sleep(kept - time.Second)
		if Open() != first {
			t.Error("the second is another one")
		}
		time.Sleep(kept - time.Second)
		synctest.Wait()
		if Open() != first {
			t.Error("it is forgotten although it was opened a moment ago")
		}
		time.Sleep(kept + time.Second)
		synctest.Wait()
		if lately.gazetteer != nil {
			t.Error("it is kept for good")
		}
	})
}
