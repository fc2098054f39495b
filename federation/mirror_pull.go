package federation

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/federation/fetch"
)

// maxLogPage is the size of the largest page of another log that is read, in
// bytes: its records, each as long as it may be and with its salt, and a head.
const maxLogPage = logPage*(publiclog.MaxRecord+100) + 64<<10

// logPageAt reads a page of another directory's log, whose head is verified.
func (f *Federation) logPageAt(ctx context.Context, m directory.Mirror, from int64) (directory.LogPage, error) {
	return f.logPageSince(ctx, m, 0, from)
}

// logPageSince reads a page as it is for who begins with the snapshot of that
// size; 0: with all its records.
func (f *Federation) logPageSince(ctx context.Context, m directory.Mirror, snapshot, from int64) (directory.LogPage, error) {
	within := ""
	if snapshot > 0 {
		within = fmt.Sprintf("/snapshots/%d", snapshot)
	}
	nothingNew, err := encodePage(logPageHead{from, m.Head}, nil)
	if err != nil {
		return directory.LogPage{}, err
	}
	address := fmt.Sprintf("%s%s%s/records/%d", m.Source, publiclog.Path, within, from)
	found, err := f.client.GetUnless(ctx, etagOf(nothingNew), address, "application/x-ndjson", maxLogPage)
	if failed := new(fetch.Error); errors.As(err, &failed) && failed.Status == http.StatusNotModified {
		found, err = &fetch.Document{Body: nothingNew}, nil
	}
	if err != nil {
		return directory.LogPage{}, err
	}
	lines := bufio.NewScanner(bytes.NewReader(found.Body))
	lines.Buffer(nil, publiclog.MaxRecord+1000)
	page := directory.LogPage{From: from, Bytes: int(found.Wire), Snapshot: snapshot}
	lines.Scan()
	var first logPageHead
	if err := json.Unmarshal(lines.Bytes(), &first); err != nil || first.From != from {
		return page, fmt.Errorf("%w: the page begins with %.100q", directory.ErrTampered, lines.Bytes())
	}
	page.Head, err = publiclog.OpenHead(m.LogOrigin(), first.Checkpoint, m.Key)
	if errors.Is(err, publiclog.ErrHead) && m.Source != m.Origin {
		page.Head, err = f.earlierHead(ctx, m, first.Checkpoint, err)
	}
	if err != nil {
		return page, fmt.Errorf("%w: %w; if the directory has lost its keys and says so, remove the mirror and add it anew", directory.ErrTampered, err)
	}
	page.Signed = first.Checkpoint
	if page.Head.N < from || page.Head.N > nextPage(from) {
		return page, fmt.Errorf("%w: the page from %d ends at %d", directory.ErrTampered, from, page.Head.N)
	}
	for lines.Scan() {
		if from+int64(len(page.Lines)) == page.Head.N {
			return page, fmt.Errorf("%w: the page has more records than its head says", directory.ErrTampered)
		}
		var line publiclog.Line
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return page, fmt.Errorf("%w: %w", directory.ErrTampered, err)
		}
		page.Lines = append(page.Lines, line)
	}
	if err := lines.Err(); err != nil { // there is but one: a line that is too long
		return page, fmt.Errorf("%w: record %d has more bytes than the %d that a record may have", directory.ErrTampered, from+int64(len(page.Lines)), publiclog.MaxRecord)
	}
	return page, nil
}

// PullMirror brings a copy up to date: it reads page after page, keeps each that
// is what its head says, and shows the entries when it has come to the end. A
// proof that the origin has rewritten its log freezes the copy; every other
// error leaves it as it was, to be asked again. progress may be nil.
func (f *Federation) PullMirror(ctx context.Context, m directory.Mirror, progress func(records, of int64)) error {
	err := f.pull(ctx, m, progress)
	if ctx.Err() != nil {
		return err // we were told to stop, and nobody failed
	}
	if err != nil {
		rewritten, why, distrusted := f.wrongSnapshot(ctx, m, err)
		if err = errors.Join(err, distrusted); !rewritten && why == "" {
			rewritten, why = f.rewritten(ctx, m)
		}
		if rewritten {
			return errors.Join(errors.New(why), f.directory.FreezeMirror(ctx, m, why))
		}
		if why != "" {
			err = errors.New(why)
		}
	}
	why, wait := "", time.Duration(0)
	if err != nil {
		why, wait = err.Error(), f.mirrorWait(m.Failures)
	}
	return errors.Join(err, f.directory.MirrorAsked(context.WithoutCancel(ctx), m, why, wait))
}

// mirrorWait is how long an origin is left alone after that many failures in a
// row: a second at first, and six hours at most.
func (f *Federation) mirrorWait(failures int) time.Duration {
	return min(min(f.mirrorEvery, time.Second)<<min(failures, 15), longestWait)
}

func (f *Federation) pull(ctx context.Context, m directory.Mirror, progress func(records, of int64)) error {
	var all int64
	if progress != nil {
		head, err := f.MirrorHead(ctx, m)
		if err != nil {
			return err
		}
		all = head.N
	}
	log := f.directory.MirrorLog(m)
	snapshot, err := f.begin(ctx, m)
	if err != nil {
		return err
	}
	for followed := false; ; {
		size, err := log.Size(ctx)
		if err != nil {
			return err
		}
		if size >= snapshot {
			snapshot = 0
		}
		page, err := f.logPageSince(ctx, m, snapshot, size)
		if errors.Is(err, publiclog.ErrHead) && !followed { // once: a hostile origin never runs out of keys
			if m, followed = f.newKey(ctx, m); followed {
				continue
			}
		}
		if err != nil {
			return err
		}
		err = f.directory.TakePage(ctx, m, page)
		if errors.Is(err, directory.ErrConflict) { // another process was faster, or began otherwise
			if snapshot, err = f.begin(ctx, m); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if progress != nil {
			progress(page.Head.N, max(all, page.Head.N))
		}
		if len(page.Lines) == 0 || page.Head.N%logPage != 0 {
			if err := f.apply(ctx, m); err != nil {
				return err
			}
			return f.readSkipped(ctx, m)
		}
	}
}

// apply shows what the copy says. What was held back is asked for once more: it
// may have been lost on the way.
func (f *Federation) apply(ctx context.Context, m directory.Mirror) error {
	for asked := int64(-1); ; {
		err := f.directory.ApplyMirror(ctx, m)
		held := new(directory.HeldBackError)
		if !errors.As(err, &held) || held.First <= asked {
			return err
		}
		page, pageErr := f.logPageAt(ctx, m, held.First)
		if pageErr != nil {
			return errors.Join(err, pageErr)
		}
		asked = page.Head.N - 1 // what the page still lacks is not asked for again
		if pageErr = f.directory.FillIn(ctx, m, page); pageErr != nil {
			return errors.Join(err, pageErr)
		}
	}
}
