package federation

import (
	"context"
	"sync"
	"time"
)

// together gathers what many ask at about the same time and asks once for all of
// them, as one transaction or one query costs hardly more than a small one.
type together[Q, A any] struct {
	ask  func([]Q) ([]A, error) // answers in the order of the questions
	wait time.Duration          // how long the first of them waits for others
	most int                    // how many are asked at once

	mu      sync.Mutex
	waiting []waiter[Q, A]
	asking  bool
}

type waiter[Q, A any] struct {
	question Q
	answered chan answer[A]
}

type answer[A any] struct {
	answer A
	err    error
}

// do asks, and returns when the answer to this question is there or ctx ends.
func (t *together[Q, A]) do(ctx context.Context, question Q) (A, error) {
	w := waiter[Q, A]{question, make(chan answer[A], 1)}
	t.mu.Lock()
	t.waiting = append(t.waiting, w)
	if !t.asking {
		t.asking = true
		go t.run()
	}
	t.mu.Unlock()
	select {
	case a := <-w.answered:
		return a.answer, a.err
	case <-ctx.Done():
		var none A
		return none, ctx.Err()
	}
}

// run asks until nobody waits.
func (t *together[Q, A]) run() {
	for {
		time.Sleep(t.wait)
		t.mu.Lock()
		n := min(len(t.waiting), t.most)
		some := t.waiting[:n:n]
		if t.waiting = t.waiting[n:]; len(t.waiting) == 0 {
			t.waiting = nil // which would keep who has waited
		}
		t.asking = n > 0
		t.mu.Unlock()
		if n == 0 {
			return
		}
		t.answer(some)
	}
}

func (t *together[Q, A]) answer(some []waiter[Q, A]) {
	questions := make([]Q, len(some))
	for i, w := range some {
		questions[i] = w.question
	}
	answers, err := t.ask(questions)
	for i, w := range some {
		a := answer[A]{err: err}
		if err == nil {
			a.answer = answers[i]
		}
		w.answered <- a
	}
}
