package main

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"coopverse/directory/service"
)

const (
	igalia  = ourOrigin + "/coops/igalia"
	agaric  = ourOrigin + "/coops/agaric"
	alice   = "https://alice.test/users/alice"
	anna    = "https://alice.test/users/anna"
	inbox   = "https://alice.test/inbox" // alice's and anna's, shared
	promise = 2 * time.Second            // an edit is told within
	draft   = "draft-cavage"
	rfc     = "rfc9421"
)

// TestFedifyFollowsACoop walks the whole way with another server: look a co-op
// up, follow it, hear of edits and of a changed list, be away, catch up, leave.
// Two of its people follow, with each of the two kinds of signatures; they
// share an inbox, so each activity is brought once.
func TestFedifyFollowsACoop(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, them := meet(t, database)
		lookUp(t, us, them)
		followBoth(t, us, them, igalia)
		hearOfEdit(t, us, them)
		hearOfImport(t, us, them)
		catchUp(t, us, them)
		leave(t, us, them)
	})
}

// meet starts our program behind a proxy, and another server.
func meet(t *testing.T, database []string) (*instance, *fedify) {
	t.Helper()
	us, others := gather(t, database, map[string][]string{"alice.test": {"alice", "anna"}})
	return us, others["alice.test"]
}

// meetTwo is meet with a second server, at which nobody follows us.
func meetTwo(t *testing.T, database []string) (us *instance, them, strangers *fedify) {
	t.Helper()
	us, others := gather(t, database, map[string][]string{"alice.test": {"alice", "anna"}, "carl.test": {"carl"}})
	return us, others["alice.test"], others["carl.test"]
}

// gather starts our program and other servers with the actors at each domain.
// Each knows where all the others are.
func gather(t *testing.T, database []string, actors map[string][]string) (*instance, map[string]*fedify) {
	t.Helper()
	domains := slices.Sorted(maps.Keys(actors))
	a := newAuthority(t, append([]string{ourDomain}, domains...)...)
	others, ways := make(map[string]*fedify), []string(nil)
	for _, domain := range domains {
		others[domain] = newFedify(t, a, domain, actors[domain]...)
		ways = append(ways, connectTo(domain, others[domain].address))
	}
	us := newInstance(t, database, a, ways...)
	us.start()
	ways = append(ways, connectTo(ourDomain, a.proxy(t, us.address)))
	for _, other := range others {
		other.args = append(other.args, ways...)
		other.start()
	}
	return us, others
}

// lookUp finds the co-op by its handle and reads its profile.
func lookUp(t *testing.T, us *instance, them *fedify) {
	t.Helper()
	var finger struct {
		Subject string
		Links   []struct{ Rel, Type, Href string }
	}
	them.ask("POST", "/webfinger", map[string]string{"resource": "acct:igalia@" + ourDomain}, &finger)
	self := slices.IndexFunc(finger.Links, func(l struct{ Rel, Type, Href string }) bool { return l.Rel == "self" })
	if finger.Subject != "acct:igalia@"+ourDomain || self < 0 || finger.Links[self].Href != igalia || finger.Links[self].Type != "application/activity+json" {
		t.Fatalf("WebFinger answers %+v", finger)
	}
	var found struct {
		Class, ID string
		JSONLD    struct {
			Name, Featured string
			Icon           struct{ URL, MediaType string }
			object
		}
	}
	them.ask("POST", "/lookup", map[string]string{"id": "@igalia@" + ourDomain}, &found)
	profile := found.JSONLD
	if found.Class != "Organization" || found.ID != igalia || profile.Name != "Igalia" {
		t.Errorf("@igalia@%s is %+v", ourDomain, found)
	}
	if website := profile.field("Website"); !strings.Contains(website, `href="https://www.igalia.com"`) {
		t.Errorf("the profile's website is %q in %+v", website, profile.Attachment)
	}
	if where := profile.field("Place"); !strings.Contains(where, "A Coruña, Spain") {
		t.Errorf("the profile's place is %q", where)
	}
	path, here := strings.CutPrefix(profile.Icon.URL, ourOrigin)
	res, picture := get(t, us.address, path, ourDomain, nil)
	if !here || res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != profile.Icon.MediaType || http.DetectContentType([]byte(picture)) != "image/png" {
		t.Errorf("the avatar %q is answered with %s, %v", profile.Icon.URL, res.Status, res.Header)
	}
	pinned := them.walk(profile.Featured).Items
	if len(pinned) != 1 || pinned[0].Class != "Note" || !strings.Contains(pinned[0].Content, "Igalia") {
		t.Errorf("pinned is %+v, not one introduction", pinned)
	}
}

// followBoth has alice follow with the one kind of signature and anna with the
// other; each gets an Accept.
func followBoth(t *testing.T, us *instance, them *fedify, actor string) {
	t.Helper()
	before := len(them.deliveries())
	for from, spec := range map[string]string{"alice": draft, "anna": rfc} {
		if s := them.follow(from, actor, spec); s.Status != http.StatusAccepted {
			t.Fatalf("a Follow by %s, signed with %s, is answered with %d: %s", from, spec, s.Status, s.Body)
		}
	}
	if all := them.await(before, 2, promise); all[0].Activity.Type != "Accept" || all[1].Activity.Type != "Accept" {
		t.Fatalf("a Follow is answered with %v", said(all))
	}
	for _, from := range []string{"alice", "anna"} {
		var following map[string]struct{ State string }
		them.ask("GET", "/following?actor="+from, nil, &following)
		if following[actor].State != "accepted" {
			t.Errorf("%s's following of %s is %v", from, actor, following)
		}
	}
	handle := actor[strings.LastIndex(actor, "/")+1:]
	eventually(t, promise, "two followers", func() (bool, any) {
		got := us.followers(handle)
		slices.Sort(got)
		return slices.Equal(got, []string{alice, anna}), got
	})
}

// hearOfEdit changes what the co-op offers: its followers get the new profile,
// and something to read.
func hearOfEdit(t *testing.T, us *instance, them *fedify) {
	t.Helper()
	before := len(them.deliveries())
	us.edit("igalia", "services", "consulting,training")
	begin := time.Now()
	all := them.await(before, 2, 3*promise)
	if last := all[1].At; last.Sub(begin) > promise {
		t.Errorf("the edit was told after %s", last.Sub(begin))
	}
	want(t, all, "Update coops/igalia", "Create coops/igalia/posts/1")
	if got := all[0].Activity.Object.field("Services"); got != labels(t, "consulting", "training") {
		t.Errorf("the profile says that it offers %q", got)
	}
	if text := all[1].Activity.Object.Content; !strings.Contains(text, "Now also offers training") {
		t.Errorf("the note says %q", text)
	}
	agree(t, us, them, "igalia")
}

// hearOfImport imports a list that has changed. The note is fresh, so it is
// edited.
func hearOfImport(t *testing.T, us *instance, them *fedify) {
	t.Helper()
	before := len(them.deliveries())
	us.run("list", "import", us.list(func(list string) string {
		return strings.Replace(list, "(https://www.igalia.com)", "(https://new.igalia.com)", 1)
	}))
	all := them.await(before, 2, 2*promise)
	want(t, all, "Update coops/igalia", "Update coops/igalia/posts/1")
	if website := all[0].Activity.Object.field("Website"); !strings.Contains(website, "https://new.igalia.com") {
		t.Errorf("the profile has the website %q", website)
	}
	if note := all[1].Activity.Object; !strings.Contains(note.Content, "https://new.igalia.com") || note.Updated == "" {
		t.Errorf("the edited note is %+v", note)
	}
	agree(t, us, them, "igalia")
}

// catchUp is away for three edits of one co-op, with one of another between
// them. Back again, on the same port and with new keys, it hears what it missed:
// each profile once, as it is now, and the notes, in the order of the changes.
func catchUp(t *testing.T, us *instance, them *fedify) {
	t.Helper()
	followBoth(t, us, them, agaric)
	them.kill()
	us.edit("igalia", "services", "consulting,hosting")
	us.edit("igalia", "services", "consulting,hosting,games")
	us.edit("agaric", "services", "games")
	us.edit("igalia", "services", "hosting,games")
	awaited := 0
	for _, c := range receipts(t, us, "igalia")[:6] { // three edits, each with a note
		if len(c.Told) == 0 && len(c.Awaited) == 1 && c.Awaited[0].Inbox == inbox && c.Awaited[0].Host == "alice.test" {
			awaited++
		}
	}
	if awaited != 6 {
		t.Errorf("of 6 changes %d are awaited: %+v", awaited, receipts(t, us, "igalia")[:6])
	}
	them.start()
	all := them.await(0, 4, 40*time.Second) // the second wait of an inbox that fails is up to 19 s
	want(t, all, "Update coops/igalia", "Update coops/igalia/posts/1", "Update coops/agaric", "Create coops/agaric/posts/"+receipts(t, us, "agaric")[0].After)
	if got := all[0].Activity.Object.field("Services"); got != labels(t, "hosting", "games") {
		t.Errorf("the profile says that it offers %q, which is not the last state", got)
	}
	agree(t, us, them, "igalia")
	agree(t, us, them, "agaric")
	time.Sleep(promise)
	if more := them.deliveries()[4:]; len(more) > 0 {
		t.Errorf("then came %v", said(more))
	}
}

// leave takes the Follows back: nothing is brought any more.
func leave(t *testing.T, us *instance, them *fedify) {
	t.Helper()
	followBoth(t, us, them, igalia) // once more, since the other server forgot
	followBoth(t, us, them, agaric)
	for from, spec := range map[string]string{"alice": rfc, "anna": draft} {
		for _, actor := range []string{igalia, agaric} {
			if s := them.unfollow(from, actor, spec); s.Status != http.StatusAccepted {
				t.Fatalf("an Undo of a Follow by %s is answered with %d: %s", from, s.Status, s.Body)
			}
		}
	}
	if left := append(us.followers("igalia"), us.followers("agaric")...); len(left) > 0 {
		t.Errorf("after the Undo %v still follow", left)
	}
	before := len(them.deliveries())
	us.edit("igalia", "services", "maps-gis")
	time.Sleep(promise)
	if more := them.deliveries()[before:]; len(more) > 0 {
		t.Errorf("after the Undo came %v", said(more))
	}
	if last := receipts(t, us, "igalia")[0]; len(last.Told)+len(last.Awaited) > 0 {
		t.Errorf("after the Undo somebody is told: %+v", last)
	}
}

// TestDirectoryTellsWhoJoined follows the directory's own actor.
func TestDirectoryTellsWhoJoined(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, them := meet(t, database)
		var found struct{ ID string }
		them.ask("POST", "/lookup", map[string]string{"id": "@directory@" + ourDomain}, &found)
		if found.ID != ourOrigin+"/actors/directory" {
			t.Fatalf("@directory@%s is %s", ourDomain, found.ID)
		}
		followBoth(t, us, them, found.ID)
		us.run("list", "import", us.list(func(list string) string {
			return strings.Replace(list, "\n[Igalia]", "\n[Quilted Lanterns](https://quilted.example) | Hosting | Berlin, Germany | |\n[Igalia]", 1)
		}))
		them.heard = 2
		all := them.hears("Create actors/directory/posts/1", "Update actors/directory")
		if text := all[0].Activity.Object.Content; !strings.Contains(text, "joined the directory") || !strings.Contains(text, "Quilted Lanterns") {
			t.Errorf("the note says %q", text)
		}
		agree(t, us, them, "directory")
	})
}

// want compares what was delivered with what should have been.
func want(t *testing.T, all []delivery, texts ...string) {
	t.Helper()
	if got := said(all); !slices.Equal(got, texts) {
		t.Fatalf("delivered was %v, not %v", got, texts)
	}
	for _, d := range all {
		if d.Inbox != inbox {
			t.Errorf("%s went to %s, not to the shared inbox", said([]delivery{d}), d.Inbox)
		}
	}
}

// labels are services as a profile names them.
func labels(t *testing.T, ids ...string) string {
	t.Helper()
	words := make([]string, len(ids))
	for i, id := range ids {
		s, ok := service.Lookup(id)
		if !ok {
			t.Fatalf("there is no service %s", id)
		}
		words[i] = s.Label
	}
	return strings.Join(words, ", ")
}
