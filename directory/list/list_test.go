package list

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustParse(t testing.TB, data []byte) *Document {
	t.Helper()
	d, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func seed(t testing.TB) *Document { return mustParse(t, read(t, "../seed/tech-coops.md")) }

// tableOfRows makes a list of one table from rows.
func tableOfRows(rows ...string) []byte {
	return []byte("### Europe\n\nCoop | Business Areas | Region/Country | Notes\n---- | ---- | ---- | ----\n" +
		strings.Join(rows, "\n") + "\n")
}

func byName(t testing.TB, d *Document, name string) *Row {
	t.Helper()
	for _, r := range d.Rows() {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no co-op named %q", name)
	return nil
}

func TestSeedHasAllCoops(t *testing.T) {
	got := map[string]int{}
	for _, r := range seed(t).Rows() {
		got[r.Region]++
		if r.Name == "" || r.Website == "" {
			t.Errorf("line %d: name %q, website %q", r.Line, r.Name, r.Website)
		}
	}
	want := map[string]int{"north-america": 40, "south-america": 13, "asia": 3, "europe": 74, "oceania": 5, "worldwide": 4}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDefunctListIsAListToo(t *testing.T) {
	rows := mustParse(t, read(t, "../seed/DEFUNCT.md")).Rows()
	if len(rows) == 0 {
		t.Fatal("no rows")
	}
	for _, r := range rows {
		if r.Region == "" || r.Name == "" || r.Website == "" {
			t.Errorf("line %d: %+v", r.Line, r)
		}
	}
}

func TestUnchangedListKeepsItsBytes(t *testing.T) {
	later := string(read(t, "testdata/later.md"))
	for name, text := range map[string]string{
		"defunct":         string(read(t, "../seed/DEFUNCT.md")),
		"later":           later,
		"windows":         strings.ReplaceAll(later, "\n", "\r\n"),
		"old mac":         strings.ReplaceAll(later, "\n", "\r"),
		"byte order mark": "\ufeff" + later,
		"no last newline": strings.TrimRight(later, "\n"),
	} {
		d := mustParse(t, []byte(text))
		if got := string(d.Bytes()); got != text {
			t.Errorf("%s: %s", name, cmp.Diff(text, got))
		}
		if name != "defunct" && len(d.Rows()) != 22 {
			t.Errorf("%s: %d rows, want 22", name, len(d.Rows()))
		}
	}
}

func TestBadFileGivesAClearError(t *testing.T) {
	ok := string(tableOfRows("[X](https://x.example) | Web | France | |"))
	for name, test := range map[string]struct {
		data string
		want error
		says string
	}{
		"empty":         {"", ErrNotList, "empty"},
		"blank":         {" \n\n", ErrNotList, "empty"},
		"only a mark":   {"\ufeff", ErrNotList, "empty"},
		"prose":         {"# Hello\n\nNo table here.\n", ErrNotList, "no table"},
		"other table":   {"Product | Coop | Notes\n--- | --- | ---\na | b | c\n", ErrNotList, "no table"},
		"table in code": {"```\n" + ok + "```\n", ErrNotList, "no table"},
		"large":         {strings.Repeat("x", MaxBytes+1), ErrTooLarge, "8388609 bytes, the limit is 8388608 bytes (8 MiB)"},
		"latin-1":       {ok + "Libert\xe9\n", ErrEncoding, "byte 0xE9 is not valid UTF-8 at line 6, byte offset 133"},
		"utf-16":        {"\xff\xfeC\x00", ErrEncoding, "line 1, byte offset 0"},
		"nul":           {"a\nb\x00", ErrEncoding, "NUL byte at line 2, byte offset 3"},
	} {
		d, err := Parse([]byte(test.data))
		if d != nil || !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: error %v, want %v saying %q", name, err, test.want, test.says)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, path := range []string{"../seed/tech-coops.md", "../seed/DEFUNCT.md", "testdata/later.md"} {
		f.Add(read(f, path))
	}
	head := "Coop | Business Areas | Notes\n-|-|-\n"
	for _, rest := range []string{"|", "[", "[]()|", "[a|b](", "\\", "a\\|", "[a](<b|c>)|||||", "\r[x](y)|", "* [", "<!--", "```", "[![a](b)](c)|\x01"} {
		f.Add([]byte(head + rest))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse(data)
		if err != nil {
			return
		}
		if d.Repaired() == 0 && !bytes.Equal(d.Bytes(), data) {
			t.Error("the bytes have changed")
		}
		before := d.Bytes()
		d.Sections()
		d.Findings()
		for _, r := range d.Rows() {
			if err := d.SetCell(r, Areas, "Knitting"); err == nil && r.Areas != "Knitting" {
				t.Errorf("line %q reads as areas %q", r.line.text, r.Areas)
			}
		}
		if again, err := Parse(before); err != nil || d.Repaired() == 0 && !bytes.Equal(again.Bytes(), before) {
			t.Errorf("read again: %v", err)
		}
	})
}
