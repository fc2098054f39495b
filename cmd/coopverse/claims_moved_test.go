package main

import (
	"fmt"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// An entry that names another website keeps its claim; that website is looked at
// within the hour, and has to show the token.
func TestProofIsLookedForOnTheWebsiteThatTheEntryNames(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		c := claimedBy(t, db, "sange.example")
		there := "https://sange.example/home"
		if _, _, err := c.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCoop, Set: map[string]string{"website": there}}); err != nil {
			t.Fatal(err)
		}
		c.body.Store(fmt.Sprintf(`<a rel="me" href="%s/coops/sange">us</a>`, ourOrigin))
		c.look(t, "when the new website shows a link without the token", there, "")
		if got := c.seen(t); got.Website != "https://sange.example" || got.State != directory.ClaimGranted || got.Missed != 1 {
			t.Errorf("not found there: %+v", got)
		}
		c.body.Store(tag(c.claim.Token))
		c.later(t)
		c.look(t, "when it shows the token", "", "")
		if got := c.seen(t); got.Website != there || got.Missed != 0 || got.SeenAt == nil {
			t.Errorf("found there: %+v", got)
		}
		if role, err := c.RoleOf(t.Context(), "sange", *c.claim.PersonID); role != directory.Owner {
			t.Errorf("its owner is %q, %v", role, err)
		}
	})
}

// What a co-op put on its website when it added itself goes on counting, and so
// does a link to the page that it has now.
func TestProofOfACoopThatAddedItselfIsLookedAtAgain(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		c := claimedBy(t, db, "sange.example")
		if _, err := db.SQL().Exec("UPDATE claims SET page = $1", directory.ProposalPage); err != nil {
			t.Fatal(err)
		}
		for page, missing := range map[string]string{"/add?claim=" + c.claim.Token: "", "/coops/sange": "", "/coops/igalia": "sange.example"} {
			c.body.Store(fmt.Sprintf(`<a rel="me" href="%s%s">us</a>`, ourOrigin, page))
			c.later(t)
			c.look(t, "with a link to "+page, missing, "")
		}
	})
}
