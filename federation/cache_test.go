package federation

import (
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// TestOldPostIsKeptUntilItsAuthorChanges looks into what is kept, since a
// document that is made anew is the same to its readers.
func TestOldPostIsKeptUntilItsAuthorChanges(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us := serveOurs(t, d)
		post, err := d.Publish(t.Context(), directory.Actor{Name: "test"}, "sange", directory.Draft{Text: "We moved"}, "test")
		if err != nil {
			t.Fatal(err)
		}
		read := func() string {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, us.site.Post("sange", post.ID), nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", "application/activity+json")
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != http.StatusOK {
				t.Fatalf("%d %s, %v", res.StatusCode, body, err)
			}
			return string(body)
		}
		address := "/coops/sange/posts/1"
		was := read()
		us.edit("igalia", map[string]string{"founded": "2001"})
		us.federation.documents.served.Set(address, servedDocument{kept(us, address).change, 0, []byte("kept")})
		if got := read(); got != "kept" {
			t.Errorf("after another co-op's edit it is made anew: %s", got)
		}
		for name, change := range map[string]func() error{
			"the post": func() error {
				_, err := d.EditPost(t.Context(), directory.Actor{Name: "test"}, "sange", post.ID, directory.Draft{Text: "We have moved"}, "test")
				return err
			},
			"what others may do with it": func() error {
				_, _, err := d.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCoop, Set: map[string]string{"quotable": "false"}})
				return err
			},
			"the keys": func() error { return us.federation.RotateKeys(t.Context(), "sange", "test") },
		} {
			if err := change(); err != nil {
				t.Fatal(err)
			}
			if got := read(); got == was || got == "kept" {
				t.Errorf("after a change of %s it reads as before: %s", name, got)
			} else {
				was = got
			}
		}
	})
}

func kept(us *ourServer, address string) servedDocument {
	document, _ := us.federation.documents.served.GetIfPresent(address)
	return document
}

// TestWhatNobodyAsksForIsForgotten shows that what was written for a burst of readers,
// or of inboxes, is gone a minute after.
func TestWhatNobodyAsksForIsForgotten(t *testing.T) {
	documents, letters := newDocuments(), newLetters(nil, nil)
	documents.served.Set("/coops/sange", servedDocument{})
	letters.written.Set(letterKey{}, letter{})
	letters.posts.Set(postKey{}, directory.Post{})
	document, _ := documents.served.GetEntryQuietly("/coops/sange")
	written, _ := letters.written.GetEntryQuietly(letterKey{})
	post, _ := letters.posts.GetEntryQuietly(postKey{})
	for what, left := range map[string]time.Duration{"a document": document.ExpiresAfter(), "a letter": written.ExpiresAfter(), "a post": post.ExpiresAfter()} {
		if left <= 0 || left > time.Minute {
			t.Errorf("%s is kept for %v", what, left)
		}
	}
}

// However many addresses are asked for, no more than so many bytes of documents stay.
func TestKeptDocumentsAreBounded(t *testing.T) {
	documents, body := newDocuments(), make([]byte, 64<<10)
	for i := range 2 * keptDocuments / len(body) {
		documents.served.Set(strconv.Itoa(i), servedDocument{1, 1, body})
	}
	documents.served.CleanUp()
	if kept := documents.served.WeightedSize(); kept == 0 || kept > keptDocuments {
		t.Errorf("%d bytes are kept", kept)
	}
}
