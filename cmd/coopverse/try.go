package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"coopverse/directory"
	"coopverse/directory/list"
	"coopverse/directory/seed"
	"coopverse/federation"
	"coopverse/federation/document"
	"coopverse/web"
)

// tryContact stands where an operator's address would.
const tryContact = "operator@localhost"

// tryAddress is where try listens when nothing else is asked for.
const tryAddress = "localhost:8080"

type tryCommand struct {
	Listen string `help:"Address to listen on; localhost:8080, or a free port if that is taken." placeholder:"ADDR"`

	outgoing `embed:""`
}

// Help shows an example.
func (tryCommand) Help() string {
	return "Without --data everything is in a temporary folder and gone at the end.\n\nExample:\n\n  coopverse try\n  coopverse try --data ./data --listen localhost:9000"
}

// Run serves the bundled list until it is interrupted.
func (cmd *tryCommand) Run(ctx context.Context, p *program, std streams) error {
	logger := newLogger(std.err, p.LogJSON, slog.LevelWarn)
	if p.Data == "" && p.Database == "" {
		dir, err := os.MkdirTemp("", "coopverse-try-")
		if err != nil {
			return fmt.Errorf("make a temporary folder: %w", err)
		}
		defer os.RemoveAll(dir)
		p.Data = dir
	}
	db, _, err := p.openMigrated(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	listener, origin, err := cmd.listen(ctx, d)
	if err != nil {
		return err
	}
	defer listener.Close()
	if err := importBundled(ctx, d); err != nil {
		return err
	}
	cmd.AllowPrivate = append(cmd.AllowPrivate, loopback...)
	client, err := cmd.client(origin, true)
	if err != nil {
		return err
	}
	site := document.Site{Origin: origin, Name: "Coopverse", Contact: tryContact, Version: programVersion()}
	f := federation.New(d, federation.Config{Site: site, Client: client, Logger: logger})
	proofs, err := cmd.prover(client)
	if err != nil {
		return err
	}
	answers, err := handler(d, f, proofs, client, web.Config{Origin: origin, Name: "Coopverse", Contact: tryContact, Sandbox: true, Logger: logger})
	if err != nil {
		return err
	}
	claims := claimWatch{d, proofs, site, logger}
	defer meanwhile(ctx, f.Deliver, f.PublishDue, f.KeepLog, f.KeepMirrors, claims.watch)()
	where := "--data " + p.Data
	if p.Database != "" {
		where = "--database …"
	}
	fmt.Fprintf(std.out, "Coopverse is at %s\nIn another terminal: coopverse coop show igalia %s\nTo be its operator: coopverse operators add %s\nCtrl-C ends it.\n", origin, where, where)
	return serveUntil(ctx, logger, newServer(answers), listener)
}

// listen opens the port. A database that was tried before keeps its address,
// because the actors' ids begin with it.
func (cmd *tryCommand) listen(ctx context.Context, d *directory.Directory) (net.Listener, string, error) {
	origin, err := d.Origin(ctx)
	if err != nil {
		return nil, "", err
	}
	host, local := strings.CutPrefix(origin, "http://")
	if origin != "" && !local {
		return nil, "", refuse("this database belongs to %s; try works on a fresh folder, serve goes on with this one", origin)
	}
	address := cmd.Listen
	if address == "" {
		address = tryAddress
		if host != "" {
			address = host
		}
	}
	listener, err := net.Listen("tcp", address)
	if err != nil && cmd.Listen == "" && host == "" {
		listener, err = net.Listen("tcp", "localhost:0")
	}
	if err != nil {
		return nil, "", refuse("cannot listen on %s: %v; give another --listen ADDR", address, err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, "", err
	}
	origin = "http://localhost:" + port
	return listener, origin, d.ServeAs(ctx, origin)
}

// importBundled fills an empty directory with the bundled list.
func importBundled(ctx context.Context, d *directory.Directory) error {
	if last, err := d.LastChange(ctx); err != nil || last > 0 {
		return err
	}
	listed, err := list.Parse(seed.List)
	if err != nil {
		return fmt.Errorf("read the bundled list: %w", err)
	}
	defunct, err := list.Parse(seed.Defunct)
	if err != nil {
		return fmt.Errorf("read the bundled list of defunct co-ops: %w", err)
	}
	_, err = d.ImportList(ctx, directory.Import{Name: "tech-coops.md", List: listed, Defunct: defunct})
	return err
}
