package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// otherServers is the page about the servers with which we have to do.
type otherServers struct {
	Desk    operatorsHead
	Asked   string // part of a name that is looked for; "": all
	Waiting bool   // only those for which something waits
	Servers []otherServer
	Next    string // address of the next page, or ""
}

// otherServer is one of them.
type otherServer struct{ directory.Server }

// Page is where an operator sees what waits for it.
func (s otherServer) Page() string { return "/operators/servers/" + url.PathEscape(s.Host) }

// Trouble names the text that says why it takes nothing; "": it does.
func (s otherServer) Trouble() string { return troubleOfDelivery(s.LastError) }

// operatorsServers lists other servers in the order of their names.
func (s *Server) operatorsServers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	shown := otherServers{Desk: s.operatorsHead(ctx, "servers"), Asked: askedName(r), Waiting: r.URL.Query().Has("waiting")}
	found, err := s.directory.Servers(ctx, directory.ServerQuery{
		Name: shown.Asked, Waiting: shown.Waiting, After: r.URL.Query().Get("after"), Limit: operatorsShown + 1,
	})
	if err != nil {
		return err
	}
	if len(found) > operatorsShown {
		found = found[:operatorsShown]
		shown.Next = nextNamed("/operators/servers", shown.Asked, found[operatorsShown-1].Host, shown.Waiting)
	}
	for _, one := range found {
		shown.Servers = append(shown.Servers, otherServer{one})
	}
	return s.showDesk(w, http.StatusOK, "operators_servers", shown)
}

// askedName is the part of a name that a list is narrowed to.
func askedName(r *http.Request) string {
	return strings.TrimSpace(strings.ToValidUTF8(r.URL.Query().Get("name"), ""))
}

// nextNamed is the address of the page of a list that begins after a name.
func nextNamed(path, asked, last string, waiting bool) string {
	next := url.Values{"after": {last}}
	if asked != "" {
		next.Set("name", asked)
	}
	if waiting {
		next.Set("waiting", "1")
	}
	return path + "?" + next.Encode()
}

// oneServer is the page about one of them.
type oneServer struct {
	Desk    operatorsHead
	Server  otherServer
	Inboxes []waitingInbox
	Refused []refusedChange
	Newest  string // address of the first page of what it refused; "" on that page itself
	Older   string
}

// waitingInbox is an inbox for which something waits, on its way to the page.
type waitingInbox struct {
	directory.WaitingInbox
	Changes []happening
}

// Trouble names the text that says why it takes nothing; "": it does.
func (i waitingInbox) Trouble() string { return troubleOfDelivery(i.LastError) }

// happening is a change, and whose it is.
type happening struct {
	directory.Happening
	Whom speaker
}

// Page is where people read about it.
func (h happening) Page() string {
	if h.Post > 0 && h.Kind != directory.KindBoosted {
		return postPath(h.Handle, h.Post)
	}
	return h.Whom.Page
}

type refusedChange struct {
	directory.RefusedChange
	What happening
}

// Trouble names the text that says why it was not taken.
func (c refusedChange) Trouble() string { return troubleOfDelivery(c.Why) }

// operatorsServer shows what waits for a server and what it refused.
func (s *Server) operatorsServer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	before, err := readBefore(r)
	if err != nil {
		return err
	}
	server, err := s.directory.Server(ctx, mux.Vars(r)["host"])
	if err != nil {
		return err
	}
	shown := oneServer{Desk: s.operatorsHead(ctx, "servers"), Server: otherServer{server}}
	if before == 0 {
		waiting, err := s.directory.WaitingAt(ctx, server, operatorsShown)
		if err != nil {
			return err
		}
		for _, one := range waiting {
			shown.Inboxes = append(shown.Inboxes, waitingInbox{one, s.happenings(r, one.Changes...)})
		}
	} else {
		shown.Newest = shown.Server.Page()
	}
	refused, err := s.directory.RefusedAt(ctx, server.Host, before, operatorsShown+1)
	if err != nil {
		return err
	}
	if len(refused) > operatorsShown {
		refused = refused[:operatorsShown]
		shown.Older = shown.Server.Page() + "?before=" + strconv.FormatInt(refused[operatorsShown-1].Number, 10)
	}
	for _, one := range refused {
		shown.Refused = append(shown.Refused, refusedChange{one, s.happenings(r, one.Happening)[0]})
	}
	return s.showDesk(w, http.StatusOK, "operators_server", shown)
}

// happenings says whose changes are. An actor that is gone has its handle for a name.
func (s *Server) happenings(r *http.Request, changes ...directory.Happening) []happening {
	var all []happening
	for _, c := range changes {
		whom, err := s.speaker(r.Context(), c.Handle)
		if err != nil {
			whom = speaker{Handle: c.Handle, Name: c.Handle, Page: actorPath(c.Handle)}
		}
		all = append(all, happening{c, whom})
	}
	return all
}

// decideServer tries a server at once, lets go of what waits for it, or sends again what it
// refused.
func (s *Server) decideServer(w http.ResponseWriter, r *http.Request) error {
	by, err := s.operatorsForm(w, r, maxForm)
	if err != nil {
		return err
	}
	ctx := r.Context()
	host := mux.Vars(r)["host"]
	page := "servers/" + url.PathEscape(host)
	if slices.Contains([]string{"try", "let_go", "again"}, r.PostForm.Get("do")) {
		if _, err := s.directory.Server(ctx, host); err != nil {
			return err
		}
	}
	done := "tried"
	switch r.PostForm.Get("do") {
	case "try":
		err = s.directory.TryServer(ctx, by, host)
	case "let_go":
		if r.PostForm.Get("sure") == "" {
			return s.toOperators(w, r, page, "unsure")
		}
		err, done = s.directory.GiveUpServer(ctx, by, host), "let_go"
	case "again":
		return s.sendAgain(w, r, by, host)
	default:
		return errBadRequest
	}
	if errors.Is(err, directory.ErrNotFound) {
		return s.toOperators(w, r, page, "nothing_waits")
	}
	if err != nil {
		return err
	}
	return s.toOperators(w, r, page, done)
}

// sendAgain has a server be sent what it refused: one change, or all if no number is given.
func (s *Server) sendAgain(w http.ResponseWriter, r *http.Request, by directory.Actor, host string) error {
	var number int64
	if text := r.PostForm.Get("number"); text != "" {
		var err error
		if number, err = strconv.ParseInt(text, 10, 64); err != nil || number <= 0 {
			return errBadRequest
		}
	}
	_, err := s.directory.SendAgain(r.Context(), by, host, number)
	done := "again"
	switch {
	case errors.Is(err, directory.ErrNotFound):
		done = "not_again"
	case errors.Is(err, directory.ErrBlocked):
		done = "not_again_blocked"
	case err != nil:
		return err
	}
	return s.toOperators(w, r, "servers/"+url.PathEscape(host), done)
}
