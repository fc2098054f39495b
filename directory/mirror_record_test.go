package directory

import (
	"slices"
	"testing"

	"coopverse/directory/publiclog"
)

// A record that others could read otherwise, or could not serve on as it is, is
// none.
func TestRecordsHaveOneForm(t *testing.T) {
	const good = `{"removed":{"at":"2026-01-01T00:00:00Z","handle":"agaric","version":2}}`
	if r, err := readRecord([]byte(good)); err != nil || r.Removed.Handle != "agaric" {
		t.Errorf("%+v, %v", r, err)
	}
	for what, text := range map[string]string{
		"white space":     `{"removed": {"at":"2026-01-01T00:00:00Z","handle":"agaric","version":2}}`,
		"a name twice":    `{"removed":{"at":"2026-01-01T00:00:00Z","handle":"agaric","handle":"sange","version":2}}`,
		"another order":   `{"removed":{"handle":"agaric","at":"2026-01-01T00:00:00Z","version":2}}`,
		"no text":         "{\"removed\":{\"at\":\"2026-01-01T00:00:00Z\",\"handle\":\"agaric\",\"reason\":\"\xff\",\"version\":2}}",
		"no handle":       `{"entry":{"handle":"../x","name":"X","version":1}}`,
		"two things":      `{"removed":{"at":"2026-01-01T00:00:00Z","handle":"agaric","version":2},"withdrawn":{"at":"2026-01-01T00:00:00Z","leaves":[1]}}`,
		"somebody's else": `{"removed":{"at":"2026-01-01T00:00:00Z","handle":"directory","version":2}}`,
	} {
		if r, err := readRecord([]byte(text)); err == nil {
			t.Errorf("%s: %+v", what, r)
		}
	}
}

func TestWithdrawalsAreBounded(t *testing.T) {
	many := make([]int64, publiclog.MaxWithdrawn)
	for i := range many {
		many[i] = int64(i)
	}
	if err := (LoggedWithdrawal{Leaves: many}).check(5000); err != nil {
		t.Error(err)
	}
	for what, leaves := range map[string][]int64{
		"itself": {5000}, "a later one": {5001}, "one twice": {7, 7}, "backwards": {7, 6}, "below the first": {-1}, "more than one may": append(slices.Clone(many), 4000),
	} {
		if err := (LoggedWithdrawal{Leaves: leaves}).check(5000); err == nil {
			t.Errorf("it may withdraw %s", what)
		}
	}
}
