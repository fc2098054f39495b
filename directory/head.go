package directory

import (
	"context"
	"sync"
	"time"
)

// headKept is how long the number of the last change is taken for the last one, as far
// as other processes are concerned. Nobody sees their changes later than that.
const headKept = 10 * time.Millisecond

// head is the number of the last change, at hand for those who ask very often whether
// anything has changed.
type head struct {
	moved  chan struct{} // has room for one
	mu     sync.Mutex
	number int64
	until  time.Time
}

func newHead() *head { return &head{moved: make(chan struct{}, 1)} }

// forget is called after each change of this process.
func (h *head) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.until = time.Time{}
	select {
	case h.moved <- struct{}{}:
	default: // whoever waits will look anyway
	}
}

// Changed is for one who waits until this process changes something. What others
// change is not heard here.
func (d *Directory) Changed() <-chan struct{} { return d.db.head.moved }

// RecentChange is LastChange, but of another process's changes it may miss those of the
// last 10 ms.
func (d *Directory) RecentChange(ctx context.Context) (int64, error) {
	h := d.db.head
	h.mu.Lock()
	defer h.mu.Unlock()
	asked := time.Now()
	if asked.Before(h.until) {
		return h.number, nil
	}
	number, err := d.LastChange(ctx)
	if err == nil {
		h.number, h.until = number, asked.Add(headKept)
	}
	return number, err
}
