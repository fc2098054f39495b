package directory

import (
	"maps"
	"testing"

	"coopverse/directory/place"
)

// What is wrong in an entry is left out, named, and ends no adoption.
func TestAdoptionLeavesOutWhatCannotBeTaken(t *testing.T) {
	values, refused := adoptedValues(Profile{
		Name: "Sange", Status: Active, Website: "javascript:alert(1)", Services: []string{"alchemy"}, Region: "europe", Founded: 99999,
		Places: []EntryPlace{{Country: "XX"}, {City: "Helsinki", Country: "FI"}}, Links: []EntryLink{{Name: "x", URL: "javascript:alert(1)"}},
		Summary: "a\x00b", Languages: []string{"english please"},
	}, place.Open())
	if want := map[string]string{"name": "Sange", "status": "active", "region": "europe", "places": "Helsinki, Finland"}; !maps.Equal(values, want) {
		t.Errorf("taken is %v", values)
	}
	if len(refused) != 7 {
		t.Errorf("left out is %q", refused)
	}
}
