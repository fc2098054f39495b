package federation

import (
	"context"
	"errors"
	"slices"

	"coopverse/directory"
)

// maxCodeText is how much of a note is looked through for a code, in characters.
const maxCodeText = 2000

// heedCode notes who has sent the directory a code that somebody was shown, and
// says whether that was so. Nothing else of such a note is kept.
func (f *Federation) heedCode(ctx context.Context, in *incoming, n *note, named []string) (taken bool, err error) {
	if !slices.Contains(named, directory.DirectoryHandle) {
		return false, nil
	}
	for _, code := range directory.Codes(plainText(n.Content, maxCodeText)) {
		if asked, err := f.directory.Asked(ctx, code); err != nil || !asked {
			if err != nil {
				return false, err
			}
			continue
		}
		sender, err := f.AccountOf(ctx, in.sender.ID)
		if err != nil {
			return false, unconfirmed(err, "whose account it is cannot be confirmed")
		}
		err = f.directory.SentCode(ctx, in.heard(n.ID), code, sender)
		if !errors.Is(err, directory.ErrNotFound) { // somebody else was faster
			return true, err
		}
	}
	return false, nil
}
