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

// required are those of them that begin with the one which every server with TLS 1.3
// knows (RFC 8446, section 9.1). Go takes half as long for it as for X25519, which it
// would choose if that were among them.
var required = []tls.CurveID{tls.CurveP256, tls.CurveP384, tls.CurveP521}

// classicalFor is how long it is remembered of a server that it knows no others.
const classicalFor = time.Hour

// secured connects with TLS. Every server is offered a key exchange that withstands
// quantum computers as well, but for those that have just agreed on one that does not:
// to make such keys, for nobody to use, is a quarter of what a resumed handshake costs
// us. What they agreed on is signed by them, so nobody between us can make it look so.
type secured struct {
	config   *tls.Config
	connect  func(ctx context.Context, network, address string) (net.Conn, error)
	patience time.Duration                       // for the handshake
	old      *otter.Cache[string, []tls.CurveID] // what servers are offered that know classical ones alone
}

func newSecured(config *tls.Config, patience time.Duration, connect func(ctx context.Context, network, address string) (net.Conn, error)) *secured {
	return &secured{config: config, connect: connect, patience: patience, old: otter.Must(&otter.Options[string, []tls.CurveID]{
		MaximumSize: rememberedHosts, ExpiryCalculator: otter.ExpiryWriting[string, []tls.CurveID](classicalFor),
	})}
}

func (s *secured) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	offered, old := s.old.GetIfPresent(host)
	conn, err := s.handshake(ctx, network, address, host, offered)
	if err == nil && !old && isClassical(conn) {
		s.old.Set(host, required)
	}
	if old && errors.Is(err, errHandshake) { // it may take none of these, or none of these any more
		s.old.Invalidate(host)
		if conn, err = s.handshake(ctx, network, address, host, nil); err == nil && isClassical(conn) {
			s.old.Set(host, classical)
		}
	}
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// errHandshake means that the two did not agree, or that the other did not want to.
var errHandshake = errors.New("no TLS")

func isClassical(conn *tls.Conn) bool {
	state := conn.ConnectionState()
	return state.Version < tls.VersionTLS13 || slices.Contains(classical, state.CurveID)
}

// handshake connects and offers those key exchanges; nil: all.
func (s *secured) handshake(ctx context.Context, network, address, host string, offered []tls.CurveID) (*tls.Conn, error) {
	plain, err := s.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := s.config.Clone()
	config.ServerName, config.CurvePreferences = host, offered
	conn := tls.Client(plain, config)
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = plain.Close()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("TLS handshake timeout: %w", err)
		}
		return nil, fmt.Errorf("%w: %w", errHandshake, err)
	}
	return conn, nil
}
