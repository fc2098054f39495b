package document

import (
	"fmt"
	"html"

	"coopverse/directory"
	"coopverse/federation/avatar"
)

// resource is a WebFinger answer (RFC 7033, section 4.4).
type resource struct {
	Subject string         `json:"subject"`
	Aliases []string       `json:"aliases"`
	Links   []resourceLink `json:"links"`
}

type resourceLink struct {
	Rel  string `json:"rel"`
	Type string `json:"type"`
	Href string `json:"href"`
}

// WebFinger tells where the actor with that handle is found; name is the one it
// shows, and logo the value of that field of a co-op. Subject and self link must lead to each other, letter by letter. There
// is no link for subscribing: nobody follows from here.
func (s Site) WebFinger(handle, name, logo string) ([]byte, error) {
	picture := resourceLink{"http://webfinger.net/rel/avatar", "image/png", s.Avatar(handle, avatar.Version(handle, name))}
	if own, ok := directory.ReadShown(logo); ok {
		picture.Type, picture.Href = own.MediaType, s.Picture(own.Hash, own.MediaType)
	}
	r := resource{
		Subject: "acct:" + s.Account(handle),
		Aliases: []string{s.Actor(handle)},
		Links: []resourceLink{
			{"self", ActivityType, s.Actor(handle)},
			{"http://webfinger.net/rel/profile-page", "text/html", s.Page(handle)},
			picture,
		},
	}
	if page := s.Page(handle); page != s.Actor(handle) {
		r.Aliases = append(r.Aliases, page)
	}
	return writeJSON(r)
}

// HostMeta tells where WebFinger is found (RFC 6415). Akkoma asks for it first.
func (s Site) HostMeta() []byte {
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="lrdd" template="%s/.well-known/webfinger?resource={uri}"/>
</XRD>
`, html.EscapeString(s.Origin))
}
