package list

import (
	"strings"
	"testing"
	"time"
)

// TestHostileFilesTakeSeconds reads half a MiB of what Markdown readers are
// known to choke on. The whole 8 MiB take up to 30 seconds, and must not take
// hours.
func TestHostileFilesTakeSeconds(t *testing.T) {
	head := string(tableOfRows("[X](https://x.example) | Web | France | |")) + "\n"
	for name, piece := range map[string]string{
		"brackets":      "[",
		"links":         "[a](",
		"angles":        "](<",
		"short links":   "[a](#b) ",
		"bad links":     "[a](https:/b)",
		"broken":        "Ã© ",
		"lines":         "a\n",
		"bullets":       "* a\nb\n",
		"headings":      "# a\n* b\n",
		"rows":          "[a](b)|\n",
		"pipes":         "|",
		"tables":        "# a\nCoop|Notes\n-|-\n",
		"stars":         "* *a_",
		"deep bullets":  strings.Repeat(" ", 500) + "* a\n",
		"anchors":       "<a name=\"b\"></a>[c](#d)\n",
		"long headings": "# " + strings.Repeat("[*_`", 500) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			data := []byte(head + strings.Repeat(piece, MaxBytes/16/len(piece)))
			begin := time.Now()
			d := mustParse(t, data)
			d.Sections()
			d.Findings()
			if took := time.Since(begin); took > 15*time.Second {
				t.Errorf("%s takes %v", name, took)
			}
		})
	}
}
