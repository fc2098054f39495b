package federation

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/directory/publiclog"

	"github.com/gorilla/mux"
	"github.com/klauspost/compress/gzhttp"
)

const (
	// logPage is how many records one page holds.
	logPage = 512
	// extendEvery is how often the log is looked after: what has changed is in it
	// within this time.
	extendEvery = 250 * time.Millisecond
)

// logOrigin names the log in its heads.
func (f *Federation) logOrigin() string {
	_, host, _ := strings.Cut(f.site.Origin, "://")
	return host + publiclog.Path
}

// KeepLog writes what has changed to the public log until ctx ends. Any number
// of processes may do so on one database.
func (f *Federation) KeepLog(ctx context.Context) {
	ticker := time.NewTicker(extendEvery)
	defer ticker.Stop()
	for {
		behind, err := f.directory.LogIsBehind(ctx)
		if err == nil && behind {
			_, err = f.directory.ExtendLog(ctx)
		}
		if err != nil && ctx.Err() == nil {
			f.complain("the public log is held up", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// servedLog is a log that is kept here, and how its heads are had, and the changes
// of the key with which they are signed.
type servedLog struct {
	directory.Log
	head      func(ctx context.Context, size int64) (string, error)
	handovers func(ctx context.Context) ([]byte, error)
}

// logOf is the log that a request is about: our own, or the copy of another's.
func (f *Federation) logOf(r *http.Request) (servedLog, error) {
	host := mux.Vars(r)["host"]
	if host == "" {
		return servedLog{f.directory.OwnLog(), f.signedHead, f.ownHandovers}, nil
	}
	m, err := f.directory.Mirror(r.Context(), host)
	head := func(ctx context.Context, size int64) (string, error) { return f.directory.MirrorHead(ctx, m, size) }
	kept := func(context.Context) ([]byte, error) { return []byte(m.Handovers), nil }
	return servedLog{f.directory.MirrorLog(m), head, kept}, err
}

// logOpen is for all answers about the log: programs on other people's pages may
// read it too.
func (f *Federation) logOpen(cache string, serve func(w http.ResponseWriter, r *http.Request, l servedLog) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Cache-Control", cache)
		l, err := f.logOf(r)
		if err == nil {
			err = serve(w, r, l)
		}
		if err != nil {
			w.Header().Set("Cache-Control", "no-cache")
			f.fail(w, r, err)
		}
	}
}

// logRoutes is where other directories and auditors read the public log, and the
// copies of others'.
func (f *Federation) logRoutes() []route {
	const fresh, forever = "no-cache", "public, max-age=31536000, immutable"
	var routes []route
	for _, at := range []string{publiclog.Path, "/mirrors/{host}" + publiclog.Path} {
		routes = append(routes, []route{
			{"GET", at + "/checkpoint", f.logOpen(fresh, f.checkpoint), false},
			{"GET", at + "/keys", f.logOpen(fresh, f.handovers), false},
			{"GET", at + "/{tile:tile/.+}", f.logOpen(forever, f.tile), false},
			{"GET", at + "/records/{from:[0-9]+}", gzhttp.GzipHandler(f.logOpen(fresh, f.records)), false},
			{"GET", at + "/snapshot", f.logOpen(fresh, f.snapshot), false},
			{"GET", at + "/snapshots/{size:[0-9]+}", f.logOpen(forever, f.snapshotText), false},
			{"GET", at + "/snapshots/{size:[0-9]+}/records/{from:[0-9]+}", gzhttp.GzipHandler(f.logOpen(fresh, f.records)), false},
		}...)
	}
	return append(routes, route{"GET", "/data/log.ndjson", gzhttp.GzipHandler(f.logOpen(fresh, f.wholeLog)), false})
}

// checkpoint answers with the newest signed head.
func (f *Federation) checkpoint(w http.ResponseWriter, r *http.Request, l servedLog) error {
	size, err := l.Size(r.Context())
	if err != nil {
		return err
	}
	head, err := l.head(r.Context(), size)
	if err == nil {
		write(w, r, http.StatusOK, "text/plain; charset=utf-8", []byte(head))
	}
	return err
}

// signedHead is the head of the log when it had that many records.
func (f *Federation) signedHead(ctx context.Context, size int64) (string, error) {
	head, err := f.directory.OwnLog().Tree(ctx, size)
	if err != nil {
		return "", err
	}
	keys, err := f.keys.of(ctx, directory.DirectoryHandle)
	if err != nil {
		return "", err
	}
	return publiclog.SignHead(f.logOrigin(), head, keys.newest().proof.Private)
}

// tile answers with a tile of the tree, or with a bundle of its commitments.
func (f *Federation) tile(w http.ResponseWriter, r *http.Request, l servedLog) error {
	t, ok := publiclog.ParsePath(mux.Vars(r)["tile"])
	if !ok {
		return directory.ErrNotFound
	}
	data, err := l.Tile(r.Context(), t)
	if err == nil {
		write(w, r, http.StatusOK, "application/octet-stream", data)
	}
	return err
}

// logPageHead is the first line of a page.
type logPageHead struct {
	From       int64  `json:"from"`       // the first leaf on the page
	Checkpoint string `json:"checkpoint"` // the head that the log had, or has, at its end
}

// nextPage is where the page ends that begins at that record, if the log is so long.
func nextPage(from int64) int64 { return (from/logPage + 1) * logPage }

// records answers with a page of records, which begins at the cursor of whoever
// reads and ends at the next full page or the end of the log. Its head is that of
// the log at the page's end, so that each page can be checked when it comes. For
// who begins with a snapshot, what had ended before it is left out.
func (f *Federation) records(w http.ResponseWriter, r *http.Request, l servedLog) error {
	ctx := r.Context()
	size, err := l.Size(ctx)
	if err != nil {
		return err
	}
	from, err := number(mux.Vars(r)["from"])
	if err == nil && from > size && mux.Vars(r)["host"] == "" {
		f.beyond.Do(func() {
			f.logger.Warn("somebody has read more of the public log than there is, as after restoring a backup here: mirrors will freeze, so tell their operators", "records", size, "read", from)
		})
	}
	if err != nil || from > size {
		return directory.ErrNotFound
	}
	to := min(nextPage(from), size)
	head, err := l.head(ctx, to)
	if err != nil {
		return err
	}
	lines, err := l.lines(r, from, to)
	if err != nil {
		return err
	}
	page, err := encodePage(logPageHead{from, head}, lines)
	if err == nil {
		write(w, r, http.StatusOK, "application/x-ndjson", page)
	}
	return err
}

func encodePage(head logPageHead, lines []publiclog.Line) ([]byte, error) {
	var page bytes.Buffer
	encoder := json.NewEncoder(&page)
	encoder.SetEscapeHTML(false) // or records are not what was committed to
	if err := encoder.Encode(head); err != nil {
		return nil, err
	}
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return nil, err
		}
	}
	return page.Bytes(), nil
}

// lines reads the records of a page, as they are for the snapshot that the
// address names.
func (l servedLog) lines(r *http.Request, from, to int64) ([]publiclog.Line, error) {
	if _, ok := mux.Vars(r)["size"]; !ok {
		return l.Lines(r.Context(), from, to)
	}
	size, err := number(mux.Vars(r)["size"])
	if err != nil {
		return nil, err
	}
	return l.LinesSince(r.Context(), size, from, to)
}

// snapshot says with which snapshot a new reader begins.
func (f *Federation) snapshot(w http.ResponseWriter, r *http.Request, l servedLog) error {
	s, err := l.Snapshot(r.Context())
	if err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err == nil {
		write(w, r, http.StatusOK, "application/json", text)
	}
	return err
}

// snapshotText answers with what the hash of a snapshot is of. It is written as
// it is read: there can be a million entries.
func (f *Federation) snapshotText(w http.ResponseWriter, r *http.Request, l servedLog) error {
	size, err := number(mux.Vars(r)["size"])
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	return l.WriteSnapshot(r.Context(), size, w)
}
