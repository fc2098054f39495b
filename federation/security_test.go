package federation

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The page that says by which test each rule is shown names tests that there are.
func TestSecurityPageNamesTests(t *testing.T) {
	page, err := os.ReadFile("../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	in := regexp.MustCompile("((?:`\\w+`(?:, )?)+) in ([a-z/]+)")
	name := regexp.MustCompile(`\w+`)
	rules := 0
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| rule") {
			continue
		}
		rules++
		found := in.FindAllStringSubmatch(line, -1)
		if len(found) == 0 {
			t.Errorf("no test in %s", line)
		}
		for _, f := range found {
			if sources[f[2]] == "" {
				files, _ := filepath.Glob(filepath.Join("..", f[2], "*_test.go"))
				for _, file := range files {
					text, err := os.ReadFile(file)
					if err != nil {
						t.Fatal(err)
					}
					sources[f[2]] += string(text)
				}
			}
			for _, test := range name.FindAllString(f[1], -1) {
				if !strings.Contains(sources[f[2]], "\nfunc "+test+"(") {
					t.Errorf("there is no %s in %s", test, f[2])
				}
			}
		}
	}
	if rules < 30 {
		t.Errorf("%d rules were read", rules)
	}
}
