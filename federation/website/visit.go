package website

import (
	"context"
	"errors"
	"mime"
	"net"
	"net/url"
	"slices"
	"strings"

	"coopverse/federation/fetch"
)

// Sizes, in bytes.
const (
	maxPage = 4 << 20  // of a page that is fetched
	maxHTML = 1 << 20  // of the beginning of it that is read
	maxFile = 64 << 10 // of the file
)

// visit is one look at one website.
type visit struct {
	*Prover
	site  site
	claim claim
	seen  []string
	// reached says that the website has answered, unread that something there
	// could not be read.
	reached, unread bool
}

// page looks at the website's page for a link and a meta tag.
func (v *visit) page(ctx context.Context) (Proof, bool) {
	return v.marked(ctx, func(m marks, at *url.URL) (Method, bool) {
		if v.link(m, at) {
			return RelMe, true
		}
		return Meta, v.meta(m, at)
	})
}

// marked fetches the website's page and looks at what it has.
func (v *visit) marked(ctx context.Context, look func(m marks, at *url.URL) (Method, bool)) (Proof, bool) {
	found, at, ok := v.get(ctx, v.site.address, "text/html, application/xhtml+xml;q=0.9", maxPage)
	if !ok {
		return Proof{}, false
	}
	if !v.site.isPage(at) {
		v.see("%s leads to %s, which is another page", v.site.address, at)
		return Proof{}, false
	}
	if kind, _, _ := mime.ParseMediaType(found.ContentType); kind != "text/html" && kind != "application/xhtml+xml" {
		v.see("%s has the content type %.80q, which is not that of a page", at, found.ContentType)
		return Proof{}, false
	}
	if method, proved := look(readMarks(found.Body, found.ContentType), at); proved {
		return Proof{method, at.String()}, true
	}
	if len(found.Body) > maxHTML {
		v.see("of %s only the first %d bytes were read", at, maxHTML)
	}
	return Proof{}, false
}

func (v *visit) link(m marks, at *url.URL) bool {
	base := m.baseAt(at)
	var best aim
	var visitors bool
	for _, link := range m.links {
		switch aim := v.claim.aimOf(link.href, base); {
		case aim == ourToken || aim == noToken && v.claim.proved:
			if !link.visitors {
				return true
			}
			visitors = true
		default:
			best = max(best, aim)
		}
	}
	switch {
	case visitors:
		v.see("%s has a link with rel=me to %s, but its rel says nofollow or ugc too, as on links that visitors write", at, v.claim.page)
	case best == otherToken:
		v.see("%s has a link with rel=me to %s, but with another token", at, v.claim.page)
	case best == noToken:
		v.see("%s has a link with rel=me to %s, but without the token", at, v.claim.page)
	default:
		v.see("%s has no link with rel=me to %s", at, v.claim.page)
	}
	return false
}

func (v *visit) meta(m marks, at *url.URL) bool {
	switch {
	case slices.ContainsFunc(m.metas, v.claim.is):
		return true
	case len(m.metas) > 0:
		v.see("%s has a meta tag %s, but with another token", at, metaName)
	default:
		v.see("%s has no meta tag %s", at, metaName)
	}
	return false
}

// file looks for the file. A page in its place, such as many servers show for
// whatever they do not have, may have been written by visitors.
func (v *visit) file(ctx context.Context) (Proof, bool) {
	if v.site.paged {
		v.see("%s is a page on a host that others may have pages on, so neither a file nor the DNS of the host would be a proof", v.site.address)
		return Proof{}, false
	}
	found, at, ok := v.get(ctx, v.site.file(), "text/plain", maxFile)
	if !ok {
		return Proof{}, false
	}
	if at.EscapedPath() != wellKnown || at.RawQuery != "" {
		v.see("%s leads to %s, which is another file", v.site.file(), at)
		return Proof{}, false
	}
	if kind, _, _ := mime.ParseMediaType(found.ContentType); kind != "text/plain" {
		v.see("%s has the content type %.80q and not text/plain", at, found.ContentType)
		return Proof{}, false
	}
	for line := range strings.Lines(strings.TrimPrefix(string(found.Body), "\ufeff")) {
		if v.claim.is(strings.TrimSpace(line)) {
			return Proof{File, at.String()}, true
		}
	}
	v.see("%s has no line with the token", at)
	return Proof{}, false
}

// dns looks for the TXT record.
func (v *visit) dns(ctx context.Context) (Proof, bool) {
	name := v.site.dnsName()
	if name == "" || v.site.paged {
		return Proof{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, v.each)
	defer cancel()
	records, err := v.resolver.LookupTXT(ctx, name+".")
	for _, record := range records { // there may be some beside an error
		if token, ours := strings.CutPrefix(strings.TrimSpace(record), metaName+"="); ours && v.claim.is(token) {
			return Proof{DNS, name}, true
		}
	}
	var failure *net.DNSError
	switch {
	case err == nil && len(records) > 0:
		v.see("%s has no TXT record with the token", name)
	case err == nil, errors.As(err, &failure) && failure.IsNotFound:
		v.see("%s has no TXT record", name)
	default:
		v.unread = true
		v.see("%s could not be looked up", name)
	}
	return Proof{}, false
}

// get fetches what is at an address of the website. A website without https is
// asked with https first, and without only where the client allows that: else
// anybody on the way could write the proof.
func (v *visit) get(ctx context.Context, address *url.URL, accept string, limit int64) (*fetch.Document, *url.URL, bool) {
	found, err := v.ask(ctx, address, accept, limit)
	if err != nil && v.site.plain {
		plain := *address
		plain.Scheme = "http"
		answer, plainErr := v.ask(ctx, &plain, accept, limit)
		if errors.Is(plainErr, fetch.ErrRefused) {
			v.see("%s does not count: without https anybody on the way could have written what is there", &plain)
		} else {
			address, found, err = &plain, answer, plainErr
		}
	}
	if err != nil {
		v.fail(address, err)
		return nil, nil, false
	}
	v.reached = true
	at, err := url.Parse(found.URL)
	if err != nil || !v.site.owns(at) {
		v.see("%s leads to another website, %.200s", address, found.URL)
		return nil, nil, false
	}
	return found, at, true
}

func (v *visit) ask(ctx context.Context, address *url.URL, accept string, limit int64) (*fetch.Document, error) {
	ctx, cancel := context.WithTimeout(ctx, v.each)
	defer cancel()
	return v.client.Get(ctx, address.String(), accept, limit)
}
