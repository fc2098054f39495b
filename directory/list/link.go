package list

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/util"
)

// link is an inline link of a Markdown text.
type link struct {
	start, end int    // bytes of the text
	text       string // as written between the brackets
	dest       string // the address, unescaped
	image      bool
}

// findLinks gives the outermost links of a text in order. It reads each byte
// about once, whatever the text is.
func findLinks(text string) []link {
	var links []link
	var open []int // where the brackets stand that are not closed yet
	for at := 0; at < len(text); at++ {
		switch {
		case text[at] == '\\':
			at++
		case text[at] == '[':
			open = append(open, at)
		case text[at] == ']' && len(open) > 0:
			start := open[len(open)-1]
			open = open[:len(open)-1]
			dest, size := readDestination(text[at+1:])
			if size == 0 {
				continue
			}
			l := link{start: start, end: at + 1 + size, text: text[start+1 : at], dest: dest}
			if l.image = start > 0 && text[start-1] == '!'; l.image {
				l.start--
			}
			// A link around an image, as badges have it, is one link.
			for len(links) > 0 && links[len(links)-1].start > l.start {
				links = links[:len(links)-1]
			}
			links = append(links, l)
			at = l.end - 1
		}
	}
	return links
}

// readDestination reads `(address "title")` at the start of text. size is 0
// when there is none. An address ends at a space, or at a `](` because then
// the parenthesis before was never closed.
func readDestination(text string) (dest string, size int) {
	if !strings.HasPrefix(text, "(") {
		return "", 0
	}
	at := 1 + spaces(text[1:])
	if strings.HasPrefix(text[at:], "<") {
		end := strings.IndexAny(text[at+1:], "\n<>") + 1
		if end == 0 || text[at+end] != '>' {
			return "", 0
		}
		dest, at = text[at+1:at+end], at+end+1
	} else {
		n := bareDestination(text[at:])
		dest, at = text[at:at+n], at+n
	}
	at += spaces(text[at:])
	at += titleLength(text[at:])
	at += spaces(text[at:])
	if !strings.HasPrefix(text[at:], ")") {
		return "", 0
	}
	return strings.TrimSpace(resolve(dest)), at + 1
}

func spaces(text string) int { return len(text) - len(strings.TrimLeft(text, " \t")) }

func bareDestination(text string) int {
	depth := 0
	for at := 0; at < len(text); at++ {
		switch c := text[at]; {
		case c == '\\' && at+1 < len(text):
			at++
		case c == ' ' || c == '\t' || strings.HasPrefix(text[at:], "]("):
			return at
		case c == '(':
			depth++
		case c == ')' && depth == 0:
			return at
		case c == ')':
			depth--
		}
	}
	return len(text)
}

// titleLength gives the length of a link's title with its quotes, 0 for none.
func titleLength(text string) int {
	if text == "" || text[0] != '"' && text[0] != '\'' {
		return 0
	}
	end := strings.IndexByte(text[1:], text[0])
	return end + 2*min(1, end+1)
}

// resolve takes backslashes and entities (`&amp;`) out of an address.
func resolve(text string) string {
	b := util.UnescapePunctuations([]byte(text))
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(b)))
}

var (
	webScheme = regexp.MustCompile(`(?i)^(https?)(:/*|//+)`)
	hostFirst = regexp.MustCompile(`^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+([:/?#]|$)`)
)

// repairURL gives the absolute web address that dest stands for. The list has
// `https:/x.coop` with one slash and `www.x.coop` with no scheme. It gives ""
// for what is no web address at all, such as mailto: or a path.
func repairURL(dest string) string {
	dest = strings.ReplaceAll(strings.TrimSpace(dest), " ", "%20")
	var address string
	switch m := webScheme.FindStringSubmatch(dest); {
	case m != nil:
		rest := dest[len(m[0]):]
		for again := webScheme.FindString(rest); again != ""; again = webScheme.FindString(rest) {
			rest = rest[len(again):] // https://https://x.coop
		}
		address = m[1] + "://" + rest
	case strings.HasPrefix(dest, "//"):
		address = "https:" + dest
	case hostFirst.MatchString(dest):
		address = "https://" + dest
	default:
		return ""
	}
	if u, err := url.Parse(address); err != nil || u.Hostname() == "" {
		return ""
	}
	return address
}

// hostOf gives the host of a web address without “www.”, "" when it has none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}
