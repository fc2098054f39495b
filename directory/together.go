package directory

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

const (
	// maxTogether is how many pieces of work share a transaction. PostgreSQL
	// keeps as many savepoints of a transaction at hand for others to look at.
	maxTogether = 64
	// maxWaiting is how many pieces may wait.
	maxWaiting = 1024
	// togetherTime is how long one transaction may take.
	togetherTime = 30 * time.Second
)

// pieces are the work that waits for the one who does it. While one transaction is
// brought to the disk others come, and those share the next one: what takes time is the
// way to the disk, not what is written. Nobody waits for company. The zero value is ready.
type pieces struct {
	mu      sync.Mutex
	waiting []*piece // in the order in which they came
	working bool
}

// piece is work that is done in a transaction, beside others but on its own: each has
// a savepoint, and fails alone.
type piece struct {
	do      func(tx *gorm.DB) error
	hearing *hearing // in the place of do
	err     error
	done    chan struct{}
}

// together runs fn in a transaction that it may share with others, and returns when
// that is on the disk. No change is written meanwhile, as with betweenChanges. fn may be
// run a second time if the first had no effect. Pieces are done in the order in which
// they come. Errors: fn's own; ErrBusy; that of ctx, if it ended before fn was begun.
func (d *Database) together(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return d.join(ctx, &piece{do: fn})
}

// join is together for a piece of either kind.
func (d *Database) join(ctx context.Context, p *piece) error {
	p.done = make(chan struct{})
	if err := d.line(p); err != nil {
		return err
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		if d.pieces.withdraw(p) {
			return ctx.Err()
		}
		<-p.done // it was begun, and how it ends is what counts
	}
	return p.err
}

// line lines a piece up.
func (d *Database) line(p *piece) error {
	w := &d.pieces
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) >= maxWaiting {
		return ErrBusy
	}
	w.waiting = append(w.waiting, p)
	if !w.working {
		w.working = true
		go d.work()
	}
	return nil
}

// withdraw takes a piece back that was not begun, and says whether that was so.
func (w *pieces) withdraw(p *piece) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, waiting := range w.waiting {
		if waiting == p {
			w.waiting = append(w.waiting[:i:i], w.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// next takes those who share the next transaction. If there are none, nobody is at
// work any more.
func (w *pieces) next() []*piece {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.waiting), maxTogether)
	group := w.waiting[:n:n]
	if w.waiting = w.waiting[n:]; len(w.waiting) == 0 {
		w.waiting = nil // which would keep who has waited
	}
	w.working = n > 0
	return group
}

// work writes until nothing waits.
func (d *Database) work() {
	for group := d.pieces.next(); len(group) > 0; group = d.pieces.next() {
		alone := group
		if len(group) > 1 {
			alone = d.share(group)
		}
		for _, p := range alone {
			p.err = d.apart(p.run)
		}
		for _, p := range group {
			close(p.done)
		}
	}
}

// apart runs fn in a transaction. Requests that end meanwhile do not interrupt it:
// SQLite would undo what others have in it as well.
func (d *Database) apart(fn func(tx *gorm.DB) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), togetherTime)
	defer cancel()
	return d.betweenChanges(ctx, fn)
}

// share does the work of a group in one transaction, and returns those who have to
// try again alone: who was in the way of another process's work, or all of them if
// the transaction failed.
func (d *Database) share(group []*piece) (alone []*piece) {
	var err error
	if heardAtOnce(group) == len(group) {
		// Mostly nothing fails, and what a savepoint costs is spared.
		err = d.apart(func(tx *gorm.DB) error { return guard(func() error { return hearPieces(tx, group) }) })
		if err == nil {
			return nil
		}
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		alone, err = d.shareSaved(group)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded): // and each of them would wait as long
		for _, p := range group {
			p.err = err
		}
		return nil
	case err != nil:
		return group
	}
	return alone
}

// shareSaved does the work of a group in one transaction, with savepoints, so that
// what fails is undone alone. An error is one of the whole transaction.
func (d *Database) shareSaved(group []*piece) (alone []*piece, err error) {
	err = d.apart(func(tx *gorm.DB) error {
		for rest := group; len(rest) > 0; {
			n := heardAtOnce(rest)
			if err := runPieces(tx, rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
		for _, p := range group {
			if isConflict(p.err) {
				alone = append(alone, p)
			}
		}
		return nil
	})
	return alone, err
}

// runPieces hears pieces at once, or else runs one after the other, so that each
// alone is undone if it fails. An error is one of the whole transaction.
func runPieces(tx *gorm.DB, pieces []*piece) error {
	if len(pieces) > 1 {
		failed, err := undone(tx, func(tx *gorm.DB) error { return guard(func() error { return hearPieces(tx, pieces) }) })
		if err != nil || failed == nil {
			return err
		}
	}
	for _, p := range pieces {
		var err error
		if p.err, err = undone(tx, p.run); err != nil {
			return err
		}
	}
	return nil
}

// undone runs fn and undoes it if it fails, and returns why; err is an error of the
// whole transaction.
func undone(tx *gorm.DB, fn func(tx *gorm.DB) error) (failed, err error) {
	if err := tx.Exec("SAVEPOINT piece").Error; err != nil {
		return nil, err
	}
	woken := wokenLater(tx)
	before := *woken
	if failed = fn(tx); failed != nil {
		*woken = before
		if err := tx.Exec("ROLLBACK TO SAVEPOINT piece").Error; err != nil {
			return failed, err
		}
	}
	return failed, tx.Exec("RELEASE SAVEPOINT piece").Error
}

// run runs a piece.
func (p *piece) run(tx *gorm.DB) error {
	return guard(func() error {
		if p.hearing == nil {
			return p.do(tx)
		}
		return errorOr(hearAll(tx, []*hearing{p.hearing}), p.hearing.err)
	})
}

// guard makes an error of a panic: nobody above would catch it.
func guard(fn func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return fn()
}

// isConflict says whether PostgreSQL chose the work to be undone because it and
// another process's waited for each other (class 40 of its errors).
func isConflict(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && strings.HasPrefix(refused.Code, "40")
}
