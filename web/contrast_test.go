package web

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	token = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)
	pair  = regexp.MustCompile(`(?m)^\| ([a-z-]+) on ([a-z-]+) \| ([0-9.]+) \| ([0-9.]+) \| ([0-9]) \|$`)
	named = regexp.MustCompile("(?m)^\\| `--([a-z-]+)` \\| `(#[0-9a-f]{6})` \\| `(#[0-9a-f]{6})` \\|")
)

// docs/design-system.md promises colours and contrasts; the style sheet keeps
// them.
func TestColoursKeepTheirContrast(t *testing.T) {
	light, dark := colours(t)
	design, err := os.ReadFile("../docs/design-system.md")
	if err != nil {
		t.Fatal(err)
	}
	promised := named.FindAllStringSubmatch(string(design), -1)
	if len(promised) != len(light) {
		t.Errorf("the page names %d colours, the style sheet has %d", len(promised), len(light))
	}
	for _, p := range promised {
		if light[p[1]] != p[2] || dark[p[1]] != p[3] {
			t.Errorf("--%s is %s and %s, the page says %s and %s", p[1], light[p[1]], dark[p[1]], p[2], p[3])
		}
	}
	pairs := pair.FindAllStringSubmatch(string(design), -1)
	if len(pairs) < 15 {
		t.Fatalf("only %d pairs on the page", len(pairs))
	}
	for _, p := range pairs {
		least, _ := strconv.ParseFloat(p[5], 64)
		for i, theme := range []map[string]string{light, dark} {
			got := contrast(t, theme[p[1]], theme[p[2]])
			if fmt.Sprintf("%.1f", got) != p[3+i] || got < least {
				t.Errorf("%s on %s: %.1f, the page says %s and at least %s", p[1], p[2], got, p[3+i], p[5])
			}
		}
	}
}

// colours reads the tokens out of the style sheet; dark takes over from light
// what it does not change.
func colours(t *testing.T) (light, dark map[string]string) {
	t.Helper()
	sheet, err := staticFiles.ReadFile("static/style.css")
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := strings.Cut(string(sheet), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("no dark colours")
	}
	light, dark = map[string]string{}, map[string]string{}
	for _, m := range token.FindAllStringSubmatch(before, -1) {
		light[m[1]], dark[m[1]] = m[2], m[2]
	}
	for _, m := range token.FindAllStringSubmatch(after, -1) {
		dark[m[1]] = m[2]
	}
	return light, dark
}

// contrast is WCAG 2's contrast ratio.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
