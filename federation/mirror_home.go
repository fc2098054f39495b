package federation

import (
	"context"

	"coopverse/directory"
)

// HomeAnswers says whether the directory of which m is a copy still answers at
// its own address: with a head of its log, or with its actor, should it have lost
// its keys. Whoever else may have that address by now does not count.
func (f *Federation) HomeAnswers(ctx context.Context, m directory.Mirror) bool {
	m.Source = m.Origin
	if _, err := f.MirrorHead(ctx, m); err == nil {
		return true
	}
	_, _, err := f.directoryAt(ctx, m.Origin)
	return err == nil
}
