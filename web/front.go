package web

import (
	"net/http"
	"slices"

	"coopverse/directory"
	"coopverse/directory/place"
	"coopverse/directory/service"
)

// fewFacets is how many values of a filter are shown before "all of them".
const fewFacets = 8

// front is what the front page shows.
type front struct {
	index
	Query   query
	Filters []filter
	Seeds   []seed
	News    []post            // the directory's newest, if nothing is asked for
	Topics  []directory.Topic // that the filters stand for
	Wider   int               // what a search would find without its filters; counted when it finds nothing
}

// filter is one way to narrow the results: by region, country, service or home.
type filter struct {
	Name      string
	Few, Rest []choice
	Open      bool // the choice made is among the rest
}

// choice is one value of a filter. Following the link makes the choice, or
// takes it back when it is the current one.
type choice struct {
	Filter, ID, URL string
	Count           int
	Current         bool
}

func (s *Server) front(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r)
	if err != nil {
		return err
	}
	if fresh, err := s.unchanged(w, r, "front"); fresh || err != nil {
		return err
	}
	found, err := s.directory.Search(r.Context(), q.ask())
	if err != nil {
		return err
	}
	q.Page = found.Page
	view := front{index: index{Results: found, address: q.OnPage}, Query: q, Filters: filtersOf(q, found)}
	if q.Text == "" {
		view.Letters = byInitial(found.Coops)
	}
	view.Topics = topicsNamed(service.Slug(q.Service), place.RegionSlug(q.Region), place.CountrySlug(q.Country))
	if !q.Asks() {
		view.Seeds = sunflower(found.Total)
		if view.News, err = s.latest(r.Context(), directory.DirectoryHandle, 1); err != nil {
			return err
		}
	}
	if found.Total == 0 && q.Text != "" && q.Filtered() {
		wider, err := s.directory.Search(r.Context(), directory.Query{Text: q.Text})
		if err != nil {
			return err
		}
		view.Wider = wider.Total
	}
	return s.show(w, http.StatusOK, "front", page{Path: q.URL(), Section: "coops", NoIndex: q.Asks(), Feed: feedPath(directory.DirectoryHandle), Body: view})
}

// HasFilters says whether there is anything left to narrow the results by.
func (f front) HasFilters() bool {
	return f.Results.Remote > 0 || slices.ContainsFunc(f.Filters, func(f filter) bool { return len(f.Few) > 0 })
}

func filtersOf(q query, found directory.Results) []filter {
	filters := []filter{
		newFilter("region", found.Regions, q.Region, q.WithRegion, q.WithoutRegion()),
		newFilter("service", found.Services, q.Service, q.WithService, q.WithoutService()),
		newFilter("country", found.Countries, q.Country, q.WithCountry, q.WithoutCountry()),
	}
	here := slices.IndexFunc(found.Homes, func(f directory.Facet) bool { return f.ID == directory.HomeHere })
	if len(found.Homes) == 0 || len(found.Homes) == 1 && here == 0 && q.Home == "" {
		return filters // there is no other directory to tell from ours
	}
	homes := slices.Clone(found.Homes)
	if here > 0 {
		homes = slices.Insert(slices.Delete(homes, here, here+1), 0, found.Homes[here])
	}
	return append(filters, newFilter("home", homes, q.Home, q.WithHome, q.WithoutHome()))
}

func newFilter(name string, facets []directory.Facet, current string, with func(string) string, without string) filter {
	f := filter{Name: name}
	for i, facet := range facets {
		c := choice{Filter: name, ID: facet.ID, URL: with(facet.ID), Count: facet.Count, Current: facet.ID == current}
		if c.Current {
			c.URL = without
		}
		if i < fewFacets || len(facets) <= fewFacets+2 {
			f.Few = append(f.Few, c)
			continue
		}
		f.Rest = append(f.Rest, c)
		f.Open = f.Open || c.Current
	}
	return f
}
