package main

import (
	"context"
	"fmt"
	"path/filepath"

	"coopverse/migrations"

	"github.com/pressly/goose/v3"
)

type migrateCommand struct {
	Status bool `help:"Only list the migrations and when each was applied." env:"-"`
}

// Help shows an example.
func (migrateCommand) Help() string {
	return "serve, try and list import do this by themselves.\n\nExample:\n\n  coopverse migrate --data ./data\n  coopverse migrate --status --database postgres://localhost/coopverse"
}

// Run applies what is missing, or lists what there is.
func (cmd *migrateCommand) Run(ctx context.Context, p *program, std streams) error {
	if cmd.Status {
		return printMigrations(ctx, p, std)
	}
	db, applied, err := p.openMigrated(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%d migrations applied; the database is up to date.\n", applied)
	return db.Close()
}

func printMigrations(ctx context.Context, p *program, std streams) error {
	db, err := p.open()
	if err != nil {
		return err
	}
	defer db.Close()
	all, err := migrations.Status(ctx, db.SQL(), db.Dialect())
	if err != nil {
		return err
	}
	for _, m := range all {
		name, when := filepath.Base(m.Source.Path), "waiting"
		if m.State == goose.StateApplied {
			when = m.AppliedAt.Format("2006-01-02 15:04")
		}
		if m.Source.Path == "" {
			name = "River's tables"
		}
		fmt.Fprintf(std.out, "%5d  %-16s  %s\n", m.Source.Version, when, name)
	}
	return nil
}
