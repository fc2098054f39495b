package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
)

func TestOperatorsComeAndGo(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		p := program{Data: database[1]}
		if database[0] == "--database" {
			p = program{Database: database[1]}
		}
		db, _, err := p.openMigrated(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		d := directory.New(db)
		if err := d.ServeAs(t.Context(), ourOrigin); err != nil {
			t.Fatal(err)
		}
		say := func(want int, args ...string) (out, errors string) {
			t.Helper()
			std := streams{strings.NewReader(""), &output{}, &output{}}
			if code := run(t.Context(), append(slices.Clone(args), database...), std); code != want {
				t.Errorf("%v ended with %d, want %d: %s", args, code, want, std.err)
			}
			return fmt.Sprint(std.out), fmt.Sprint(std.err)
		}
		var ids []string
		for _, name := range []string{"Ann", "Ben"} {
			out, _ := say(0, "operators", "add")
			token, _, _ := strings.Cut(strings.TrimPrefix(out, ourOrigin+"/invitations/"), "\n")
			who, err := d.AddPerson(t.Context(), name, directory.Passkey{ID: name, Credential: "{}"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.AcceptInvitation(t.Context(), token, directory.Actor{PersonID: who.ID, Name: name}); err != nil {
				t.Fatalf("the link of %q: %v", out, err)
			}
			ids = append(ids, fmt.Sprint(who.ID))
		}
		if out, _ := say(0, "operators", "list"); !strings.HasPrefix(out, ids[0]+"  Ann  since 2") || strings.Count(out, "\n") != 2 {
			t.Errorf("listed:\n%s", out)
		}
		say(0, "operators", "remove", ids[0])
		if _, errors := say(exitRefused, "operators", "remove", ids[1]); !strings.Contains(errors, "the last owner stays") {
			t.Errorf("the last one: %s", errors)
		}
		out, _ := say(0, "operators", "list", "--json")
		var left []struct{ Name string }
		if err := json.Unmarshal([]byte(out), &left); err != nil || len(left) != 1 || left[0].Name != "Ben" {
			t.Errorf("left: %s, %v", out, err)
		}
	})
}
