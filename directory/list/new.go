package list

import (
	"fmt"
	"slices"
)

// New begins a list with one empty table, for the region given by its id. The
// other regions' tables come with their first co-ops. The error names a region
// that is unknown.
func New(title, region string) (*Document, error) {
	at := slices.Index(Regions(), region)
	if at < 0 {
		return nil, fmt.Errorf("begin a list: unknown region %q", region)
	}
	return Parse([]byte("# " + title + "\n\n### " + regions[at].title + "\n\n" + tableHeader + "\n" + tableDelimiter + "\n"))
}
