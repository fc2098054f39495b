package federation

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"coopverse/directory"
	"coopverse/directory/publiclog"
)

type route struct {
	method, path string
	serve        http.HandlerFunc
	negotiated   bool // people get a page at the same address
}

// routes is the site map of what other servers ask for.
func (f *Federation) routes() []route {
	routes := []route{
		{"GET", "/.well-known/webfinger", f.webFinger, false},
		{"GET", "/.well-known/host-meta", f.hostMeta, false},
		{"GET", "/.well-known/nodeinfo", f.nodeInfoLinks, false},
		{"GET", "/nodeinfo/{version:2\\.[01]}", f.nodeInfo, false},

		{"POST", "/inbox", f.receive, false},
		{"GET", "/media/{picture:[0-9a-f]+\\.(?:jpg|png)}", f.picture, false},
	}
	// Another spelling of a handle is for the pages, which lead to the right one.
	const coop, other = "/coops/{handle:[a-z0-9_]+}", "/actors/{handle:[a-z0-9_]+}"
	for _, actor := range []string{coop, other} {
		routes = append(routes, []route{
			{"POST", actor + "/inbox", f.receive, false},
			{"GET", actor, f.serveDocument(f.actor), true},
			{"GET", actor + "/outbox", f.serveDocument(f.outbox), false},
			{"GET", actor + "/followers", f.answerWith(f.followers), actor == coop},
			{"GET", actor + "/following", f.answerWith(f.following), false},
			{"GET", actor + "/featured", f.serveDocument(f.featured), false},
			{"GET", actor + "/authorizations/{authorization}", f.answerWith(f.authorization), false},
			{"GET", actor + "/avatar/{version}.png", f.avatar, false},
		}...)
		introduction, post := actor+"/introduction", actor+"/posts/{post:[0-9]+}"
		routes = append(routes, route{"GET", introduction, f.serveDocument(f.introduction), true}, route{"GET", post, f.serveDocument(f.post), true})
		for _, note := range []string{introduction, post} {
			routes = append(routes, []route{
				{"GET", note + "/replies", f.answerWith(f.replies), false},
				{"GET", note + "/likes", f.answerWith(f.likes), false},
				{"GET", note + "/shares", f.answerWith(f.shares), false},
			}...)
		}
	}
	routes = append(routes, f.logRoutes()...)
	routes = append(routes, []route{
		{"GET", publiclog.Path, f.publicLog, true},
		{"GET", "/actors/{handle:" + directory.DirectoryHandle + "}/coops", f.serveDocument(f.coops), false},
	}...)
	collections := "/actors/{handle:" + directory.DirectoryHandle + "}/collections"
	return append(routes, []route{
		{"GET", collections, f.serveDocument(f.collections), false},
		{"GET", collections + "/{topic}", f.serveDocument(f.collection), false},
		{"GET", collections + "/{topic}/items/{coop}", f.serveDocument(f.item), false},
	}...)
}

// wantsActivity says whether a request asks for the actor and not for the page:
// whether it likes an ActivityPub type better than any type that the page has, or
// names it first of those that it likes as much. Servers do; browsers never do.
func wantsActivity(r *http.Request) bool {
	activity, best := false, 0.0
	for _, part := range strings.Split(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		quality := 1.0
		if q, said := params["q"]; said {
			quality, _ = strconv.ParseFloat(q, 64)
		}
		if quality > best {
			switch kind {
			case "application/activity+json", "application/ld+json":
				activity, best = true, quality
			case "text/html", "application/xhtml+xml", "application/json":
				activity, best = false, quality
			}
		}
	}
	return activity
}
