package federation

import (
	"net/http"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/federation/fetch"
)

// What a server answers to one activity for a day is about that activity, unless it
// says that it is about the server.
func TestActivitiesAreParkedAfterADay(t *testing.T) {
	for status, parked := range map[int]bool{
		http.StatusUnauthorized: true, http.StatusMovedPermanently: true, http.StatusPermanentRedirect: true,
		http.StatusInternalServerError: true, http.StatusBadGateway: true,
		http.StatusServiceUnavailable: false, http.StatusTooManyRequests: false, http.StatusRequestTimeout: false, 0: false,
	} {
		for hours, want := range map[int]bool{23: false, 25: parked} {
			since := clock.Now().Add(-time.Duration(hours) * time.Hour)
			if got := parks(directory.Inbox{FailingSince: &since}, &fetch.Error{Status: status}); got != want {
				t.Errorf("status %d for %d hours: parked %v, want %v", status, hours, got, want)
			}
		}
	}
}
