package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestOwnersChangeRoles(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada, ben := seated(t, d, "agaric", "Ada", directory.Owner), seated(t, d, "agaric", "Ben", directory.Editor)
		hedy := seated(t, d, "hypha", "Hedy", directory.Owner)
		role := func(who, of seat, role string) int {
			return who.sends(h, fmt.Sprintf("/coops/agaric/people/%d/role", of.by.PersonID), map[string][]string{"role": {role}}).Code
		}
		for name, got := range map[string][2]int{
			"an editor": {role(ben, ben, "owner"), http.StatusForbidden}, "another co-op's owner": {role(hedy, hedy, "owner"), http.StatusForbidden},
			"the last owner": {role(ada, ada, "editor"), http.StatusUnprocessableEntity}, "an odd role": {role(ada, ben, "king"), http.StatusUnprocessableEntity},
			"nobody here": {role(ada, hedy, "owner"), http.StatusNotFound}, "nobody": {role(seat{}, ben, "owner"), http.StatusSeeOther},
		} {
			if got[0] != got[1] {
				t.Errorf("%s: %d, want %d", name, got[0], got[1])
			}
		}
		if has, err := d.RoleOf(context.Background(), "agaric", ben.by.PersonID); err != nil || has != directory.Editor {
			t.Errorf("Ben is %s, %v", has, err)
		}
		if code := role(ada, ben, "owner"); code != http.StatusSeeOther {
			t.Errorf("an owner of an editor: %d", code)
		}
		if w := ben.asks(h, "/coops/agaric/people"); w.Code != http.StatusOK {
			t.Errorf("who is an owner now: %d", w.Code)
		}
		if code := role(ben, ada, "editor"); code != http.StatusSeeOther {
			t.Errorf("an editor of an owner: %d", code)
		}
		if w := ada.asks(h, "/coops/agaric/people"); w.Code != http.StatusForbidden {
			t.Errorf("who is an owner no more: %d", w.Code)
		}
	})
}

// From every page of the desk it is one step to the others, and to one's own
// page; who speaks for the co-op is shown to owners only.
func TestDeskLeadsToItsPages(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	h := pagesOf(t, d, config)
	ada, ben := seated(t, d, "agaric", "Ada", directory.Owner), seated(t, d, "agaric", "Ben", directory.Editor)
	for _, page := range []string{"edit", "history", "news", "evidence", "followers", "people"} {
		body := ada.asks(h, "/coops/agaric/"+page).Body.String()
		nav := between(body, `<nav class="desk-nav"`, "</nav>")
		for _, to := range []string{"edit", "history", "news", "evidence", "followers", "people"} {
			if strings.Contains(nav, `href="/coops/agaric/`+to+`" aria-current="page"`) != (to == page) || !strings.Contains(nav, `href="/coops/agaric/`+to+`"`) {
				t.Errorf("from %s to %s: %s", page, to, nav)
			}
		}
		if !strings.Contains(body, `href="/me"`) || strings.Contains(body, `href="/sign-in"`) {
			t.Errorf("%s does not know who is signed in", page)
		}
	}
	if body := ben.asks(h, "/coops/agaric/news").Body.String(); strings.Contains(body, "/coops/agaric/people") {
		t.Error("an editor is led to what only owners see")
	}
	if body := ada.asks(h, "/coops/agaric").Body.String(); strings.Contains(body, `href="/me"`) {
		t.Error("a page for everybody says who is signed in")
	}
}

func TestPeoplePageShowsInvitationsAndWhatWasDone(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ctx, h := context.Background(), pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Owner)
		hedy := seated(t, d, "hypha", "Hedy", directory.Owner)
		token, err := d.Invite(ctx, ada.by, "agaric", directory.Editor)
		if err != nil {
			t.Fatal(err)
		}
		open, err := d.OpenInvitations(ctx, "agaric")
		if err != nil || len(open) != 1 {
			t.Fatalf("open are %+v, %v", open, err)
		}
		body := ada.asks(h, "/coops/agaric/people").Body.String()
		for _, want := range []string{"To be an editor", "by Ada", "<b>Ada</b> accepted an invitation", "<b>a test</b> invited"} {
			if !strings.Contains(body, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if strings.Contains(body, token) {
			t.Error("the link can be read again")
		}
		withdraw := fmt.Sprintf("/people/invitations/%d/withdraw", open[0].ID)
		if w := hedy.sends(h, "/coops/agaric"+withdraw, nil); w.Code != http.StatusForbidden {
			t.Errorf("another co-op's owner: %d", w.Code)
		}
		if w := hedy.sends(h, "/coops/hypha"+withdraw, nil); w.Code != http.StatusNotFound {
			t.Errorf("another co-op's owner at their own page: %d", w.Code)
		}
		if w := ada.sends(h, "/coops/agaric"+withdraw, nil); w.Code != http.StatusSeeOther {
			t.Errorf("withdraw: %d", w.Code)
		}
		if w := newVisitor(t, h).get("/invitations/" + token); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("the link of a withdrawn invitation: %d", w.Code)
		}
		for range 25 {
			publish(t, d, "agaric", directory.Draft{Text: "Hello"})
		}
		older := between(ada.asks(h, "/coops/agaric/people").Body.String(), "/coops/agaric/people?before=", "#log")
		if body := ada.asks(h, strings.TrimSuffix(older, "#log")).Body.String(); !strings.Contains(body, "<b>Ada</b> withdrew an invitation") {
			t.Errorf("what was done before is not at %s", older)
		}
	})
}

func TestEditorsLeave(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada, ben := seated(t, d, "agaric", "Ada", directory.Owner), seated(t, d, "agaric", "Ben", directory.Editor)
		if body := ben.asks(h, "/me").Body.String(); !strings.Contains(body, `action="/me/leave"`) {
			t.Error("an editor finds no way to leave")
		}
		for handle, want := range map[string]int{"agaric": http.StatusSeeOther, "hypha": http.StatusNotFound, "": http.StatusNotFound} {
			if w := ben.sends(h, "/me/leave", map[string][]string{"handle": {handle}}); w.Code != want {
				t.Errorf("leave %q: %d", handle, w.Code)
			}
		}
		if w := ada.sends(h, "/me/leave", map[string][]string{"handle": {"agaric"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("the last owner leaves: %d", w.Code)
		}
		if w := ben.asks(h, "/coops/agaric/news"); w.Code != http.StatusForbidden {
			t.Errorf("who has left: %d", w.Code)
		}
		if log, err := d.AuditLog(context.Background(), "agaric", 1); err != nil || log[0].Who != "Ben" || log[0].Act != "removed a member" {
			t.Errorf("the audit log says %+v, %v", log, err)
		}
	})
}
