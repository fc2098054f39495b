package federation

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/federation/fetch"
	"coopverse/federation/proof"
)

// mirrorEvery is how often an origin is asked for news, if Config says nothing
// else.
const mirrorEvery = time.Minute

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
