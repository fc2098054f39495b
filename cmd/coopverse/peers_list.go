package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"coopverse/directory"
)

type peersListCommand struct {
	JSON    bool `name:"json" help:"Print JSON." env:"-"`
	Blocked bool `help:"Only the blocked domains, with their reasons." xor:"which" env:"-"`
	Allowed bool `help:"Only the allowed domains, with their notes." xor:"which" env:"-"`
	Behind  bool `help:"Only the servers for which something waits." xor:"which" env:"-"`
	Waiting bool `help:"Only the actors who have come back with another key and wait to be admitted." xor:"which" env:"-"`
}

// Help shows an example.
func (peersListCommand) Help() string {
	return "For each server: how many there follow, whether it is blocked, allowed or failing, and when it was last heard and told.\n\nExample:\n\n  coopverse peers list --data ./data\n  coopverse peers list --blocked --json --data ./data"
}

// Run lists servers by name.
func (cmd *peersListCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	switch {
	case cmd.Blocked:
		domains, err := d.BlockedDomains(ctx)
		return printEach(std, cmd.JSON, domains, err, func(b directory.BlockedDomain) string {
			return fmt.Sprintf("%s\tsince %s\t%s", b.Domain, b.BlockedAt.Format(time.DateOnly), strings.TrimSpace(b.Reason+"  "+b.Note))
		})
	case cmd.Allowed:
		domains, err := d.AllowedDomains(ctx)
		return printEach(std, cmd.JSON, domains, err, func(a directory.AllowedDomain) string {
			return fmt.Sprintf("%s\tsince %s\t%s", a.Domain, a.AllowedAt.Format(time.DateOnly), a.Note)
		})
	case cmd.Waiting:
		actors, err := d.PinnedPeers(ctx)
		return printEach(std, cmd.JSON, actors, err, func(a directory.Pinned) string {
			return fmt.Sprintf("%s\tgone since %s\tcame back %s", a.ID, a.PinnedAt.Format(time.DateOnly), a.AskedAt.Format(time.DateTime))
		})
	}
	servers, err := allServers(ctx, d, cmd.Behind)
	return printEach(std, cmd.JSON, servers, err, func(s directory.Server) string {
		waits := ""
		if s.Waiting > 0 {
			waits = fmt.Sprintf("waits at %s, next try %s", numbered(s.Waiting, "inbox", "inboxes"), moment(s.NextTry))
		}
		return fmt.Sprintf("%s\t%s\t%s\theard %s\ttold %s\t%s\t%s", s.Host, numbered(s.Followers, "follower", "followers"), cmp.Or(s.State, "well"), moment(s.Heard), moment(s.Told), waits, s.LastError)
	})
}

// serversAtOnce is how many servers are read together.
const serversAtOnce = 500

// allServers reads all servers, or those for which something waits.
func allServers(ctx context.Context, d *directory.Directory, waiting bool) ([]directory.Server, error) {
	servers, q := []directory.Server{}, directory.ServerQuery{Waiting: waiting, Limit: serversAtOnce}
	for {
		some, err := d.Servers(ctx, q)
		servers = append(servers, some...)
		if err != nil || len(some) < serversAtOnce {
			return servers, err
		}
		q.After = some[serversAtOnce-1].Host
	}
}

// moment is a time to the minute, in UTC.
func moment(at *time.Time) string {
	if at == nil {
		return "not lately"
	}
	return at.UTC().Format("2006-01-02 15:04")
}
