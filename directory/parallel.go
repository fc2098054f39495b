package directory

import (
	"runtime"
	"slices"
	"sync"
)

// onAllCores is what do makes of each, in their order.
func onAllCores[T, R any](all []T, do func(T) R) []R {
	made := make([]R, len(all))
	each := max(1, (len(all)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	var cores sync.WaitGroup
	from := 0
	for some := range slices.Chunk(all, each) {
		into := made[from : from+len(some)]
		from += len(some)
		cores.Go(func() {
			for i, one := range some {
				into[i] = do(one)
			}
		})
	}
	cores.Wait()
	return made
}
