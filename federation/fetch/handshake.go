package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/maypok86/otter/v2"
)

// classical are the key exchanges that a quantum computer could undo.
var classical = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}

// classicalFor is how long it is remembered of a server that it knows no others.
const classicalFor = time.Hour

// secured connects with TLS. Every server is offered a key exchange that withstands
// quantum computers as well, but for those that have just agreed on one that does not:
// to make such keys, for nobody to use, is a quarter of what a resumed handshake costs
// us. What they agreed on is signed by them, so nobody between us can make it look so.
type secured struct {
	config   *tls.Config
	connect  func(ctx context.Context, network, address string) (net.Conn, error)
	patience time.Duration                  // for the handshake
	old      *otter.Cache[string, struct{}] // servers that know the classical ones alone
}

func newSecured(config *tls.Config, patience time.Duration, connect func(ctx context.Context, network, address string) (net.Conn, error)) *secured {
	return &secured{config: config, connect: connect, patience: patience, old: otter.Must(&otter.Options[string, struct{}]{
		MaximumSize: rememberedHosts, ExpiryCalculator: otter.ExpiryWriting[string, struct{}](classicalFor),
	})}
}

func (s *secured) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	plain, err := s.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := s.config.Clone()
	config.ServerName = host
	_, old := s.old.GetIfPresent(host)
	if old {
		config.CurvePreferences = classical
	}
	conn := tls.Client(plain, config)
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		s.old.Invalidate(host) // it may take none of these any more
		_ = plain.Close()
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, fmt.Errorf("TLS handshake timeout: %w", err)
		}
		return nil, err
	}
	if state := conn.ConnectionState(); !old && (state.Version < tls.VersionTLS13 || slices.Contains(classical, state.CurveID)) {
		s.old.Set(host, struct{}{})
	}
	return conn, nil
}
