package opendata

import (
	"bufio"
	"encoding/json"
	"iter"
	"slices"
	"strconv"

	"coopverse/directory"
)

// feature is one place of one co-op (RFC 7946, section 3.2). Map programs show a
// feature with one point best; many show none of a collection of geometries.
type feature struct {
	Type       string     `json:"type"`
	ID         string     `json:"id"` // the handle and which of its places, from 1
	Geometry   point      `json:"geometry"`
	Properties properties `json:"properties"`
}

type point struct {
	Type        string     `json:"type"`
	Coordinates [2]float64 `json:"coordinates"` // longitude and latitude, in degrees, WGS 84
}

type properties struct {
	Handle    string           `json:"handle"`
	Name      string           `json:"name"`
	Page      string           `json:"page"`
	Website   string           `json:"website,omitempty"`
	Summary   string           `json:"summary,omitempty"`
	Place     string           `json:"place"`
	Country   string           `json:"country"`   // ISO 3166-1 alpha-2
	Precision string           `json:"precision"` // of what the point is the middle: city, subdivision, country
	Services  []string         `json:"services"`
	Remote    bool             `json:"remote"`
	Founded   int              `json:"founded,omitempty"`
	Members   string           `json:"members,omitempty"`
	Languages []string         `json:"languages"`
	Status    directory.Status `json:"status"`
	Claimed   bool             `json:"claimed"`
}

// writeGeoJSON writes a FeatureCollection. Co-ops without a place are not in it.
func writeGeoJSON(w *bufio.Writer, s Site, _ Set, profiles iter.Seq2[directory.Profile, error]) error {
	return writeArray(w, `{"type":"FeatureCollection","features":[`, "]}\n", func(yield func(any, error) bool) {
		for p, err := range profiles {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, f := range features(s, p) {
				if !yield(f, nil) {
					return
				}
			}
		}
	})
}

func features(s Site, p directory.Profile) []feature {
	var all []feature
	for i, at := range p.Places {
		all = append(all, feature{
			Type: "Feature", ID: p.Handle + "/" + strconv.Itoa(i+1),
			Geometry: point{"Point", [2]float64{at.Longitude, at.Latitude}},
			Properties: properties{
				Handle: p.Handle, Name: p.Name, Page: s.page(p.Handle), Website: p.Website, Summary: p.Summary,
				Place: placeLabel(at), Country: at.Country, Precision: at.Precision, Services: p.Services, Remote: p.Remote,
				Founded: p.Founded, Members: p.Members, Languages: p.Languages, Status: p.Status, Claimed: p.Claimed,
			},
		})
	}
	return all
}

// countries are those of a co-op's places, each once.
func countries(p directory.Profile) []string {
	var all []string
	for _, at := range p.Places {
		if !slices.Contains(all, at.Country) {
			all = append(all, at.Country)
		}
	}
	return all
}

// writeArray writes members one a line, between what stands before and after.
func writeArray(w *bufio.Writer, before, after string, members iter.Seq2[any, error]) error {
	if _, err := w.WriteString(before + "\n"); err != nil {
		return err
	}
	between := ""
	for m, err := range members {
		if err != nil {
			return err
		}
		text, err := json.Marshal(m)
		if err != nil {
			return err
		}
		if _, err := w.Write(append([]byte(between), text...)); err != nil {
			return err
		}
		between = ",\n"
	}
	_, err := w.WriteString("\n" + after)
	return err
}
