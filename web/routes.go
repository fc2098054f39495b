package web

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"
)

// answer is a handler that leaves its errors to one place, errors.go.
type answer func(w http.ResponseWriter, r *http.Request) error

// routes is the map of the site.
func (s *Server) routes() http.Handler {
	m := mux.NewRouter().StrictSlash(true)
	m.Use(noteRoute)
	m.NotFoundHandler = s.failing(errNotFound)
	m.MethodNotAllowedHandler = s.answering(notAllowed(m))
	get := func(path string, a answer) { m.Handle(path, s.answering(a)).Methods(http.MethodGet, http.MethodHead) }
	post := func(path string, a answer) { m.Handle(path, s.answering(a)).Methods(http.MethodPost) }

	// For people
	get("/", s.front)
	get("/coops", moved("/"))
	get("/coops/{handle}", s.coop)
	get("/coops/{handle}/introduction", s.introduction)
	get("/coops/{handle}/changes", s.changes)
	get("/coops/{handle}/posts/{id:[0-9]+}", s.post)
	get("/coops/{handle}/follow", s.followForm)
	post("/coops/{handle}/follow", s.follow)
	get("/coops/{handle}/news.atom", s.feed)
	get("/mirrors", s.mirrors)
	get("/mirrors/{host}", s.mirror)
	get("/mirrors/{host}/{handle}", s.mirrored)
	get("/mirrors/{host}/{handle}/follow", s.followForm)
	post("/mirrors/{host}/{handle}/follow", s.follow)
	get("/topics", s.topics)
	get("/tags/{tag}", s.tag)
	get("/defunct", s.defunct)
	get("/resources", s.resources)
	get("/resources/{id}", s.resource)
	get("/follow", s.followForm)
	post("/follow", s.follow)
	get("/about", s.about)
	get("/rules", s.page("rules"))
	get("/privacy", s.page("privacy"))
	get("/contact", s.page("contact"))
	get("/data", s.dataPage)
	get("/data/{file}", s.limited("data", s.dataFile))

	// For those who speak for a co-op
	ownGet := func(path string, a answer) { m.Handle(path, s.private(a)).Methods(http.MethodGet, http.MethodHead) }
	ownPost := func(path string, a answer) { m.Handle(path, s.private(a)).Methods(http.MethodPost) }
	ownGet("/coops/{handle}/claim", s.claimPage)
	ownPost("/coops/{handle}/claim", s.limited("claim", s.beginClaim))
	ownPost("/coops/{handle}/claim/check", s.limited("check", s.checkClaim))
	ownPost("/coops/{handle}/claim/pretend", s.pretendClaim)
	ownPost("/coops/{handle}/claim/take", s.limited("claim", s.takeClaim))
	ownGet("/coops/{handle}/people", s.peoplePage)
	ownPost("/coops/{handle}/people/invite", s.limited("invite", s.invite))
	ownPost("/coops/{handle}/people/invitations/{id:[0-9]+}/withdraw", s.withdrawInvitation)
	ownPost("/coops/{handle}/people/{id:[0-9]+}/remove", s.removeMember)
	ownPost("/coops/{handle}/people/{id:[0-9]+}/role", s.setRole)
	ownGet("/coops/{handle}/edit", s.editForm)
	ownPost("/coops/{handle}/edit", s.limitedForm(s.keepingTyped(s.edit)))
	ownGet("/coops/{handle}/history", s.history)
	ownPost("/coops/{handle}/history", s.limited("post", s.putBack))
	ownGet("/coops/{handle}/news", s.news)
	ownPost("/coops/{handle}/news/replies", s.hideReply)
	ownGet("/coops/{handle}/followers", s.followersPage)
	ownPost("/coops/{handle}/followers/block", s.blockSender)
	ownPost("/coops/{handle}/followers/unblock", s.unblockSender)
	ownGet("/coops/{handle}/news/new", s.composeForm)
	ownPost("/coops/{handle}/news/new", s.limitedForm(s.keepingTyped(s.compose)))
	ownGet("/coops/{handle}/news/{id:[0-9]+}/edit", s.recomposeForm)
	ownPost("/coops/{handle}/news/{id:[0-9]+}/edit", s.limitedForm(s.keepingTyped(s.recompose)))
	ownGet("/coops/{handle}/news/{id:[0-9]+}/delete", s.deleteForm)
	ownPost("/coops/{handle}/news/{id:[0-9]+}/delete", s.deletePost)
	ownGet("/coops/{handle}/news/pictures/{token}", s.keptPicture)
	ownGet("/coops/{handle}/evidence", s.evidencePage)
	ownPost("/coops/{handle}/evidence", s.limited("evidence", s.addEvidence))
	ownPost("/coops/{handle}/evidence/{id:[0-9]+}/withdraw", s.withdrawEvidence)
	ownPost("/coops/{handle}/evidence/check", s.limited("check", s.proveAnew))
	ownGet("/coops/{handle}/vouch", s.vouchPage)
	ownPost("/coops/{handle}/vouch", s.limited("vouch", s.vouch))
	ownGet("/coops/{handle}/news/scheduled/{id:[0-9]+}/edit", s.rescheduleForm)
	ownPost("/coops/{handle}/news/scheduled/{id:[0-9]+}/edit", s.limitedForm(s.keepingTyped(s.reschedule)))
	ownPost("/coops/{handle}/news/scheduled/{id:[0-9]+}/now", s.limited("post", s.postNow))
	ownGet("/coops/{handle}/news/scheduled/{id:[0-9]+}/cancel", s.cancelForm)
	ownPost("/coops/{handle}/news/scheduled/{id:[0-9]+}/cancel", s.cancel)
	ownGet("/invitations/{token}", s.limited("invitation", s.invitationPage))
	ownPost("/invitations/{token}", s.limited("invitation", s.acceptInvitation))
	ownGet("/register", s.limited("register", s.registerPage))
	ownPost("/register/begin", s.limited("register", s.beginRegister))
	ownPost("/register/finish", s.limited("register", s.finishRegister))
	ownGet("/sign-in", s.signInPage)
	ownPost("/sign-in/begin", s.limited("sign in", s.beginSignIn))
	ownPost("/sign-in/finish", s.limited("sign in", s.finishSignIn))
	ownPost("/sign-out", s.signOut)
	ownGet("/me", s.mePage)
	ownPost("/me/passkeys/begin", s.limited("passkey", s.beginPasskey))
	ownPost("/me/passkeys/finish", s.limited("passkey", s.finishPasskey))
	ownPost("/me/passkeys/remove", s.removePasskey)
	ownPost("/me/sign-ins/end", s.endSignIn)
	ownPost("/me/leave", s.leave)

	ownPost("/accounts", s.limited("account", s.beginAccount))
	ownGet("/accounts/callback", s.limited("account", s.accountCallback))
	ownGet("/accounts/code", s.limited("code", s.codePage))
	ownPost("/accounts/code", s.limited("code", s.takeCode))
	ownPost("/register/account", s.limited("register", s.registerAccount))
	ownPost("/me/accounts/remove", s.removeAccount)
	ownGet("/me/again", s.againFirst)

	// For a co-op that is not listed
	ownGet("/add", s.addPage)
	ownPost("/add", s.limited("add", s.add))
	ownPost("/add/check", s.limited("check", s.checkProposal))
	ownPost("/add/pretend", s.pretendProposal)
	ownPost("/add/send", s.limited("add", s.sendProposal))

	// For operators
	operatorsGet := func(path string, a answer) { ownGet(path, s.forOperators(a)) }
	operatorsGet("/operators", s.operatorsPage)
	operatorsGet("/operators/claims", s.operatorsClaims)
	ownPost("/operators/claims/{id:[0-9]+}", s.endClaim)
	operatorsGet("/operators/entries", s.operatorsEntries)
	ownPost("/operators/entries/{id:[0-9]+}", s.decideEntry)
	operatorsGet("/operators/evidence", s.operatorsEvidence)
	ownPost("/operators/evidence/{id:[0-9]+}", s.judgeEvidence)
	operatorsGet("/operators/reports", s.operatorsReports)
	ownPost("/operators/reports/{id:[0-9]+}", s.resolveReport)
	operatorsGet("/operators/log", s.operatorsLog)
	operatorsGet("/operators/servers", s.operatorsServers)
	operatorsGet("/operators/servers/{host}", s.operatorsServer)
	ownPost("/operators/servers/{host}", s.decideServer)
	operatorsGet("/operators/actors", s.operatorsActors)
	ownPost("/operators/actors", s.decideActor)

	// For operators: with whom we speak
	operatorsGet("/operators/domains", s.domainsPage)
	ownPost("/operators/domains", s.blockDomain)
	ownPost("/operators/domains/unblock", s.unblockDomain)
	operatorsGet("/operators/domains/export", s.exportBlocked)
	operatorsGet("/operators/domains/import", s.importForm)
	ownPost("/operators/domains/import", s.importDomains)
	operatorsGet("/operators/allowed", s.allowedPage)
	ownPost("/operators/allowed", s.allowDomain)
	ownPost("/operators/allowed/remove", s.disallowDomain)
	operatorsGet("/operators/allowed/export", s.exportAllowed)
	operatorsGet("/operators/allowed/import", s.importForm)
	ownPost("/operators/allowed/import", s.importDomains)
	operatorsGet("/operators/allowed/only", s.onlyAllowedForm)
	ownPost("/operators/allowed/only", s.switchOnlyAllowed)

	// Those of our actors that are no co-ops. Other servers know these addresses
	// as their ids.
	get("/actors/directory", directoryActor)
	get("/actors/instance", people("/about"))
	get("/actors/{handle}", s.topic)
	get("/actors/{handle}/introduction", s.introduction)
	get("/actors/{handle}/posts/{id:[0-9]+}", s.post)
	get("/actors/{handle}/follow", s.followForm)
	post("/actors/{handle}/follow", s.follow)
	get("/actors/{handle}/news.atom", s.feed)

	// For browsers and programs
	get("/static/{edition}/{file:.+}", s.static)
	get("/favicon.ico", s.favicon)
	get("/opensearch.xml", s.openSearch)
	get("/robots.txt", s.robots)
	get("/healthz", s.health)
	m.Handle("/metrics", s.metrics.handler()).Methods(http.MethodGet)
	return m
}

func moved(to string) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, to, http.StatusMovedPermanently)
		return nil
	}
}

// people leads readers from an address that is for servers to the page for
// them. Servers get another answer there, so it is not for good.
func people(to string) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Add("Vary", "Accept")
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
}

// directoryActor leads readers from the directory's actor to its page. A cache
// must ask again each time: it might keep the answer for servers, too.
func directoryActor(w http.ResponseWriter, r *http.Request) error {
	w.Header().Add("Vary", "Accept")
	w.Header().Set("Cache-Control", "no-cache")
	return moved("/")(w, r)
}

// notAllowed says which methods an address has (RFC 9110, section 15.5.6).
func notAllowed(m *mux.Router) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			asked, match := r.Clone(r.Context()), mux.RouteMatch{}
			asked.Method = method
			if m.Match(asked, &match) && match.MatchErr == nil {
				allowed = append(allowed, method)
			}
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		return errMethod
	}
}
