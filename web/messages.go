package web

import (
	"embed"
	"fmt"
	"html/template"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Every text of the interface is here, by language; the templates hold none.
//
//go:embed messages/*.toml
var messageFiles embed.FS

// words says the interface's texts in one language.
type words struct {
	localizer *i18n.Localizer
	tag       language.Tag
}

func readWords(tag language.Tag) (*words, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	if _, err := bundle.LoadMessageFileFS(messageFiles, "messages/"+tag.String()+".toml"); err != nil {
		return nil, fmt.Errorf("read the messages: %w", err)
	}
	return &words{localizer: i18n.NewLocalizer(bundle, tag.String()), tag: tag}, nil
}

// say returns the text called id with the named values put in. The values are
// pairs: name, value, name, value.
func (w *words) say(id string, values ...any) (string, error) {
	return w.localize(&i18n.LocalizeConfig{MessageID: id}, values)
}

// count is say for a text that has a plural: n is its Count.
func (w *words) count(id string, n int, values ...any) (string, error) {
	return w.localize(&i18n.LocalizeConfig{MessageID: id, PluralCount: n}, append(values, "Count", n))
}

// prose is say for a longer text, written in Markdown. Only our own texts and
// settings come this way.
func (w *words) prose(id string, values ...any) (template.HTML, error) {
	text, err := w.say(id, values...)
	if err != nil {
		return "", err
	}
	return ownMarkdown(text)
}

func (w *words) localize(c *i18n.LocalizeConfig, pairs []any) (string, error) {
	if len(pairs)%2 != 0 {
		return "", fmt.Errorf("message %s: a value without a name", c.MessageID)
	}
	values := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		values[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	c.TemplateData = values
	return w.localizer.Localize(c)
}

// languageName is what speakers of this interface call a language.
func (w *words) languageName(tag string) string {
	parsed, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	return display.Tags(w.tag).Name(parsed)
}
