package federation

import (
	"context"

	"coopverse/directory"
)

// knock is what somebody at the inbox says of themselves, before anything is believed.
type knock struct{ keyID, actor string }

// admission is what we know of them.
type admission struct {
	known   directory.Peer // whom the key is remembered of; zero: nobody
	blocked bool           // the key or the actor is in a domain with which we have nothing to do
}

// knocking returns whom a key is remembered of, a Peer without an id if of nobody.
// directory.ErrBlocked: the operators have blocked its domain, or that of the actor.
// The database is asked for all who knock at the same time together, after each of them
// has knocked, so that nobody is let in who was blocked before.
func (f *Federation) knocking(ctx context.Context, keyID, actor string) (directory.Peer, error) {
	a, err := f.gate.do(ctx, knock{keyID, actor})
	if err == nil && a.blocked {
		err = directory.ErrBlocked
	}
	return a.known, err
}

// look asks the database about all who knock.
func look(ctx context.Context, d *directory.Directory, knocks []knock) ([]admission, error) {
	keys, hosts := make([]string, len(knocks)), make([]string, 0, 2*len(knocks))
	for i, k := range knocks {
		keys[i] = k.keyID
		hosts = append(hosts, hostOf(k.keyID), hostOf(k.actor))
	}
	blocked, err := d.BlockedAmong(ctx, hosts)
	if err != nil {
		return nil, err
	}
	known, err := d.PeersByKey(ctx, keys)
	if err != nil {
		return nil, err
	}
	admissions := make([]admission, len(knocks))
	for i, k := range knocks {
		admissions[i] = admission{known: known[k.keyID], blocked: blocked[2*i] || blocked[2*i+1]}
	}
	return admissions, nil
}

// missing returns why there is no such actor or post of ours, or nil. Many who ask at
// the same time ask together.
func (f *Federation) missing(ctx context.Context, s directory.Subject) error {
	missing, err := f.subjects.do(ctx, s)
	if err != nil {
		return err
	}
	return missing
}
