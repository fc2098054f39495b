package directory

import (
	"context"
	"fmt"
	"sync"
)

// head is how the number of the last change is asked for very often: those who ask while
// one reading is under way share the next one, which begins after they have asked.
// So nobody gets an older number than by asking alone. The zero value is ready.
type head struct {
	reading sync.Mutex // held by the one that is under way
	mu      sync.Mutex
	next    *headReading // has not begun yet; nil: nobody waits
}

type headReading struct {
	done   chan struct{} // closed when number and err are there
	number int64
	err    error
}

// move tells whoever waits for changes of this process that there may be one.
func (d *Database) move() {
	select {
	case d.moved <- struct{}{}:
	default: // whoever waits will look anyway
	}
}

// Changed is for one who waits until this process changes something. What others
// change is not heard here.
func (d *Directory) Changed() <-chan struct{} { return d.db.moved }

// LastChange returns the number of the newest change, of any process; 0 in an empty
// directory. Many may ask at the same time for little more than one.
func (d *Directory) LastChange(ctx context.Context) (int64, error) {
	h := &d.db.head
	h.mu.Lock()
	r := h.next
	if r == nil {
		r = &headReading{done: make(chan struct{})}
		h.next = r
		go d.db.readHead(context.WithoutCancel(ctx), r) // others wait for it too
	}
	h.mu.Unlock()
	select {
	case <-r.done:
		return r.number, r.err
	case <-ctx.Done():
		return 0, fmt.Errorf("read the last change: %w", ctx.Err())
	}
}

func (d *Database) readHead(ctx context.Context, r *headReading) {
	d.head.reading.Lock()
	defer d.head.reading.Unlock()
	d.head.mu.Lock()
	d.head.next = nil
	d.head.mu.Unlock()
	r.number, r.err = lastChange(d.read.WithContext(ctx))
	close(r.done)
}
