package website

import (
	"fmt"
	"html"
	"net/url"
)

// Instruction is one way to prove a claim.
type Instruction struct {
	Method Method
	Text   string // what is to be copied
	Where  string // where it is to be put: the address of a page or a file, or a DNS name
}

// Instructions returns the ways that there are for this website, simplest
// first, and none if its address is not that of a website. Each one that is
// followed is a proof to Look.
func Instructions(website, page, token string) []Instruction {
	s, err := readSite(website, page)
	if err != nil || !tokens.MatchString(token) {
		return nil
	}
	address := s.address.String()
	ways := []Instruction{
		{RelMe, fmt.Sprintf(`<a rel="me" href="%s">%s</a>`, html.EscapeString(page+"?claim="+token), html.EscapeString(hostOf(page))), address},
		{Meta, fmt.Sprintf(`<meta name="%s" content="%s">`, metaName, token), address},
	}
	if s.paged {
		return ways
	}
	ways = append(ways, Instruction{File, token, s.file().String()})
	if name := s.dnsName(); name != "" {
		ways = append(ways, Instruction{DNS, metaName + "=" + token, name})
	}
	return ways
}

func hostOf(page string) string {
	u, err := url.Parse(page)
	if err != nil {
		return page
	}
	return u.Host
}
