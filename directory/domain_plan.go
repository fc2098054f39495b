package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// DomainPlan is what taking a list of domains in would change.
type DomainPlan struct {
	Allowed bool            // it is about the domains that are allowed
	New     []PlannedDomain // by line
	Changed []PlannedDomain // they are listed already, and get another reason
	Same    int             // how many are as they would be
	Milder  int             // how many have another severity than suspend, which has no counterpart
	Wrong   []WrongLine     // what cannot be taken

	Followers, Servers int // that blocks would end, and the servers where these are
}

// PlannedDomain is a domain that a list would have blocked or allowed.
type PlannedDomain struct {
	BlockedDomain
	Line   int
	Before string // the reason that is given now
}

// WrongLine is a line of a list that cannot be taken.
type WrongLine struct {
	Line int
	Why  error // an ErrInvalid
}

// Changes says whether there is anything to do.
func (p DomainPlan) Changes() bool { return len(p.New)+len(p.Changed) > 0 }

// PlanDomains says what taking a list in would change, as list of blocked or of allowed
// domains. A domain that is listed keeps its note, and its reason unless the list has
// another one. ErrInvalid: the list is of the other kind.
func (d *Directory) PlanDomains(ctx context.Context, l DomainList, allowed bool) (DomainPlan, error) {
	switch {
	case allowed && l.Blocks:
		return DomainPlan{}, fmt.Errorf("%w: this is a list of blocks, since it has a column #severity", ErrInvalid)
	case !allowed && l.Bare:
		return DomainPlan{}, fmt.Errorf("%w: this is a list of allowed domains, since it has no column but #domain", ErrInvalid)
	}
	origin, err := d.Origin(ctx)
	if err != nil {
		return DomainPlan{}, err
	}
	known, err := d.knownDomains(ctx, allowed)
	if err != nil {
		return DomainPlan{}, err
	}
	p := DomainPlan{Allowed: allowed}
	seen := make(map[string]bool)
	for _, line := range l.Domains {
		domain, err := domainToBlock(line.Domain, origin)
		switch {
		case !slices.Contains(severities, line.Severity):
			err = fmt.Errorf("%w: there is no severity %.80q; Mastodon has suspend, silence and noop", ErrInvalid, line.Severity)
		case line.Severity != "" && line.Severity != "suspend":
			p.Milder++
			continue
		}
		if err != nil {
			p.Wrong = append(p.Wrong, WrongLine{line.Line, err})
			continue
		}
		if seen[domain] {
			continue
		}
		seen[domain] = true
		p.add(line, domain, known)
	}
	if allowed {
		return p, nil
	}
	var ending []string
	for _, b := range p.New {
		ending = append(ending, b.Domain)
	}
	blocked := anyOf(ending)
	p.Followers, p.Servers, err = d.followersWhose(ctx, func(domains []string) bool { return slices.ContainsFunc(domains, blocked) })
	return p, err
}

// knownDomains are those that are blocked, or allowed, by name.
func (d *Directory) knownDomains(ctx context.Context, allowed bool) (map[string]BlockedDomain, error) {
	known := make(map[string]BlockedDomain)
	if allowed {
		domains, err := d.AllowedDomains(ctx)
		for _, a := range domains {
			known[a.Domain] = BlockedDomain{Domain: a.Domain, Note: a.Note}
		}
		return known, err
	}
	domains, err := d.BlockedDomains(ctx)
	for _, b := range domains {
		known[b.Domain] = b
	}
	return known, err
}

func (p *DomainPlan) add(line ListedDomain, domain string, known map[string]BlockedDomain) {
	before, listed := known[domain]
	planned := PlannedDomain{BlockedDomain{Domain: domain, Reason: line.Reason, Note: before.Note, Obfuscated: line.Obfuscated}, line.Line, before.Reason}
	if planned.Reason == "" {
		planned.Reason = before.Reason
	}
	switch {
	case !listed:
		p.New = append(p.New, planned)
	case !p.Allowed && (planned.Reason != before.Reason || planned.Obfuscated != before.Obfuscated):
		p.Changed = append(p.Changed, planned)
	default:
		p.Same++
	}
}

// CarryOut does what a plan says, all of it or nothing. ErrInvalid: some lines cannot
// be taken, and it was not said that they may be passed over.
func (d *Directory) CarryOut(ctx context.Context, by Actor, p DomainPlan, passOver bool) error {
	if len(p.Wrong) > 0 && !passOver {
		var all []error
		for _, w := range p.Wrong {
			all = append(all, fmt.Errorf("line %d: %w", w.Line, w.Why))
		}
		return errors.Join(all...)
	}
	if !p.Changes() {
		return nil
	}
	planned := slices.Concat(p.New, p.Changed)
	if p.Allowed {
		allowed := make([]AllowedDomain, len(planned))
		for i, one := range planned {
			allowed[i] = AllowedDomain{Domain: one.Domain, Note: one.Note}
		}
		return d.AllowDomains(ctx, by, allowed...)
	}
	blocked := make([]BlockedDomain, len(planned))
	for i, one := range planned {
		blocked[i] = one.BlockedDomain
	}
	return d.BlockDomains(ctx, by, blocked...)
}

// followersWhose counts the followers whose servers are in domains of which that is
// so, and these servers.
func (d *Directory) followersWhose(ctx context.Context, is func(domains []string) bool) (followers, servers int, err error) {
	var ids []string
	if err := d.db.read.WithContext(ctx).Model(&Follower{}).Distinct().Pluck("peer_id", &ids).Error; err != nil {
		return 0, 0, fmt.Errorf("read who follows: %w", err)
	}
	of := make(map[string]bool)
	for _, id := range ids {
		host := hostOf(id)
		whose, asked := of[host]
		if !asked {
			whose = is(domainsOf(host))
			of[host] = whose
			if whose {
				servers++
			}
		}
		if whose {
			followers++
		}
	}
	return followers, servers, nil
}

// OutsideAllowed counts the followers on servers that are not allowed, who would be told
// nothing if only the allowed ones were spoken with, and these servers.
func (d *Directory) OutsideAllowed(ctx context.Context) (followers, servers int, err error) {
	known, err := d.knownDomains(ctx, true)
	if err != nil {
		return 0, 0, err
	}
	return d.followersWhose(ctx, func(domains []string) bool {
		return !slices.ContainsFunc(domains, func(domain string) bool { _, allowed := known[domain]; return allowed })
	})
}
