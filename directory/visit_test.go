package directory

import (
	"context"
	"time"
)

// LetGo ends the visit to an inbox that has taken everything up to inbox.Taken,
// whatever was changed since.
func (d *Directory) LetGo(ctx context.Context, inbox Inbox) error {
	return d.db.write.WithContext(ctx).Exec(`UPDATE inboxes SET taken = @taken, leased_until = NULL, failures = 0, failing_since = NULL, gone = FALSE, last_error = '',
		due_at = CASE WHEN wakes = @wakes THEN NULL ELSE due_at END WHERE id = @id AND leased_by = @holder`,
		map[string]any{"taken": inbox.Taken, "wakes": inbox.Wakes, "id": inbox.ID, "holder": inbox.LeasedBy}).Error
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
