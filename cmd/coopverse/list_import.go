package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"coopverse/directory"
	"coopverse/directory/list"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

type listImportCommand struct {
	File    string            `arg:"" help:"The list's Markdown file."`
	Defunct string            `help:"The list of defunct co-ops; without this flag, DEFUNCT.md beside FILE if it is there." placeholder:"FILE" env:"-"`
	Same    map[string]string `help:"Confirm that a vanished co-op (handle or name) and a new one (name) are the same." placeholder:"OLD=NEW" mapsep:"none" env:"-"`
}

// Help shows an example.
func (listImportCommand) Help() string {
	return "A later version of the list is an edit: the same list twice changes nothing.\n\nExample:\n\n  coopverse list import README.md --data ./data\n  coopverse list import README.md --same quilted=\"Quilted Collective\" --data ./data"
}

// Run imports the list and prints what that did.
func (cmd *listImportCommand) Run(ctx context.Context, p *program, std streams) error {
	doc, err := readList(cmd.File)
	if err != nil {
		return err
	}
	defunct, err := readDefunct(cmd.Defunct, cmd.File)
	if err != nil {
		return err
	}
	db, _, err := p.openMigrated(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	sayRepaired(std.out, cmd.File, doc)
	summary, err := directory.New(db).ImportList(ctx, directory.Import{
		Name: filepath.Base(cmd.File), List: doc, Defunct: defunct, Same: cmd.Same, Progress: progress(std.err, "co-ops"),
	})
	if err != nil {
		return err
	}
	printSummary(std.out, summary)
	return nil
}

func sayRepaired(w io.Writer, path string, doc *list.Document) {
	if n := doc.Repaired(); n > 0 {
		fmt.Fprintf(w, "%s had been decoded once too often (Ã© for é); %d places were repaired without loss.\n", path, n)
	}
}

// progress draws a bar that counts those where w is a terminal, and nothing
// elsewhere.
func progress(w io.Writer, what string) func(done, total int) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	var bar *progressbar.ProgressBar
	return func(done, total int) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
				progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(40))
		}
		_ = bar.Set(done) // a bar that cannot be drawn is no reason to stop
	}
}

func printSummary(w io.Writer, s directory.Summary) {
	for _, line := range s.Warnings {
		fmt.Fprintln(w, "Warning:", line)
	}
	for _, t := range s.Twice {
		fmt.Fprintf(w, "Listed twice: %s, on lines %d and %d; the first counts.\n", t.Name, t.First, t.Line)
	}
	for _, h := range s.Handles {
		fmt.Fprintf(w, "Handle taken: %s would be @%s and is @%s.\n", h.Name, h.Wanted, h.Given)
	}
	for _, handle := range s.StillRemoved {
		fmt.Fprintf(w, "Removed here and still in the list: %s; it stays removed.\n", handle)
	}
	for _, r := range s.LikelyRenames {
		fmt.Fprintf(w, "Likely a rename: %s (@%s) vanished and %s (@%s) is new. If they are one: --same %s=%q\n", r.OldName, r.Old, r.NewName, r.New, r.Old, r.NewName)
	}
	for _, part := range []struct {
		label   string
		handles []string
	}{
		{"added", s.Added}, {"changed", s.Changed}, {"renamed", s.Renamed}, {"gone to defunct", s.Closed}, {"returned", s.Returned},
		{"vanished, now unlisted", s.Vanished}, {"merged", s.Merged}, {"unlisted since earlier", s.StillUnlisted},
	} {
		fmt.Fprintf(w, "%5d %s%s\n", len(part.handles), part.label, some(part.handles))
	}
	fmt.Fprintf(w, "%5d unchanged\n", s.Unchanged)
	if len(s.Vanished)+len(s.StillUnlisted) > 0 {
		fmt.Fprintln(w, "Unlisted co-ops wait for a decision: coopverse coop edit HANDLE --set status=active (or defunct), or coopverse coop remove HANDLE --reason …")
	}
}

// some names a few of the handles.
func some(handles []string) string {
	const few = 8
	switch {
	case len(handles) == 0:
		return ""
	case len(handles) <= few:
		return ": " + strings.Join(handles, ", ")
	}
	return ": " + strings.Join(handles[:few], ", ") + ", …"
}
