package federation

import (
	"context"
	"net/url"
	"strings"
)

// subscribeRel marks the link with a server's follow dialog (Mastodon and its
// kin; from OStatus 1.0).
const subscribeRel = "http://ostatus.org/schema/1.0/subscribe"

// FollowDialog finds the page on which the server of account (name@host) asks
// its owner whether to follow actor, one of ours. It is "" when the server
// knows the account and has no such page, and an error when it does not answer
// well. Nothing of it is kept.
func (f *Federation) FollowDialog(ctx context.Context, account, actor string) (string, error) {
	found, err := f.webFingerOf(ctx, account)
	if err != nil {
		return "", err
	}
	for _, link := range found.Links {
		if link.Rel == subscribeRel {
			return strings.ReplaceAll(link.Template, "{uri}", url.QueryEscape(actor)), nil
		}
	}
	return "", nil
}
