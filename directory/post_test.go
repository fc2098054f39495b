package directory_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/picture"
	"coopverse/directory/storetest"
)

func publish(t *testing.T, d *directory.Directory, handle string, draft directory.Draft) directory.Post {
	t.Helper()
	post, err := d.Publish(t.Context(), operator, handle, draft, "test")
	if err != nil {
		t.Fatal(err)
	}
	return post
}

func edit(t *testing.T, d *directory.Directory, post directory.Post, draft directory.Draft) directory.Post {
	t.Helper()
	post, err := d.EditPost(t.Context(), operator, post.Handle, post.ID, draft, "test")
	if err != nil {
		t.Fatal(err)
	}
	return post
}

func remove(t *testing.T, d *directory.Directory, post directory.Post) {
	t.Helper()
	if err := d.DeletePost(t.Context(), operator, post.Handle, post.ID, "test"); err != nil {
		t.Fatal(err)
	}
}

func drawn(data, alt string) directory.DraftPicture {
	return directory.DraftPicture{Picture: picture.Picture{MediaType: "image/png", Width: 4, Height: 3, Data: []byte(data)}, Alt: alt}
}

func naming(peers ...directory.Peer) []directory.DraftMention {
	var named []directory.DraftMention
	for _, p := range peers {
		named = append(named, directory.DraftMention{Account: p.Handle, Peer: p})
	}
	return named
}

// shows lists the descriptions of a post's pictures.
func shows(p directory.Post) (alts []string) {
	for _, picture := range p.Pictures {
		alts = append(alts, picture.Alt)
	}
	return alts
}

func TestPostIsKeptAsItWasWritten(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := stranger("ann")
		post := publish(t, d, "SANGE", directory.Draft{
			Text: "  Wir suchen die neue Kollegin für unsere Gruppe.\r\n\r\n#Jobs #jobs @ann@ann.example\rBis bald!\r\n", Language: "de", InReplyTo: "https://ann.example/1",
			Pictures: []directory.DraftPicture{drawn("one", "The first"), drawn("two", "The second")}, Mentions: naming(ann, ann),
		})
		if post.Handle != "sange" || post.Body != "Wir suchen die neue Kollegin für unsere Gruppe.\n\n#Jobs #jobs @ann@ann.example\nBis bald!" || post.Language != "de" {
			t.Errorf("kept as %+v", post)
		}
		if post.Changed() || post.Automatic || post.InReplyTo != "https://ann.example/1" || post.DeletedAt != nil {
			t.Errorf("a new post: %+v", post)
		}
		if got := shows(post); !slices.Equal(got, []string{"The first", "The second"}) || post.Pictures[1].Width != 4 || post.Pictures[1].MediaType != "image/png" {
			t.Errorf("pictures %+v", post.Pictures)
		}
		if p, err := d.Picture(t.Context(), post.Pictures[1].Hash); err != nil || string(p.Data) != "two" {
			t.Errorf("the second picture: %s, %v", p.Data, err)
		}
		if len(post.Mentions) != 1 || post.Mentions[0].Account != ann.Handle || post.Mentions[0].ActorID != ann.ID || post.Mentions[0].URL != ann.ID {
			t.Errorf("mentions %+v", post.Mentions)
		}
		for tag, want := range map[string]int{"jobs": 1, "Jobs": 0, "job": 0, "\x00\xff": 0} {
			if tagged, err := d.PostsTagged(t.Context(), tag, 0, 10); err != nil || len(tagged) != want {
				t.Errorf("%d posts with #%q, want %d (%v)", len(tagged), tag, want, err)
			}
		}
	})
}

func TestLanguageOfAPostIsReadFromIt(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		for text, want := range map[string]string{
			"Nous sommes une coopérative de développement web et nous cherchons une personne pour le projet.": "fr",
			"1312":     "en",
			"We moved": "en",
		} {
			if got := publish(t, d, "sange", directory.Draft{Text: text}).Language; got != want {
				t.Errorf("%q is in %s, want %s", text, got, want)
			}
		}
		post := publish(t, d, "sange", directory.Draft{Text: "Oi", Language: "pt-br"})
		if post.Language != "pt-BR" {
			t.Errorf("pt-br is kept as %s", post.Language)
		}
		edit(t, d, post, directory.Draft{Text: "Oi, gente"})
		if post, err := d.PostByID(t.Context(), post.ID); err != nil || post.Language != "pt-BR" {
			t.Errorf("after an edit the post is in %s (%v)", post.Language, err)
		}
	})
}

func TestEditOfAPost(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann, ben := stranger("ann"), stranger("ben")
		other := publish(t, d, "nayra", directory.Draft{Text: "The same picture.", Pictures: []directory.DraftPicture{drawn("both", "Both")}})
		first := publish(t, d, "sange", directory.Draft{
			Text: "#one", InReplyTo: "https://ann.example/1", Mentions: naming(ann), Pictures: []directory.DraftPicture{drawn("both", "Both"), drawn("mine", "Mine")},
		})
		second := edit(t, d, first, directory.Draft{Text: "#two\r\n", Mentions: naming(ben), KeepPictures: true})
		if second.Body != "#two" || second.ID != first.ID || !second.PublishedAt.Equal(first.PublishedAt) || !second.Changed() || second.InReplyTo != first.InReplyTo {
			t.Errorf("after the edit: %+v", second)
		}
		if got := shows(second); !slices.Equal(got, []string{"Both", "Mine"}) {
			t.Errorf("pictures %q, which were to be kept", got)
		}
		if len(second.Mentions) != 1 || second.Mentions[0].Account != ben.Handle {
			t.Errorf("mentions %+v", second.Mentions)
		}
		if tagged, err := d.PostsTagged(t.Context(), "one", 0, 10); err != nil || len(tagged) != 0 {
			t.Errorf("it still has its old hashtag: %v", err)
		}
		third := edit(t, d, second, directory.Draft{Text: "three", Pictures: []directory.DraftPicture{drawn("new", "New")}})
		if got := shows(third); !slices.Equal(got, []string{"New"}) || !third.UpdatedAt.After(second.UpdatedAt) {
			t.Errorf("pictures %q, which were to be replaced", got)
		}
		if _, err := d.Picture(t.Context(), first.Pictures[1].Hash); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("a picture that nothing shows: %v", err)
		}
		if _, err := d.Picture(t.Context(), other.Pictures[0].Hash); err != nil {
			t.Errorf("a picture that another post shows: %v", err)
		}
		age(t, db, "posts", "updated_at", -1) // as if this process's clock were behind
		before, err := d.PostByID(t.Context(), first.ID)
		if err != nil {
			t.Fatal(err)
		}
		after := edit(t, d, before, directory.Draft{Text: "four"})
		changes, err := d.ChangesAfter(t.Context(), last(t, d)-1, 1)
		if err != nil || !after.UpdatedAt.After(before.UpdatedAt) || !changes[0].At.Equal(after.UpdatedAt) {
			t.Errorf("edited at %v, after %v, and logged %+v (%v)", after.UpdatedAt, before.UpdatedAt, changes, err)
		}
		if _, err := d.EditPost(t.Context(), operator, "sange", first.ID, directory.Draft{Text: "over it", Version: before.UpdatedAt}, "test"); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("over an edit that its editor has not seen: %v", err)
		}
		edit(t, d, after, directory.Draft{Text: "four and a half", Version: after.UpdatedAt})
		_, err = d.EditPost(t.Context(), operator, "sange", first.ID, directory.Draft{Text: "five", KeepPictures: true, Pictures: []directory.DraftPicture{drawn("x", "")}}, "test")
		if !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("pictures both kept and replaced: %v", err)
		}
	})
}

func TestDeletedPostLeavesNothing(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := stranger("ann")
		post := publish(t, d, "sange", directory.Draft{Text: "#one", InReplyTo: "https://ann.example/1", Boost: true, Mentions: naming(ann), Pictures: []directory.DraftPicture{drawn("mine", "Mine")}})
		boosted := publish(t, d, "sange", directory.Draft{Text: "#two", Boost: true, Mentions: naming(ann), Pictures: []directory.DraftPicture{drawn("mine too", "Mine")}})
		respond(t, d, ann, post)
		respond(t, d, ann, boosted)
		remove(t, d, post)
		gone, err := d.Post(t.Context(), "sange", post.ID)
		if err != nil || gone.DeletedAt == nil || gone.Body != "" || gone.InReplyTo != "" || len(gone.Mentions)+len(gone.Pictures) != 0 {
			t.Errorf("what is left: %+v, %v", gone, err)
		}
		attached := []string{"pictures", "post_pictures", "post_tags", "post_mentions", "replies", "authorizations"}
		for _, table := range attached {
			if n := rows(t, db, table); n != 1 {
				t.Errorf("%d rows left in %s, want the one of the other post", n, table)
			}
		}
		if n := rows(t, db, "reactions"); n != 2 {
			t.Errorf("%d rows left in reactions", n)
		}
		for _, act := range []error{d.DeletePost(t.Context(), operator, "sange", post.ID, "test"), second(d.EditPost(t.Context(), operator, "sange", post.ID, directory.Draft{Text: "x"}, "test"))} {
			if !errors.Is(act, directory.ErrInvalid) {
				t.Errorf("after the deletion: %v", act)
			}
		}
		if err := d.React(t.Context(), heard(ann, "Like", "https://ann.example/late"), "sange", post.ID); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("a like of a deleted post: %v", err)
		}
		if err := d.RemoveCoop(t.Context(), "sange", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		for _, table := range append(attached, "reactions", "boosts") {
			if n := rows(t, db, table); n != 0 {
				t.Errorf("the co-op was removed and left %d rows in %s", n, table)
			}
		}
		if p, err := d.PostByID(t.Context(), boosted.ID); err != nil || p.DeletedAt == nil || p.Body != "" {
			t.Errorf("the removed co-op's post: %+v, %v", p, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestDraftLimits(t *testing.T) {
	mentions := func(n int) (text string) {
		for i := range n {
			text += fmt.Sprintf("@a%d@b.example ", i)
		}
		return text
	}
	many := make([]directory.DraftMention, directory.MaxMentions+2)
	for name, draft := range map[string]directory.Draft{
		"no text":               {Text: " \r\n\t"},
		"a zero byte":           {Text: "a\x00b"},
		"not UTF-8":             {Text: "a\xffb"},
		"an escape":             {Text: "a\x1bb"},
		"5,001 characters":      {Text: strings.Repeat("é", directory.MaxPost+1)},
		"100 kB":                {Text: strings.Repeat("x", 100_000)},
		"21 mentions":           {Text: mentions(directory.MaxMentions + 1)},
		"22 people looked up":   {Text: "x", Mentions: many},
		"31 hashtags":           {Text: strings.Repeat("#tag", 1) + hashtags(directory.MaxTags)},
		"five pictures":         {Text: "x", Pictures: make([]directory.DraftPicture, 5)},
		"a long description":    {Text: "x", Pictures: []directory.DraftPicture{drawn("x", strings.Repeat("é", directory.MaxAlt+1))}},
		"a zero byte in one":    {Text: "x", Pictures: []directory.DraftPicture{drawn("x", "\x00")}},
		"no language":           {Text: "x", Language: "english please"},
		"no id of what it says": {Text: "x", InReplyTo: "https://a.example/\xff"},
		"too long an id":        {Text: "x", InReplyTo: "https://a.example/" + strings.Repeat("x", 1100)},
	} {
		if err := draft.Check(); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	for name, draft := range map[string]directory.Draft{
		"5,000 characters in CRLF lines": {Text: strings.Repeat("é\r\n", directory.MaxPost/2) + "\r\n"},
		"20 mentions and who it answers": {Text: mentions(directory.MaxMentions), Mentions: many[:directory.MaxMentions+1]},
		"the rest":                       {Text: "a\tb" + hashtags(directory.MaxTags), Language: "pt-BR", Pictures: []directory.DraftPicture{drawn("x", strings.Repeat("é", directory.MaxAlt)), {}, {}, {}}},
	} {
		if err := draft.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func hashtags(n int) (text string) {
	for i := range n {
		text += fmt.Sprintf(" #t%d", i)
	}
	return text
}

func TestRefusedDraftPostsNothing(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		before := last(t, d)
		bad := stranger("ann")
		bad.ID = "https://ann.example/" + strings.Repeat("x", 2000)
		for _, draft := range []directory.Draft{{Text: strings.Repeat("x", 100_000)}, {Text: "x", Boost: true, Mentions: naming(stranger("ben"), bad)}} {
			if _, err := d.Publish(t.Context(), operator, "sange", draft, "test"); !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("%v, want ErrInvalid", err)
			}
		}
		if posts := said(t, d, "sange"); len(posts) != 0 || last(t, d) != before {
			t.Errorf("half of it was posted: %q", posts)
		}
	})
}

func TestWhoCanPost(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		old := publish(t, d, "sange", directory.Draft{Text: "Before the move."})
		if err := d.MoveCoop(t.Context(), "Sange", "https://sange.example/actor", "test"); err != nil {
			t.Fatal(err)
		}
		if err := d.RemoveCoop(t.Context(), "nayra", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		var moved *directory.MovedError
		var gone *directory.GoneError
		draft := directory.Draft{Text: "Hello"}
		if _, err := d.Publish(t.Context(), operator, "sange", draft, "test"); !errors.As(err, &moved) || moved.To != "https://sange.example/actor" {
			t.Errorf("a co-op that has moved: %v", err)
		}
		if _, err := d.EditPost(t.Context(), operator, "sange", old.ID, draft, "test"); !errors.As(err, &moved) {
			t.Errorf("a co-op that has moved edits: %v", err)
		}
		if err := d.DeletePost(t.Context(), operator, "SANGE", old.ID, "test"); err != nil {
			t.Errorf("a co-op that has moved takes back: %v", err)
		}
		if _, err := d.Publish(t.Context(), operator, "nayra", draft, "test"); !errors.As(err, &gone) {
			t.Errorf("a removed co-op: %v", err)
		}
		for handle, want := range map[string]error{"nobody": directory.ErrNotFound, "instance": directory.ErrInvalid, "admin": directory.ErrNotFound, "a\x00b\xff": directory.ErrNotFound} {
			if _, err := d.Publish(t.Context(), operator, handle, draft, "test"); !errors.Is(err, want) {
				t.Errorf("%q: %v, want %v", handle, err, want)
			}
		}
		for _, handle := range []string{"directory", "france", "hosting"} {
			post := publish(t, d, handle, directory.Draft{Text: "Hello", Boost: true})
			if _, err := d.EditPost(t.Context(), operator, "igalia", post.ID, draft, "test"); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("@igalia edits what @%s said: %v", handle, err)
			}
			if err := d.DeletePost(t.Context(), operator, "igalia", post.ID, "test"); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("@igalia deletes what @%s said: %v", handle, err)
			}
		}
		if changes, err := d.ChangesAfter(t.Context(), last(t, d)-1, 1); err != nil || changes[0].Source != directory.FromCurator || changes[0].Handle != "hosting" {
			t.Errorf("whose word the topic's post is: %+v, %v", changes, err)
		}
	})
}

func TestPostsComePageByPage(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		var written []int64
		for i := range 7 {
			handle := []string{"sange", "nayra"}[i%2]
			written = append(written, publish(t, d, handle, directory.Draft{Text: fmt.Sprintf("#n %d", i), Boost: true}).ID)
		}
		deleted, err := d.PostByID(t.Context(), written[3])
		if err != nil {
			t.Fatal(err)
		}
		remove(t, d, deleted)
		own := publish(t, d, "directory", directory.Draft{Text: "#n own"}).ID
		pages := func(read func(before int64) ([]directory.Post, error)) (ids []int64) {
			for before := int64(0); ; before = ids[len(ids)-1] {
				page, err := read(before)
				if err != nil || len(page) > 2 {
					t.Fatalf("a page of %d: %v", len(page), err)
				}
				if len(page) == 0 {
					return ids
				}
				for _, p := range page {
					ids = append(ids, p.ID)
				}
			}
		}
		for name, c := range map[string]struct {
			read func(int64) ([]directory.Post, error)
			want []int64
		}{
			"sange":                {func(b int64) ([]directory.Post, error) { return d.Posts(t.Context(), "sange", b, 2) }, []int64{written[6], written[4], written[2], written[0]}},
			"nayra's outbox":       {func(b int64) ([]directory.Post, error) { return d.Outbox(t.Context(), "nayra", b, 2) }, []int64{written[5], written[1]}},
			"the directory":        {func(b int64) ([]directory.Post, error) { return d.Posts(t.Context(), "directory", b, 2) }, []int64{own}},
			"the directory outbox": {func(b int64) ([]directory.Post, error) { return d.Outbox(t.Context(), "directory", b, 2) }, []int64{own, written[6], written[5], written[4], written[2], written[1], written[0]}},
			"#n":                   {func(b int64) ([]directory.Post, error) { return d.PostsTagged(t.Context(), "n", b, 2) }, []int64{own, written[6], written[5], written[4], written[2], written[1], written[0]}},
		} {
			if got := pages(c.read); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		for handle, want := range map[string]int{"directory": 7, "sange": 4, "nayra": 2, "igalia": 0} {
			if n, err := d.OutboxCount(t.Context(), handle); err != nil || n != want {
				t.Errorf("@%s has %d in its outbox, want %d (%v)", handle, n, want, err)
			}
		}
	})
}
