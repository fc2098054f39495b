package directory

import (
	"net/url"
	"strings"

	"coopverse/directory/fold"

	"golang.org/x/net/idna"
)

// nameKey is equal for names that people would call the same.
func nameKey(name string) string { return fold.Text(name) }

// websiteKey is equal for addresses that lead to the same website: host and
// path, without scheme, www, query, fragment and last slash. Sites that many
// share keep their co-ops apart by the path.
func websiteKey(website string) string {
	u, err := url.Parse(website)
	if err != nil || u.Host == "" {
		return ""
	}
	return hostKey(u) + strings.TrimRight(u.EscapedPath(), "/")
}

// hostKey is the host in ASCII and lower case, without www and default port.
func hostKey(u *url.URL) string {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	return strings.TrimPrefix(host, "www.")
}

// websiteHost is the host part of a websiteKey.
func websiteHost(key string) string {
	host, _, _ := strings.Cut(key, "/")
	return host
}
