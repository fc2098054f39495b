package main

import (
	"context"
	"fmt"
	"time"

	"coopverse/directory"
)

type operatorCommands struct {
	Add    operatorsAddCommand    `cmd:"" help:"Make a link by which somebody becomes an operator."`
	List   operatorsListCommand   `cmd:"" help:"List the operators."`
	Remove operatorsRemoveCommand `cmd:"" help:"End somebody's being an operator."`
}

type operatorsAddCommand struct{}

// Help shows an example.
func (operatorsAddCommand) Help() string {
	return "Operators sign in like everybody else, with a passkey. Send the link to nobody else: whoever opens it first has it.\n\nExample:\n\n  coopverse operators add --data ./data"
}

// Run prints the link.
func (operatorsAddCommand) Run(ctx context.Context, p *program, std streams) error {
	return printInvitation(ctx, p, std, directory.DirectoryHandle, directory.Owner, "an operator of this directory")
}

type operatorsListCommand struct {
	JSON bool `name:"json" help:"Print JSON." env:"-"`
}

// Help shows an example.
func (operatorsListCommand) Help() string {
	return "Example:\n\n  coopverse operators list --data ./data"
}

// Run lists the operators, longest first.
func (cmd *operatorsListCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	members, err := directory.New(db).Members(ctx, directory.DirectoryHandle)
	operators := make([]shownOperator, len(members))
	for i, m := range members {
		operators[i] = shownOperator{m.PersonID, m.Person.Name, m.Since}
	}
	return printEach(std, cmd.JSON, operators, err, func(o shownOperator) string {
		return fmt.Sprintf("%d\t%s\tsince %s", o.ID, o.Name, o.Since.Format(time.DateOnly))
	})
}

type shownOperator struct {
	ID    int64     `json:"id"`
	Name  string    `json:"name"`
	Since time.Time `json:"since"`
}

type operatorsRemoveCommand struct {
	ID int64 `arg:"" help:"The operator's number, as operators list shows it."`
}

// Help shows an example.
func (operatorsRemoveCommand) Help() string {
	return "It holds from the person's next click on, and ends every invitation of an operator that is still open. The last one stays.\n\nExample:\n\n  coopverse operators remove 3 --data ./data"
}

// Run removes one operator.
func (cmd *operatorsRemoveCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := directory.New(db).RemoveMember(ctx, operator, directory.DirectoryHandle, cmd.ID); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%d is no operator any more.\n", cmd.ID)
	return nil
}
