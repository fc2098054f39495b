package fetch

import (
	"context"
	"errors"
	"sync/atomic"
)

// maxDials is for how many connections one request may be the reason. Mostly it is one;
// another when a kept one has just been closed, or the two agree on TLS at the second try.
const maxDials = 4

type dialsKey struct{}

// withDials bounds the connections for one request. http.Transport begins anew without an
// end, or a pause, when a server takes leave on each (GOAWAY of HTTP/2).
func withDials(ctx context.Context) context.Context {
	return context.WithValue(ctx, dialsKey{}, new(atomic.Int32))
}

// dialsAgain says whether there may be another connection for a request.
func dialsAgain(ctx context.Context) error {
	if n, bounded := ctx.Value(dialsKey{}).(*atomic.Int32); bounded && n.Add(1) > maxDials {
		return errors.New("the server takes leave on every connection")
	}
	return nil
}
