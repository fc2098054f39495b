package federation

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/fediverse"
)

var operator = directory.Actor{Name: "Ada"}

// again has the operators send the first server again what it refused.
func (a *audience) again(number int64) error {
	_, err := a.us.directory.SendAgain(a.t.Context(), operator, a.Host(0), number)
	return err
}

func (a *audience) change() int64 {
	a.t.Helper()
	last, err := a.us.directory.LastChange(a.t.Context())
	if err != nil {
		a.t.Fatal(err)
	}
	return last
}

// refusing has the first server refuse what holds a text.
func (a *audience) refusing(text string) {
	a.Behave(fediverse.Behaviour{Refuse: func(activity fediverse.Activity) int {
		if strings.Contains(string(activity.Object), text) {
			return http.StatusUnprocessableEntity
		}
		return 0
	}})
}

func (a *audience) outcome(want directory.Outcome) {
	a.t.Helper()
	a.waitUntil("the last change is "+string(want), func() bool { return a.receipts()[string(want)] == 1 })
}

// TestRefusedIsSentAgain: once, whole, the oldest first, and beside it nothing that the
// server has taken.
func TestRefusedIsSentAgain(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		a := newAudience(t, db, fediverse.Config{Hosts: 1}, 1, true)
		a.refusing("unheard")
		a.deliver()
		one := a.post("unheard: one")
		number := a.change()
		a.outcome(directory.Refused)
		two := a.post("unheard: two")
		a.outcome(directory.Refused)
		three := a.post("three")
		a.outcome(directory.Told)
		a.Behave(fediverse.Behaviour{Status: http.StatusServiceUnavailable})
		four := a.post("four")
		a.waitUntil("it is asked", func() bool { return a.Seen(0) > 0 })
		if err := a.again(0); err != nil {
			t.Fatal(err)
		}
		a.Behave(fediverse.Behaviour{})
		a.everybodyTook(4, a.inboxes...)
		if err := a.again(number); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("what it took: %v", err)
		}
		if v := a.Judge([]string{three, one, two, four}, a.inboxes...); !v.Good() || v.Again > 0 {
			t.Error(v)
		}
		log, err := a.us.directory.AuditLog(t.Context(), directory.DirectoryHandle, 10)
		if err != nil || len(log) != 1 || log[0].Who != operator.Name || log[0].Detail != a.Host(0) {
			t.Errorf("audited: %+v, %v", log, err)
		}
	})
}

// TestWhatIsSentAgainIsNotDoubled: what a later change has said or is to say, what is gone,
// and what nobody there follows are not sent again.
func TestWhatIsSentAgainIsNotDoubled(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		a := newAudience(t, db, fediverse.Config{Hosts: 1}, 1, true)
		d := a.us.directory
		founded := func(year string) {
			t.Helper()
			if _, _, err := d.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"founded": year}}); err != nil {
				t.Fatal(err)
			}
		}
		nothing := func(what string) {
			t.Helper()
			if err := a.again(0); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		a.refusing(`"`)
		a.deliver()
		founded("1901")
		a.outcome(directory.Refused)
		a.Behave(fediverse.Behaviour{})
		founded("1902")
		a.outcome(directory.Told)
		nothing("a later state was told")

		a.refusing(`"`)
		founded("1903")
		a.outcome(directory.Refused)
		a.Behave(fediverse.Behaviour{Status: http.StatusServiceUnavailable})
		founded("1904")
		a.waitUntil("it is asked", func() bool { return a.Seen(0) > 0 })
		if err := a.again(0); err != nil { // 1901 is told since, and 1903 says the same as 1904
			t.Fatal(err)
		}
		a.Behave(fediverse.Behaviour{})
		a.outcome(directory.Told)

		a.refusing(`"`)
		founded("1905")
		a.outcome(directory.Refused)
		number := a.change()
		a.Behave(fediverse.Behaviour{Late: time.Second})
		founded("1906")
		a.waitUntil("1906 is under way", func() bool { return a.Seen(0) > 0 })
		if err := a.again(number); err != nil {
			t.Fatal(err)
		}
		a.outcome(directory.Told)
		a.everybodyTook(3, a.inboxes...)

		a.refusing("gone")
		post, err := d.Publish(t.Context(), operator, "sange", directory.Draft{Text: "gone"}, "test")
		if err != nil {
			t.Fatal(err)
		}
		a.outcome(directory.Refused)
		a.Behave(fediverse.Behaviour{})
		if err := d.DeletePost(t.Context(), operator, "sange", post.ID, "test"); err != nil {
			t.Fatal(err)
		}
		a.outcome(directory.Withdrawn)
		nothing("a post is gone")

		a.refusing("left")
		a.post("left")
		a.outcome(directory.Refused)
		a.Behave(fediverse.Behaviour{})
		a.exec("DELETE FROM followers")
		nothing("nobody follows any more")
		if err := d.BlockDomains(t.Context(), operator, directory.BlockedDomain{Domain: a.Host(0)}); err != nil {
			t.Fatal(err)
		}
		if err := a.again(0); !errors.Is(err, directory.ErrBlocked) {
			t.Errorf("it is blocked: %v", err)
		}
		took := a.Took(a.inboxes[0])
		var ids []string
		for _, activity := range took {
			ids = append(ids, activity.ID)
		}
		if v := a.Judge(ids, a.inboxes...); !v.Good() || v.Again > 0 || len(ids) != 3 {
			t.Errorf("%v: %v", ids, v)
		}
	})
}
