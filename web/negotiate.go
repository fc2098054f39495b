package web

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// kind is a form in which a co-op's entry can be had.
type kind int

const (
	asPage kind = iota
	asJSON
)

// kinds lists the media types of each form. The page comes first: it is what
// whoever has no wish gets, and whoever wishes for something we do not have.
var kinds = []struct {
	kind  kind
	types []string
}{
	{asPage, []string{"text/html"}},
	{asJSON, []string{"application/json"}},
}

// wants reads from the Accept header which form is liked best.
func wants(r *http.Request) kind {
	best, bestQuality := asPage, 0.0
	ranges := acceptedBy(r)
	for _, k := range kinds {
		for _, t := range k.types {
			if q := qualityOf(t, ranges); q > bestQuality {
				best, bestQuality = k.kind, q
			}
		}
	}
	return best
}

type mediaRange struct {
	name    string
	quality float64
}

func acceptedBy(r *http.Request) []mediaRange {
	var ranges []mediaRange
	for _, part := range strings.Split(strings.Join(r.Header.Values("Accept"), ","), ",") {
		name, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		quality := 1.0
		if q, ok := parameters["q"]; ok {
			quality, _ = strconv.ParseFloat(q, 64)
		}
		ranges = append(ranges, mediaRange{name, quality})
	}
	return ranges
}

// qualityOf is how much a media type is liked: what is said about itself
// counts before what is said about its family, and that before */*
// (RFC 9110, section 12.5.1).
func qualityOf(mediaType string, ranges []mediaRange) float64 {
	family, _, _ := strings.Cut(mediaType, "/")
	for _, name := range []string{mediaType, family + "/*", "*/*"} {
		for _, r := range ranges {
			if r.name == name {
				return r.quality
			}
		}
	}
	return 0
}

// wantsActor says whether the Accept header names a type of ActivityPub, and likes
// it no less than the types that we have.
func wantsActor(r *http.Request) bool {
	ranges, best := acceptedBy(r), 0.0
	for _, a := range ranges {
		if a.name == "application/activity+json" || a.name == "application/ld+json" {
			best = max(best, a.quality)
		}
	}
	return best > 0 && best >= qualityOf("text/html", ranges) && best >= qualityOf("application/json", ranges)
}
