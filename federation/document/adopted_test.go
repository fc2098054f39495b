package document

import (
	"strings"
	"testing"

	"coopverse/directory"
)

// An adopted co-op's actor says in its profile where it comes from, which no list
// is, and does not claim to have moved from there.
func TestAdoptedActorSaysWhereItComesFrom(t *testing.T) {
	actor := read(t, must(t)(site.Coop(changed(func(c *directory.Coop) { c.AdoptedFrom = "acme@far.example" }), keys)))
	var names []string
	for _, line := range actor["attachment"].([]any) {
		line := line.(object)
		names = append(names, line["name"].(string))
		if line["name"] == "Adopted from" && line["value"] != "acme@far.example" {
			t.Errorf("it says %v", line)
		}
	}
	if all := strings.Join(names, ","); !strings.Contains(all, "Adopted from") || strings.Contains(all, "Source") {
		t.Errorf("the profile has %s", all)
	}
	if summary := actor["summary"].(string); !strings.Contains(summary, "acme@far.example") || strings.Contains(summary, listAddress) {
		t.Errorf("the summary is %s", summary)
	}
	if actor["alsoKnownAs"] != nil || actor["movedTo"] != nil {
		t.Errorf("it claims to be %v, %v", actor["alsoKnownAs"], actor["movedTo"])
	}
}
