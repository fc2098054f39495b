package list

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"
)

// breakAgain decodes UTF-8 text once too often.
func breakAgain(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		r := charmap.Windows1252.DecodeByte(c)
		if r == utf8.RuneError {
			r = rune(c) // one of the five that Windows-1252 leaves undefined
		}
		b.WriteRune(r)
	}
	return b.String()
}

func TestSeedIsRepairedWithoutLoss(t *testing.T) {
	data := read(t, "../seed/tech-coops.md")
	d := mustParse(t, data)
	if d.Repaired() != 21 {
		t.Errorf("repaired %d runs, want 21", d.Repaired())
	}
	if got := breakAgain(string(d.Bytes())); got != string(data) {
		t.Error("breaking the repaired list again does not give the file back")
	}
	again := mustParse(t, d.Bytes())
	if again.Repaired() != 0 || !bytes.Equal(again.Bytes(), d.Bytes()) {
		t.Error("the repaired list is repaired once more")
	}
	r := byName(t, d, "Codeurs en Liberté")
	if r.Website != "https://codeursenliberté.fr/" {
		t.Errorf("website %q", r.Website)
	}
}

func TestRepair(t *testing.T) {
	clean := "[Ä](https://a.example) | “Web” – Ärzte | Köln | ÀÉÍÓÚÝ ñ ’ 🎉 \u00a0"
	broken := breakAgain(clean)
	for name, test := range map[string]struct {
		row, want string
		repaired  int
	}{
		"broken":               {broken, clean, 11},
		"clean":                {clean, clean, 0},
		"proper row added":     {broken + "\n[É](https://e.example) | œ | 日本 | |", clean + "\n[É](https://e.example) | œ | 日本 | |", 11},
		"clean row quotes it":  {clean + "\n[B](https://b.example) | Ã© is é | | |", clean + "\n[B](https://b.example) | Ã© is é | | |", 0},
		"mixed run":            {"éÃ©’Ã©日Ã©", "éé’é日é", 0},
		"capital before space": {"[A](https://a.example) | LIBERTÉ\u00a0! | | |", "[A](https://a.example) | LIBERTÉ\u00a0! | | |", 0},
		"turkish":              {"[A](https://a.example) | ÅžiÅŸli | | |", "[A](https://a.example) | Şişli | | |", 2},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "mixed run" {
				l := &line{text: test.row}
				if l.repair(); l.text != test.want || len(l.repairs) != 3 {
					t.Errorf("got %q in %d repairs", l.text, len(l.repairs))
				}
				return
			}
			d := mustParse(t, tableOfRows(test.row))
			if got, want := string(d.Bytes()), string(tableOfRows(test.want)); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if d.Repaired() != test.repaired {
				t.Errorf("repaired %d, want %d", d.Repaired(), test.repaired)
			}
		})
	}
}

func TestBrokenByteOrderMark(t *testing.T) {
	for _, mark := range []string{"\ufeff", "ï»¿"} {
		text := mark + breakAgain("Coop | Notes\n--|--\n[É](https://e.example) | é\n")
		d := mustParse(t, []byte(text))
		want := "\ufeffCoop | Notes\n--|--\n[É](https://e.example) | é\n"
		if got := string(d.Bytes()); got != want || len(d.Rows()) != 1 {
			t.Errorf("%q gives %q with %d rows", mark, got, len(d.Rows()))
		}
	}
}

func TestAnyBrokenTextIsRepaired(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab éüñçßÀÍÝ’“”–—…€ŸŽåøłşğəЖя日本語🎉\u00a0\u0081\u009d"))).Draw(t, "text")
		l := &line{text: breakAgain(text)}
		l.repair()
		if l.text != text || !utf8.ValidString(l.text) {
			t.Fatalf("%q was broken, got %q", text, l.text)
		}
	})
}
