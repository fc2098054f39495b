package federation

import (
	"context"
	"net/http"

	"github.com/maypok86/otter/v2"
)

// keptDocuments is how many bytes of documents stay in memory: about 10,000 of
// 2 to 5 kB each. Whoever asks for large ones at many addresses makes it no more.
const keptDocuments = 32 << 20

// documents keeps what was served, by address, until what it is made from
// changes.
type documents struct {
	served *otter.Cache[string, servedDocument]
}

type servedDocument struct {
	change int64 // number of the last change when it was written
	body   []byte
}

func newDocuments() *documents {
	return &documents{otter.Must(&otter.Options[string, servedDocument]{
		MaximumWeight: keptDocuments,
		Weigher:       func(address string, d servedDocument) uint32 { return uint32(len(address) + len(d.body)) },
	})}
}

// get returns the document at the request's address. The number of the last
// change is read first, so that what is kept is never older than it claims.
func (d *documents) get(r *http.Request, lastChange func(context.Context) (int64, error), read func() ([]byte, error)) ([]byte, error) {
	address := r.URL.RequestURI()
	change, err := lastChange(r.Context())
	if err != nil {
		return nil, err
	}
	if kept, ok := d.served.GetIfPresent(address); ok && kept.change == change {
		return kept.body, nil
	}
	body, err := read()
	if err == nil {
		d.served.Set(address, servedDocument{change, body})
	}
	return body, err
}
