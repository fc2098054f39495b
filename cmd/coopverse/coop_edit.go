package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"coopverse/directory"
	"coopverse/directory/picture"
)

type coopEditCommand struct {
	Handle string            `arg:"" help:"The co-op's handle."`
	Set    map[string]string `help:"A field and its new value; once for each field. An empty value says that there is none." placeholder:"FIELD=VALUE" mapsep:"none" env:"-"`
	Unset  []string          `help:"A field that the curator no longer speaks about, so that the list's word stands again." placeholder:"FIELD" env:"-"`

	Logo      string `help:"A picture to be the logo: JPEG, PNG, GIF or WebP." type:"existingfile" placeholder:"FILE" env:"-"`
	LogoAlt   string `help:"What the logo shows; Logo of NAME without it." placeholder:"TEXT" env:"-"`
	Header    string `help:"A picture for the head of the profile, about 1500 by 500 pixels." type:"existingfile" placeholder:"FILE" env:"-"`
	HeaderAlt string `help:"What the header shows, for those who cannot see it." placeholder:"TEXT" env:"-"`
}

// Help shows an example and the fields.
func (coopEditCommand) Help() string {
	help := "Example:\n\n  coopverse coop edit igalia --set founded=2001 --set services=consulting,open-source --data ./data\n  coopverse coop edit igalia --unset founded --data ./data\n  coopverse coop edit igalia --logo logo.png --data ./data\n\nFields of several lines take one thing a line. The fields:\n\n"
	for _, f := range directory.Fields() {
		if f.Editable {
			help += fmt.Sprintf("  %s: %s\n", f.Name, f.Form)
		}
	}
	return help
}

// Run changes the entry and prints each difference.
func (cmd *coopEditCommand) Run(ctx context.Context, p *program, std streams) error {
	if len(cmd.Set)+len(cmd.Unset) == 0 && cmd.Logo == "" && cmd.Header == "" {
		return refuse("nothing to change: give --set FIELD=VALUE, --unset FIELD, --logo FILE or --header FILE")
	}
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	edit := directory.Edit{Source: directory.FromCurator, Origin: fromCommandLine, Set: cmd.Set, Unset: cmd.Unset}
	if err := cmd.addPictures(ctx, d, &edit); err != nil {
		return err
	}
	c, changes, err := d.EditCoop(ctx, cmd.Handle, edit)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		fmt.Fprintf(std.out, "%s stays as it was.\n", c.Handle)
	}
	for _, change := range changes {
		note := ""
		if !change.Effective {
			note = " (noted, the entry looks as before)"
		}
		fmt.Fprintf(std.out, "%s: %s: %q → %q%s\n", c.Handle, change.Field, change.Before, change.After, note)
	}
	return nil
}

// addPictures reads the pictures that are to be the entry's.
func (cmd *coopEditCommand) addPictures(ctx context.Context, d *directory.Directory, edit *directory.Edit) error {
	for _, p := range []struct {
		field, file, alt string
		read             func(io.Reader, string) (picture.Picture, error)
	}{{"logo", cmd.Logo, cmd.LogoAlt, picture.ReadLogo}, {"header", cmd.Header, cmd.HeaderAlt, picture.ReadHeader}} {
		if p.file == "" {
			continue
		}
		if p.alt == "" && p.field == "logo" {
			c, err := d.Coop(ctx, cmd.Handle)
			if err != nil {
				return err
			}
			p.alt = directory.LogoAlt(c.Name)
		}
		file, err := os.Open(p.file)
		if err != nil {
			return err
		}
		read, err := p.read(file, p.file)
		_ = file.Close() // it was only read
		if err != nil {
			return refuse("%s: %v", p.file, err)
		}
		if edit.Set == nil {
			edit.Set = make(map[string]string)
		}
		edit.Set[p.field] = directory.NewShown(read, p.alt).String()
		edit.Pictures = append(edit.Pictures, read)
	}
	return nil
}

// origin of what is changed here. The history shows it to everybody, so it
// does not name the person.
const fromCommandLine = "command line"

// operator is whoever gives a command, as the audit log names one.
var operator = directory.Actor{Name: fromCommandLine}
