package prose_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"coopverse/directory/fold"
	"coopverse/directory/prose"
)

// cut shows a text's parts as [kind name text]; mere words stand bare.
func cut(text string) string {
	kinds := map[prose.Kind]string{prose.Link: "link", prose.Mention: "mention", prose.Hashtag: "tag", prose.Coop: "coop"}
	var b strings.Builder
	for _, p := range prose.Parts(text) {
		switch {
		case p.Kind == prose.Text && p.Name == "":
			b.WriteString(p.Text)
		case p.Name == p.Text:
			fmt.Fprintf(&b, "[%s %s]", kinds[p.Kind], p.Text)
		default:
			fmt.Fprintf(&b, "[%s %s %s]", kinds[p.Kind], p.Name, p.Text)
		}
	}
	return b.String()
}

func expect(t *testing.T, texts map[string]string) {
	t.Helper()
	for text, want := range texts {
		if got := cut(text); got != want {
			t.Errorf("%q becomes\n %q, want\n %q", text, got, want)
		}
	}
}

// same lists texts that refer to nothing.
func same(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if got := prose.Parts(text); len(got) != 1 || got[0] != (prose.Part{Text: text}) {
			t.Errorf("%q becomes %v, want one part that refers to nothing", text, got)
		}
	}
}

func TestLinks(t *testing.T) {
	expect(t, map[string]string{
		"https://a.example":                              "[link https://a.example]",
		"Moved to http://a.example/b?c#d":                "Moved to [link http://a.example/b?c#d]",
		"two: https://a.example/ https://b.example:8080": "two: [link https://a.example/] [link https://b.example:8080]",
		"<https://a.example>":                            "<[link https://a.example]>",
		"见https://a.example/ä":                           "见[link https://a.example/ä]",
		"Https://a.example/B":                            "[link https://a.example/B Https://a.example/B]",
		"line https://a.example/\nnext":                  "line [link https://a.example/]\nnext",
		"« https://a.example/b\u202f»":                   "« [link https://a.example/b]\u202f»",
		"https://a.example/b\u00a0c":                     "[link https://a.example/b]\u00a0c",
		"https://a.example/\u202egnp.x":                  "[link https://a.example/]\u202egnp.x",
		"https://a.example/\u2067b":                      "[link https://a.example/]\u2067b",
		"https://a.example/\u0085b":                      "[link https://a.example/]\u0085b",
		"https://a.example/\xff":                         "[link https://a.example/]\xff",
		`"https://a.example/b"`:                          `"[link https://a.example/b]"`,
		`https://a.example\b`:                            `[link https://a.example]\b`,
		"http://[2001:db8::1]/x and [http://b.example]":  "[link http://[2001:db8::1]/x] and [[link http://b.example]]",
	})
	same(t, "https:// is nothing", "ftp://a.example", "javascript:alert(1)", "www.a.example", "http://:80/", "https://%zz/", "https://acme.example@evil.example/", "https://...")
}

func TestPunctuationAfterALinkBelongsToTheSentence(t *testing.T) {
	const link = "[link https://a.example/b]"
	for _, after := range strings.Fields(`. , ; : ! ? ... ?! ) ] } ' ’ ” “ » « › * ** _ … 。 、 ）。 ).`) {
		if got := cut("https://a.example/b" + after); got != link+after {
			t.Errorf("%q after a link: %q", after, got)
		}
	}
	expect(t, map[string]string{
		"(see https://a.example/x_(y))":     "(see [link https://a.example/x_(y)])",
		"(https://a.example/x)":             "([link https://a.example/x])",
		"https://a.example/x_(y)":           "[link https://a.example/x_(y)]",
		"https://a.example/x_(y).":          "[link https://a.example/x_(y)].",
		"[https://a.example/x[1]]":          "[[link https://a.example/x[1]]]",
		"{https://a.example/{x}}":           "{[link https://a.example/{x}]}",
		"https://a.example/a,b.c/ goes on":  "[link https://a.example/a,b.c/] goes on",
		"(“https://a.example/x”), he wrote": "(“[link https://a.example/x]”), he wrote",
	})
}

func TestMentions(t *testing.T) {
	expect(t, map[string]string{
		"@agaric@social.example":           "[mention agaric@social.example @agaric@social.example]",
		"Hi @Agaric@Social.Example!":       "Hi [mention Agaric@social.example @Agaric@Social.Example]!",
		"(@a@b.example)":                   "([mention a@b.example @a@b.example])",
		"@a@b.example, @c@d.example.":      "[mention a@b.example @a@b.example], [mention c@d.example @c@d.example].",
		"@a.b-c_d@e-f.example":             "[mention a.b-c_d@e-f.example @a.b-c_d@e-f.example]",
		"@a@b.example: hello":              "[mention a@b.example @a@b.example]: hello",
		"@a@127.0.0.1:8080.":               "[mention a@127.0.0.1:8080 @a@127.0.0.1:8080].",
		"@a@BÜRO.example":                  "[mention a@büro.example @a@BÜRO.example]",
		"@a@b.example-":                    "[mention a@b.example @a@b.example]-",
		"mail c@d.example or @a@b.example": "mail c@d.example or [mention a@b.example @a@b.example]",
	})
	same(t, "@a", "a bare @a, and @", "mail a@b.example", "x@y@z.example", "a.b_@c@d.example", "é@c@d.example",
		"social.example/@a@b.example", "?x=@a@b.example", "@@a@b.example", "@a@b", "@a@localhost", "@.a@b.example", "@a@-b.example", "@a @b.example", "@é@b.example")
	text := "@b@x.example @a@x.example @b@X.example @B@x.example"
	if got, want := (prose.Writing{Text: text}).Mentions(), []string{"b@x.example", "a@x.example", "B@x.example"}; !slices.Equal(got, want) {
		t.Errorf("mentions: %q, want %q", got, want)
	}
}

func TestHashtags(t *testing.T) {
	expect(t, map[string]string{
		"#coop":               "[tag coop #coop]",
		"a #PlatformCoop, b":  "a [tag platformcoop #PlatformCoop], b",
		"(#coop)":             "([tag coop #coop])",
		"“#coop” #coop.":      "“[tag coop #coop]” [tag coop #coop].",
		"#coop-tech":          "[tag coop #coop]-tech",
		"#coop_tech #_x_":     "[tag coop_tech #coop_tech] [tag _x_ #_x_]",
		"#3d #l33t #2026coop": "[tag 3d #3d] [tag l33t #l33t] [tag 2026coop #2026coop]",
		"#Économie":           "[tag economie #Économie]",
		"#E\u0301conomie":     "[tag economie #E\u0301conomie]",
		"#кооператив #協同組合":   "[tag кооператив #кооператив] [tag 協同組合 #協同組合]",
		"#सहकारी.":            "[tag " + fold.String("सहकारी") + " #सहकारी].",
		"#Col·laboració·":     "[tag col·laboracio #Col·laboració]·",
		"#می\u200cخواهم":      "[tag می\u200cخواهم #می\u200cخواهم]",
		"＃coop":               "[tag coop ＃coop]",
		"#ﷺ":                  "[tag صلىاللهعليهوسلم #ﷺ]",
		"#a#b":                "[tag a #a]#b",
	})
	same(t, "#", "# coop", "#1 #2026 #_", "C#dev", "a#b", "1#b", "é#b", "e\u0301#b", "a_#b", "##b", "＃#b", "/#b", "a.example/#b", "example.org/#b", "?a=#b", "a)#b", "&#x27;", "#️⃣coop", "#·a", "#ﹰ", "#-a")
	text := "#Coop and #coöp, #a #COOP"
	if got, want := (prose.Writing{Text: text}).Hashtags(), []string{"coop", "a"}; !slices.Equal(got, want) {
		t.Errorf("hashtags: %q, want %q", got, want)
	}
}

func TestCoopsInBrackets(t *testing.T) {
	expect(t, map[string]string{
		"Igalia (@igalia) joined":  "Igalia [coop igalia (@igalia)] joined",
		"(@a_1)(@b)":               "[coop a_1 (@a_1)][coop b (@b)]",
		"(@igalia@social.example)": "([mention igalia@social.example @igalia@social.example])",
	})
	same(t, "(@Igalia)", "(@igalia", "(@)", "( @igalia)", "(@"+strings.Repeat("a", 31)+")", "[@igalia]")
}

func TestNothingIsInsideALink(t *testing.T) {
	expect(t, map[string]string{
		"https://a.example/@b@c.example#coop": "[link https://a.example/@b@c.example#coop]",
		"https://a.example/(@acme)":           "[link https://a.example/(@acme)]",
		"https://a.example/, #coop (@acme)":   "[link https://a.example/], [tag coop #coop] [coop acme (@acme)]",
	})
	same(t, "https://x:y@a.example/#-#coop", "https://%zz/-#coop/,@b@c.example")
	if (prose.Writing{Text: "https://a.example/-@b@c.example"}).Mentions() != nil || (prose.Writing{Text: "https://a.example/-#b"}).Hashtags() != nil {
		t.Error("a link names somebody")
	}
}

func TestNoTextHasNoParts(t *testing.T) {
	if got := prose.Parts(""); got != nil {
		t.Errorf("%v", got)
	}
}

func FuzzParts(f *testing.F) {
	for _, text := range []string{
		"a https://b.example/(c)).\n\n(@d) @e@f.example:1 #Coöp·g", "https://%zz http://[::1]:x/ (@", "#ﷺ#ﹰ ＃İ #ſ #Ŀ", "@a@b.İ", "Https://\xff #\xff @\xff",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var whole strings.Builder
		before := prose.Link
		for _, p := range prose.Parts(text) {
			whole.WriteString(p.Text)
			if p.Text == "" || (p.Kind == prose.Text) != (p.Name == "") || !utf8.ValidString(p.Name) {
				t.Errorf("%q has the part %v", text, p)
			}
			if p.Kind == prose.Text && before == prose.Text {
				t.Errorf("%q is cut where nothing begins: before %q", text, p.Text)
			}
			before = p.Kind
			switch p.Kind {
			case prose.Link:
				if u, err := url.Parse(p.Name); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || !strings.EqualFold(p.Name, p.Text) {
					t.Errorf("%q leads to %q", text, p.Name)
				}
			case prose.Mention:
				if !strings.HasPrefix(p.Text, "@") || strings.Count(p.Name, "@") != 1 || strings.ContainsAny(p.Name, " /?#") {
					t.Errorf("%q names %q", text, p.Name)
				}
			case prose.Hashtag:
				if again := (prose.Writing{Text: "#" + p.Name}).Hashtags(); fold.String(p.Name) != p.Name || !slices.Equal(again, []string{p.Name}) {
					t.Errorf("%q has the hashtag %q, which folds to %q and reads as %q", text, p.Name, fold.String(p.Name), again)
				}
			case prose.Coop:
				if p.Text != "(@"+p.Name+")" {
					t.Errorf("%q names the co-op %q", text, p.Name)
				}
			}
		}
		if whole.String() != text {
			t.Errorf("%q became %q", text, whole.String())
		}
	})
}
