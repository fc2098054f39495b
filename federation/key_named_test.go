package federation

import (
	"net/http"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// An actor may name a key that is a document of its own. Both must say whose it is.
func TestKeyThatIsADocumentOfItsOwn(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		thief := other.URL + "/users/thief"
		for name, c := range map[string]struct {
			names  any    // what the actor says of its key
			owner  string // what the key says of its actor; "": the actor
			status int
		}{
			"by-id":      {names: other.URL + "/key/by-id", status: http.StatusAccepted},
			"in-a-list":  {names: []string{other.URL + "/key/in-a-list"}, status: http.StatusAccepted},
			"with-owner": {names: map[string]string{"id": other.URL + "/key/with-owner", "owner": other.URL + "/users/with-owner"}, status: http.StatusAccepted},
			"another":    {names: other.URL + "/key/by-id", status: http.StatusUnauthorized},
			"no-actors":  {names: other.URL + "/key/no-actors", owner: thief, status: http.StatusUnauthorized},
		} {
			id := other.actor(name)
			key := other.keys[id]
			key.ID = other.URL + "/key/" + name
			owner := c.owner
			if owner == "" {
				owner = id
			}
			other.mu.Lock()
			if other.show == nil {
				other.show = map[string]any{}
			}
			other.show["/users/"+name] = map[string]any{
				"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Person", "preferredUsername": name,
				"inbox": id + "/inbox", "endpoints": []string{}, "publicKey": c.names,
			}
			other.show["/key/"+name] = map[string]any{"id": key.ID, "type": "Key", "owner": owner, "publicKeyPem": publicPEM(t, key)}
			other.mu.Unlock()
			if status, answer := us.post("/inbox", activityJSON(id+"#like", "Like", id, us.site.Actor("sange")), key, nil); status != c.status {
				t.Errorf("%s: %d %s", name, status, answer)
			}
		}
		actor, err := us.federation.actorAt(t.Context(), other.URL+"/users/by-id")
		if err != nil {
			t.Fatal(err)
		}
		if peer, err := actor.peer(""); err != nil || peer.PublicPEM != publicPEM(t, other.keys[other.URL+"/users/by-id"]) {
			t.Errorf("looked up, its key is %q, %v", peer.PublicPEM, err)
		}
	})
}
