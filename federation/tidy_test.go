package federation

import (
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// Deliveries go on while it takes long to forget what is old: here, because somebody
// has locked a table. To stop does not wait for it.
func TestTidyingHoldsUpNoDelivery(t *testing.T) {
	db := storetest.Postgres(t)
	d := directory.New(db)
	storetest.ImportSeed(t, d)
	locked, err := db.SQL().Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = locked.Rollback() }()
	if _, err := locked.Exec("LOCK TABLE oauth_clients"); err != nil {
		t.Fatal(err)
	}
	us, other := followedSange(t, d)
	us.edit("sange", map[string]string{"founded": "1999"})
	other.waitFor(1)
	us.stop()
}
