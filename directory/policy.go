package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// AllowedDomain is a domain with which we speak when we speak only with those that
// are listed. All domains below it are allowed as well; a block comes before.
type AllowedDomain struct {
	Domain    string    `json:"domain" gorm:"primaryKey"` // lower case, ASCII
	Note      string    `json:"note"`                     // for the operators
	AllowedAt time.Time `json:"allowedAt"`
}

// shutOut is a condition on @domains, the domains that one host is in: it is in a
// domain that is blocked, or only others may speak with us.
const shutOut = `(EXISTS (SELECT 1 FROM blocked_domains WHERE domain IN @domains)
	OR EXISTS (SELECT 1 FROM instance WHERE only_allowed) AND NOT EXISTS (SELECT 1 FROM allowed_domains WHERE domain IN @domains))`

// DomainBlocked says whether we have nothing to do with one of the hosts: it is in a
// domain that is blocked, or, if only listed domains are spoken with, in none of
// those. It reads two indexes, however many domains there are. Our own host is
// never blocked.
func (d *Directory) DomainBlocked(ctx context.Context, hosts ...string) (bool, error) {
	tx := d.db.read.WithContext(ctx)
	slices.Sort(hosts)
	for _, host := range slices.Compact(hosts) {
		if host == "" {
			continue
		}
		var blocked bool
		if err := tx.Raw("SELECT "+shutOut, map[string]any{"domains": domainsOf(host)}).Scan(&blocked).Error; err != nil {
			return false, fmt.Errorf("look whether %s is blocked: %w", host, err)
		}
		if !blocked {
			continue
		}
		if origin, err := d.Origin(ctx); err != nil || !isAt(origin, host) {
			return err == nil, err
		}
	}
	return false, nil
}

// isAt says whether an instance is on that host. Ports do not count: an instance may have
// one of its own, and domains are blocked whole.
func isAt(origin, host string) bool {
	return origin != "" && normalHost(hostOf(origin)) == normalHost(host)
}

// BlockedAmong says of each of many hosts what DomainBlocked would.
func (d *Directory) BlockedAmong(ctx context.Context, hosts []string) ([]bool, error) {
	return blockedAmong(d.db.read.WithContext(ctx), hosts)
}

func blockedAmong(tx *gorm.DB, hosts []string) ([]bool, error) {
	in := make([][]string, len(hosts)) // which domains each is in
	var domains []string
	for i, host := range hosts {
		in[i] = domainsOf(host)
		for j, domain := range in[i] {
			in[i][j] = asText(domain) // or what one host is called would be the error of all
		}
		domains = append(domains, in[i]...)
	}
	domains = distinct(append(domains, ""))
	var found []struct {
		Says, Text string
	}
	err := tx.Raw("WITH v (domain) AS (VALUES "+strings.Repeat(", (CAST(? AS TEXT))", len(domains))[2:]+`)
		SELECT 'blocked' AS says, b.domain AS text FROM v CROSS JOIN blocked_domains b WHERE b.domain = v.domain
		UNION SELECT 'allowed', a.domain FROM v CROSS JOIN allowed_domains a WHERE a.domain = v.domain
		UNION SELECT CASE WHEN only_allowed THEN 'only allowed, at' ELSE 'at' END, origin FROM instance`, anyList(domains)...).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("look which of %d hosts are blocked: %w", len(hosts), err)
	}
	blocked, allowed := map[string]bool{}, map[string]bool{}
	only, own := false, ""
	for _, f := range found {
		switch f.Says {
		case "blocked":
			blocked[f.Text] = true
		case "allowed":
			allowed[f.Text] = true
		default:
			only, own = f.Says != "at", f.Text
		}
	}
	answers := make([]bool, len(hosts))
	for i, host := range hosts {
		among := func(list map[string]bool) bool {
			return len(list) > 0 && slices.ContainsFunc(in[i], func(domain string) bool { return list[domain] })
		}
		answers[i] = host != "" && (among(blocked) || only && !among(allowed)) && !isAt(own, host)
	}
	return answers, nil
}

func anyList(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}

// SpeakOnlyWithAllowed sets whether only the allowed domains are spoken with, for
// every process from now on. The directory must have been served before.
func (d *Directory) SpeakOnlyWithAllowed(ctx context.Context, by Actor, only bool) error {
	act := "speaks with everybody again"
	if only {
		act = "speaks only with allowed domains"
	}
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		set := tx.Model(&instance{}).Where("only_allowed <> ?", only).Update("only_allowed", only)
		if set.Error != nil || set.RowsAffected == 0 {
			return set.Error
		}
		return audit(tx, by, act, DirectoryHandle, "")
	})
	if err != nil {
		return fmt.Errorf("set with whom we speak: %w", err)
	}
	return nil
}

// SpeaksOnlyWithAllowed says whether only the allowed domains are spoken with.
func (d *Directory) SpeaksOnlyWithAllowed(ctx context.Context) (bool, error) {
	var only bool
	if err := d.db.read.WithContext(ctx).Raw("SELECT EXISTS (SELECT 1 FROM instance WHERE only_allowed)").Scan(&only).Error; err != nil {
		return false, fmt.Errorf("read with whom we speak: %w", err)
	}
	return only, nil
}

// AllowDomains allows domains, or gives those that are allowed another note. ErrInvalid:
// one is no domain name; none is allowed then.
func (d *Directory) AllowDomains(ctx context.Context, by Actor, domains ...AllowedDomain) error {
	allowed := slices.Clone(domains)
	for i := range allowed {
		a := &allowed[i]
		var err error
		if a.Domain, err = domainToBlock(a.Domain, ""); err != nil {
			return err
		}
		if a.Note, a.AllowedAt = oneLine(a.Note), now(); len([]rune(a.Note)) > MaxBlockNote {
			return fmt.Errorf("%w: a note takes %d characters", ErrInvalid, MaxBlockNote)
		}
	}
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		known := clause.OnConflict{Columns: []clause.Column{{Name: "domain"}}, DoUpdates: clause.AssignmentColumns([]string{"note"})}
		for _, a := range allowed {
			if err := tx.Clauses(known).Create(&a).Error; err != nil {
				return err
			}
			if err := audit(tx, by, "allowed a domain", DirectoryHandle, a.Domain); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("allow domains: %w", err)
	}
	return nil
}

// DisallowDomain takes a domain off the list of those that are allowed. Errors: ErrNotFound.
func (d *Directory) DisallowDomain(ctx context.Context, by Actor, domain string) error {
	domain = normalHost(strings.TrimSpace(domain))
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		gone := tx.Where("domain = ?", asText(domain)).Delete(&AllowedDomain{})
		if gone.Error != nil {
			return gone.Error
		}
		if gone.RowsAffected == 0 {
			return notFound("allowed domain: %s", domain)
		}
		return audit(tx, by, "disallowed a domain", DirectoryHandle, domain)
	})
	if err != nil {
		return fmt.Errorf("disallow %s: %w", domain, err)
	}
	return nil
}

// AllowedDomains lists the allowed domains by name.
func (d *Directory) AllowedDomains(ctx context.Context) ([]AllowedDomain, error) {
	domains := []AllowedDomain{}
	if err := d.db.read.WithContext(ctx).Order("domain").Find(&domains).Error; err != nil {
		return nil, fmt.Errorf("read the allowed domains: %w", err)
	}
	return domains, nil
}

// SomeAllowedDomains is a page of AllowedDomains: at most limit after the domain after,
// with that part in their names.
func (d *Directory) SomeAllowedDomains(ctx context.Context, part, after string, limit int) ([]AllowedDomain, error) {
	return someDomains[AllowedDomain](d.db.read.WithContext(ctx), part, after, limit)
}

func someDomains[T any](tx *gorm.DB, part, after string, limit int) ([]T, error) {
	domains := []T{}
	err := tx.Where(`domain > ? AND domain LIKE ? ESCAPE '\'`, asText(after), containing(part)).Order("domain").Limit(limit).Find(&domains).Error
	if err != nil {
		return nil, fmt.Errorf("read a list of domains: %w", err)
	}
	return domains, nil
}
