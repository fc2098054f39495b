package opendata

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"

	"coopverse/directory"
)

// Site is the directory whose entries are written.
type Site struct {
	Origin string // https://coops.example
	Name   string
}

// page is the address of a co-op's entry, which is also its id.
func (s Site) page(handle string) string { return s.Origin + "/coops/" + handle }

// Path is where a directory explains its data. The files are below it.
const Path = "/data"

// Format is a form in which co-ops can be had.
type Format struct {
	Name      string // also how its files end, without the dot
	MediaType string
	write     func(ctx context.Context, w *bufio.Writer, d *directory.Directory, s Site, of Set) error
}

var formats = []Format{
	{"csv", "text/csv; charset=utf-8; header=present", each(writeCSV)},
	{"geojson", "application/geo+json", each(writeGeoJSON)},
	{"jsonld", "application/ld+json", each(writeJSONLD)},
	{"md", "text/markdown; charset=utf-8; variant=GFM", writeList},
}

// Formats lists the forms in which co-ops can be had.
func Formats() []Format { return slices.Clone(formats) }

// Set is which co-ops a file has.
type Set struct {
	Name     string
	standing []directory.Status
}

// Listed are the co-ops that the front page shows, and Closed those that have
// closed.
var (
	Listed = Set{"coops", []directory.Status{directory.Active, directory.Inactive}}
	Closed = Set{"defunct", []directory.Status{directory.Defunct}}
)

// File is co-ops in one form.
type File struct {
	Set    Set
	Format Format
}

// Name is what the file is called: coops.csv.
func (f File) Name() string { return f.Set.Name + "." + f.Format.Name }

// Path is where the directory serves the file.
func (f File) Path() string { return Path + "/" + f.Name() }

// Files lists all files.
func Files() []File {
	var all []File
	for _, set := range []Set{Listed, Closed} {
		for _, format := range formats {
			all = append(all, File{set, format})
		}
	}
	return all
}

// FileNamed finds a file by its name.
func FileNamed(name string) (File, bool) {
	all := Files()
	i := slices.IndexFunc(all, func(f File) bool { return f.Name() == name })
	if i < 0 {
		return File{}, false
	}
	return all[i], true
}

// Write writes the file. ErrNoList: the list was asked for, and there is none.
func (f File) Write(ctx context.Context, w io.Writer, d *directory.Directory, s Site) error {
	buffered := bufio.NewWriterSize(w, 32<<10)
	err := f.Format.write(ctx, buffered, d, s, f.Set)
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", f.Name(), err)
	}
	return nil
}

// each hands the profiles of a set to write.
func each(write func(w *bufio.Writer, s Site, of Set, profiles iter.Seq2[directory.Profile, error]) error) func(context.Context, *bufio.Writer, *directory.Directory, Site, Set) error {
	return func(ctx context.Context, w *bufio.Writer, d *directory.Directory, s Site, of Set) error {
		return write(w, s, of, d.Profiles(ctx, of.standing...))
	}
}

// writeList writes the Markdown list, as it was imported and with what has
// changed since.
func writeList(ctx context.Context, w *bufio.Writer, d *directory.Directory, _ Site, of Set) error {
	lists, err := d.ExportList(ctx)
	if err != nil {
		return err
	}
	text := lists.List
	if of.Name == Closed.Name {
		text = lists.Defunct
	}
	if text == nil {
		return directory.ErrNoList
	}
	_, err = w.Write(text)
	return err
}
