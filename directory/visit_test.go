package directory

import (
	"context"
	"time"
)

// LetGo settles the last visit to an inbox that is owed nothing more.
func (d *Directory) LetGo(ctx context.Context, inbox Inbox) error {
	head, err := d.LastChange(ctx)
	if err != nil {
		return err
	}
	return d.settleVisit(ctx, Visit{Inbox: inbox, Head: head})
}

// TryAgain settles a visit to an inbox that did not answer as hoped.
func (d *Directory) TryAgain(ctx context.Context, inbox Inbox, gone bool, why string, at time.Time) error {
	return d.settleVisit(ctx, Visit{Inbox: inbox, Failed: &Failed{Why: why, At: at, Gone: gone}})
}

func (d *Directory) settleVisit(ctx context.Context, v Visit) error {
	settled, err := d.Settle(ctx, []Visit{v}, time.Minute, func(int) time.Duration { return time.Minute })
	if err == nil && settled[0].Lost {
		return ErrLeaseLost
	}
	return err
}
