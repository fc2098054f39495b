package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"coopverse/directory"
)

type listExportCommand struct {
	To        string `help:"Write the list to this file instead of to standard output." placeholder:"FILE" env:"-"`
	DefunctTo string `help:"Write the list of defunct co-ops to this file." placeholder:"FILE" env:"-"`
}

// Help shows an example.
func (listExportCommand) Help() string {
	return "What nobody changed keeps its bytes.\n\nExample:\n\n  coopverse list export --to README.md --defunct-to DEFUNCT.md --data ./data"
}

// Run writes the list.
func (cmd *listExportCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	export, err := directory.New(db).ExportList(ctx)
	if err != nil {
		return err
	}
	if cmd.DefunctTo != "" {
		if export.Defunct == nil {
			return refuse("there are no defunct co-ops to write to %s", cmd.DefunctTo)
		}
		if err := replaceFile(cmd.DefunctTo, export.Defunct); err != nil {
			return err
		}
	}
	if cmd.To != "" {
		return replaceFile(cmd.To, export.List)
	}
	_, err = std.out.Write(export.List)
	return err
}

func replaceFile(path string, data []byte) error {
	return replaceWith(path, func(w io.Writer) error { _, err := w.Write(data); return err })
}

// replaceWith writes beside the file and then takes its place, so that a full
// disk leaves the old one whole.
func replaceWith(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".coopverse-*")
	if err != nil {
		return refuse("cannot write %s: %v", path, err)
	}
	defer os.Remove(file.Name())
	err = write(file)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(file.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
