package main

import (
	"context"
	"io"

	"coopverse/directory"
	"coopverse/directory/opendata"
	"coopverse/federation"
	"coopverse/federation/document"
	"coopverse/federation/fetch"
)

type exportCommand struct {
	Format string `arg:"" enum:"csv,geojson,jsonld,md,log" help:"csv, geojson, jsonld, md, or log for the public log as NDJSON."`
	Closed bool   `help:"Write the co-ops that have closed instead of those that are listed." env:"-"`
	To     string `help:"Write to this file instead of to standard output." placeholder:"FILE" env:"-"`
	Name   string `help:"The directory's name." default:"Coopverse"`
}

// Help shows an example.
func (exportCommand) Help() string {
	return "The files are those that the directory serves below /data.\n\nExample:\n\n  coopverse export geojson --to coops.geojson --data ./data\n  coopverse export csv --closed --data ./data"
}

// Run writes the file. A file that cannot be finished leaves the old one as it was.
func (cmd *exportCommand) Run(ctx context.Context, p *program, std streams) error {
	if cmd.Closed && cmd.Format == "log" {
		return refuse("the log is of all co-ops, whether they have closed or not: leave --closed out")
	}
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	origin, err := d.Origin(ctx)
	if err != nil {
		return err
	}
	if origin == "" {
		return refuse("this directory has no address yet, which the file would name: serve it once with coopverse serve")
	}
	if cmd.To == "" {
		return cmd.write(ctx, std.out, d, origin)
	}
	return replaceWith(cmd.To, func(w io.Writer) error { return cmd.write(ctx, w, d, origin) })
}

func (cmd *exportCommand) write(ctx context.Context, w io.Writer, d *directory.Directory, origin string) error {
	site := opendata.Site{Origin: origin, Name: cmd.Name}
	if cmd.Format == "log" {
		f := federation.New(d, federation.Config{Site: document.Site{Origin: origin, Name: cmd.Name}, Client: fetch.New(fetch.Config{})})
		return f.WriteLog(ctx, w)
	}
	set := opendata.Listed
	if cmd.Closed {
		set = opendata.Closed
	}
	file, _ := opendata.FileNamed(set.Name + "." + cmd.Format)
	return file.Write(ctx, w, d, site)
}
