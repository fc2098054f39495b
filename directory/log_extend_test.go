package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/place"
	"coopverse/directory/publiclog"
	"coopverse/directory/storetest"
)

// numbered writes lines that differ in their numbers.
func numbered(n int, line func(i int) string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = line(i)
	}
	return strings.Join(all, "\n")
}

// An entry of which every field is as long as it may be is a record that mirrors
// take: one co-op cannot end the log for all.
func TestLargestEntryFitsInARecord(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		const wide = "𝔸"
		long := func(n, i int) string { return strings.Repeat(wide, n-3) + fmt.Sprintf("%03d", i) }
		address := func(length, i int) string {
			head := fmt.Sprintf("https://coop.example/%03d", i)
			return head + strings.Repeat("x", length-len(head))
		}
		link := func(i int) string { return long(directory.MaxLabel, i) + " | " + address(directory.MaxAddress, i) }
		_, _, err := d.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCurator, Origin: "test", Set: map[string]string{
			"name": long(directory.MaxName, 0), "summary": long(directory.MaxSummary, 0), "notes": long(directory.MaxNotes, 0),
			"website": address(directory.MaxWebsite, 0), "links": numbered(8, link), "networks": numbered(12, link), "products": numbered(12, link),
			"extra": numbered(8, func(i int) string { return long(directory.MaxLabel, i) + " | " + long(directory.MaxLineValue, i) }),
		}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.ExtendLog(t.Context()); err != nil {
			t.Fatal(err)
		}
		size, err := d.OwnLog().Size(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		lines, err := d.OwnLog().Lines(t.Context(), 0, size)
		if err != nil {
			t.Fatal(err)
		}
		longest := 0
		for _, line := range lines {
			longest = max(longest, len(line.Record))
		}
		if _, _, err := lines[len(lines)-1].Committed(); err != nil || longest > publiclog.MaxRecord*3/4 {
			t.Errorf("the longest record has %d bytes; there must be room for places and languages: %v", longest, err)
		}
	})
}

// Nor can it by lists of places or languages.
func TestPlacesAndLanguagesAreCounted(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		var countries, tags []string
		for _, code := range place.Countries() {
			countries = append(countries, place.CountryName(code))
		}
		for i := range 31 {
			tags = append(tags, fmt.Sprintf("en-x-%d", i))
		}
		for field, text := range map[string]string{"languages": strings.Join(tags, ","), "places": strings.Join(countries, "; ")} {
			_, _, err := d.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCurator, Origin: "test", Set: map[string]string{field: text}})
			if err == nil || !strings.Contains(err.Error(), "too many") {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}

// What was said of one entry, and what is held back, is found without reading the
// whole log.
func TestRecordsAreFoundByAnIndex(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	for condition, index := range map[string]string{
		"log_id = 0 AND handle = 'sange' AND record IS NOT NULL": "log_records_handle", "log_id = 1 AND record IS NULL AND NOT withdrawn AND ended IS NULL": "log_records_held",
		"log_id = 1 AND record IS NULL AND NOT withdrawn AND ended IS NOT NULL": "log_records_skipped", "log_id = 0 AND handle = 'sange' AND ended IS NULL": "log_records_standing",
	} {
		if plan, err := d.PlanOf(t.Context(), condition); err != nil || !strings.Contains(plan, index) {
			t.Errorf("%s: %q, %v", condition, plan, err)
		}
	}
}
