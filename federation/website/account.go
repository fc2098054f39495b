package website

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

// Links looks whether the website of a co-op links an account of the fediverse
// with rel=me, as its own. addresses are those of the account: its profile page
// and the id of its actor. page is the address of the co-op's page here.
func (p *Prover) Links(ctx context.Context, website, page string, addresses ...string) (Proof, error) {
	return p.visit(ctx, website, claim{page: page}, func(v *visit) []func(context.Context) (Proof, bool) {
		return []func(context.Context) (Proof, bool){func(ctx context.Context) (Proof, bool) { return v.account(ctx, addresses) }}
	})
}

func (v *visit) account(ctx context.Context, addresses []string) (Proof, bool) {
	return v.marked(ctx, func(m marks, at *url.URL) (Method, bool) {
		base, visitors := m.baseAt(at), false
		for _, link := range m.links {
			if !leadsTo(link.href, base, addresses) {
				continue
			}
			if !link.visitors {
				return Account, true
			}
			visitors = true
		}
		if visitors {
			v.see("%s has a link with rel=me to %s, but its rel says nofollow or ugc too, as on links that visitors write", at, addresses[0])
		} else {
			v.see("%s has no link with rel=me to %s", at, addresses[0])
		}
		return "", false
	})
}

// leadsTo says whether a link in a page with that base leads to one of the
// addresses. A slash at the end makes no difference at any server we know.
func leadsTo(href string, base *url.URL, addresses []string) bool {
	to, err := base.Parse(strings.Trim(href, spaces))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(addresses, func(address string) bool {
		one, err := normal(to.String())
		other, otherErr := normal(address)
		return err == nil && otherErr == nil && strings.TrimSuffix(one.String(), "/") == strings.TrimSuffix(other.String(), "/")
	})
}
