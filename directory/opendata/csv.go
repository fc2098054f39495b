package opendata

import (
	"bufio"
	"encoding/csv"
	"iter"
	"strconv"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/directory/place"
)

// column is one column of the CSV file.
type column struct {
	name string
	cell func(s Site, p directory.Profile) string
}

// columns are those of the CSV file. What an editor writes into a field stands
// in its cell in the same form.
var columns = []column{
	{"handle", func(_ Site, p directory.Profile) string { return p.Handle }},
	{"page", func(s Site, p directory.Profile) string { return s.page(p.Handle) }},
	{"status", func(_ Site, p directory.Profile) string { return string(p.Status) }},
	{"claimed", func(_ Site, p directory.Profile) string { return strconv.FormatBool(p.Claimed) }},
	{"name", func(_ Site, p directory.Profile) string { return p.Name }},
	{"website", func(_ Site, p directory.Profile) string { return p.Website }},
	{"summary", func(_ Site, p directory.Profile) string { return p.Summary }},
	{"services", func(_ Site, p directory.Profile) string { return strings.Join(p.Services, ",") }},
	{"places", func(_ Site, p directory.Profile) string { return strings.Join(placeLabels(p), "; ") }},
	{"countries", func(_ Site, p directory.Profile) string { return strings.Join(countries(p), ",") }},
	{"region", func(_ Site, p directory.Profile) string { return p.Region }},
	{"remote", func(_ Site, p directory.Profile) string { return strconv.FormatBool(p.Remote) }},
	{"founded", func(_ Site, p directory.Profile) string { return year(p.Founded) }},
	{"members", func(_ Site, p directory.Profile) string { return p.Members }},
	{"languages", func(_ Site, p directory.Profile) string { return strings.Join(p.Languages, ",") }},
	{"notes", func(_ Site, p directory.Profile) string { return p.Notes }},
	{"contact", func(_ Site, p directory.Profile) string { return p.Contact }},
	{"hiring", func(_ Site, p directory.Profile) string { return hiring(p) }},
	{"links", func(_ Site, p directory.Profile) string { return linkLines(p.Links) }},
	{"networks", func(_ Site, p directory.Profile) string { return linkLines(p.Networks) }},
	{"products", func(_ Site, p directory.Profile) string { return linkLines(p.Products) }},
	{"extra", func(_ Site, p directory.Profile) string { return extraLines(p.Extra) }},
	{"logo", func(s Site, p directory.Profile) string { return pictureAddress(s, p.Logo) }},
	{"header", func(s Site, p directory.Profile) string { return pictureAddress(s, p.Header) }},
	{"moved_to", func(_ Site, p directory.Profile) string { return p.MovedTo }},
	{"listed_since", func(_ Site, p directory.Profile) string { return p.ListedSince.UTC().Format(time.RFC3339) }},
	{"updated", func(_ Site, p directory.Profile) string { return p.Updated.UTC().Format(time.RFC3339) }},
}

// writeCSV writes RFC 4180: UTF-8, a header, lines that end in CRLF.
func writeCSV(w *bufio.Writer, s Site, _ Set, profiles iter.Seq2[directory.Profile, error]) error {
	rows := csv.NewWriter(w)
	rows.UseCRLF = true
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	if err := rows.Write(row); err != nil {
		return err
	}
	for p, err := range profiles {
		if err != nil {
			return err
		}
		for i, c := range columns {
			row[i] = harmless(c.cell(s, p))
		}
		if err := rows.Write(row); err != nil {
			return err
		}
	}
	rows.Flush()
	return rows.Error()
}

// beginsFormula are what spreadsheets take for the beginning of a formula (OWASP,
// CSV Injection), with the full-width forms that some of them take for the same.
const beginsFormula = "=+-@\t\r\n＝＋－＠"

// harmless puts an apostrophe before what a spreadsheet would run. One stands
// before text that begins with an apostrophe, too: who reads a cell that begins
// with one drops it, and has the text.
func harmless(cell string) string {
	if first := strings.TrimLeft(cell, " "); first != "" && strings.ContainsAny(first[:firstRune(first)], beginsFormula+"'") {
		return "'" + cell
	}
	return cell
}

func firstRune(text string) int {
	for i := range text {
		if i > 0 {
			return i
		}
	}
	return len(text)
}

func placeLabels(p directory.Profile) []string {
	var labels []string
	for _, at := range p.Places {
		labels = append(labels, placeLabel(at))
	}
	return labels
}

func placeLabel(at directory.EntryPlace) string {
	return place.Place{City: at.City, Subdivision: at.Subdivision, Country: at.Country}.Label()
}

func year(founded int) string {
	if founded == 0 {
		return ""
	}
	return strconv.Itoa(founded)
}

func hiring(p directory.Profile) string {
	switch {
	case p.Jobs != "":
		return p.Jobs
	case p.Hiring == nil:
		return ""
	case *p.Hiring:
		return "yes"
	}
	return "no"
}

func linkLines(links []directory.EntryLink) string {
	var lines []string
	for _, l := range links {
		lines = append(lines, directory.Line{Label: l.Name, Rest: l.URL}.String())
	}
	return strings.Join(lines, "\n")
}

func extraLines(extra []directory.EntryExtra) string {
	var lines []string
	for _, e := range extra {
		lines = append(lines, directory.Line{Label: e.Name, Rest: e.Text}.String())
	}
	return strings.Join(lines, "\n")
}

func pictureAddress(s Site, p *directory.EntryPicture) string {
	if p == nil {
		return ""
	}
	return s.Origin + p.Path
}
