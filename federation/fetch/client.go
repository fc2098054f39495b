package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"coopverse/directory/clock"
)

// Config says how to speak to other servers. The zero value is right but for
// the UserAgent.
type Config struct {
	// UserAgent tells who asks: “coopverse/1.2 (+https://host/)”.
	UserAgent string
	// AllowPrivate lists addresses that may be asked although they are not of
	// the public internet, for tests and for networks of one's own.
	AllowPrivate []netip.Prefix
	// RootCAs are the authorities whose certificates are taken. Nil means those
	// of the system.
	RootCAs *x509.CertPool
	// ConnectTo sends connections elsewhere. The first that fits counts.
	ConnectTo []Override
	// AllowHTTP allows addresses without TLS, for trying things on one machine.
	AllowHTTP bool
}

// Client asks other servers and brings them news. It may be used by many at
// once. Each host gets at most four connections at a time; they are kept for half
// a minute, with HTTP/2 where the host has it. Proxies named in the environment
// are not used: what they connect to could not be guarded.
type Client struct {
	transport *http.Transport // and no http.Client, which follows redirects its own way
	open      *connections
	userAgent string
	allowHTTP bool
	patience  patience
	blocked   Blocked
}

// Blocked says of hosts, in their normal form, whether we want nothing to do with
// one of them.
type Blocked func(ctx context.Context, hosts ...string) (bool, error)

// New makes a Client. One is enough for the whole program.
func New(config Config) *Client {
	return newClient(config, ourPatience, nil)
}

// newClient lets tests be less patient, and answer for the name servers.
func newClient(config Config, patience patience, resolver *net.Resolver) *Client {
	dialer := guardedDialer(config.AllowPrivate, patience.connect)
	dialer.Resolver = resolver
	open := &connections{most: maxIdle}
	connect := func(ctx context.Context, network, address string) (net.Conn, error) {
		if err := dialsAgain(ctx); err != nil {
			return nil, err
		}
		return open.count(dialer.DialContext(ctx, network, overridden(config.ConnectTo, address)))
	}
	encrypted := &tls.Config{
		RootCAs:            config.RootCAs,
		MinVersion:         tls.VersionTLS12,
		NextProtos:         []string{"h2", "http/1.1"},
		ClientSessionCache: tls.NewLRUClientSessionCache(rememberedHosts),
	}
	transport := &http.Transport{
		Proxy:                  nil,
		DialContext:            connect,
		DialTLSContext:         newSecured(encrypted, patience.connect, connect).dial,
		TLSClientConfig:        encrypted, // which HTTP/2 wants to see
		ForceAttemptHTTP2:      true,      // or a DialContext of one's own turns it off
		MaxConnsPerHost:        maxConnections,
		MaxIdleConnsPerHost:    maxConnections,
		MaxIdleConns:           maxIdle,
		IdleConnTimeout:        patience.idle,
		MaxResponseHeaderBytes: maxHeaders,
		ReadBufferSize:         readAhead,
	}
	open.tooMany = transport.CloseIdleConnections
	return &Client{transport: transport, open: open, userAgent: config.UserAgent, allowHTTP: config.AllowHTTP, patience: patience}
}

// Avoiding is the same client, but asks nothing of hosts that are blocked, nor
// goes where a redirect leads to one: ErrBlocked.
func (c *Client) Avoiding(blocked Blocked) *Client {
	careful := *c
	careful.blocked = blocked
	return &careful
}

// CloseIdleConnections closes the connections that are kept for later.
func (c *Client) CloseIdleConnections() { c.transport.CloseIdleConnections() }

// Signer signs a request that is complete but for its signature. Nil leaves it
// unsigned.
type Signer func(*http.Request) error

// Post brings an activity to an inbox. It returns nil if the answer is 2xx and
// else an *Error with the answer's status and Retry-After. Redirects are not
// followed: a POST that is repeated elsewhere would be read by somebody for
// whom it was not signed. They refuse nothing, and mostly lead to a page that says
// when the server is back, so another attempt may succeed.
func (c *Client) Post(ctx context.Context, inbox string, body []byte, sign Signer) error {
	u, err := c.address(inbox)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return refuse("inbox: %w", err)
	}
	r.Header.Set("Content-Type", activityJSON)
	if err := c.prepare(r, sign); err != nil {
		return err
	}
	// How long it took us to sign, beside many others, is not the server's fault.
	ctx, cancel := context.WithTimeout(ctx, c.patience.post)
	defer cancel()
	resp, err := c.roundTrip(r.WithContext(ctx))
	if err != nil {
		return err
	}
	// The status says it all, so nobody can hold us up with the rest.
	defer time.AfterFunc(c.patience.goodbye, cancel).Stop()
	defer drain(resp.Body)
	if resp.StatusCode/100 == 2 {
		return nil
	}
	failure := answered(resp, clock.Now())
	if resp.StatusCode < 400 {
		failure.Kind = ErrTemporary
	}
	return failure
}

// send signs and sends a request.
func (c *Client) send(r *http.Request, sign Signer) (*http.Response, error) {
	if err := c.prepare(r, sign); err != nil {
		return nil, err
	}
	return c.roundTrip(r)
}

// prepare signs a request, unless it is to a host that is blocked.
func (c *Client) prepare(r *http.Request, sign Signer) error {
	if c.blocked != nil {
		blocked, err := c.blocked(r.Context(), r.URL.Hostname())
		if err != nil {
			return &Error{Kind: ErrTemporary, Err: err}
		}
		if blocked {
			return &Error{Kind: ErrRefused, Err: fmt.Errorf("%w: %s", ErrBlocked, r.URL.Hostname())}
		}
	}
	r.Header.Set("User-Agent", c.userAgent)
	if sign != nil {
		if err := sign(r); err != nil {
			return refuse("signing: %w", err)
		}
	}
	return nil
}

func (c *Client) roundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.transport.RoundTrip(r.WithContext(withDials(r.Context())))
	if err != nil {
		return nil, broken(fmt.Errorf("%s %s: %w", r.Method, r.URL, err))
	}
	return resp, nil
}

// address reads an address that is to be asked.
func (c *Client) address(text string) (*url.URL, error) {
	u, err := parseAddress(text)
	if err != nil {
		return nil, &Error{Kind: ErrRefused, Err: err}
	}
	if u.Scheme != "https" && !c.allowHTTP {
		return nil, &Error{Kind: ErrRefused, Err: fmt.Errorf("%s is not https", u)}
	}
	return u, nil
}
