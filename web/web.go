package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/mail"
	"net/url"
	"strings"

	"coopverse/directory"
	"coopverse/directory/pace"

	"github.com/alexedwards/scs/v2"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/klauspost/compress/gzhttp"
	"github.com/maypok86/otter/v2"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"
)

// Config is what the pages must be told about where they stand.
type Config struct {
	Origin  string       // https://coops.example, no trailing slash
	Name    string       // the directory's name
	Contact string       // e-mail address or http(s) URL for corrections and removal; required
	Version string       // of the program, shown at the foot
	Sandbox bool         // a banner says that this is a local trial
	Source  string       // http(s) URL of this program's source code, linked at the foot; optional
	Follow  FollowDialog // nil: the dialog that most servers have is taken to be there
	Prove   ProveClaim   // nil: claims cannot be proved by a website

	// ProofWays are the ways to prove a claim that there are for a website, the
	// simplest first. Prove finds each of them.
	ProofWays func(website, page, token string) []ProofWay

	// OnlyAllowed is with whom we speak, when that is set where the program is started;
	// nil: operators set it.
	OnlyAllowed *bool

	Accounts Accounts // the zero value: nobody signs in with an account of the fediverse

	Publish  PublishPost // nil: who is named in a post is not looked up
	EditPost EditPost    // as Publish

	Logger  *slog.Logger         // nil: slog.Default()
	Metrics *prometheus.Registry // nil: one of our own; /metrics shows it
}

// FollowDialog finds the page on which a person's own server asks "follow
// this actor?". The account is written name@host, without acct: or a leading @;
// its host is a lower-case domain name in ASCII (punycode), never an IP address
// or our own. The actor is the id of one of ours, or of a mirrored entry's, and so
// is public.
//
// It asks the host's WebFinger (RFC 7033) for acct:account and takes the link
// whose rel is http://ostatus.org/schema/1.0/subscribe. Its template with the
// actor, percent-encoded, in place of {uri} is the dialog's address.
//
// "" without an error: the host knows the account and has no such link. An
// error: the host did not answer, not well, or knows nobody of that name. The
// context has a deadline. Anybody can cause a call, so an implementation goes
// through the guarded client, keeps nothing and names no account in a log.
type FollowDialog func(ctx context.Context, account, actor string) (dialog string, err error)

// ProveClaim looks whether a co-op's website shows a claim's token, as the page
// of the claim says how. page is the co-op's page here. The error is for people
// when nothing was found, a sentence a line; it goes through the guarded client.
type ProveClaim func(ctx context.Context, website, page, token string) (method, foundAt string, err error)

// ProofWay is one way to prove a claim.
type ProofWay struct {
	Method string // as ProveClaim names it: rel-me, meta, file or dns
	Where  string // address of the page or file, or DNS name, where it is to be put
	Text   string // what is to be copied
}

// PublishPost posts as the actor with that handle, after looking up whom the
// draft names. The error is an ErrInvalid, or one of Directory.Publish, when the
// draft cannot be taken.
type PublishPost func(ctx context.Context, by directory.Actor, handle string, draft directory.Draft, origin string) (directory.Post, error)

// EditPost gives a post another text, in the same way.
type EditPost func(ctx context.Context, by directory.Actor, handle string, id int64, draft directory.Draft, origin string) (directory.Post, error)

// Server answers browsers and programs over HTTP.
type Server struct {
	directory *directory.Directory
	config    Config
	log       *slog.Logger
	metrics   *metrics
	pages     *pages
	sections  keptSections
	edition   string // names this build's texts, styles and settings; part of every ETag
	sessions  *scs.SessionManager
	passkeys  *webauthn.WebAuthn
	limits    pace.Buckets
	drafts    *otter.Cache[string, draftPicture]
	sent      *otter.Cache[string, int64]
	decoding  chan struct{}  // holds one while a picture is decoded
	ailing    rate.Sometimes // complaints about the database
	handler   http.Handler
}

// New returns the pages of the directory d. It fails when the configuration
// lacks what every page must show, or when a template does not parse.
func New(d *directory.Directory, c Config) (*Server, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	s := &Server{directory: d, config: c, log: c.Logger, metrics: newMetrics(c.Metrics), edition: edition(c), sessions: newSessions(d, c.Origin), limits: pace.New(50_000)}
	s.ailing.Interval = complainEvery
	s.sessions.ErrorFunc = s.fail
	s.drafts, s.sent, s.decoding = newDrafts(), newSent(), make(chan struct{}, 1)
	var err error
	if s.pages, err = parsePages(newSite(c, s.edition)); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if s.passkeys, err = newPasskeys(s.pages.site); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.ExceptContentTypes([]string{"font/woff2", "image/png"}))
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s.handler = s.observed(secured(compress(s.recovering(s.routes()))))
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (c Config) validate() error {
	origin, err := url.Parse(c.Origin)
	switch {
	case err != nil || origin.Host == "" || (origin.Scheme != "http" && origin.Scheme != "https"):
		return fmt.Errorf("origin %q is not an http(s) URL", c.Origin)
	case c.Origin != origin.Scheme+"://"+origin.Host:
		return fmt.Errorf("origin %q must end with its host", c.Origin)
	case c.Name == "":
		return errors.New("the directory needs a name")
	case contactURL(c.Contact, "") == "":
		return fmt.Errorf("contact %q is neither an e-mail address nor an http(s) URL", c.Contact)
	case c.Source != "" && webLink(c.Source) == "":
		return fmt.Errorf("source %q is not an http(s) URL", c.Source)
	}
	return nil
}

// contactURL is the link for contact, about subject if it is an e-mail
// address; "" when contact is neither an address nor a URL.
func contactURL(contact, subject string) string {
	if address, err := mail.ParseAddress(contact); err == nil && address.Address == contact {
		link := "mailto:" + url.PathEscape(contact)
		if subject != "" {
			link += "?subject=" + url.PathEscape(subject)
		}
		return strings.Replace(link, "%40", "@", 1)
	}
	return webLink(contact)
}

// webLink returns raw if it is an http(s) URL with a host, else "": nothing
// else a list or a co-op gives us is ever made a link.
func webLink(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return u.String()
}
