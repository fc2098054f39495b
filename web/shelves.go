package web

import (
	"slices"
	"strings"

	"coopverse/directory/service"
)

// serviceGroup is a shelf of the vocabulary.
type serviceGroup struct {
	Name     string
	Services []chosenService
}

// Chosen counts those that are chosen.
func (g serviceGroup) Chosen() int {
	n := 0
	for _, s := range g.Services {
		if s.Chosen {
			n++
		}
	}
	return n
}

type chosenService struct {
	service.Service
	Chosen bool
}

// shelves say where on the form a service is found; those not named here are
// on the last one, "other".
var shelves = []struct{ name, ids string }{
	{"build", "web-development software-development mobile-apps games cms ecommerce crm erp databases data open-data ai maps-gis xr testing accessibility open-source decentralised campaign-tools products"},
	{"run", "hosting sysadmin infrastructure isp it-support maintenance security collaboration hardware"},
	{"design", "web-design ux-design graphic-design design video-animation music-audio writing-translation marketing"},
	{"other", ""},
}

func serviceGroups(chosen []string) []serviceGroup {
	groups := make([]serviceGroup, len(shelves))
	for i, shelf := range shelves {
		groups[i].Name = shelf.name
	}
	for _, known := range service.All() {
		at := slices.IndexFunc(shelves, func(shelf struct{ name, ids string }) bool {
			return slices.Contains(strings.Fields(shelf.ids), known.ID)
		})
		if at < 0 {
			at = len(shelves) - 1
		}
		groups[at].Services = append(groups[at].Services, chosenService{known, slices.Contains(chosen, known.ID)})
	}
	return groups
}
