package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/federation/fetch"
)

// skippedAtOnce is how many pages of records that were skipped are read each time
// a copy is brought up to date.
const skippedAtOnce = 20

// begin has an empty copy begin with the newest snapshot of its log, and returns
// the size of the log in the snapshot with which the copy began; 0: with none.
func (f *Federation) begin(ctx context.Context, m directory.Mirror) (int64, error) {
	size, err := f.directory.MirrorLog(m).Size(ctx)
	if err != nil {
		return 0, err
	}
	if size == 0 {
		newest, err := f.newestSnapshot(ctx, m)
		if err != nil {
			return 0, err
		}
		if err := f.directory.BeginMirror(ctx, m, newest); err != nil {
			return 0, err
		}
	}
	if m, err = f.directory.Mirror(ctx, m.Host); err != nil || m.Snapshot == nil {
		return 0, err
	}
	return *m.Snapshot, nil
}

// newestSnapshot is the size of the log in its newest snapshot; 0 if it has none.
// Nobody signs that: what comes of it is checked against the record that the log
// has of it.
func (f *Federation) newestSnapshot(ctx context.Context, m directory.Mirror) (int64, error) {
	found, err := f.client.Get(ctx, m.Source+publiclog.Path+"/snapshot", "application/json", 64<<10)
	if errors.Is(err, fetch.ErrGone) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	var s directory.LoggedSnapshot
	if err := json.Unmarshal(found.Body, &s); err != nil || s.Size < 1 {
		return 0, fmt.Errorf("%w: its snapshot is %.100q", directory.ErrTampered, found.Body)
	}
	return s.Size, nil
}

// readSkipped reads some of what had ended before the snapshot with which a copy
// began. A source that lacks it itself is asked again another time.
func (f *Federation) readSkipped(ctx context.Context, m directory.Mirror) error {
	if m, err := f.directory.Mirror(ctx, m.Host); err != nil || m.Snapshot == nil {
		return err
	}
	for range skippedAtOnce {
		before, first, err := f.directory.Skipped(ctx, m)
		if err != nil {
			return err
		}
		if before == 0 {
			return f.directory.MirrorWhole(ctx, m)
		}
		page, err := f.logPageAt(ctx, m, first)
		if err != nil {
			return err
		}
		if err := f.directory.FillIn(ctx, m, page); err != nil {
			return err
		}
		if after, _, err := f.directory.Skipped(ctx, m); err != nil || after == before {
			return err
		}
	}
	return nil
}

// wrongSnapshot says whether an error proves that a directory has signed a
// snapshot of what did not stand in its log. If what came only is not that of a
// snapshot, all is read that was skipped for it.
func (f *Federation) wrongSnapshot(ctx context.Context, m directory.Mirror, err error) (proven bool, why string, distrusted error) {
	wrong := new(directory.SnapshotError)
	if !errors.As(err, &wrong) {
		return false, "", nil
	}
	if !wrong.Proven {
		return false, wrong.Error(), f.directory.DistrustSnapshot(ctx, m)
	}
	return true, fmt.Sprintf("%s has signed a snapshot of what did not stand in its log: %s; the copy stays as it was last verified", m.Origin, wrong.Why), nil
}
