package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/federation"
	"coopverse/federation/document"
	"coopverse/web"

	"golang.org/x/net/idna"
)

type serveCommand struct {
	Domain        string   `help:"The directory's own domain, such as coops.example. It can never change." placeholder:"DOMAIN"`
	Contact       string   `help:"Mail address or web address for corrections and removal, shown on every entry." placeholder:"ADDRESS"`
	Name          string   `help:"The directory's name." default:"Coopverse"`
	Source        string   `help:"Where the source code of this program can be had; the pages link to it (AGPL, section 13)." placeholder:"URL"`
	Listen        string   `help:"Address to listen on; :443 with --tls-email, localhost:8080 with --behind-proxy." placeholder:"ADDR"`
	TLSEmail      string   `name:"tls-email" help:"End TLS here, with certificates from an ACME authority that may write to this address." placeholder:"EMAIL"`
	RedirectFrom  string   `help:"Address for plain http, which leads to https; with --tls-email." default:":80" placeholder:"ADDR"`
	ACMEDirectory string   `name:"acme-directory" help:"Directory URL of another ACME authority than Let's Encrypt." placeholder:"URL"`
	BehindProxy   []string `help:"TLS ends at a proxy with one of these addresses; only its X-Forwarded-For is believed." placeholder:"CIDR"`

	OnlyAllowed *bool `help:"Speak only with the domains that peers allow names; with =false, with everybody. Without it the operators decide on their page."`
	Secure      bool  `help:"Show actors and posts to other servers only if they sign their requests, so that blocked ones cannot read them there."`

	MirrorEvery time.Duration `hidden:"" help:"How often a mirrored directory is asked for news; a minute, but for tests." env:"-"`

	Lease time.Duration `hidden:"" help:"How long an inbox waits for a process that died; a minute, but for tests." env:"-"`

	outgoing `embed:""`
}

// Help shows an example.
func (serveCommand) Help() string {
	return "Example:\n\n  coopverse serve --domain coops.example --contact hello@coops.example --tls-email admin@coops.example --data /var/lib/coopverse\n  coopverse serve --domain coops.example --contact hello@coops.example --behind-proxy 127.0.0.1/32 --database postgres://localhost/coopverse"
}

// Run serves until the process is told to stop, and lets open requests finish.
func (cmd *serveCommand) Run(ctx context.Context, p *program, std streams) error {
	proxies, err := cmd.check(p)
	if err != nil {
		return err
	}
	logger := newLogger(std.err, p.LogJSON, slog.LevelInfo)
	db, applied, err := p.openMigrated(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d, origin := directory.New(db), "https://"+cmd.Domain
	if err := d.ServeAs(ctx, origin); err != nil {
		return fmt.Errorf("%w; serve it with the domain it was made for, or begin a new one with another --data or --database", err)
	}
	if cmd.OnlyAllowed != nil {
		if err := d.SpeakOnlyWithAllowed(ctx, directory.Actor{Name: "serve --only-allowed"}, *cmd.OnlyAllowed); err != nil {
			return err
		}
	}
	client, err := cmd.client(origin, false)
	if err != nil {
		return err
	}
	site := document.Site{Origin: origin, Name: cmd.Name, Contact: cmd.Contact, Version: programVersion()}
	f := federation.New(d, federation.Config{Site: site, Client: client, Logger: logger, Secure: cmd.Secure, Lease: cmd.Lease, Mirror: cmd.MirrorEvery})
	proofs, err := cmd.prover(client)
	if err != nil {
		return err
	}
	answers, err := handler(d, f, proofs, client, web.Config{Origin: origin, Name: cmd.Name, Contact: cmd.Contact, Source: cmd.Source, OnlyAllowed: cmd.OnlyAllowed, Logger: logger})
	if err != nil {
		return err
	}
	listener, stop, err := cmd.listen(ctx, p, logger)
	if err != nil {
		return err
	}
	defer stop()
	claims := claimWatch{d, proofs, site, logger}
	restrain()
	defer meanwhile(ctx, f.Deliver, f.PublishDue, f.KeepLog, f.KeepMirrors, claims.watch, giveBack(db, client))()
	logger.Info("serving", "origin", origin, "listen", listener.Addr().String(), "version", programVersion(), "database", db.Dialect(), "migrations", applied)
	return serveUntil(ctx, logger, newServer(fromProxy(proxies, atHome(cmd.Domain, answers))), listener)
}

// check refuses half a configuration and says which setting is missing.
func (cmd *serveCommand) check(p *program) ([]netip.Prefix, error) {
	domain, err := idna.Lookup.ToASCII(strings.ToLower(cmd.Domain))
	switch {
	case cmd.Domain == "":
		return nil, refuse("no domain: give --domain coops.example (COOPVERSE_DOMAIN)")
	case err != nil || !strings.Contains(domain, ".") || strings.ContainsAny(domain, ":/@ ") || strings.HasSuffix(domain, "."):
		return nil, refuse("--domain %q is not a domain name: give only the name, such as coops.example", cmd.Domain)
	case cmd.Contact == "":
		return nil, refuse("no contact: give --contact with the address for corrections and removal (COOPVERSE_CONTACT)")
	case !isMailAddress(cmd.Contact) && !isWebAddress(cmd.Contact):
		return nil, refuse("--contact %q is neither a mail address nor a web address", cmd.Contact)
	case cmd.TLSEmail == "" && len(cmd.BehindProxy) == 0:
		return nil, refuse("it is not said who ends TLS: give --tls-email EMAIL to do it here, or --behind-proxy CIDR to name the proxy that does")
	case cmd.TLSEmail != "" && len(cmd.BehindProxy) > 0:
		return nil, refuse("--tls-email and --behind-proxy exclude each other: TLS ends here or at the proxy")
	case cmd.TLSEmail != "" && !isMailAddress(cmd.TLSEmail):
		return nil, refuse("--tls-email %q is not a mail address", cmd.TLSEmail)
	case cmd.ACMEDirectory != "" && !isWebAddress(cmd.ACMEDirectory):
		return nil, refuse("--acme-directory %q is not a web address", cmd.ACMEDirectory)
	case cmd.Source != "" && !isWebAddress(cmd.Source):
		return nil, refuse("--source %q is not a web address", cmd.Source)
	case cmd.TLSEmail != "" && p.Data == "":
		return nil, refuse("--tls-email keeps its certificates in the data folder: give --data DIR beside --database")
	}
	cmd.Domain = domain
	var proxies []netip.Prefix
	for _, text := range cmd.BehindProxy {
		prefix, err := parsePrefix(text)
		if err != nil {
			return nil, refuse("--behind-proxy %q is no address range: give one such as 127.0.0.1/32 or 10.0.0.0/8", text)
		}
		proxies = append(proxies, prefix)
	}
	return proxies, nil
}

func isMailAddress(text string) bool {
	name, host, _ := strings.Cut(text, "@")
	return name != "" && strings.Contains(host, ".") && !strings.ContainsAny(text, "/ <>,")
}

func isWebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// listen opens the port, with TLS where it ends here.
func (cmd *serveCommand) listen(ctx context.Context, p *program, logger *slog.Logger) (net.Listener, func(), error) {
	if cmd.TLSEmail != "" {
		return cmd.listenTLS(ctx, p, logger)
	}
	if cmd.Listen == "" {
		cmd.Listen = tryAddress
	}
	listener, err := net.Listen("tcp", cmd.Listen)
	if err != nil {
		return nil, nil, refuse("cannot listen on %s: %v; give another --listen ADDR", cmd.Listen, err)
	}
	return listener, func() {}, nil
}

// atHome sends readers who came by another name to the directory's own domain,
// and tells browsers to come by https only (RFC 6797).
// Monitoring asks by address, so its pages answer under any name.
func atHome(domain string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		monitoring := r.URL.Path == "/healthz" || r.URL.Path == "/metrics"
		if host, _, _ := strings.Cut(strings.ToLower(r.Host), ":"); host != domain && !monitoring {
			http.Redirect(w, r, "https://"+domain+r.URL.RequestURI(), http.StatusPermanentRedirect)
			return
		}
		w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		next.ServeHTTP(w, r)
	})
}

// fromProxy gives requests that came through a trusted proxy the address of
// the client that the proxy saw. Nobody else's X-Forwarded-For is believed.
func fromProxy(proxies []netip.Prefix, next http.Handler) http.Handler {
	trusted := func(text string) bool {
		address, err := netip.ParseAddr(text)
		if err != nil {
			return false
		}
		for _, p := range proxies {
			if p.Contains(address.Unmap()) {
				return true
			}
		}
		return false
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, port, err := net.SplitHostPort(r.RemoteAddr)
		if err == nil && trusted(peer) {
			hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
			for i := len(hops) - 1; i >= 0 && trusted(peer); i-- {
				if hop := strings.TrimSpace(hops[i]); net.ParseIP(hop) != nil {
					peer = hop
				}
			}
			r.RemoteAddr = net.JoinHostPort(peer, port)
		}
		r.Header.Del("X-Forwarded-For")
		next.ServeHTTP(w, r)
	})
}
