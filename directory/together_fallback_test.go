package directory_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// An activity that the database itself refuses fails alone, though it was to be written
// with others by the same statement.
func TestRefusedActivityFailsAlone(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		refusing := "ALTER TABLE reactions ADD CONSTRAINT unwanted CHECK (activity_id NOT LIKE '%unwanted')"
		if db.Dialect() == "sqlite" {
			refusing = "CREATE TRIGGER unwanted BEFORE INSERT ON reactions WHEN NEW.activity_id LIKE '%unwanted' BEGIN SELECT RAISE(ABORT, 'unwanted'); END"
		}
		if _, err := db.SQL().Exec(refusing); err != nil {
			t.Fatal(err)
		}
		ids := []string{"1", "2", "unwanted", "3", "4", "5"}
		release := hold(t, db)
		var group sync.WaitGroup
		for _, id := range ids {
			group.Go(func() {
				err := d.React(t.Context(), heard(peer("ann"+id), directory.Like, "https://peer.example/"+id), "sange", 0)
				if refused := id == "unwanted"; (err != nil) != refused || refused && !strings.Contains(fmt.Sprint(err), "unwanted") {
					t.Errorf("activity %s: %v", id, err)
				}
			})
		}
		time.Sleep(50 * time.Millisecond)
		release()
		group.Wait()
		if counted, err := d.Responses(t.Context(), "sange", 0); err != nil || counted[0].Likes != len(ids)-1 {
			t.Errorf("%+v, %v, want %d likes", counted, err, len(ids)-1)
		}
	})
}
