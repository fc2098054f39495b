package fetch

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strings"
)

const (
	activityJSON   = "application/activity+json"
	activitystream = "https://www.w3.org/ns/activitystreams"
	acceptDocument = activityJSON + `, application/ld+json; profile="` + activitystream + `"`
)

// Document is what was found at an address.
type Document struct {
	// URL is where it was found, after redirects, without fragment, its host in
	// normal form.
	URL string
	// ContentType is the header as sent.
	ContentType string
	// Body is what came, decompressed.
	Body []byte
	// Wire is how many bytes of the body came, compressed as they were.
	Wire int64
}

// Get asks for anything, such as an image or a page, of at most limit bytes.
// What the Content-Type says is for the caller to judge.
func (c *Client) Get(ctx context.Context, address, accept string, limit int64) (*Document, error) {
	return c.get(ctx, address, accept, limit, nil)
}

// GetUnless asks as Get does for what the asker has already, unless it has
// changed: then the error's Status is 304. The ETag is that of what the asker has.
func (c *Client) GetUnless(ctx context.Context, etag, address, accept string, limit int64) (*Document, error) {
	return c.get(ctx, address, accept, limit, func(r *http.Request) error {
		r.Header.Set("If-None-Match", etag)
		return nil
	})
}

// JSON asks for a JSON document that is not of ActivityPub, such as one of
// WebFinger or NodeInfo. The Content-Type is not looked at: some of these are
// plain files, whose server knows no better, at addresses that nobody can
// upload to. Body is JSON that Plain accepts, of at most 1 MiB.
func (c *Client) JSON(ctx context.Context, address, accept string) (*Document, error) {
	d, err := c.get(ctx, address, accept, maxDocument, nil)
	if err != nil {
		return nil, err
	}
	if err := Plain(d.Body); err != nil {
		return nil, &Error{Kind: ErrRefused, Err: err}
	}
	return d, nil
}

// Document asks for an ActivityPub document of at most 1 MiB. It must say that
// it is one in its Content-Type: else a file that somebody uploaded to a server
// could pass for an actor of that server, as it once could with most software
// (Mastodon's advisory of February 2024 and those that followed it). Body is JSON that Plain accepts. Whose document it is has not been
// looked at: see Dereference.
func (c *Client) Document(ctx context.Context, address string, sign Signer) (*Document, error) {
	d, err := c.get(ctx, address, acceptDocument, maxDocument, sign)
	if err != nil {
		return nil, err
	}
	if !isActivity(d.ContentType) {
		return nil, refuse("content type %.80q at %s", d.ContentType, d.URL)
	}
	if err := Plain(d.Body); err != nil {
		return nil, &Error{Kind: ErrRefused, Err: err}
	}
	return d, nil
}

// Dereference asks for the thing with this id and returns its document, whose
// id is the document's URL: a server speaks for its own addresses and for no
// others (the lack of it was Mastodon's CVE-2024-23832). If the id is another one of the same host, as behind a redirect or at
// GoToSocial's address of a key, that one is asked for, once.
//
// The URL of the document can differ from the id that was asked for, even in
// its host, and the caller must go on with the URL.
func (c *Client) Dereference(ctx context.Context, id string, sign Signer) (*Document, error) {
	d, err := c.Document(ctx, id, sign)
	if err != nil {
		return nil, err
	}
	says := d.id()
	if says == d.URL {
		return d, nil
	}
	if !SameHost(says, d.URL) {
		return nil, refuse("%s shows a document of %q", d.URL, says)
	}
	if d, err = c.Document(ctx, says, sign); err != nil {
		return nil, err
	}
	if d.id() != d.URL {
		return nil, refuse("%s shows a document of %q", d.URL, d.id())
	}
	return d, nil
}

// id returns the id of the document in the form of its URL, or nothing.
func (d *Document) id() string {
	var members map[string]json.RawMessage // and no struct, which would take an “ID” as well
	if json.Unmarshal(d.Body, &members) != nil {
		return ""
	}
	var id string
	if json.Unmarshal(members["id"], &id) != nil {
		return ""
	}
	u, err := parseAddress(id)
	if err != nil {
		return ""
	}
	return u.String()
}

// isActivity reports whether a Content-Type is one of ActivityPub (section 3.2
// of its specification), with whatever other parameters.
func isActivity(contentType string) bool {
	kind, parameters, err := mime.ParseMediaType(contentType)
	switch {
	case kind == activityJSON:
		return true // also if a parameter is odd
	case err != nil || kind != "application/ld+json":
		return false
	}
	return slices.Contains(strings.Fields(parameters["profile"]), activitystream)
}
