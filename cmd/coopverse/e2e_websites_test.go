package main

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// websites are those of co-ops, all on one server.
type websites struct {
	address string
	mu      sync.Mutex
	pages   map[string]string // what stands at host and path; an address is a redirect there
}

func newWebsites(t *testing.T, a *authority) *websites {
	t.Helper()
	w := &websites{pages: map[string]string{}}
	w.address = a.serve(t, w, nil)
	return w
}

// show puts something at an address.
func (w *websites) show(address, what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[strings.TrimSuffix(strings.TrimPrefix(address, "https://"), "/")] = what
}

// ServeHTTP shows what stands at an address. A host leads from every page that
// it does not have to its first one if that is a redirect.
func (w *websites) ServeHTTP(res http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	what, found := w.pages[strings.TrimSuffix(r.Host+r.URL.Path, "/")]
	first := w.pages[r.Host]
	w.mu.Unlock()
	if !found && strings.HasPrefix(first, "https://") {
		what, found = first, true
	}
	switch {
	case !found:
		http.NotFound(res, r)
	case strings.HasPrefix(what, "https://"):
		http.Redirect(res, r, what, http.StatusFound)
	case strings.HasSuffix(r.URL.Path, ".txt"):
		res.Header().Set("Content-Type", "text/plain")
		_, _ = res.Write([]byte(what))
	default:
		res.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = res.Write([]byte(what))
	}
}

// nameServer is a DNS server with TXT records, and with nothing else.
type nameServer struct {
	address string
	mu      sync.Mutex
	records map[string]string // by name
}

func newNameServer(t *testing.T) *nameServer {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &nameServer{address: socket.LocalAddr().String(), records: map[string]string{}}
	server := &dns.Server{PacketConn: socket, Handler: n}
	go func() { _ = server.ActivateAndServe() }() // it ends with the test
	t.Cleanup(func() { _ = server.Shutdown() })
	return n
}

// show gives a name a TXT record.
func (n *nameServer) show(name, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.records[dns.Fqdn(name)] = text
}

// ServeDNS answers one question.
func (n *nameServer) ServeDNS(w dns.ResponseWriter, question *dns.Msg) {
	answer := new(dns.Msg).SetReply(question)
	asked := question.Question[0]
	n.mu.Lock()
	text, found := n.records[strings.ToLower(asked.Name)]
	n.mu.Unlock()
	switch {
	case !found:
		answer.Rcode = dns.RcodeNameError
	case asked.Qtype == dns.TypeTXT:
		answer.Answer = []dns.RR{&dns.TXT{Hdr: dns.RR_Header{Name: asked.Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 1}, Txt: []string{"v=spf1 -all"}},
			&dns.TXT{Hdr: dns.RR_Header{Name: asked.Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 1}, Txt: []string{text}}}
	}
	_ = w.WriteMsg(answer) // who asks asks again
}
