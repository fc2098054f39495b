package federation

import (
	"context"
	"sync"
)

// slots bounds how much is done at a time for each of many. The zero value is ready.
type slots struct {
	mu sync.Mutex
	of map[string]*slot // of those for whom something is done or waits
}

type slot struct {
	free chan struct{}
	used int // by how many, with those who wait
}

// take waits for one of n slots. The function that it returns gives it back. The error
// is that of ctx.
func (s *slots) take(ctx context.Context, whose string, n int) (end func(), err error) {
	s.mu.Lock()
	if s.of == nil {
		s.of = make(map[string]*slot)
	}
	one := s.of[whose]
	if one == nil {
		one = &slot{free: make(chan struct{}, n)}
		s.of[whose] = one
	}
	one.used++
	s.mu.Unlock()
	leave := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if one.used--; one.used == 0 {
			delete(s.of, whose)
		}
	}
	select {
	case one.free <- struct{}{}:
		return func() { <-one.free; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
