package main

import (
	"fmt"

	"coopverse/directory/list"
)

type listLintCommand struct {
	File string `arg:"" help:"The list's Markdown file."`
}

// Help shows an example.
func (listLintCommand) Help() string {
	return "Exits with 1 when there is an error among the findings.\n\nExample:\n\n  coopverse list lint README.md"
}

// Run prints each finding with its line and a suggested fix.
func (cmd *listLintCommand) Run(std streams) error {
	doc, err := readList(cmd.File)
	if err != nil {
		return err
	}
	errors := 0
	for _, f := range doc.Findings() {
		fmt.Fprintf(std.out, "%s:%d: %s: %s (%s)\n", cmd.File, f.Line, f.Severity, f.Message, f.Rule)
		if f.Fix != "" {
			fmt.Fprintf(std.out, "    fix: %s\n", f.Fix)
		}
		if f.Severity == list.Error {
			errors++
		}
	}
	if errors > 0 {
		return fmt.Errorf("%d errors and %d warnings in %s", errors, len(doc.Findings())-errors, cmd.File)
	}
	return nil
}
