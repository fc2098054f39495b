package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
)

// printJSON prints what --json asks for.
func printJSON(std streams, value any) error {
	out := json.NewEncoder(std.out)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(value)
}

// printEach prints what was read: as JSON, or a line for each. A person is told
// when there is nothing; programs that read the lines are not.
func printEach[T any](std streams, asJSON bool, read []T, err error, line func(T) string) error {
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(std, read)
	}
	if len(read) == 0 {
		fmt.Fprintln(std.err, "There are none.")
	}
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	for _, one := range read {
		fmt.Fprintln(w, line(one))
	}
	return w.Flush()
}
