package main

import (
	"context"
	"fmt"

	"coopverse/directory"
)

type coopEditCommand struct {
	Handle string            `arg:"" help:"The co-op's handle."`
	Set    map[string]string `help:"A field and its new value; once for each field. An empty value says that there is none." placeholder:"FIELD=VALUE" mapsep:"none" env:"-"`
	Unset  []string          `help:"A field that the curator no longer speaks about, so that the list's word stands again." placeholder:"FIELD" env:"-"`
}

// Help shows an example and the fields.
func (coopEditCommand) Help() string {
	help := "Example:\n\n  coopverse coop edit igalia --set founded=2001 --set services=consulting,open-source --data ./data\n  coopverse coop edit igalia --unset founded --data ./data\n\nThe fields:\n\n"
	for _, f := range directory.Fields() {
		if f.Editable {
			help += fmt.Sprintf("  %s: %s\n", f.Name, f.Form)
		}
	}
	return help
}

// Run changes the entry and prints each difference.
func (cmd *coopEditCommand) Run(ctx context.Context, p *program, std streams) error {
	if len(cmd.Set)+len(cmd.Unset) == 0 {
		return refuse("nothing to change: give --set FIELD=VALUE or --unset FIELD")
	}
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	edit := directory.Edit{Source: directory.FromCurator, Origin: fromCommandLine, Set: cmd.Set, Unset: cmd.Unset}
	c, changes, err := directory.New(db).EditCoop(ctx, cmd.Handle, edit)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		fmt.Fprintf(std.out, "%s stays as it was.\n", c.Handle)
	}
	for _, change := range changes {
		note := ""
		if !change.Effective {
			note = " (noted, the entry looks as before)"
		}
		fmt.Fprintf(std.out, "%s: %s: %q → %q%s\n", c.Handle, change.Field, change.Before, change.After, note)
	}
	return nil
}

// origin of what is changed here. The history shows it to everybody, so it
// does not name the person.
const fromCommandLine = "command line"

// operator is whoever gives a command, as the audit log names one.
var operator = directory.Actor{Name: fromCommandLine}
