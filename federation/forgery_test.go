package federation

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/directory/storetest"
	"coopverse/federation/proof"
	"coopverse/federation/signature"
)

const everyone = "https://www.w3.org/ns/activitystreams#Public"

// with is an activity with other members besides.
func with(activity []byte, members map[string]any) []byte {
	var all map[string]any
	_ = json.Unmarshal(activity, &all)
	maps.Copy(all, members)
	changed, _ := json.Marshal(all)
	return changed
}

// showing has the other server show a document at the path of an actor of its own, with
// members that are changed.
func (o *otherServer) showing(actor string, members map[string]any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	document := map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams", "id": actor, "type": "Person", "preferredUsername": "ann", "inbox": actor + "/inbox",
		"publicKey": map[string]any{"id": actor + "#main-key", "owner": actor, "publicKeyPem": publicPEM(o.t, o.keys[actor])},
	}
	maps.Copy(document, members)
	if o.show == nil {
		o.show = map[string]any{}
	}
	o.show[strings.TrimPrefix(actor, o.URL)] = document
}

// Nobody speaks for somebody else, whatever the activity says of its actor, of its keys or
// of who vouches for it.
func TestForgeriesHaveNoEffect(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann, ben := other.actor("ann"), other.actor("ben")
		odd, own := other.actor("odd"), us.site.Actor("sange")
		other.showing(odd, map[string]any{"publicKey": map[string]any{"id": odd + "#main-key", "owner": odd, "publicKeyPem": "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"}})
		follow := func(actor string) []byte { return activityJSON(actor+"#follow", "Follow", actor, own) }
		note := func(id, by string) map[string]any {
			return map[string]any{"id": id, "type": "Note", "attributedTo": by, "content": "x", "inReplyTo": us.site.Post("sange", 0), "to": everyone}
		}
		create := func(id string, note map[string]any) []byte { return activityJSON(id, "Create", ann, note) }
		linked := map[string]any{"signature": map[string]any{"type": "RsaSignature2017", "creator": other.keys[ben].ID, "created": "2026-01-01T00:00:00Z", "signatureValue": "AAAA"}}
		spoiled := func(r *http.Request) {
			body := bytes.Replace(follow(ann), []byte("Follow"), []byte("follow"), 1)
			r.Body, r.GetBody = http.NoBody, nil
			*r = *us.signedPost("/inbox", body, nil).WithContext(r.Context())
			_ = signature.Sign(r, follow(ann), other.keys[ann], time.Now())
		}
		newer := func(body []byte) func(*http.Request) {
			return func(r *http.Request) { _ = signature.SignRFC9421(r, body, other.keys[ann], time.Now()) }
		}
		dateOnly := func(r *http.Request) {
			text := r.Header.Get("Signature")
			_, after, _ := strings.Cut(text, `headers="`)
			covered, _, _ := strings.Cut(after, `"`)
			r.Header.Set("Signature", strings.Replace(text, covered, "date", 1))
		}
		for _, c := range []struct {
			name   string
			body   []byte
			signer string
			change func(*http.Request)
			status int
		}{
			{"somebody else is written out as the actor, with the signer's key", with(follow(ben), map[string]any{"actor": map[string]any{"id": ben, "publicKey": map[string]any{"id": other.keys[ann].ID, "owner": ben, "publicKeyPem": publicPEM(t, other.keys[ann])}}}), ann, nil, 401},
			{"two actors, the signer the second", with(follow(ben), map[string]any{"actor": []string{ben, ann}}), ann, nil, 400},
			{"somebody else's Linked Data signature", with(follow(ben), linked), ann, nil, 401},
			{"one byte of the body is another", nil, ann, spoiled, 401},
			{"one byte is another, RFC 9421", bytes.Replace(follow(ann), []byte("Follow"), []byte("follow"), 1), ann, newer(follow(ann)), 401},
			{"only the date is signed", follow(ann), ann, dateOnly, 401},
			{"a key that is none", follow(odd), odd, nil, 401},
			{"@graph", with(follow(ann), map[string]any{"@graph": []any{json.RawMessage(follow(ben))}}), ann, nil, 400},
			{"@included", with(follow(ann), map[string]any{"@included": []any{json.RawMessage(follow(ben))}}), ann, nil, 400},
			{"@reverse", with(follow(ann), map[string]any{"@reverse": map[string]any{"actor": ben}}), ann, nil, 400},
			{"the actor twice", bytes.Replace(follow(ben), []byte(`{`), []byte(`{"actor":"`+ann+`",`), 1), ann, nil, 400},
			{"the actor twice, in capitals", bytes.Replace(follow(ben), []byte(`{`), []byte(`{"ACTOR":"`+ann+`",`), 1), ann, nil, 400},
			{"a note with an id of ours", create(ann+"#1", note(us.site.Post("sange", 7), ann)), ann, nil, 400},
			{"a note with an id elsewhere", create(ann+"#2", note("https://third.example/1", ann)), ann, nil, 400},
			{"an activity with an id of ours", create(us.URL+"/1", note(ann+"/1", ann)), ann, nil, 400},
			{"a neighbour's note", create(ann+"#3", note(ben+"/1", ben)), ann, nil, 401},
			{"a note of an actor of ours", create(ann+"#4", note(ann+"/1", own)), ann, nil, 401},
		} {
			if status, answer := us.post("/inbox", c.body, other.keys[c.signer], c.change); status != c.status {
				t.Errorf("%s: %d %s, want %d", c.name, status, answer, c.status)
			}
		}
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 0 {
			t.Errorf("%d followers, %v", n, err)
		}
		if events, err := d.Events(t.Context(), "sange", 10); err != nil || len(events) != 0 {
			t.Errorf("heard: %+v, %v", events, err)
		}
		if status, answer := us.post("/inbox", with(follow(ann), linked), other.keys[ann], nil); status != http.StatusAccepted {
			t.Errorf("one's own activity with a Linked Data signature that means nothing: %d %s", status, answer)
		}
	})
}

// A neighbour on the same host neither edits nor deletes what somebody has written.
func TestNeighbourDoesNotSpeakForTheAuthor(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann, ben := other.actor("ann"), other.actor("ben")
		post, err := d.Publish(t.Context(), tester, "sange", directory.Draft{Text: "Hello"}, "test")
		if err != nil {
			t.Fatal(err)
		}
		note := func(by, content string) map[string]any {
			return map[string]any{"id": ann + "/notes/1", "type": "Note", "attributedTo": by, "content": content, "inReplyTo": us.site.Post("sange", post.ID), "to": everyone, "updated": time.Now()}
		}
		for _, c := range []struct {
			body   []byte
			signer string
			status int
		}{
			{activityJSON(ann+"#create", "Create", ann, note(ann, "mine")), ann, 202},
			{activityJSON(ben+"#update", "Update", ben, note(ann, "forged")), ben, 401},
			{activityJSON(ben+"#usurp", "Update", ben, note(ben, "forged")), ben, 202}, // of a note of ben's own, which he has not got
			{activityJSON(ben+"#delete", "Delete", ben, ann+"/notes/1"), ben, 202},
			{activityJSON(ben+"#gone", "Delete", ben, ann), ben, 202},
		} {
			if status, answer := us.post("/inbox", c.body, other.keys[c.signer], nil); status != c.status {
				t.Errorf("%s: %d %s, want %d", c.body, status, answer, c.status)
			}
		}
		if reply, err := d.ReplyByID(t.Context(), ann+"/notes/1"); err != nil || reply.Content != "mine" || reply.PeerID != ann {
			t.Errorf("the answer is %+v, %v", reply, err)
		}
	})
}

// A Move that its target does not confirm, or its source, hands nothing over.
func TestMoveIsConfirmedFromBothSides(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann, next := other.actor("ann"), other.actor("next")
		other.follow(us, ann, "sange")
		for i, c := range []struct {
			name         string
			source, goal map[string]any
			status       int
			follows      string
		}{
			{"neither", nil, nil, 400, ann},
			{"no alsoKnownAs", map[string]any{"movedTo": next}, nil, 400, ann},
			{"another alsoKnownAs", map[string]any{"movedTo": next}, map[string]any{"alsoKnownAs": []string{ann + "2"}}, 400, ann},
			{"no movedTo", nil, map[string]any{"alsoKnownAs": []string{ann}}, 400, ann},
			{"both", map[string]any{"movedTo": next}, map[string]any{"alsoKnownAs": []string{ann}}, 202, next},
		} {
			other.showing(ann, c.source)
			other.showing(next, c.goal)
			move := with(activityJSON(ann+"#move"+string(rune('0'+i)), "Move", ann, ann), map[string]any{"target": next})
			if status, answer := us.post("/inbox", move, other.keys[ann], nil); status != c.status {
				t.Errorf("%s: %d %s, want %d", c.name, status, answer, c.status)
			}
			if followers, err := d.Followers(t.Context(), "sange"); err != nil || len(followers) != 1 || followers[0].PeerID != c.follows {
				t.Errorf("%s: %+v, %v", c.name, followers, err)
			}
		}
	})
}

// An integrity proof that is there and false is a forgery, although the request is signed.
func TestForgedProofsAreRefused(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other, far := serveOurs(t, d), newOtherServer(t), newOtherServer(t)
		ann, ben, bare, mallory := other.actor("ann"), other.actor("ben"), other.actor("bare"), far.actor("mallory")
		keys := map[string]proof.Key{}
		for _, actor := range []string{ann, ben, mallory} {
			private, err := proof.GenerateKey()
			if err != nil {
				t.Fatal(err)
			}
			keys[actor] = proof.Key{ID: actor + "#ed25519-key", Private: private}
		}
		shown := func(o *otherServer, actor string) {
			o.showing(actor, map[string]any{"assertionMethod": []any{map[string]any{
				"id": keys[actor].ID, "type": "Multikey", "controller": actor, "publicKeyMultibase": proof.Multikey(keys[actor].Private.Public()),
			}}})
		}
		shown(other, ann)
		shown(other, ben)
		shown(far, mallory)
		like := func(actor, name string) []byte {
			return activityJSON(actor+"#"+name, "Like", actor, us.site.Post("sange", 0))
		}
		proved := func(document []byte, key proof.Key) []byte {
			signed, err := proof.Sign(document, key, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			return signed
		}
		proofOf := func(document []byte) map[string]any {
			var all map[string]any
			_ = json.Unmarshal(document, &all)
			return map[string]any{"proof": all["proof"], "@context": all["@context"]}
		}
		for _, c := range []struct {
			name   string
			body   []byte
			signer *signature.Key
			status int
		}{
			{"her own", proved(like(ann, "1"), keys[ann]), other.keys[ann], 202},
			{"another key under her key's name", proved(like(ann, "2"), proof.Key{ID: keys[ann].ID, Private: keys[ben].Private}), other.keys[ann], 401},
			{"a neighbour's key", proved(like(ann, "3"), keys[ben]), other.keys[ann], 401},
			{"a key of another host", proved(like(ann, "4"), keys[mallory]), other.keys[ann], 401},
			{"a changed document", with(proved(like(ann, "5"), keys[ann]), map[string]any{"object": us.site.Actor("igalia")}), other.keys[ann], 401},
			{"one member more", with(proved(like(ann, "6"), keys[ann]), map[string]any{"summary": "x"}), other.keys[ann], 401},
			{"the proof of another document", with(like(ann, "7"), proofOf(proved(like(ann, "1"), keys[ann]))), other.keys[ann], 401},
			{"a false one beside a true one", with(proved(like(ann, "8"), keys[ann]), map[string]any{"proof": []any{
				proofOf(proved(like(ann, "8"), keys[ann]))["proof"], proofOf(proved(like(ann, "1"), keys[ann]))["proof"]}}), other.keys[ann], 401},
			{"by whom has no keys for proofs, of another host", proved(like(bare, "9"), keys[mallory]), other.keys[bare], 401},
			{"her own, about what somebody else has signed", proved(like(ben, "10"), keys[ben]), other.keys[ann], 401},
		} {
			if status, answer := us.post("/inbox", c.body, c.signer, nil); status != c.status {
				t.Errorf("%s: %d %s, want %d", c.name, status, answer, c.status)
			}
		}
		var heard []string
		events, err := d.Events(t.Context(), "sange", 20)
		for _, e := range events {
			heard = append(heard, e.ActivityID)
		}
		if err != nil || !slices.Equal(heard, []string{ann + "#1"}) {
			t.Errorf("heard %v, %v", heard, err)
		}
	})
}

// What comes a second time, signed anew when the first signature is long of no use, has
// one effect.
func TestRepeatAfterTheWindowHasOneEffect(t *testing.T) {
	storetest.Alone(t)
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann := other.actor("ann")
		body := activityJSON(ann+"#like", "Like", ann, us.site.Post("sange", 0))
		for _, later := range []time.Duration{0, 2 * time.Hour, 22 * time.Hour, 4 * 24 * time.Hour} {
			clock.Set(later)
			defer clock.Set(-later)
			if err := d.Tidy(t.Context()); err != nil {
				t.Fatal(err)
			}
			sign := func(r *http.Request) { _ = signature.Sign(r, body, other.keys[ann], clock.Now()) }
			if status, answer := us.post("/inbox", body, other.keys[ann], sign); status != http.StatusAccepted {
				t.Errorf("%s later: %d %s", later, status, answer)
			}
		}
		if events, err := d.Events(t.Context(), "sange", 10); err != nil || len(events) != 1 {
			t.Errorf("heard %d times (%v)", len(events), err)
		}
	})
}

// A key that cannot be had is asked for once in a while, however often somebody says that
// it is theirs.
func TestMissingKeyIsNotAskedForAgain(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		asked := us.named(map[string]*otherServer{"peer.example": other})
		ann := other.actor("ann")
		nobody := other.URL + "/users/nobody"
		for _, key := range []*signature.Key{{ID: nobody + "#main-key", Private: other.keys[ann].Private}, {ID: other.keys[ann].ID, Private: other.keys[other.actor("ben")].Private}} {
			before := asked.Load()
			for range 10 {
				actor, _, _ := strings.Cut(key.ID, "#")
				if status, _ := us.post("/inbox", activityJSON(actor+"#f", "Follow", actor, us.site.Actor("sange")), key, nil); status != http.StatusUnauthorized {
					t.Errorf("%s: %d", key.ID, status)
				}
			}
			if n := asked.Load() - before; n != 1 {
				t.Errorf("%s was asked for %d times", key.ID, n)
			}
		}
	})
}
