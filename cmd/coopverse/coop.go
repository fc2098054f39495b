package main

type coopCommands struct {
	Show   coopShowCommand   `cmd:"" help:"Show what is known about a co-op, and who said so."`
	Edit   coopEditCommand   `cmd:"" help:"Change a co-op's entry as a curator."`
	Remove coopRemoveCommand `cmd:"" help:"Take a co-op's entry out for good."`
	Erase  coopEraseCommand  `cmd:"" help:"Take back for good what an entry said before."`
	Invite coopInviteCommand `cmd:"" help:"Make a link by which somebody comes to speak for a co-op."`

	Post       coopPostCommand       `cmd:"" help:"Post as a co-op, or edit or delete a post."`
	Events     coopEventsCommand     `cmd:"" help:"List what other servers said to a co-op, and what came of it."`
	Replies    coopRepliesCommand    `cmd:"" help:"List, hide and show the replies to a co-op's posts."`
	Followers  coopFollowersCommand  `cmd:"" help:"List who follows a co-op."`
	Block      coopBlockCommand      `cmd:"" help:"Have a co-op hear nothing more of somebody."`
	Unblock    coopUnblockCommand    `cmd:"" help:"Have a co-op hear somebody again."`
	Blocks     coopBlocksCommand     `cmd:"" help:"List whom a co-op has blocked."`
	Receipts   coopReceiptsCommand   `cmd:"" help:"Say for every change who was told, who is awaited, and who refused."`
	Move       coopMoveCommand       `cmd:"" help:"Hand a co-op's followers over to its own server."`
	RotateKeys coopRotateKeysCommand `cmd:"" help:"Give a co-op's actor new keys."`
}
