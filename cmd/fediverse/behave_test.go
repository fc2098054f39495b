package main

import (
	"net/http"
	"testing"
	"time"

	"coopverse/federation/fediverse"
)

// TestSharesOfServersMisbehave shows that each share behaves in its own way, and
// that the others, and those that mend, are the ones that take everything.
func TestSharesOfServersMisbehave(t *testing.T) {
	f := fediverse.New(t, fediverse.Config{Hosts: 20})
	shares := make([]share, 3)
	for n, text := range []string{"50%:status=429,retry-after=10s", "5%:refuse=Delete", "10%:late=20ms,status=401,times=1"} {
		if err := shares[n].UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	first, mended := shares[0].behaviour, shares[2].behaviour
	if first.Status != http.StatusTooManyRequests || first.RetryAfter != 10*time.Second || mended.Late != 20*time.Millisecond || mended.Times != 1 {
		t.Errorf("they behave like %+v and %+v", first, mended)
	}
	healthy, err := misbehave(f, 20, shares)
	if err != nil || len(healthy) != 9 || healthy[0] != 11 {
		t.Errorf("%v take everything, %v; want the last nine of twenty", healthy, err)
	}
	if _, err := misbehave(f, 20, append(shares, shares[0])); err == nil {
		t.Error("more than all servers misbehave")
	}
}

// TestSharesThatMeanNothing shows that whatever is no share is refused.
func TestSharesThatMeanNothing(t *testing.T) {
	for _, text := range []string{"", "hang", "30:hang", "0%:hang", "101%:hang", "NaN%:hang", "x%:hang", "5%:", "5%:late", "5%:late=fast", "5%:status=many", "5%:only=both", "5%:sulk"} {
		if err := new(share).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for a share", text)
		}
	}
}
