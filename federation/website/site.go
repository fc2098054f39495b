package website

import (
	"fmt"
	"net/url"
	"strings"

	"coopverse/federation/fetch"

	"golang.org/x/net/publicsuffix"
)

// wellKnown is where the file is.
const wellKnown = "/.well-known/coopverse.txt"

// site is a website, as its address says.
type site struct {
	address *url.URL // in normal form, over https
	plain   bool     // whether the address was one without https
	paged   bool     // whether it is that of a page, on a host that others may have pages on too
}

// readSite reads the address of a website. Its error is a sentence.
func readSite(website, page string) (site, error) {
	u, err := normal(website)
	if err != nil {
		return site{}, fmt.Errorf("%.200q is not the address of a website", website)
	}
	here, err := normal(page)
	if err != nil {
		return site{}, fmt.Errorf("%.200q is not the address of a page", page)
	}
	if withoutWWW(u.Host) == withoutWWW(here.Host) {
		return site{}, fmt.Errorf("%.200q is an address of this directory and not of a website", website)
	}
	s := site{address: u, plain: u.Scheme == "http", paged: u.Path != "/" || u.RawQuery != "" || u.Fragment != ""}
	u.Scheme, u.Fragment, u.RawFragment = "https", "", ""
	return s, nil
}

// file is the address of the file with the token.
func (s site) file() *url.URL {
	return &url.URL{Scheme: "https", Host: s.address.Host, Path: wellKnown}
}

// dnsName is the name that has the TXT record. It is "" if there is none to be
// had: for an address in numbers, and for a suffix such as github.io, under
// which anybody can get names.
func (s site) dnsName() string {
	host := withoutWWW(s.address.Hostname())
	if !registrable(host) {
		return ""
	}
	return "_coopverse." + host
}

// owns reports whether an address that was found behind redirects is on the
// website: on its host with or without www, and no other, or else a forgotten
// domain that leads to whoever bought it would prove what is found there.
func (s site) owns(found *url.URL) bool {
	return withoutWWW(found.Host) == withoutWWW(s.address.Host)
}

// isPage reports whether an address that was found is the website's own page
// and not one of the other pages of its host.
func (s site) isPage(found *url.URL) bool {
	return !s.paged || found.RawQuery == s.address.RawQuery &&
		strings.TrimSuffix(found.EscapedPath(), "/") == strings.TrimSuffix(s.address.EscapedPath(), "/")
}

// normal reads an address and writes its host in one way, without the port that
// the scheme has anyway.
func normal(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return nil, fmt.Errorf("%q is not an address on the web", address)
	}
	host, err := fetch.NormalHost(u.Hostname())
	if err != nil {
		return nil, err
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && u.Scheme+port != "https443" && u.Scheme+port != "http80" {
		host += ":" + port
	}
	if u.Host = host; u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

// withoutWWW takes www. from a host. The www of www.github.io stays: there it
// is the name of one among many.
func withoutWWW(host string) string {
	bare, found := strings.CutPrefix(host, "www.")
	name, _, _ := strings.Cut(bare, ":")
	if !found || !registrable(name) {
		return host
	}
	return bare
}

// registrable reports whether somebody has registered the name, or one above
// it. Nobody has a public suffix or an address in numbers.
func registrable(name string) bool {
	_, err := publicsuffix.EffectiveTLDPlusOne(name)
	return err == nil
}
