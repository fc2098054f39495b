package directory

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// What waits is done in the order in which it came, and what was begun is not
// withdrawn.
func TestPiecesKeepTheirOrder(t *testing.T) {
	d := &Database{pieces: pieces{working: true}}
	lined := make([]*piece, maxWaiting)
	for i := range lined {
		lined[i] = &piece{}
		if err := d.line(lined[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.together(context.Background(), nil); !errors.Is(err, ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	if !d.pieces.withdraw(lined[1]) || d.pieces.withdraw(lined[1]) {
		t.Error("what waits is withdrawn once")
	}
	want := slices.Delete(slices.Clone(lined), 1, 2)
	var done []*piece
	for group := d.pieces.next(); len(group) > 0; group = d.pieces.next() {
		if len(group) > maxTogether || d.pieces.withdraw(group[0]) {
			t.Errorf("a group of %d", len(group))
		}
		done = append(done, group...)
	}
	if !slices.Equal(done, want) || d.pieces.working {
		t.Error("another order")
	}
	if d.pieces.waiting != nil {
		t.Error("who has waited is kept")
	}
}
