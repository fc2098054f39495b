package main

import "encoding/json"

type coopCommands struct {
	Show   coopShowCommand   `cmd:"" help:"Show what is known about a co-op, and who said so."`
	Edit   coopEditCommand   `cmd:"" help:"Change a co-op's entry as a curator."`
	Remove coopRemoveCommand `cmd:"" help:"Take a co-op's entry out for good."`

	Followers coopFollowersCommand `cmd:"" help:"List who follows a co-op."`
	Receipts  coopReceiptsCommand  `cmd:"" help:"Say for every change who was told, who is awaited, and who refused."`
}

// printJSON prints what --json asks for.
func printJSON(std streams, value any) error {
	out := json.NewEncoder(std.out)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(value)
}
