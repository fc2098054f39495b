package directory

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"coopverse/directory/fold"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"gorm.io/gorm"
)

// MaxHandle is the length of the longest handle that every server takes.
const MaxHandle = 30

// wellFormedHandle is what handles look like, here and in other directories.
var wellFormedHandle = regexp.MustCompile(fmt.Sprintf(`^[a-z0-9_]{1,%d}$`, MaxHandle))

// Handle is a name that was given away or is kept free. Handles are never
// deleted and never given a second time, because other servers remember them.
type Handle struct {
	Handle  string `gorm:"primaryKey"`
	Kind    string // coop, directory, region, country, service
	TakenAt time.Time
}

// coopWords say that something is a co-op, not which one.
var coopWords = strings.Fields(`a an the of coop coops cooperative cooperatives cooperativa cooperativas
	cooperativo kooperative kooperativa koop kollektiv kollektivet collective collectif colectivo worker workers owned
	trabajo ltda ltd llc inc gmbh eg scop scic sccl`)

// sharedHosts give a page to anyone, so their name is nobody's handle. Hosts
// that give out subdomains are in the public suffix list instead.
var sharedHosts = strings.Fields(`github.com gitlab.com codeberg.org facebook.com instagram.com linkedin.com twitter.com
	x.com medium.com meetup.com youtube.com opencollective.com linktr.ee google.com notion.so wikipedia.org`)

// wantedHandles lists the handles that a co-op would have, best first: its
// website's registrable label (hypha for https://hypha.coop/), its name
// without the words that any co-op could use, both with the domain's ending,
// and then numbers.
func wantedHandles(name, website string) []string {
	var wanted []string
	want := func(words ...string) {
		handle := strings.Trim(cut(strings.Join(words, "_"), MaxHandle), "_")
		if handle != "" && !slices.Contains(wanted, handle) {
			wanted = append(wanted, handle)
		}
	}
	label, ending := registrableLabel(website)
	want(label...)
	want(distinctWords(name)...)
	if len(label) > 0 {
		want(append(slices.Clone(label), ending...)...)
	}
	if len(wanted) == 0 {
		wanted = []string{"coop"}
	}
	for n := 2; n < 100; n++ {
		wanted = append(wanted, fmt.Sprintf("%s_%d", strings.TrimRight(cut(wanted[0], MaxHandle-3), "_"), n))
	}
	return wanted
}

// registrableLabel splits https://www.ko-opmode.com/ into (ko, opmode) and (com).
func registrableLabel(website string) (label, ending []string) {
	u, err := url.Parse(website)
	if err != nil {
		return nil, nil
	}
	host := websiteHost(hostKey(u))
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil || slices.Contains(sharedHosts, domain) {
		return nil, nil
	}
	if unicode, err := idna.ToUnicode(domain); err == nil {
		domain = unicode
	}
	first, rest, _ := strings.Cut(domain, ".")
	return asciiWords(strings.ReplaceAll(first, "-", " ")), asciiWords(rest)
}

func distinctWords(name string) []string {
	words := asciiWords(name)
	distinct := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(coopWords, w) })
	if len(distinct) == 0 {
		return words
	}
	return distinct
}

// asciiWords folds s and keeps what can stand in a handle.
func asciiWords(s string) []string {
	var words []string
	for _, w := range fold.Words(s) {
		w = strings.Map(func(r rune) rune {
			if r > 'z' {
				return -1
			}
			return r
		}, w)
		if w != "" {
			words = append(words, w)
		}
	}
	return words
}

// takeHandle gives a co-op the best handle that is free.
func takeHandle(tx *gorm.DB, name, website string, at time.Time) (string, error) {
	wanted := wantedHandles(name, website)
	var taken []string
	if err := tx.Model(&Handle{}).Where("handle IN ?", wanted).Pluck("handle", &taken).Error; err != nil {
		return "", fmt.Errorf("look for a free handle: %w", err)
	}
	for _, handle := range wanted {
		if !slices.Contains(taken, handle) {
			return handle, tx.Create(&Handle{Handle: handle, Kind: "coop", TakenAt: at}).Error
		}
	}
	return "", fmt.Errorf("no free handle for %q: all of %s to %s are taken", name, wanted[0], wanted[len(wanted)-1])
}
