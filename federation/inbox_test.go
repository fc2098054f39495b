package federation

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/signature"
)

func TestInboxAnswersBadInput(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann, ben := other.actor("ann"), other.actor("ben")
		sange, own := us.site.Actor("sange"), "/coops/sange/inbox"
		stranger := &signature.Key{ID: other.URL + "/users/nobody#main-key", Private: other.keys[ann].Private}
		forged := &signature.Key{ID: other.keys[ben].ID, Private: other.keys[ann].Private}
		follow := func(actor, object string) []byte { return activityJSON(actor+"#follow", "Follow", actor, object) }
		good := follow(ann, sange)
		deep := []byte(`{"id":"` + ann + `#x","type":"Follow","actor":"` + ann + `","object":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`)
		for _, c := range []struct {
			name   string
			path   string
			body   []byte
			key    *signature.Key
			spoil  func(*http.Request)
			status int
		}{
			{"unsigned", own, good, nil, nil, 401},
			{"not JSON", own, []byte("Dear co-op"), other.keys[ann], nil, 400},
			{"no object of JSON", own, []byte(`["a"]`), other.keys[ann], nil, 400},
			{"another content type", own, good, other.keys[ann], func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415},
			{"3 MB", own, []byte(`{"x":"` + strings.Repeat("x", 3<<20) + `"}`), other.keys[ann], nil, 413},
			{"deep nesting", own, deep, other.keys[ann], nil, 400},
			{"unknown inbox", "/coops/nobody/inbox", good, other.keys[ann], nil, 404},
			{"key that answers 404", own, good, stranger, nil, 401},
			{"somebody else's key", own, follow(ben, sange), forged, nil, 401},
			{"no Date", own, good, other.keys[ann], func(r *http.Request) { r.Header.Del("Date") }, 401},
			{"old Date", own, good, other.keys[ann], func(r *http.Request) {
				r.Header.Set("Date", time.Now().Add(-3*time.Hour).UTC().Format(http.TimeFormat))
			}, 401},
			{"changed Digest", own, good, other.keys[ann], func(r *http.Request) { r.Header.Set("Digest", "SHA-256=AAAA") }, 401},
			{"signer is not the actor", own, follow(ben, sange), other.keys[ann], nil, 401},
			{"two actors", own, []byte(strings.Replace(string(good), `"actor":"`+ann+`"`, `"actor":["`+ann+`","`+ben+`"]`, 1)), other.keys[ann], nil, 400},
			{"id on our host", own, activityJSON(us.URL+"/x", "Follow", ann, sange), other.keys[ann], nil, 400},
			{"id on a third host", own, activityJSON("https://third.example/x", "Follow", ann, sange), other.keys[ann], nil, 400},
			{"no id", own, activityJSON("", "Follow", ann, sange), other.keys[ann], nil, 400},
			{"another co-op's actor", own, follow(ann, us.site.Actor("igalia")), other.keys[ann], nil, 400},
			{"an unknown co-op", "/inbox", follow(ann, us.site.Actor("nobody")), other.keys[ann], nil, 400},
			{"somebody else's actor", "/inbox", follow(ann, ben), other.keys[ann], nil, 400},
			{"the instance's actor", "/inbox", follow(ann, us.site.Actor("instance")), other.keys[ann], nil, 202},
			{"unknown type", own, activityJSON(ann+"#x", "Juggle", ann, sange), other.keys[ann], nil, 202},
			{"farewell of a stranger", own, activityJSON(stranger.ID+"/d", "Delete", other.URL+"/users/nobody", other.URL+"/users/nobody"), stranger, nil, 202},
		} {
			if status, answer := us.post(c.path, c.body, c.key, c.spoil); status != c.status {
				t.Errorf("%s: %d %s, want %d", c.name, status, answer, c.status)
			}
		}
		for _, handle := range []string{"sange", "igalia", directory.DirectoryHandle, "instance"} {
			if n, err := d.FollowerCount(t.Context(), handle); err != nil || n != 0 {
				t.Errorf("bad input made %d followers of %s (%v)", n, handle, err)
			}
		}
	})
}

func TestKeyAndActorMustNameEachOther(t *testing.T) {
	const actor = `{"id":"%[1]s/users/ann","inbox":"%[1]s/users/ann/inbox","publicKey":%[2]s}`
	const host = "https://peer.example"
	key := func(id, owner string) string {
		return fmt.Sprintf(`{"id":%q,"owner":%q,"publicKeyPem":"pem"}`, id, owner)
	}
	keyID := host + "/users/ann#main-key"
	for name, c := range map[string]struct {
		body string
		ok   bool
	}{
		"one key":         {fmt.Sprintf(actor, host, key(keyID, host+"/users/ann")), true},
		"several keys":    {fmt.Sprintf(actor, host, "["+key("x", "y")+","+key(keyID, host+"/users/ann")+"]"), true},
		"another key":     {fmt.Sprintf(actor, host, key(host+"/users/ann#other", host+"/users/ann")), false},
		"another owner":   {fmt.Sprintf(actor, host, key(keyID, host+"/users/ben")), false},
		"inbox elsewhere": {strings.Replace(fmt.Sprintf(actor, host, key(keyID, host+"/users/ann")), host+"/users/ann/inbox", "https://third.example/inbox", 1), false},
		"no actor":        {`{"id":"` + host + `/users/ann"}`, false},
		"no JSON":         {`<html>`, false},
	} {
		actor, err := readActor([]byte(c.body))
		if err == nil {
			_, err = actor.peer(keyID)
		}
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestStolenKeyDocument has a key document on the attacker's host that names
// a victim there as its owner, whose own document knows nothing of the key.
func TestStolenKeyDocument(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		victim, thief := other.actor("victim"), other.actor("thief")
		other.mu.Lock()
		other.show = map[string]any{"/stolen": map[string]any{
			"@context": "https://w3id.org/security/v1", "id": other.URL + "/stolen", "type": "Key", "owner": victim, "publicKeyPem": publicPEM(t, other.keys[thief]),
		}}
		other.mu.Unlock()
		stolen := &signature.Key{ID: other.URL + "/stolen", Private: other.keys[thief].Private}
		body := activityJSON(victim+"#follow", "Follow", victim, us.site.Actor("sange"))
		if status, answer := us.post("/inbox", body, stolen, nil); status != http.StatusUnauthorized {
			t.Errorf("%d %s, want 401", status, answer)
		}
	})
}

func TestUndoBlockAndDeleteEndAFollowing(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann, ben := other.actor("ann"), other.actor("ben")
		sange := us.site.Actor("sange")
		same := func(activity []byte) func(string) []byte { return func(string) []byte { return activity } }
		undo := func(by, id string) func(string) []byte {
			return func(followID string) []byte { return activityJSON(id, "Undo", by, followID) }
		}
		inline := json.RawMessage(activityJSON("https://lost.example/id", "Follow", ann, sange))
		like := map[string]any{"type": "Like", "id": ann + "#like", "actor": ann, "object": sange}
		for i, c := range []struct {
			name     string
			activity func(followID string) []byte
			key      *signature.Key
			status   int
			left     int
		}{
			{"Undo by id", undo(ann, ann+"#undo1"), other.keys[ann], 202, 0},
			{"Undo of the inline Follow with another id", same(activityJSON(ann+"#undo2", "Undo", ann, inline)), other.keys[ann], 202, 0},
			{"Undo of a Like", same(activityJSON(ann+"#undo3", "Undo", ann, like)), other.keys[ann], 202, 1},
			{"Undo of somebody else's Follow", same(activityJSON(ben+"#undo4", "Undo", ben, inline)), other.keys[ben], 401, 1},
			{"Undo of somebody else's Follow by id", undo(ben, ben+"#undo5"), other.keys[ben], 202, 1},
			{"Block", same(activityJSON(ann+"#block", "Block", ann, sange)), other.keys[ann], 202, 0},
			{"Delete of a note", same(activityJSON(ann+"#delete1", "Delete", ann, ann+"/notes/1")), other.keys[ann], 202, 1},
			{"Delete of a neighbour", same(activityJSON(ben+"#delete2", "Delete", ben, ann)), other.keys[ben], 202, 1},
			{"Delete of itself", same(activityJSON(ann+"#delete3", "Delete", ann, ann)), other.keys[ann], 202, 0},
		} {
			followID := fmt.Sprintf("%s#follows/%d", ann, i)
			if status, answer := us.post("/coops/sange/inbox", activityJSON(followID, "Follow", ann, sange), other.keys[ann], nil); status != http.StatusAccepted {
				t.Fatalf("Follow before %s: %d %s", c.name, status, answer)
			}
			if status, answer := us.post("/coops/sange/inbox", c.activity(followID), c.key, nil); status != c.status {
				t.Errorf("%s: %d %s, want %d", c.name, status, answer, c.status)
			}
			if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != c.left {
				t.Errorf("%s: %d followers left (%v), want %d", c.name, n, err, c.left)
			}
		}
	})
}

func TestRotatedKeyIsFetchedOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann := other.actor("ann")
		other.follow(us, ann, "sange")
		other.actor("ann") // a new key under the same id
		other.follow(us, ann, "igalia")
		if n, err := d.FollowerCount(t.Context(), "igalia"); err != nil || n != 1 {
			t.Errorf("after the rotation: %d followers (%v)", n, err)
		}
	})
}
