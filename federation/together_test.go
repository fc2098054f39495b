package federation

import (
	"testing"
	"time"
)

// TestWhoHasWaitedIsForgotten shows that nothing is kept of a question that was answered.
func TestWhoHasWaitedIsForgotten(t *testing.T) {
	asked := together[int, int]{ask: func(questions []int) ([]int, error) { return questions, nil }, most: 10}
	if answer, err := asked.do(t.Context(), 7); answer != 7 || err != nil {
		t.Fatal(answer, err)
	}
	for asking := true; asking; time.Sleep(time.Millisecond) {
		asked.mu.Lock()
		if asking = asked.asking; !asking && asked.waiting != nil {
			t.Error("who has waited is kept")
		}
		asked.mu.Unlock()
	}
}
