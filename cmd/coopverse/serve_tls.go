package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"
)

// listenTLS ends TLS here: it gets and renews the domain's certificate from
// an ACME authority, and leads plain http to https. Certificates are kept in
// the data folder.
func (cmd *serveCommand) listenTLS(ctx context.Context, p *program, logger *slog.Logger) (net.Listener, func(), error) {
	if cmd.Listen == "" {
		cmd.Listen = ":443"
	}
	roots, err := cmd.roots()
	if err != nil {
		return nil, nil, err
	}
	magic := newMagic(filepath.Join(p.Data, "tls"), logger)
	issuer := certmagic.NewACMEIssuer(magic, certmagic.ACMEIssuer{
		CA: cmd.ACMEDirectory, Email: cmd.TLSEmail, Agreed: true, TrustedRoots: roots, Logger: magic.Logger,
		AltTLSALPNPort: port(cmd.Listen), AltHTTPPort: port(cmd.RedirectFrom),
	})
	magic.Issuers = []certmagic.Issuer{issuer}
	plain, err := net.Listen("tcp", cmd.RedirectFrom)
	if err != nil {
		return nil, nil, refuse("cannot listen on %s for plain http: %v; give another --redirect-from ADDR", cmd.RedirectFrom, err)
	}
	listener, err := net.Listen("tcp", cmd.Listen)
	if err != nil {
		return nil, nil, errors.Join(refuse("cannot listen on %s: %v; give another --listen ADDR", cmd.Listen, err), plain.Close())
	}
	redirect := newServer(issuer.HTTPChallengeHandler(atHome(cmd.Domain, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://"+cmd.Domain+r.URL.RequestURI(), http.StatusPermanentRedirect)
	}))))
	go func() {
		if err := redirect.Serve(plain); !errors.Is(err, http.ErrServerClosed) {
			logger.Error("plain http stopped", "error", err)
		}
	}()
	if err := magic.ManageAsync(ctx, []string{cmd.Domain}); err != nil {
		return nil, nil, fmt.Errorf("get a certificate for %s: %w", cmd.Domain, errors.Join(err, redirect.Close(), listener.Close()))
	}
	config := magic.TLSConfig()
	config.NextProtos = append([]string{"h2", "http/1.1"}, config.NextProtos...)
	stop := func() {
		if err := redirect.Close(); err != nil {
			logger.Warn("close plain http", "error", err)
		}
	}
	return tls.NewListener(listener, config), stop, nil
}

// newMagic is certmagic with a cache of its own instead of the package's
// global one, telling our log what it obtained and what failed.
func newMagic(folder string, logger *slog.Logger) *certmagic.Config {
	var magic *certmagic.Config
	cache := certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return magic, nil },
		Logger:           zap.NewNop(),
	})
	magic = certmagic.New(cache, certmagic.Config{
		Storage: &certmagic.FileStorage{Path: folder},
		Logger:  zap.NewNop(),
		OnEvent: func(_ context.Context, event string, data map[string]any) error {
			switch event {
			case "cert_obtained":
				logger.Info("certificate obtained", "domain", data["identifier"])
			case "cert_failed":
				logger.Error("certificate not obtained, it is tried again", "domain", data["identifier"], "error", data["error"])
			}
			return nil
		},
	})
	return magic
}

// port is the number in :443, or 0.
func port(address string) int {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	number, err := net.LookupPort("tcp", text)
	if err != nil {
		return 0
	}
	return number
}
