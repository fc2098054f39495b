package main

import (
	"io"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
)

// The status of a mirror says how far it is behind, or since when nobody answers.
func TestMirrorStatusSaysHowItStands(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	number := func(n int64) *int64 { return &n }
	current := directory.Mirror{State: directory.MirrorCurrent, VerifiedAt: &at, Received: 4711}
	adopted, held := current, current
	adopted.AdoptedAt, adopted.State = &at, directory.MirrorFrozen
	held.Failures, held.Why = 3, "no answer in time"
	for want, s := range map[string]mirrorStatus{
		"12 behind":                      {Mirror: current, Records: 100, Behind: number(12)},
		"as many as the directory has":   {Mirror: current, Records: 100, Behind: number(0)},
		"shows only the first 90 now":    {Mirror: current, Records: 100, Behind: number(-10)},
		"has not since 2026-03-01T12:00": {Mirror: held},
		"no answer in time":              {Mirror: held},
		"current, held up":               {Mirror: held},
		"adopted on 2026-03-01":          {Mirror: adopted},
		"last verified 2026-03-01T12:00": {Mirror: current},
		"4711 bytes":                     {Mirror: current},
		"never verified":                 {},
	} {
		var text strings.Builder
		if s.print(&text); !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in %q", want, text.String())
		}
	}
}

// Only a clear yes has a copy adopted.
func TestAdoptionAsks(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, "YES\n": true, "yes": true, "\n": false, "": false, "no\n": false, "yesterday\n": false} {
		if got := agreed(streams{strings.NewReader(answer), io.Discard, io.Discard}); got != want {
			t.Errorf("%q is taken for %v", answer, got)
		}
	}
}
