package main

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// carl is an actor at a server where nobody follows us.
const carl = "https://carl.test/users/carl"

// TestFedifyReadsPosts has a co-op write, edit and take back a post. It names
// somebody at a server where nobody follows, who hears of all of it as well.
func TestFedifyReadsPosts(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, them, strangers := meetTwo(t, database)
		them.joins("alice", igalia)
		readPost(t, us, them, strangers)
		readEdit(t, us, them, strangers)
		readDeletion(t, us, them, strangers)
		them.hearsNoMore()
		strangers.hears()
		agree(t, us, them, "igalia")
		agree(t, us, strangers, "igalia")
	})
}

const firstPost = igalia + "/posts/1"

func readPost(t *testing.T, us *instance, them, strangers *fedify) {
	t.Helper()
	pictures := filepath.Join(t.TempDir(), "pictures")
	if err := writePictures(pictures); err != nil {
		t.Fatal(err)
	}
	id := us.speak("coop", "post", "igalia", "--language", "pt-BR",
		"--text", "Olá @carl@carl.test, há vagas! #Vagas #CoopTec\n\nhttps://www.igalia.com/jobs.",
		"--image", filepath.Join(pictures, "photo.jpg"), "--alt", "Nove pessoas à mesa", "--image", filepath.Join(pictures, "drawing.png"), "--alt", "Um \"girassol\"")
	if id != firstPost {
		t.Fatalf("the post's id is %q", id)
	}
	for _, server := range []*fedify{them, strangers} {
		create := server.hears("Create coops/igalia/posts/1")[0].Activity
		if !slices.Equal(create.To, []string{everyone}) || !slices.Equal(create.Cc, []string{igalia + "/followers", carl}) {
			t.Errorf("it is addressed to %v, %v", create.To, create.Cc)
		}
		note := create.Object
		for _, part := range []string{`href="` + carl + `"`, `href="https://www.igalia.com/jobs"`, "há vagas!"} {
			if !strings.Contains(note.Content, part) {
				t.Errorf("the note says %q, without %q", note.Content, part)
			}
		}
		tags := make(map[string]string)
		for _, tag := range note.Tag {
			tags[tag.Type+" "+tag.Name] = tag.Href
		}
		want := map[string]string{"Mention @carl@carl.test": carl, "Hashtag #Vagas": ourOrigin + "/tags/vagas", "Hashtag #CoopTec": ourOrigin + "/tags/cooptec"}
		if !maps.Equal(tags, want) {
			t.Errorf("the note has the tags %v, not %v", tags, want)
		}
		if !reflect.DeepEqual(note.whole["contentMap"], map[string]any{"pt-BR": note.Content}) {
			t.Errorf("the note's language: %v", note.whole["contentMap"])
		}
		seePictures(t, us, note.Attachment)
		sameNote(t, server, note)
	}
	showsPost(t, us, "há vagas!", "#Vagas", "Nove pessoas à mesa", "Um &#34;girassol&#34;")
}

func readEdit(t *testing.T, us *instance, them, strangers *fedify) {
	t.Helper()
	if id := us.speak("coop", "post", "igalia", "--edit", firstPost, "--text", "The place is taken. #jobs"); id != firstPost {
		t.Errorf("the edited post's id is %q", id)
	}
	for _, server := range []*fedify{them, strangers} {
		note := server.hears("Update coops/igalia/posts/1")[0].Activity.Object
		if !strings.Contains(note.Content, "The place is taken.") || note.Updated == "" || note.Updated == note.whole["published"] || len(note.Attachment) != 2 {
			t.Errorf("the edited note is %v", note.whole)
		}
		sameNote(t, server, note)
	}
	showsPost(t, us, "The place is taken.", "#jobs", "Nove pessoas à mesa")
	// Whom it does not name any more hears of the next edit no more.
	us.speak("coop", "post", "igalia", "--edit", "1", "--text", "Come and visit us.")
	them.hears("Update coops/igalia/posts/1")
}

func readDeletion(t *testing.T, us *instance, them, strangers *fedify) {
	t.Helper()
	us.speak("coop", "post", "igalia", "--delete", firstPost)
	for _, server := range []*fedify{them, strangers} {
		server.hears("Delete coops/igalia/posts/1")
		if status, d := server.get(firstPost); status != http.StatusGone || d["type"] != "Tombstone" || d["formerType"] != "Note" {
			t.Errorf("the deleted post is answered with %d: %v", status, d)
		}
	}
	if outbox := them.walk(igalia + "/outbox"); outbox.Total != 0 || len(outbox.Items) != 0 {
		t.Errorf("the outbox still has %+v", outbox)
	}
	if res, _ := get(t, us.address, "/coops/igalia/posts/1", ourDomain, nil); res.StatusCode != http.StatusGone {
		t.Errorf("the page of the deleted post is answered with %s", res.Status)
	}
	if _, page := get(t, us.address, "/coops/igalia", ourDomain, nil); strings.Contains(page, "Come and visit us.") {
		t.Error("the co-op's page still shows the deleted post")
	}
}

// sameNote compares the note that was brought with what its id and the outbox
// show.
func sameNote(t *testing.T, server *fedify, note object) {
	t.Helper()
	status, served := server.get(note.ID)
	if status != http.StatusOK || served["proof"] == nil {
		t.Errorf("%s is answered with %d, %v", note.ID, status, served)
	}
	delete(served, "proof")
	delete(served, "@context")
	if !reflect.DeepEqual(served, note.whole) {
		t.Errorf("%s is\n%v\nand was brought as\n%v", note.ID, served, note.whole)
	}
	if o := server.lookup(note.ID); o.Class != "Note" || o.JSONLD["content"] != note.Content && !reflect.DeepEqual(o.JSONLD["contentMap"], note.whole["contentMap"]) {
		t.Errorf("Fedify reads %s as %v", note.ID, o)
	}
	outbox := server.walk(igalia + "/outbox")
	if outbox.Total != 1 || len(outbox.Items) != 1 || outbox.Items[0].Class != "Create" || outbox.Items[0].Object != note.ID || outbox.Items[0].ID != note.ID+"/create" {
		t.Errorf("the outbox has %+v", outbox)
	}
}

// showsPost looks whether the co-op's page and that of its first post show it.
func showsPost(t *testing.T, us *instance, texts ...string) {
	t.Helper()
	for _, path := range []string{"/coops/igalia", "/coops/igalia/posts/1"} {
		res, page := get(t, us.address, path, ourDomain, http.Header{"Accept": {"text/html"}})
		for _, text := range texts {
			if res.StatusCode != http.StatusOK || !strings.Contains(page, text) {
				t.Errorf("%s (%s) does not show %q", path, res.Status, text)
			}
		}
	}
}

// writePictures writes a JPEG and a PNG into a new folder.
func writePictures(folder string) error {
	paint := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for x := range 60 {
		paint.Set(x, x%40, color.RGBA{200, uint8(x), 40, 255})
	}
	var photo, drawing bytes.Buffer
	if err := errors.Join(os.Mkdir(folder, 0o750), jpeg.Encode(&photo, paint, nil), png.Encode(&drawing, paint)); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(folder, "photo.jpg"), photo.Bytes(), 0o600),
		os.WriteFile(filepath.Join(folder, "drawing.png"), drawing.Bytes(), 0o600),
	)
}

// seePictures fetches the two pictures of a post.
func seePictures(t *testing.T, us *instance, shown []attachment) {
	t.Helper()
	if len(shown) != 2 || shown[0].Name != "Nove pessoas à mesa" || shown[1].Name != `Um "girassol"` {
		t.Fatalf("the pictures are %+v", shown)
	}
	for _, a := range shown {
		res, data := get(t, us.address, strings.TrimPrefix(a.URL, ourOrigin), ourDomain, nil)
		config, _, err := image.DecodeConfig(strings.NewReader(data))
		if err != nil || config.Width != 60 || config.Height != 40 || res.Header.Get("Content-Type") != a.MediaType {
			t.Errorf("the picture %+v is answered with %s, %v: %v", a, res.Status, res.Header, err)
		}
	}
}
