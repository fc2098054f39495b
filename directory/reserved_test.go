package directory_test

import (
	"testing"

	"coopverse/directory"
	"coopverse/directory/place"
	"coopverse/directory/service"
	"coopverse/directory/storetest"
)

// reservedFor says what every name that later actors need is kept for.
func reservedFor() map[string]string {
	names := map[string]string{"directory": "directory", "instance": "directory"}
	for _, id := range place.Regions() {
		names[place.RegionSlug(id)] = "region"
	}
	for _, code := range place.Countries() {
		names[place.CountrySlug(code)] = "country"
	}
	for _, s := range service.All() {
		names[service.Slug(s.ID)] = "service"
	}
	return names
}

func TestEveryTopicsNameIsKeptFree(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		reserved := map[string]string{}
		rows, err := db.SQL().QueryContext(t.Context(), "SELECT handle, kind FROM handles")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var handle, kind string
			if err := rows.Scan(&handle, &kind); err != nil {
				t.Fatal(err)
			}
			reserved[handle] = kind
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		for handle, kind := range reservedFor() {
			if reserved[handle] != kind {
				t.Errorf("%s is kept for %q, want %q: add a migration", handle, reserved[handle], kind)
			}
		}
	})
}
