package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
)

// What --json prints has names as the directory's other documents have them, and
// nothing of a copy that is for the database alone.
func TestJSONNamesAreThoseOfDocuments(t *testing.T) {
	at, name := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), regexp.MustCompile(`^[a-z][A-Za-z]*$`)
	printed := func(print func(streams) error) []byte {
		t.Helper()
		var out bytes.Buffer
		if err := print(streams{strings.NewReader(""), &out, &out}); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	printing := func(value any) func(streams) error {
		return func(std streams) error { return printJSON(std, value) }
	}
	mirror := directory.Mirror{ID: 7, Host: "coops.example", VerifiedAt: &at, Received: 4711, Follow: "secret"}
	for what, body := range map[string][]byte{
		"mirror list":    printed(printing([]directory.Mirror{mirror})),
		"mirror status":  printed(printing(mirrorStatus{Mirror: mirror})),
		"mirror audit":   printed(printing(directory.MirrorAudit{})),
		"operators list": printed(printing(make([]shownOperator, 1))),
		"coop show":      printed(printing(directory.Entry{Control: &directory.Control{}, Evidence: make([]directory.Evidence, 1), Facts: make([]directory.EntryFact, 1), History: make([]directory.EntryEdit, 1)})),
		"coop blocks":    printed(printing(make([]shownBlock, 1))),
		"coop receipts":  printed(printing([]directory.ToldChange{{Told: make([]directory.HostReceipt, 1)}})),
		"coop events":    printed(printing(make([]directory.Event, 1))),
		"coop followers": printed(func(std streams) error { return printFollowersJSON(std, make([]directory.Follower, 1)) }),
		"coop replies":   printed(func(std streams) error { return printRepliesJSON(std, make([]directory.Reply, 1)) }),
		"reports show":   printed(printing(directory.Report{Objects: make([]directory.ReportObject, 1)})),
		"peers list":     printed(printing([]any{directory.Server{}, directory.BlockedDomain{}, directory.AllowedDomain{}, directory.Pinned{}})),
	} {
		var value any
		if err := json.Unmarshal(body, &value); err != nil {
			t.Fatal(err)
		}
		for _, n := range namesIn(value) {
			if !name.MatchString(n) {
				t.Errorf("%s has the name %q", what, n)
			}
		}
		if strings.HasPrefix(what, "mirror ") && what != "mirror audit" {
			for _, want := range []string{`"host": "coops.example"`, `"bytes": 4711`, `"verifiedAt": "2026-03-01T12:00:00Z"`} {
				if !bytes.Contains(body, []byte(want)) || bytes.Contains(body, []byte("secret")) {
					t.Errorf("%s lacks %s, or tells too much: %s", what, want, body)
				}
			}
		}
	}
}

// namesIn are all names in a JSON value.
func namesIn(value any) (names []string) {
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			names = append(names, namesIn(one)...)
		}
	case map[string]any:
		for name, one := range v {
			names = append(append(names, name), namesIn(one)...)
		}
	}
	return names
}
