package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"

	"coopverse/directory"
	"coopverse/federation"
	"coopverse/federation/document"
	"coopverse/federation/fetch"
	"coopverse/federation/website"
	"coopverse/web"

	"github.com/gorilla/mux"
)

// outgoing are the settings of the one client through which every request to
// other servers goes.
type outgoing struct {
	AllowPrivate []string `help:"Private addresses that may be asked all the same, for tests and networks of one's own." placeholder:"CIDR"`
	ConnectTo    []string `help:"Ask ADDR:PORT when HOST:PORT is meant, as curl does." placeholder:"HOST:PORT:ADDR:PORT"`
	Resolver     string   `help:"DNS server that is asked for the records by which claims are proved, instead of the system's." placeholder:"ADDR:PORT"`
	CAFile       string   `name:"ca-file" help:"PEM file with further certificate authorities to trust." placeholder:"FILE"`
}

// client makes the client, or says which setting cannot be used.
func (o *outgoing) client(origin string, allowHTTP bool) (*fetch.Client, error) {
	config := fetch.Config{UserAgent: fmt.Sprintf("coopverse/%s (+%s/)", programVersion(), origin), AllowHTTP: allowHTTP}
	for _, text := range o.AllowPrivate {
		prefix, err := parsePrefix(text)
		if err != nil {
			return nil, refuse("--allow-private %q is no address range: give one such as 127.0.0.0/8", text)
		}
		config.AllowPrivate = append(config.AllowPrivate, prefix)
	}
	for _, text := range o.ConnectTo {
		override, err := fetch.ParseOverride(text)
		if err != nil {
			return nil, refuse("--connect-to %q: %v", text, err)
		}
		config.ConnectTo = append(config.ConnectTo, override)
	}
	var err error
	if config.RootCAs, err = o.roots(); err != nil {
		return nil, err
	}
	return fetch.New(config), nil
}

// prover looks at co-ops' websites through the client. It asks the system's name
// servers, or the one that is set. The client itself asks the system's always.
func (o *outgoing) prover(client *fetch.Client) (*website.Prover, error) {
	if o.Resolver == "" {
		return website.New(client, &net.Resolver{}), nil
	}
	server := o.Resolver
	if _, err := netip.ParseAddr(server); err == nil {
		server = net.JoinHostPort(server, "53")
	}
	if _, err := netip.ParseAddrPort(server); err != nil {
		return nil, refuse("--resolver %q is no address of a DNS server: give one such as 9.9.9.9 or 127.0.0.1:5353", o.Resolver)
	}
	return website.New(client, &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server)
	}}), nil
}

// roots are the system's certificate authorities and those of --ca-file; nil
// without that setting.
func (o *outgoing) roots() (*x509.CertPool, error) {
	if o.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, refuse("--ca-file cannot be read: %v", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the system's certificate authorities: %w", err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, refuse("--ca-file %s holds no PEM certificate", o.CAFile)
	}
	return pool, nil
}

// speaker is the federation through which a command speaks for a co-op beside
// the running server, and the directory as others see it. The server tells
// whoever follows.
func (o *outgoing) speaker(ctx context.Context, d *directory.Directory) (*federation.Federation, document.Site, error) {
	origin, err := d.Origin(ctx)
	if err != nil {
		return nil, document.Site{}, err
	}
	if origin == "" {
		return nil, document.Site{}, refuse("the directory has no address yet, which every post's id begins with: start coopverse serve, or coopverse try --data DIR, first")
	}
	sandbox := strings.HasPrefix(origin, "http://")
	if sandbox {
		o.AllowPrivate = append(o.AllowPrivate, loopback...)
	}
	client, err := o.client(origin, sandbox)
	if err != nil {
		return nil, document.Site{}, err
	}
	site := document.Site{Origin: origin, Version: programVersion()}
	return federation.New(d, federation.Config{Site: site, Client: client, Logger: slog.New(slog.DiscardHandler)}), site, nil
}

// loopback are the addresses of other servers that are tried on this machine.
var loopback = []string{"127.0.0.0/8", "::1"}

// parsePrefix takes 10.0.0.0/8 and 127.0.0.1.
func parsePrefix(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

// handler puts the actors in front of the pages.
func handler(d *directory.Directory, f *federation.Federation, p *website.Prover, client *fetch.Client, config web.Config) (http.Handler, error) {
	config.Version, config.Follow = programVersion(), f.FollowDialog
	config.Publish, config.EditPost = f.Publish, f.EditPost
	config.Prove, config.ProofWays = proveWith(p), proofWays
	config.Accounts = accounts(d, f, p, client.Avoiding(d.DomainBlocked), config)
	pages, err := web.New(d, config)
	if err != nil {
		return nil, err
	}
	router := mux.NewRouter().SkipClean(true)
	f.Routes(router)
	router.NotFoundHandler = pages
	router.MethodNotAllowedHandler = pages
	return router, nil
}

// meanwhile does what is done beside serving until the returned function is
// called, which waits for what is under way.
func meanwhile(ctx context.Context, work ...func(context.Context)) (rest func()) {
	ctx, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	for _, do := range work {
		group.Go(func() { do(ctx) })
	}
	return func() { stop(); group.Wait() }
}
