package federation

import (
	"mime"
	"net/http"
	"strings"
)

type route struct {
	method, path string
	serve        http.HandlerFunc
	negotiated   bool // people get a page at the same address
}

// routes is the site map of what other servers ask for.
func (f *Federation) routes() []route {
	return []route{
		{"GET", "/.well-known/webfinger", f.webFinger, false},
		{"GET", "/.well-known/host-meta", f.hostMeta, false},
		{"GET", "/.well-known/nodeinfo", f.nodeInfoLinks, false},
		{"GET", "/nodeinfo/{version:2\\.[01]}", f.nodeInfo, false},

		{"POST", "/inbox", f.receive, false},
		{"POST", "/coops/{handle}/inbox", f.receive, false},
		{"POST", "/actors/{handle:directory|instance}/inbox", f.receive, false},

		{"GET", "/coops/{handle}", f.serveDocument(f.actor), true},
		{"GET", "/coops/{handle}/outbox", f.serveDocument(f.outbox), false},
		{"GET", "/coops/{handle}/followers", f.serveDocument(f.followers), false},
		{"GET", "/coops/{handle}/following", f.serveDocument(f.following), false},
		{"GET", "/coops/{handle}/featured", f.serveDocument(f.featured), false},
		{"GET", "/coops/{handle}/introduction", f.serveDocument(f.introduction), true},
		{"GET", "/coops/{handle}/posts/{post:[0-9]+}", f.serveDocument(f.post), true},
		{"GET", "/coops/{handle}/avatar/{version}.png", f.avatar, false},

		{"GET", "/actors/{handle:directory|instance}", f.serveDocument(f.actor), true},
		{"GET", "/actors/{handle:directory|instance}/outbox", f.serveDocument(f.outbox), false},
		{"GET", "/actors/{handle:directory|instance}/followers", f.serveDocument(f.followers), false},
		{"GET", "/actors/{handle:directory|instance}/following", f.serveDocument(f.following), false},
		{"GET", "/actors/{handle:directory|instance}/featured", f.serveDocument(f.featured), false},
		{"GET", "/actors/{handle:directory}/introduction", f.serveDocument(f.introduction), true},
		{"GET", "/actors/{handle:directory}/posts/{post:[0-9]+}", f.serveDocument(f.post), true},
		{"GET", "/actors/{handle:directory|instance}/avatar/{version}.png", f.avatar, false},
	}
}

// wantsActivity says whether a request asks for the actor and not for the page:
// whether an ActivityPub type comes before any type that the page has. Servers
// name it first; browsers never do.
func wantsActivity(r *http.Request) bool {
	for _, part := range strings.Split(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil || params["q"] == "0" {
			continue
		}
		switch kind {
		case "application/activity+json", "application/ld+json":
			return true
		case "text/html", "application/xhtml+xml", "application/json":
			return false
		}
	}
	return false
}
