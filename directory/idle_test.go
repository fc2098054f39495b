package directory_test

import (
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// TestIdleConnectionsAreClosed: none is left, and the next who asks has a new one.
func TestIdleConnectionsAreClosed(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		if err := db.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		db.CloseIdle()
		if n := db.SQL().Stats().OpenConnections; n != 0 {
			t.Errorf("%d connections are open", n)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("afterwards: %v", err)
		}
		if n := db.SQL().Stats().Idle; n != 1 {
			t.Errorf("%d connections are kept", n)
		}
	})
}
