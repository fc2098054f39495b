package fetch

import (
	"context"
	"net/http"
	"net/url"

	"coopverse/directory/clock"
)

// get asks for an address, follows at most three redirects, and reads what is
// at their end. Each hop is guarded and signed as if it were the first. A hop
// must not lead from https to http, nor to where we have been.
func (c *Client) get(ctx context.Context, address, accept string, limit int64, sign Signer) (*Document, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience.get)
	defer cancel()
	u, err := c.address(address)
	if err != nil {
		return nil, err
	}
	been := map[string]bool{}
	for {
		been[u.String()] = true
		resp, err := c.ask(ctx, u, accept, sign)
		if err != nil {
			return nil, err
		}
		location := resp.Header.Get("Location")
		if !redirects(resp.StatusCode) || location == "" {
			return read(resp, u, limit)
		}
		drain(resp.Body)
		if u, err = c.hop(u, location, been); err != nil {
			return nil, err
		}
	}
}

func (c *Client) ask(ctx context.Context, u *url.URL, accept string, sign Signer) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, refuse("address: %w", err)
	}
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	r.Header.Set("Accept-Encoding", "gzip") // or the transport asks for it and hides how much came
	return c.send(r, sign)
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// hop returns where a redirect leads, if we go there.
func (c *Client) hop(from *url.URL, location string, been map[string]bool) (*url.URL, error) {
	if len(been) > maxRedirects {
		return nil, refuse("more than %d redirects", maxRedirects)
	}
	to, err := from.Parse(location)
	if err != nil {
		return nil, refuse("redirect: %w", err)
	}
	if to, err = c.address(to.String()); err != nil {
		return nil, err
	}
	if from.Scheme == "https" && to.Scheme != "https" {
		return nil, refuse("redirect from %s down to %s", from, to)
	}
	if been[to.String()] {
		return nil, refuse("redirects go round through %s", to)
	}
	return to, nil
}

// read takes the document out of an answer.
func read(resp *http.Response, u *url.URL, limit int64) (*Document, error) {
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return nil, answered(resp, clock.Now())
	}
	body, wire, err := readAll(resp, limit)
	if err != nil {
		return nil, err
	}
	types := resp.Header.Values("Content-Type")
	if len(types) > 1 {
		return nil, refuse("%d content types", len(types))
	}
	return &Document{URL: u.String(), ContentType: resp.Header.Get("Content-Type"), Body: body, Wire: wire}, nil
}
