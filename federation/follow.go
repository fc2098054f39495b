package federation

import (
	"context"
	"encoding/json"
	"fmt"
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
	_, host, found := strings.Cut(account, "@")
	if !found {
		return "", fmt.Errorf("%q is not written name@host", account)
	}
	ask := url.URL{
		Scheme: "https", Host: host, Path: "/.well-known/webfinger",
		RawQuery: url.Values{"resource": {"acct:" + account}}.Encode(),
	}
	document, err := f.client.JSON(ctx, ask.String(), "application/jrd+json, application/json")
	if err != nil {
		return "", fmt.Errorf("ask %s for its follow dialog: %w", host, err)
	}
	var answer struct {
		Links []struct {
			Rel      string `json:"rel"`
			Template string `json:"template"`
		} `json:"links"`
	}
	if err := json.Unmarshal(document.Body, &answer); err != nil {
		return "", fmt.Errorf("read what %s says of its follow dialog: %w", host, err)
	}
	for _, link := range answer.Links {
		if link.Rel == subscribeRel {
			return strings.ReplaceAll(link.Template, "{uri}", url.QueryEscape(actor)), nil
		}
	}
	return "", nil
}
