package directory_test

import (
	"context"
	"errors"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestEveryFieldThatCannotBeTakenIsNamed(t *testing.T) {
	written := map[string]string{"name": " Acme  Co-op ", "founded": "long ago", "website": "javascript:alert(1)", "members": "8\x00", "quotable": "perhaps", "remote": "yes"}
	values, err := directory.Normalize(written)
	if len(values) != 2 || values["name"] != "Acme Co-op" || values["remote"] != "true" {
		t.Errorf("taken: %v", values)
	}
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	_, changes, editErr := d.EditCoop(context.Background(), "agaric", directory.Edit{Source: directory.FromCoop, Set: written})
	if len(changes) > 0 {
		t.Errorf("changed: %v", changes)
	}
	for _, err := range []error{err, editErr} {
		joined, ok := err.(interface{ Unwrap() []error })
		if !ok || !errors.Is(err, directory.ErrInvalid) {
			t.Fatalf("%T: %v", err, err)
		}
		named := map[string]bool{}
		for _, one := range joined.Unwrap() {
			if wrong := new(directory.FieldError); errors.As(one, &wrong) && wrong.Reason != "" {
				named[wrong.Field] = true
			}
		}
		if len(named) != 4 || !named["founded"] || !named["website"] || !named["members"] || !named["quotable"] {
			t.Errorf("named: %v", named)
		}
	}
	if _, err := directory.Normalize(map[string]string{"listed_place": "x", "colour": "red"}); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("fields that cannot be set: %v", err)
	}
	if _, err := directory.Normalize(nil); err != nil {
		t.Error(err)
	}
}

// A website may be written as people say it.
func TestWebsiteNeedsNoScheme(t *testing.T) {
	for written, want := range map[string]string{"brook.example": "https://brook.example", " www.brook.example/en ": "https://www.brook.example/en", "http://brook.example": "http://brook.example"} {
		values, err := directory.Normalize(map[string]string{"website": written})
		if err != nil || values["website"] != want {
			t.Errorf("%q is %q, %v", written, values["website"], err)
		}
	}
	for _, written := range []string{"brook", "javascript:brook.example", "mailto:a@brook.example", "//brook.example", "brook.example:8080"} {
		if values, err := directory.Normalize(map[string]string{"website": written}); err == nil {
			t.Errorf("%q is taken for %q", written, values["website"])
		}
	}
}
