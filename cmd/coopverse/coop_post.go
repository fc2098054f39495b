package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"coopverse/directory"
	"coopverse/directory/picture"
	"coopverse/federation/document"
)

type coopPostCommand struct {
	Handle   string   `arg:"" help:"The co-op's handle, or directory."`
	Text     string   `help:"What the post says: plain text with #hashtags, @name@host and web addresses; - reads it from standard input." placeholder:"TEXT" env:"-"`
	Markdown bool     `help:"The text is Markdown: emphasis, links, lists, quotations and code." env:"-"`
	Image    []string `help:"A picture for the post, JPEG, PNG, GIF or WebP; up to four." placeholder:"FILE" sep:"none" env:"-"`
	Alt      []string `help:"What a picture shows, for those who cannot see it; one for each --image, in their order." placeholder:"TEXT" sep:"none" env:"-"`
	Language string   `help:"Language of the text, such as en or pt-BR; as before an edit, or as it reads, when it is not given." placeholder:"TAG" env:"-"`
	ReplyTo  string   `help:"Address of the post that this one answers." placeholder:"URL" env:"-"`
	Edit     string   `help:"Give the post with this id another text; its pictures stay unless there is an --image." placeholder:"ID" xor:"which" env:"-"`
	Delete   string   `help:"Take the post with this id back." placeholder:"ID" xor:"which" env:"-"`
	Boost    bool     `help:"Have the directory and the co-op's topics pass a new post on to their followers." default:"true" negatable:""`

	outgoing `embed:""`
}

// Help shows examples.
func (coopPostCommand) Help() string {
	return `Prints the post's id.

Examples:

  coopverse coop post igalia --text "We are hiring! #jobs" --image team.jpg --alt "Nine people around a table" --data ./data
  coopverse coop post igalia --edit https://coops.example/coops/igalia/posts/7 --text "The place is taken." --data ./data
  coopverse coop post igalia --delete 7 --data ./data`
}

// Run posts, edits or deletes, and prints the post's id.
func (cmd *coopPostCommand) Run(ctx context.Context, p *program, std streams) error {
	cmd.Handle = strings.ToLower(cmd.Handle) // as in the ids that are printed
	if err := cmd.check(); err != nil {
		return err
	}
	draft, err := cmd.draft(std)
	if err != nil {
		return err
	}
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	f, site, err := cmd.speaker(ctx, d)
	if err != nil {
		return err
	}
	var post directory.Post
	switch {
	case cmd.Delete != "":
		if post.ID, err = postID(site, cmd.Handle, cmd.Delete); err == nil {
			err = d.DeletePost(ctx, operator, cmd.Handle, post.ID, fromCommandLine)
		}
	case cmd.Edit != "":
		if post.ID, err = postID(site, cmd.Handle, cmd.Edit); err == nil {
			_, err = f.EditPost(ctx, operator, cmd.Handle, post.ID, draft, fromCommandLine)
		}
	default:
		post, err = f.Publish(ctx, operator, cmd.Handle, draft, fromCommandLine)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(std.out, site.Post(cmd.Handle, post.ID))
	return nil
}

func (cmd *coopPostCommand) check() error {
	switch {
	case cmd.Delete != "" && (cmd.Text != "" || len(cmd.Image) > 0):
		return refuse("--delete takes a post back and needs nothing else")
	case cmd.Delete == "" && cmd.Text == "":
		return refuse("nothing to say: give --text TEXT")
	case cmd.Edit != "" && cmd.ReplyTo != "":
		return refuse("--edit cannot change what a post answers; leave --reply-to out")
	case len(cmd.Image) != len(cmd.Alt):
		return refuse("%d --image and %d --alt: say for each picture what it shows", len(cmd.Image), len(cmd.Alt))
	case len(cmd.Image) > directory.MaxPostPictures:
		return refuse("%d pictures; a post takes %d", len(cmd.Image), directory.MaxPostPictures)
	}
	return nil
}

func (cmd *coopPostCommand) draft(std streams) (directory.Draft, error) {
	draft := directory.Draft{Text: cmd.Text, Markdown: cmd.Markdown, Language: cmd.Language, InReplyTo: cmd.ReplyTo, Boost: cmd.Boost, KeepPictures: len(cmd.Image) == 0}
	if cmd.Text == "-" {
		const longest = 4*directory.MaxPost + 1 // in bytes; one more shows that it is too long
		text, err := io.ReadAll(io.LimitReader(std.in, longest))
		if err != nil {
			return draft, fmt.Errorf("read the text from standard input: %w", err)
		}
		draft.Text = string(text)
	}
	for i, path := range cmd.Image {
		read, err := readPicture(path)
		if err != nil {
			return draft, err
		}
		draft.Pictures = append(draft.Pictures, directory.DraftPicture{Picture: read, Alt: cmd.Alt[i]})
	}
	return draft, nil
}

func readPicture(path string) (picture.Picture, error) {
	file, err := os.Open(path)
	if failure := new(fs.PathError); errors.As(err, &failure) {
		return picture.Picture{}, refuse("--image %s cannot be read: %v", path, failure.Err)
	}
	if err != nil {
		return picture.Picture{}, err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || info.IsDir() {
		return picture.Picture{}, refuse("--image %s is not a file", path)
	}
	read, err := picture.Read(file, filepath.Base(path))
	if errors.Is(err, picture.ErrUnusable) {
		return picture.Picture{}, refuse("--image %s: %v", path, err)
	}
	return read, err
}

// postID takes a post's id as it is printed, or its number alone.
func postID(site document.Site, handle, text string) (int64, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		return n, nil
	}
	if author, n, ok := site.PostOf(text); ok && author == handle && n > 0 {
		return n, nil
	}
	return 0, refuse("%q is not the id of a post of %s, such as %s", text, handle, site.Post(handle, 7))
}
