package federation

import (
	"context"
	"net/http"
	"time"

	"github.com/maypok86/otter/v2"
)

// keptDocuments is how many bytes of documents stay in memory: about 10,000 of
// 2 to 5 kB each. Whoever asks for large ones at many addresses makes it no more.
const keptDocuments = 32 << 20

// unread is how long what was written stays in memory that nobody asks for.
const unread = 30 * time.Second

// documents keeps what was served, by address, until what it is made from
// changes.
type documents struct {
	served *otter.Cache[string, servedDocument]
}

type servedDocument struct {
	change int64 // number of the last change of what it is made from, when it was written
	seen   int64 // number of the last change of all after which it was found to be true
	body   []byte
}

func newDocuments() *documents {
	return &documents{otter.Must(&otter.Options[string, servedDocument]{
		MaximumWeight: keptDocuments,
		Weigher:       func(address string, d servedDocument) uint32 { return uint32(len(address) + len(d.body)) },

		ExpiryCalculator: otter.ExpiryAccessing[string, servedDocument](unread),
	})}
}

// current returns the document at an address if nothing at all has changed since it was
// found to be true: then nothing need be asked.
func (d *documents) current(address string, head int64) ([]byte, bool) {
	kept, ok := d.served.GetIfPresent(address)
	return kept.body, ok && kept.seen == head
}

// get returns the document at the request's address. The numbers of the last
// change, of all and of what it is made from, are read first, so that what is kept is
// never older than it claims.
func (d *documents) get(r *http.Request, head int64, lastChange func(context.Context) (int64, error), read func() ([]byte, error)) ([]byte, error) {
	address := r.URL.RequestURI()
	change, err := lastChange(r.Context())
	if err != nil {
		return nil, err
	}
	kept, ok := d.served.GetIfPresent(address)
	if !ok || kept.change != change {
		if kept.body, err = read(); err != nil {
			return nil, err
		}
	}
	d.served.Set(address, servedDocument{change, head, kept.body})
	return kept.body, nil
}
