package document

import (
	"fmt"

	"coopverse/directory"
	"coopverse/federation/document/streams"
)

// Block tells somebody's server that one of our actors wants to hear nothing
// more of them. Nobody else is told.
func (s Site) Block(b directory.Block) ([]byte, error) {
	block := streams.NewActivityStreamsBlock()
	s.begin(block, b.Handle, s.block(b))
	block.GetUnknownProperties()["to"] = []any{b.PeerID}
	block.SetActivityStreamsObject(idObject(b.PeerID))
	return encode(block)
}

// Unblock takes a Block back. It carries all of it, since nobody can look it up.
func (s Site) Unblock(b directory.Block) ([]byte, error) {
	undo := streams.NewActivityStreamsUndo()
	s.begin(undo, b.Handle, s.block(b)+"/undo")
	undo.GetUnknownProperties()["to"] = []any{b.PeerID}
	undo.GetUnknownProperties()["object"] = map[string]any{"type": "Block", "id": s.block(b), "actor": s.Actor(b.Handle), "object": b.PeerID}
	return encode(undo)
}

// block is the id of a Block.
func (s Site) block(b directory.Block) string {
	return fmt.Sprintf("%s/blocks/%d", s.Actor(b.Handle), b.ID)
}
