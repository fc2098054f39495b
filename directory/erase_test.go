package directory_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func curateSange(t *testing.T, d *directory.Directory, field, value string) {
	t.Helper()
	_, _, err := d.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCurator, Origin: "test", Set: map[string]string{field: value}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.ExtendLog(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// everSaid is all that the history of sange and the public log still say.
func everSaid(t *testing.T, d *directory.Directory) string {
	t.Helper()
	history, err := d.History(t.Context(), "sange")
	if err != nil {
		t.Fatal(err)
	}
	lines, err := d.OwnLog().Lines(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	said := fmt.Sprint(history)
	for _, line := range lines {
		said += string(line.Record)
	}
	return said
}

// A contact that is replaced or taken away is told nowhere any more; what else
// the entry said before is.
func TestOldContactIsErased(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		curateSange(t, d, "contact", "ann@coop.example")
		curateSange(t, d, "summary", "We host.")
		if said := everSaid(t, d); !strings.Contains(said, "ann@") {
			t.Errorf("nothing tells of the contact: %s", said)
		}
		curateSange(t, d, "contact", "bob@coop.example")
		if said := everSaid(t, d); strings.Contains(said, "ann@") || !strings.Contains(said, "bob@") {
			t.Errorf("once it is replaced: %s", said)
		}
		curateSange(t, d, "contact", "")
		if said := everSaid(t, d); strings.Contains(said, "bob@") || !strings.Contains(said, "We host.") {
			t.Errorf("once it is taken away: %s", said)
		}
	})
}

// On request an entry takes back all that it said before, and stays as it is.
func TestHistoryIsErased(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		curateSange(t, d, "summary", "A secret")
		curateSange(t, d, "summary", "We host.")
		if err := d.EraseHistory(t.Context(), directory.Actor{Name: "test"}, "sange", "test"); err != nil {
			t.Fatal(err)
		}
		size, err := d.OwnLog().Size(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.ExtendLog(t.Context()); err != nil {
			t.Fatal(err)
		}
		if said := everSaid(t, d); strings.Contains(said, "A secret") {
			t.Errorf("it still says %s", said)
		}
		lines, err := d.OwnLog().Lines(t.Context(), size, size+10)
		if err != nil || len(lines) != 2 || !bytes.Contains(lines[0].Record, []byte("We host.")) {
			t.Fatalf("the log says %v, %v", lines, err)
		}
		var r directory.LogRecord
		if err := json.Unmarshal(lines[1].Record, &r); err != nil || len(r.Withdrawn.Leaves) != 2 || r.Withdrawn.Ends[1] != size {
			t.Errorf("the log withdraws %s, %v", lines[1].Record, err)
		}
		if err := d.EraseHistory(t.Context(), directory.Actor{Name: "test"}, "nobody", "test"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("of nobody: %v", err)
		}
	})
}
