package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"coopverse/directory"
)

// maxSearch is how many characters of a search are looked at.
const maxSearch = 200

// query is what the address of the front page asks for. Values that nobody
// knows are kept: they find nothing, and the page says so.
type query struct {
	Text, Region, Country, Service string
	Remote                         bool
	Home                           string // of which directory: a host, or directory.HomeHere
	Page                           int
}

// readQuery reads the query of an address; it fails on one that is not
// well-formed. A page number that is none means the first page.
func readQuery(r *http.Request) (query, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return query{}, errBadRequest
	}
	get := func(name string) string { return readable(values.Get(name)) }
	page, err := strconv.Atoi(values.Get("page"))
	if err != nil || page < 1 {
		page = 1
	}
	return query{
		Text: get("q"), Region: get("region"), Country: strings.ToUpper(get("country")), Service: get("service"),
		Remote: values.Get("remote") == "1", Home: strings.ToLower(get("home")), Page: page,
	}, nil
}

// readable makes something that databases take and pages can show of whatever
// bytes came: valid text, without control characters, not too long. What was
// no text becomes U+FFFD (strings.Map sees it as that), and finds nothing.
func readable(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > maxSearch {
		s = string(runes[:maxSearch])
	}
	return strings.TrimSpace(s)
}

// ask is the query in the directory's terms.
func (q query) ask() directory.Query {
	return directory.Query{Text: q.Text, Region: q.Region, Country: q.Country, Service: q.Service, Remote: q.Remote, Home: q.Home, Page: q.Page}
}

// URL is the address of the page that shows q. There is one way only to write
// each query, so that it can be the canonical one.
func (q query) URL() string {
	values := url.Values{}
	for name, value := range map[string]string{"q": q.Text, "region": q.Region, "country": q.Country, "service": q.Service, "home": q.Home} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if q.Remote {
		values.Set("remote", "1")
	}
	if q.Page > 1 {
		values.Set("page", strconv.Itoa(q.Page))
	}
	if len(values) == 0 {
		return "/"
	}
	return "/?" + values.Encode()
}

// Filtered says whether anything beside words narrows the results.
func (q query) Filtered() bool {
	return q.Region != "" || q.Country != "" || q.Service != "" || q.Remote || q.Home != ""
}

// Asks says whether the query asks for anything at all.
func (q query) Asks() bool { return q.Text != "" || q.Filtered() }

// with returns the first page of the query after a change.
func (q query) with(change func(*query)) query {
	q.Page = 1
	change(&q)
	return q
}

// WithoutFilters and the like are where the links to a wider search lead.
func (q query) WithoutFilters() string { return query{Text: q.Text}.URL() }
func (q query) WithoutText() string    { return q.with(func(q *query) { q.Text = "" }).URL() }
func (q query) WithoutRegion() string  { return q.with(func(q *query) { q.Region = "" }).URL() }
func (q query) WithoutCountry() string { return q.with(func(q *query) { q.Country = "" }).URL() }
func (q query) WithoutService() string { return q.with(func(q *query) { q.Service = "" }).URL() }
func (q query) WithoutRemote() string  { return q.with(func(q *query) { q.Remote = false }).URL() }
func (q query) WithoutHome() string    { return q.with(func(q *query) { q.Home = "" }).URL() }
func (q query) WithRemote() string     { return q.with(func(q *query) { q.Remote = true }).URL() }
func (q query) WithRegion(id string) string {
	return q.with(func(q *query) { q.Region = id }).URL()
}
func (q query) WithCountry(id string) string {
	return q.with(func(q *query) { q.Country = id }).URL()
}
func (q query) WithService(id string) string {
	return q.with(func(q *query) { q.Service = id }).URL()
}
func (q query) WithHome(id string) string {
	return q.with(func(q *query) { q.Home = id }).URL()
}

// OnPage is the address of another page of the same results.
func (q query) OnPage(n int) string {
	q.Page = n
	return q.URL()
}
