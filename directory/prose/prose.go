package prose

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"coopverse/directory/fold"
)

// Kind says what a part of a text is.
type Kind int

// The kinds of part.
const (
	Text    Kind = iota // words that refer to nothing
	Link                // an http(s) address
	Mention             // @name@host
	Hashtag             // #tag
	Coop                // "(@acme)", as the directory names its co-ops
)

// Part is a part of a text.
type Part struct {
	Kind Kind
	Text string // as it stands in the text; the Texts of all Parts put together are the text
	Name string // Link: the address; Mention: name@host, the host in lower case; Hashtag: the folded tag without #; Coop: the handle
}

// What names and hashtags are made of is Mastodon's rule: USERNAME_RE and
// MENTION_RE of its Account, HASHTAG_NAME_PAT of its Tag. But a mention must
// have a host here, and the host a dot.
const (
	nameForm  = `[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*`
	labelForm = `[\p{L}\p{M}\p{N}]+(?:-+[\p{L}\p{M}\p{N}]+)*`
	hostForm  = labelForm + `(?:\.` + labelForm + `)+(?::[0-9]{1,5})?`
	wordForm  = `[\p{L}\p{M}\p{Nd}\p{Pc}]+`
	tagForm   = `[\p{L}\p{Nd}\p{Pc}](?:` + wordForm + `)?(?:[` + joints + `]+` + wordForm + `)*`

	joints = "·・\u200c" // inside Catalan, Japanese and Persian words
)

// notInLink are the characters at which an address ends: all spaces (\s has
// only those of ASCII, and French puts a narrow one before »), quotation marks,
// and what turns the direction of a text.
const notInLink = `\s\p{Z}\p{Cc}<>"\\\x{202A}-\x{202E}\x{2066}-\x{2069}\x{FFFD}`

// form is what begins like something that is referred to: a link, a handle in
// brackets, a name and a host, a hashtag.
const form = `((?i:https?)://[^` + notInLink + `]+)|\(@([a-z0-9_]{1,30})\)|@(` + nameForm + `)@(` + hostForm + `)|[#＃](` + tagForm + `)`

var (
	forms  = regexp.MustCompile(form)
	begins = regexp.MustCompile(`^(?:` + form + `)`)
)

// Parts cuts a text where links, mentions, hashtags and co-ops in brackets
// begin and end.
func Parts(text string) []Part {
	var parts []Part
	end := 0
	for _, at := range forms.FindAllStringSubmatchIndex(text, -1) {
		p := found(text, at)
		if p.Name == "" {
			continue
		}
		if at[0] > end {
			parts = append(parts, Part{Text: text[end:at[0]]})
		}
		parts = append(parts, p)
		end = at[0] + len(p.Text)
	}
	if end < len(text) {
		parts = append(parts, Part{Text: text[end:]})
	}
	return parts
}

// found is the part that a form has found in a text; without a name if it refers
// to nothing.
func found(text string, at []int) Part {
	group := func(n int) string {
		if at[2*n] < 0 {
			return ""
		}
		return text[at[2*n]:at[2*n+1]]
	}
	p := Part{Text: group(0)}
	switch link, coop, name, tag := group(1), group(2), group(3), group(5); {
	case link != "":
		p.Text = withoutSentence(link)
		p.Kind, p.Name = Link, webAddress(p.Text)
	case coop != "":
		p.Kind, p.Name = Coop, coop
	case insideWord(text[:at[0]]):
	case name != "":
		p.Kind, p.Name = Mention, name+"@"+strings.ToLower(group(4))
	case tag != "":
		p.Kind, p.Name = Hashtag, folded(tag)
	}
	return p
}

func names(parts []Part, kind Kind) []string {
	var found []string
	for _, p := range parts {
		if p.Kind == kind && !slices.Contains(found, p.Name) {
			found = append(found, p.Name)
		}
	}
	return found
}

// closing are the brackets that may end an address, and what opens them.
var closing = map[rune]string{')': "(", ']': "[", '}': "{"}

// withoutSentence gives the sentence around an address its punctuation back. A
// bracket belongs to the address if it was opened inside.
func withoutSentence(address string) string {
	for {
		last, size := utf8.DecodeLastRuneInString(address)
		if opening, ok := closing[last]; ok {
			if strings.Count(address, opening) >= strings.Count(address, string(last)) {
				return address
			}
		} else if !strings.ContainsRune(".,;:!?'‘’“”‚„‹›«»…*_。、，！？：；）」』", last) {
			return address
		}
		address = address[:len(address)-size]
	}
}

// webAddress is s, its scheme in lower case (telephones begin a sentence with
// "Https"), or "" if nobody could follow it. One that holds a name and a
// password looks like a page of another host than it is.
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return ""
	}
	return u.Scheme + s[len(u.Scheme):]
}

// insideWord says whether what follows these words belongs to the last of them:
// the @ of a mail address, the # of example.org/#top. Mastodon asks much the
// same of what stands before.
func insideWord(before string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	return unicode.In(last, unicode.L, unicode.M, unicode.N, unicode.Pc) || strings.ContainsRune("/=)&#＃@", last)
}

// folded is a hashtag in the form in which it is kept, and "" if it has no
// letter: #1 is a number. Some letters fold to more than letters: ﷺ has spaces.
func folded(tag string) string {
	if !strings.ContainsFunc(tag, unicode.IsLetter) {
		return ""
	}
	kept := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Pc) || strings.ContainsRune(joints, r) {
			return r
		}
		return -1
	}, fold.String(tag))
	return strings.Trim(kept, joints)
}
