package directory_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/picture"
	"coopverse/directory/storetest"
)

func onePixel(seed byte) picture.Picture {
	return picture.Picture{MediaType: "image/png", Width: 1, Height: 1, Data: []byte{seed}}
}

// logo is an edit that gives a co-op a logo.
func logo(p picture.Picture, alt string) directory.Edit {
	return directory.Edit{
		Source: directory.FromCoop, Set: map[string]string{"logo": directory.NewShown(p, alt).String()}, Pictures: []picture.Picture{p},
	}
}

func isKept(t *testing.T, d *directory.Directory, p picture.Picture) bool {
	t.Helper()
	_, err := d.Picture(context.Background(), directory.NewShown(p, "").Hash)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// A picture is an entry's if it came with an edit of that entry. No other one
// can be named, nor one that does not exist.
func TestPicturesOfOthersCannotBeNamed(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ctx := context.Background()
		theirs := onePixel(1)
		if _, _, err := d.EditCoop(ctx, "hypha", logo(theirs, "Logo of Hypha")); err != nil {
			t.Fatal(err)
		}
		onPost := onePixel(2)
		if _, err := d.Publish(ctx, operator, "agaric", directory.Draft{Text: "Look", Pictures: []directory.DraftPicture{{Picture: onPost, Alt: "x"}}}, "a test"); err != nil {
			t.Fatal(err)
		}
		asJPEG := onePixel(1)
		asJPEG.MediaType = "image/jpeg"
		for what, p := range map[string]picture.Picture{"another entry's": theirs, "a post's": onPost, "nobody's": onePixel(3), "of another type": asJPEG} {
			e := logo(p, "Ours")
			e.Pictures = nil
			wrong := new(directory.FieldError)
			if _, _, err := d.EditCoop(ctx, "agaric", e); !errors.As(err, &wrong) || wrong.Field != "logo" {
				t.Errorf("%s: %v", what, err)
			}
		}
		if c, err := d.Coop(ctx, "agaric"); err != nil || c.Logo != "" {
			t.Errorf("the logo is %q, %v", c.Logo, err)
		}
	})
}

// Of an entry that changes its picture every day, the last ones are kept, and
// those that stand.
func TestOldPicturesAreForgotten(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ctx := context.Background()
		curated := logo(onePixel(200), "By a curator")
		curated.Source = directory.FromCurator
		if _, _, err := d.EditCoop(ctx, "agaric", curated); err != nil {
			t.Fatal(err)
		}
		for i := range byte(43) {
			if _, _, err := d.EditCoop(ctx, "agaric", logo(onePixel(i), "One of many")); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Millisecond) // so that each is newer than the last
		}
		for i, want := range map[byte]bool{0: false, 1: false, 2: true, 42: true, 200: true} {
			if isKept(t, d, onePixel(i)) != want {
				t.Errorf("picture %d is kept: %v", i, !want)
			}
		}
		history, err := d.History(ctx, "agaric")
		if err != nil {
			t.Fatal(err)
		}
		wrong := new(directory.FieldError)
		third := history[len(history)-4] // after which the first is gone
		if _, _, err := d.PutBack(ctx, "agaric", third.ID, history[0].Version, directory.Actor{}, "a test"); !errors.As(err, &wrong) || wrong.Field != "logo" {
			t.Errorf("put back: %v", err)
		}
	})
}

// Pictures stay as long as something shows them or can show them again, and go
// with the entry.
func TestPicturesOfAnEntryGoWithIt(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ctx := context.Background()
		first, second, shared := onePixel(1), onePixel(2), onePixel(3)
		for _, e := range []directory.Edit{logo(first, "One"), logo(second, "Two"), logo(shared, "Three")} {
			if _, _, err := d.EditCoop(ctx, "agaric", e); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := d.EditCoop(ctx, "hypha", logo(shared, "Ours, too")); err != nil {
			t.Fatal(err)
		}
		post, err := d.Publish(ctx, operator, "agaric", directory.Draft{Text: "Look", Pictures: []directory.DraftPicture{{Picture: first, Alt: "x"}}}, "a test")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.DeletePost(ctx, operator, "agaric", post.ID, "a test"); err != nil {
			t.Fatal(err)
		}
		if !isKept(t, d, first) || !isKept(t, d, second) {
			t.Error("a picture that the history can put back was forgotten")
		}
		if err := d.RemoveCoop(ctx, "agaric", "It asked for it.", "a test"); err != nil {
			t.Fatal(err)
		}
		if isKept(t, d, first) || isKept(t, d, second) || !isKept(t, d, shared) {
			t.Error("a removed entry's pictures are still there, or one of another entry is not")
		}
	})
}
