package federation

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/federation/fetch"
	"coopverse/federation/proof"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	// maxLogPage is the size of the largest page of another log that is read, in
	// bytes: its records, each as long as it may be and with its salt, and a head.
	maxLogPage = logPage*(publiclog.MaxRecord+100) + 64<<10
	// mirrorEvery is how often an origin is asked for news, if Config says nothing
	// else.
	mirrorEvery = time.Minute
	// mirrorPatience is how long it may take to find out whether an origin has
	// rewritten its log.
	mirrorPatience = 30 * time.Second
)

// errNoDirectory means that there is no directory like ours at an address.
var errNoDirectory = fmt.Errorf("%w: there is no directory with a public log", directory.ErrInvalid)

// MirrorAt looks at another directory and begins a copy of it. The address is
// that of the directory, or of another mirror's copy (https://other.example/mirrors/coops.example),
// from which it can be had when the directory itself is gone: then its key must be
// given, as VerifierKey writes it, and otherwise may be "". ErrInvalid: there is none
// at that address, or it is this one, or it is mirrored already.
func (f *Federation) MirrorAt(ctx context.Context, by directory.Actor, address, key string) (directory.Mirror, error) {
	m, err := f.mirrorOf(address)
	if err != nil {
		return directory.Mirror{}, err
	}
	if key != "" && !publiclog.IsVerifierKey(m.LogOrigin(), key) {
		return directory.Mirror{}, fmt.Errorf("%w: %.200q is no key of %s: give it as mirror status shows it, %s+…", directory.ErrInvalid, key, m.Origin, m.LogOrigin())
	}
	name, shown, err := f.directoryAt(ctx, m.Origin)
	switch {
	case errors.Is(err, errItself):
		return directory.Mirror{}, err
	case err == nil && key != "" && key != shown:
		return directory.Mirror{}, fmt.Errorf("%w: %s signs with the key %s, and not with the one given; ask its operators which is right", directory.ErrInvalid, m.Origin, shown)
	case err != nil && key == "" && m.Source != m.Origin:
		return directory.Mirror{}, fmt.Errorf("%w at %s: %w; if it is gone, give --key, which mirror status shows where its copy is", errNoDirectory, m.Origin, err)
	case err != nil && key == "":
		return directory.Mirror{}, fmt.Errorf("%w at %s: %w; give the address of a directory that this program serves, or of a mirror's copy of it", errNoDirectory, m.Origin, err)
	}
	m.Name, m.Key = cmp.Or(name, m.Host), cmp.Or(key, shown)
	_, err = f.MirrorHead(ctx, m)
	if errors.Is(err, publiclog.ErrHead) && key != "" { // it has been changed since
		if newest, is := f.followHandovers(ctx, m); is {
			m = newest
			_, err = f.MirrorHead(ctx, m)
		}
	}
	switch {
	case errors.Is(err, publiclog.ErrHead):
		return directory.Mirror{}, fmt.Errorf("%w: the log at %s is not signed with the key %s: %w; ask its operators which is right", directory.ErrInvalid, m.Source, m.Key, err)
	case err != nil:
		return directory.Mirror{}, fmt.Errorf("%w at %s: %w", errNoDirectory, m.Source, err)
	}
	if m, err = f.directory.AddMirror(ctx, by, m); err != nil {
		return directory.Mirror{}, err
	}
	if err := f.followMirrored(ctx, m); err != nil { // KeepMirrors asks again
		f.logger.Info("a mirrored directory is not followed yet", "mirror", m.Host, "error", err)
	}
	return m, nil
}

// mirrorOf reads the address of a directory, or of a copy, as a person gives it.
func (f *Federation) mirrorOf(address string) (directory.Mirror, error) {
	wrong := func(why string) (directory.Mirror, error) {
		return directory.Mirror{}, fmt.Errorf("%w: that is no address of a directory: %s; give one such as https://coops.example", directory.ErrInvalid, why)
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return wrong("it cannot be read")
	}
	path := strings.Trim(u.Path, "/")
	host, copied := strings.CutPrefix(path, "mirrors/")
	switch sandbox := strings.HasPrefix(f.site.Origin, "http://"); {
	case u.Scheme != "https" && (u.Scheme != "http" || !sandbox):
		return wrong("it does not begin with https://")
	case u.User != nil:
		return wrong("it has a user name in it") // which is not repeated, nor is the password
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return wrong("something comes after its path")
	case !copied && path != "":
		return wrong(fmt.Sprintf("it has the path %.100q", u.Path))
	}
	source, err := fetch.Normal(u.Scheme + "://" + u.Host)
	if err != nil {
		return wrong(err.Error())
	}
	m := directory.Mirror{Source: source, Origin: source}
	if copied {
		m.Origin, err = fetch.Normal(u.Scheme + "://" + host)
		if err != nil || strings.ContainsAny(host, "/?#@") {
			return wrong(fmt.Sprintf("%.100q names no directory of which there could be a copy", host))
		}
	}
	_, m.Host, _ = strings.Cut(m.Origin, "://")
	if copied {
		m.Source += "/mirrors/" + m.Host
	}
	if fetch.SameHost(m.Origin+"/", f.site.Origin+"/") {
		return directory.Mirror{}, fmt.Errorf("%w: %s", errItself, m.Origin)
	}
	return m, nil
}

// errItself means that it is our own directory that is to be mirrored.
var errItself = fmt.Errorf("%w: that is this directory itself", directory.ErrInvalid)

// directoryAt reads the name of another directory, and the key with which it
// signs its heads. A server speaks for its own address and for no other.
func (f *Federation) directoryAt(ctx context.Context, origin string) (name, key string, err error) {
	id := origin + "/actors/" + directory.DirectoryHandle
	found, err := f.ask(ctx, func(sign fetch.Signer) (*fetch.Document, error) { return f.client.Document(ctx, id, sign) })
	if err != nil {
		return "", "", err
	}
	var actor struct {
		ID, Name        string
		AssertionMethod oneOrMany[struct{ PublicKeyMultibase string }]
	}
	switch err := json.Unmarshal(found.Body, &actor); {
	case err == nil && actor.ID == f.site.Actor(directory.DirectoryHandle):
		return "", "", fmt.Errorf("%w: %s", errItself, origin)
	case err == nil && (actor.ID != id || found.URL != id):
		return "", "", fmt.Errorf("%s shows the actor %.200q", id, actor.ID)
	case err != nil || len(actor.AssertionMethod) == 0:
		return "", "", fmt.Errorf("%s shows no key", id)
	}
	public, err := proof.ParseMultikey(actor.AssertionMethod[0].PublicKeyMultibase)
	if err != nil {
		return "", "", err
	}
	_, host, _ := strings.Cut(origin, "://")
	key, err = publiclog.VerifierKey(host+publiclog.Path, public)
	return actor.Name, key, err
}

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

// rewritten looks, after an error, whether the origin signs a log that does not
// continue the one we have. It believes nothing but signed heads: a smaller one
// may be an old one that somebody shows again, and is only reported.
func (f *Federation) rewritten(ctx context.Context, m directory.Mirror) (proven bool, why string) {
	ctx, cancel := context.WithTimeout(ctx, mirrorPatience)
	defer cancel()
	log := f.directory.MirrorLog(m)
	size, err := log.Size(ctx)
	if err != nil || size == 0 {
		return false, ""
	}
	head, err := f.MirrorHead(ctx, m)
	if err != nil {
		return false, ""
	}
	common := min(size, head.N)
	ours, err := log.Tree(ctx, common)
	if err != nil {
		return false, ""
	}
	theirs, err := f.treeBelow(ctx, m, head, common)
	if err != nil {
		return false, ""
	}
	switch {
	case theirs != ours.Hash:
		return true, fmt.Sprintf("%s signs a log whose first %d records are not those that it published before, as after restoring a backup: their hash was %s and is %s now; the copy stays as it was last verified", m.Origin, common, ours.Hash, theirs)
	case head.N < size:
		return false, fmt.Sprintf("%s has published %d records and shows only the first %d now; was a backup restored there? The copy stays as it was last verified", m.Origin, size, head.N)
	}
	return false, ""
}

// treeBelow is the hash of a log's first records, as many as size, by the word of
// who signed its head: the tiles from which it is made are checked against that.
func (f *Federation) treeBelow(ctx context.Context, m directory.Mirror, head tlog.Tree, size int64) (tlog.Hash, error) {
	if size == head.N {
		return head.Hash, nil
	}
	return tlog.TreeHash(size, tlog.TileHashReader(head, remoteTiles{ctx, f, m}))
}

// MirrorHead is the newest head that a mirrored directory shows, verified.
func (f *Federation) MirrorHead(ctx context.Context, m directory.Mirror) (tlog.Tree, error) {
	found, err := f.client.Get(ctx, m.Source+publiclog.Path+"/checkpoint", "text/plain", 64<<10)
	if err != nil {
		return tlog.Tree{}, err
	}
	return publiclog.OpenHead(m.LogOrigin(), string(found.Body), m.Key)
}

// remoteTiles reads the tiles of another directory's log, for tlog, which checks
// them.
type remoteTiles struct {
	ctx context.Context //nolint:containedctx // tlog's interface has no place for it
	f   *Federation
	m   directory.Mirror
}

func (r remoteTiles) Height() int                         { return tileHeight }
func (r remoteTiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (r remoteTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, t := range tiles {
		path := publiclog.Tile{Level: t.L, Number: t.N, Width: t.W}.Path()
		found, err := r.f.client.Get(r.ctx, r.m.Source+publiclog.Path+"/"+path, "application/octet-stream", publiclog.Width*tlog.HashSize)
		if err != nil {
			return nil, err
		}
		data[i] = found.Body
	}
	return data, nil
}

// tileHeight is how many levels of the tree a tile spans (tlog-tiles).
const tileHeight = 8

// listenEvery is how often it is looked which mirrored directories have rung, or
// are to be asked without.
const listenEvery = 250 * time.Millisecond

// mirrorsAtOnce is how many copies are brought up to date at the same time.
const mirrorsAtOnce = 8

// KeepMirrors brings the copies of other directories up to date until ctx ends,
// each by itself: one that answers slowly holds up no other.
func (f *Federation) KeepMirrors(ctx context.Context) {
	ticker := time.NewTicker(listenEvery)
	defer ticker.Stop()
	pulling := make(map[int64]bool)
	pulled := make(chan int64, mirrorsAtOnce)
	for {
		due, err := f.directory.MirrorsDue(ctx, f.mirrorEvery)
		if err != nil && ctx.Err() == nil {
			f.complain("mirrors are held up", err)
		}
		for _, m := range due {
			if pulling[m.ID] || len(pulling) == mirrorsAtOnce {
				continue
			}
			pulling[m.ID] = true
			go func() {
				if err := f.keepMirror(ctx, m); err != nil && ctx.Err() == nil {
					f.logger.Warn("a mirror is held up", "mirror", m.Host, "error", err)
				}
				pulled <- m.ID
			}()
		}
		for waiting := true; waiting; {
			select {
			case id := <-pulled:
				delete(pulling, id)
			case <-ticker.C:
				waiting = false
			case <-ctx.Done():
				for range pulling {
					<-pulled
				}
				return
			}
		}
	}
}

// keepMirror brings a copy up to date that is due, and sees to it that we are told
// when there is more.
func (f *Federation) keepMirror(ctx context.Context, m directory.Mirror) error {
	ours, err := f.directory.BeginPull(ctx, m)
	if err != nil || !ours {
		return err
	}
	log := f.directory.MirrorLog(m)
	before, err := log.Size(ctx)
	if err != nil {
		return err
	}
	if err := f.PullMirror(ctx, m, nil); err != nil {
		return err
	}
	after, err := log.Size(ctx)
	if err != nil || !m.WantsFollow(after > before && !m.Rung()) {
		return err
	}
	if err := f.followMirrored(ctx, m); err != nil {
		f.logger.Debug("a mirrored directory is not followed", "mirror", m.Host, "error", err)
	}
	return nil
}
