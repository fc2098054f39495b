package directory

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ErrBlocked means that the operators have blocked the domain, or speak only with others.
var ErrBlocked = errors.New("the operators of this directory have blocked the domain, or speak only with others")

// Limits of what is said about a blocked domain, in characters.
const (
	MaxBlockReason = 300
	MaxBlockNote   = 1000
)

// BlockedDomain is a domain with which the operators want nothing to do. All
// domains below it are blocked as well.
type BlockedDomain struct {
	Domain    string    `json:"domain" gorm:"primaryKey"` // lower case, ASCII
	Reason    string    `json:"reason"`                   // for everybody
	Note      string    `json:"note"`                     // for the operators
	BlockedAt time.Time `json:"blockedAt"`

	Obfuscated bool `json:"obfuscated"` // everybody sees it with stars in its middle
}

// Shown is the domain as everybody sees it. Stars stand where Mastodon's do: those who
// know the domain know it again, and nobody else finds the way there.
func (b BlockedDomain) Shown() string {
	if !b.Obfuscated {
		return b.Domain
	}
	shown := []byte(b.Domain)
	seen := len(shown) / 4
	for i, c := range shown {
		if i > seen && i < len(shown)-seen && c != '.' {
			shown[i] = '*'
		}
	}
	return string(shown)
}

// normalHost is the one way in which a host is written: lower case, punycode,
// without a port or a dot at the end.
func normalHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	// What has no such form is no domain name, and equals none.
	ascii, _ := idna.Lookup.ToASCII(strings.ToLower(host))
	return strings.TrimRight(strings.ToLower(ascii), ".")
}

// maxLabels is how many parts the longest name has (RFC 1035, section 2.3.4).
const maxLabels = 128

// domainsOf lists the domains that a host is in, itself first.
func domainsOf(host string) []string {
	host = normalHost(host)
	domains := []string{host}
	for len(domains) < maxLabels {
		_, above, found := strings.Cut(host, ".")
		if !found {
			break
		}
		host = above
		domains = append(domains, host)
	}
	return domains
}

// DomainToBlock reads a domain as an operator writes it: a name, or the address
// of a page or an account there. ErrInvalid: it is none, or one that cannot be
// blocked: our own, or one under which anybody registers names (co.uk).
func (d *Directory) DomainToBlock(ctx context.Context, text string) (string, error) {
	origin, err := d.Origin(ctx)
	if err != nil {
		return "", err
	}
	return domainToBlock(text, origin)
}

func domainToBlock(text, origin string) (string, error) {
	name := strings.TrimSpace(text)
	if u, err := url.Parse(name); err == nil && u.Host != "" {
		name = u.Hostname()
	}
	name = strings.TrimSuffix(strings.ToLower(name[strings.LastIndex(name, "@")+1:]), ".")
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return "", fmt.Errorf("%w: %s is an address; only names are blocked, since servers move", ErrInvalid, name)
	}
	domain, err := idna.Lookup.ToASCII(name)
	if err != nil || strings.Contains("."+domain+".", "..") || len(domain) > 253 || strings.Trim(domain, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		return "", fmt.Errorf("%w: %.80q is not a domain name, such as social.example", ErrInvalid, text)
	}
	// Of the suffixes that companies give out (github.io) one may well be blocked.
	if suffix, public := publicsuffix.PublicSuffix(domain); suffix == domain && (public || !strings.Contains(domain, ".")) {
		return "", fmt.Errorf("%w: anybody may have a name under %s; name one of those", ErrInvalid, domain)
	}
	if origin != "" && slices.Contains(domainsOf(hostOf(origin)), domain) {
		return "", fmt.Errorf("%w: %s is where this directory is", ErrInvalid, domain)
	}
	return domain, nil
}

// BlockDomains blocks domains, or gives those that are blocked another reason
// and note. Nobody there is heard or told of anything any more, from this moment
// on and by every process: their followings end for good, and their replies
// vanish until the domain is unblocked. ErrInvalid: see DomainToBlock; none is
// blocked then.
func (d *Directory) BlockDomains(ctx context.Context, by Actor, domains ...BlockedDomain) error {
	origin, err := d.Origin(ctx)
	if err != nil {
		return err
	}
	blocked := slices.Clone(domains)
	for i := range blocked {
		b := &blocked[i]
		if b.Domain, err = domainToBlock(b.Domain, origin); err != nil {
			return err
		}
		b.Reason, b.Note, b.BlockedAt = oneLine(b.Reason), oneLine(b.Note), now()
		if len([]rune(b.Reason)) > MaxBlockReason || len([]rune(b.Note)) > MaxBlockNote {
			return fmt.Errorf("%w: a reason takes %d characters, a note %d", ErrInvalid, MaxBlockReason, MaxBlockNote)
		}
	}
	err = d.db.change(ctx, func(tx *gorm.DB) error {
		known := clause.OnConflict{Columns: []clause.Column{{Name: "domain"}}, DoUpdates: clause.AssignmentColumns([]string{"reason", "note", "obfuscated"})}
		names := make([]string, len(blocked))
		for i, b := range blocked {
			names[i] = b.Domain
			if err := tx.Clauses(known).Create(&b).Error; err != nil {
				return err
			}
			if err := audit(tx, by, "blocked a domain", DirectoryHandle, strings.TrimSpace(b.Domain+" "+b.Reason)); err != nil {
				return err
			}
		}
		return expelDomains(tx, names)
	})
	if err != nil {
		return fmt.Errorf("block domains: %w", err)
	}
	return nil
}

func oneLine(text string) string { return strings.Join(strings.Fields(asText(text)), " ") }

// expelDomains ends what the actors of domains have of us, and forgets what
// their inboxes are owed.
func expelDomains(tx *gorm.DB, domains []string) error {
	peers, err := peersIn(tx, domains)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(peers, 500) {
		if err := tx.Where("peer_id IN ?", some).Delete(&Follower{}).Error; err != nil {
			return err
		}
	}
	var inboxes []Inbox
	if err := tx.Select("id", "host").Find(&inboxes).Error; err != nil {
		return err
	}
	blocked := anyOf(domains)
	for _, inbox := range inboxes {
		if !slices.ContainsFunc(domainsOf(inbox.Host), blocked) {
			continue
		}
		if err := tx.Where("inbox_id = ?", inbox.ID).Delete(&addressee{}).Error; err != nil {
			return err
		}
		if err := tx.Where("inbox_id = ? AND sent_at IS NULL", inbox.ID).Delete(&Answer{}).Error; err != nil {
			return err
		}
	}
	return silence(tx, peers...)
}

// anyOf says of a domain whether it is one of those.
func anyOf(domains []string) func(string) bool {
	set := make(map[string]bool, len(domains))
	for _, domain := range domains {
		set[domain] = true
	}
	return func(domain string) bool { return set[domain] }
}

// peersIn lists the known actors whose servers are in one of the domains.
func peersIn(tx *gorm.DB, domains []string) ([]string, error) {
	var all, found []string
	if err := tx.Model(&Peer{}).Order("id").Pluck("id", &all).Error; err != nil {
		return nil, fmt.Errorf("read the known actors: %w", err)
	}
	blocked := anyOf(domains)
	for _, id := range all {
		if slices.ContainsFunc(domainsOf(hostOf(id)), blocked) {
			found = append(found, id)
		}
	}
	return found, nil
}

// UnblockDomain ends the block of a domain: its replies are shown again. Who
// followed from there has to do so again. Errors: ErrNotFound.
func (d *Directory) UnblockDomain(ctx context.Context, by Actor, domain string) error {
	domain = normalHost(strings.TrimSpace(domain))
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		gone := tx.Where("domain = ?", asText(domain)).Delete(&BlockedDomain{})
		if gone.Error != nil {
			return gone.Error
		}
		if gone.RowsAffected == 0 {
			return notFound("blocked domain: %s", domain)
		}
		peers, err := peersIn(tx, []string{domain})
		if err != nil {
			return err
		}
		if err := silence(tx, peers...); err != nil {
			return err
		}
		return audit(tx, by, "unblocked a domain", DirectoryHandle, domain)
	})
	if err != nil {
		return fmt.Errorf("unblock %s: %w", domain, err)
	}
	return nil
}

// BlockedDomains lists the blocked domains by name.
func (d *Directory) BlockedDomains(ctx context.Context) ([]BlockedDomain, error) {
	domains := []BlockedDomain{}
	if err := d.db.read.WithContext(ctx).Order("domain").Find(&domains).Error; err != nil {
		return nil, fmt.Errorf("read the blocked domains: %w", err)
	}
	return domains, nil
}

// SomeBlockedDomains is a page of BlockedDomains: at most limit after the domain after,
// with that part in their names.
func (d *Directory) SomeBlockedDomains(ctx context.Context, part, after string, limit int) ([]BlockedDomain, error) {
	return someDomains[BlockedDomain](d.db.read.WithContext(ctx), part, after, limit)
}
