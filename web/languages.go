package web

import (
	"cmp"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// languageInEnglish names a language in the one language of our pages so far.
func languageInEnglish(tag string) string {
	parsed, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	return display.English.Tags().Name(parsed)
}

// tagsByName are the languages that can be typed by their English names or
// their own.
var tagsByName = sync.OnceValue(func() map[string]string {
	tags := make(map[string]string)
	for _, tag := range display.Supported.Tags() {
		for _, names := range []string{display.Self.Name(tag), languageInEnglish(tag.String())} {
			if key := strings.ToLower(names); key != "" && (tags[key] == "" || len(tag.String()) < len(tags[key])) {
				tags[key] = tag.String()
			}
		}
	}
	return tags
})

// languageTags is a list of languages with their names turned into tags.
func languageTags(text string) string {
	var tags []string
	for _, name := range split(text, ",") {
		tags = append(tags, cmp.Or(tagsByName()[strings.ToLower(name)], name))
	}
	return strings.Join(tags, ",")
}
