package federation

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/document"
)

// declares has an actor of the other server follow the directory's actor and say
// which log it mirrors.
func (o *otherServer) declares(us *ourServer, actor string, log any) {
	o.t.Helper()
	body, err := json.Marshal(map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams", "id": fmt.Sprint(actor, "#mirrors/", time.Now().UnixNano()), "type": "Follow",
		"actor": actor, "object": us.site.Actor(directory.DirectoryHandle), "mirrors": log,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	if status, answer := us.post("/actors/directory/inbox", body, o.keys[actor], nil); status != http.StatusAccepted {
		o.t.Fatalf("Follow: %d %s", status, answer)
	}
}

// mirrored is a directory that tells, a server that mirrors its log and a server
// of a plain follower; both have been accepted.
func mirrored(t *testing.T, d *directory.Directory) (us *ourServer, mirror, people *otherServer) {
	t.Helper()
	us, mirror, people = serveOurs(t, d), newOtherServer(t), newOtherServer(t)
	extend(t, d)
	us.deliver()
	mirror.declares(us, mirror.actor("directory"), us.site.Log())
	people.follow(us, people.actor("ann"), directory.DirectoryHandle)
	mirror.waitFor(1)
	people.waitFor(1)
	mirror.forget()
	people.forget()
	return us, mirror, people
}

func (us *ourServer) posts(handle, text string) {
	us.t.Helper()
	if _, err := us.federation.Publish(us.t.Context(), directory.Actor{Name: "test"}, handle, directory.Draft{Text: text, Language: "en", Boost: true}, "test"); err != nil {
		us.t.Fatal(err)
	}
}

// kinds are the types of the activities that were taken.
func kinds(took []received) []string {
	var types []string
	for _, r := range took {
		types = append(types, fmt.Sprint(r.Body["type"]))
	}
	return types
}

// A mirror is told how far the log has come and who comes and goes; whoever else
// follows the directory gets its boosts, and nothing of that.
func TestMirrorIsRungAndOthersAreNot(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, mirror, people := mirrored(t, d)
		us.posts("sange", "We are hiring.")
		if got := kinds(people.waitFor(1)); !slices.Equal(got, []string{"Announce"}) {
			t.Errorf("people heard %v", got)
		}
		mirror.waitFor(0)
		curate(t, d, "sange", map[string]string{"summary": "New"})
		bell := mirror.waitFor(1)[0]
		object := bell.Body["object"].(map[string]any)
		size, err := d.OwnLog().Size(t.Context())
		if err != nil || bell.Body["type"] != "Update" || object["id"] != us.URL+"/log" || object["records"] != float64(size) {
			t.Errorf("the bell is %v, %v", bell.Body, err)
		}
		mirror.forget()
		if err := d.RemoveCoop(t.Context(), "sange", "The co-op asked for it.", "test"); err != nil {
			t.Fatal(err)
		}
		extend(t, d)
		took := mirror.waitFor(3)
		if got := kinds(took); !slices.Contains(got, "Delete") || !slices.Contains(got, "Update") {
			t.Errorf("of the removal the mirror heard %v", got)
		}
		remove := took[slices.Index(kinds(took), "Remove")].Body
		if remove["object"] != us.site.Actor("sange") || remove["target"] != us.site.CoopsAddress() {
			t.Errorf("the Remove is %v", remove)
		}
		for _, r := range people.waitFor(3) { // and of the directory's collections, in which it was
			if object, _ := r.Body["object"].(map[string]any); object["type"] == "PublicLog" || r.Body["type"] == "Remove" {
				t.Errorf("people heard %v", r.Body)
			}
		}
	})
}

// An entry that is new is told with an Add that says where the collection is.
func TestMirrorHearsWhoIsListed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, mirror, _ := mirrored(t, d)
		storetest.ImportSeed(t, d)
		extend(t, d)
		took := mirror.waitFor(2)
		if got := kinds(took); !slices.Equal(got, []string{"Update", "Add"}) {
			t.Fatalf("the mirror heard %v", got)
		}
		collection := readDocument(t, us, took[1].Body["target"].(string))
		page := readDocument(t, us, collection["first"].(string))
		if got, want := took[1].Body["object"].([]any), page["orderedItems"].([]any); len(got) != seeded || len(want) != seeded || collection["totalItems"] != float64(seeded) {
			t.Errorf("%d are added, and the collection has %d, %v", len(got), len(want), collection)
		}
	})
}

// Whatever happens while a mirror cannot be reached is one bell with the last state.
func TestBellsDoNotQueue(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, mirror, _ := mirrored(t, d)
		var back atomic.Bool
		mirror.answer = func(int, received) int {
			if back.Load() {
				return http.StatusAccepted
			}
			return http.StatusServiceUnavailable
		}
		for n := range 10 {
			curate(t, d, "sange", map[string]string{"summary": fmt.Sprint("New ", n)})
		}
		back.Store(true)
		size, _ := d.OwnLog().Size(t.Context())
		took := mirror.waitFor(1)
		if got := took[0].Body["object"].(map[string]any)["records"]; got != float64(size) {
			t.Errorf("the bell says %v records, of %d; %s", got, size, us.URL)
		}
	})
}

// Who mirrors says so in each Follow, and for itself: without that word, or with
// another log's address, it is somebody who follows like everybody else.
func TestOnlyWhoSaysSoIsAMirror(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, mirror, _ := mirrored(t, d)
		actor := slices.Collect(maps.Keys(mirror.keys))[0]
		mirrors := func() bool {
			followers, err := d.Followers(t.Context(), directory.DirectoryHandle)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range followers {
				if f.PeerID == actor {
					return f.Mirrors
				}
			}
			return false
		}
		for _, log := range []any{"https://other.example/log", true, 7, nil, []any{}, map[string]any{}} {
			mirror.declares(us, actor, us.site.Log())
			if !mirrors() {
				t.Fatal("it is no mirror")
			}
			mirror.declares(us, actor, log)
			if mirrors() {
				t.Errorf("it mirrors %v", log)
			}
		}
		mirror.declares(us, actor, map[string]any{"id": us.site.Log()})
		if !mirrors() {
			t.Error("the address of the log in an object is not seen")
		}
		if err := d.BlockSender(t.Context(), directory.Actor{Name: "test"}, directory.DirectoryHandle, actor); err != nil || mirrors() {
			t.Errorf("blocked, it mirrors: %v", err)
		}
	})
}

func readDocument(t *testing.T, us *ourServer, address string) map[string]any {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", document.ActivityType)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var d map[string]any
	if err := json.NewDecoder(res.Body).Decode(&d); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", address, res.Status, err)
	}
	return d
}
