package federation

import (
	"context"
	"net/http"
	"strings"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// needsSigning says whether those who ask at a route must say who they are in secure
// mode. Anybody may ask how actors are found, for pictures, for the public log, and for
// our instance's own actor: otherwise two servers in secure mode could not read each
// other's keys.
func needsSigning(r route) bool {
	return r.method == http.MethodGet && (strings.HasPrefix(r.path, "/coops/") || strings.HasPrefix(r.path, "/actors/")) && !strings.HasSuffix(r.path, ".png")
}

// nothing is what a request without a body says.
func nothing() (activity, error) { return activity{}, nil }

// secured answers only those who sign their requests and are not blocked, and says
// that nobody on the way may keep the answer for others. Mastodon calls it authorized
// fetch; GoToSocial always does it.
func (f *Federation) secured(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if handle := mux.Vars(r)["handle"]; handle == directory.InstanceHandle {
			serve(w, r)
			return
		}
		w.Header().Set("Vary", "Accept")
		w.Header().Set("Cache-Control", "private")
		ctx, cancel := context.WithTimeout(r.Context(), patienceOfSenders)
		defer cancel()
		_, err := f.verify(r.WithContext(ctx), nil, nothing)
		if err == nil {
			serve(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		f.turnAway(w, r, err)
	}
}
