package web

import (
	"net/http"
	"net/url"
	"strings"

	"coopverse/directory"
)

// otherServers is the page about the servers with which we have to do.
type otherServers struct {
	Desk    operatorsHead
	Asked   string // part of a name that is looked for; "": all
	Servers []directory.Server
	Next    string // address of the next page, or ""
}

// operatorsServers lists other servers in the order of their names.
func (s *Server) operatorsServers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, err := s.operator(ctx); err != nil {
		return err
	}
	all, err := s.directory.Servers(ctx)
	if err != nil {
		return err
	}
	asked, after := strings.TrimSpace(strings.ToValidUTF8(r.URL.Query().Get("name"), "")), r.URL.Query().Get("after")
	shown := otherServers{Desk: s.operatorsHead(ctx, "servers"), Asked: asked}
	for _, server := range all {
		if server.Host <= after || !strings.Contains(server.Host, strings.ToLower(asked)) {
			continue
		}
		if len(shown.Servers) == operatorsShown {
			next := url.Values{"after": {shown.Servers[operatorsShown-1].Host}}
			if asked != "" {
				next.Set("name", asked)
			}
			shown.Next = "/operators/servers?" + next.Encode()
			break
		}
		shown.Servers = append(shown.Servers, server)
	}
	return s.showDesk(w, http.StatusOK, "operators_servers", shown)
}
