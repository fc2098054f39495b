package fediverse

import (
	"fmt"
	"slices"
	"strings"
)

// inbox is what one inbox was brought, in order.
type inbox struct {
	took    []taken
	refused []Activity
}

type taken struct {
	Activity
	answered bool // we have said so: to be brought it once more is a mistake
}

func (f *Fediverse) inboxAt(address string) *inbox {
	i := f.inboxes[address]
	if i == nil {
		i = &inbox{}
		f.inboxes[address] = i
	}
	return i
}

func (f *Fediverse) took(address string, a Activity, answered bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.inboxAt(address)
	i.took = append(i.took, taken{a, answered})
	f.count++
}

func (f *Fediverse) refused(address string, a Activity) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.inboxAt(address)
	i.refused = append(i.refused, a)
}

// fault notes what no honest sender sends.
func (f *Fediverse) fault(format string, arguments ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, fmt.Sprintf(format, arguments...))
}

// Forget forgets what was brought until now.
func (f *Fediverse) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inboxes, f.faults, f.count = make(map[string]*inbox), nil, 0
}

// Count is how many activities all inboxes took, repeats included.
func (f *Fediverse) Count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

// Took is what an inbox took, in order, each once.
func (f *Fediverse) Took(inbox string) []Activity {
	f.mu.Lock()
	defer f.mu.Unlock()
	var once []Activity
	for _, t := range f.inboxAt(inbox).took {
		if !slices.ContainsFunc(once, func(a Activity) bool { return a.ID == t.ID }) {
			once = append(once, t.Activity)
		}
	}
	return once
}

// Asked is how often a host was asked for an actor since it behaves as it does.
func (f *Fediverse) Asked(host int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hosts[host].asked
}

// Seen is how many deliveries have come to a host since it behaves as it does,
// those included that it did not take.
func (f *Fediverse) Seen(host int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hosts[host].seen
}

// MostAtOnce is how many deliveries to a host waited for its answer at once.
func (f *Fediverse) MostAtOnce(host int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hosts[host].most
}

// Verdict is what was wrong with what came.
type Verdict struct {
	Lost       []string // “inbox: activity”, for each one below
	Doubled    []string // taken, answered with 202, and brought once more
	OutOfOrder []string
	Unexpected []string
	Faults     []string // what no honest sender sends: bad signatures and the like
	Again      int      // brought once more because nobody was told that it was taken
}

// Good says whether nothing was wrong. What came again is nothing wrong: servers
// pass over an id that they have seen.
func (v Verdict) Good() bool {
	return len(v.Lost)+len(v.Doubled)+len(v.OutOfOrder)+len(v.Unexpected)+len(v.Faults) == 0
}

func (v Verdict) String() string {
	var text strings.Builder
	for _, part := range []struct {
		what string
		list []string
	}{{"lost", v.Lost}, {"doubled", v.Doubled}, {"out of order", v.OutOfOrder}, {"unexpected", v.Unexpected}, {"faults", v.Faults}} {
		if len(part.list) > 0 {
			fmt.Fprintf(&text, "%d %s (%s …); ", len(part.list), part.what, part.list[0])
		}
	}
	fmt.Fprintf(&text, "%d again", v.Again)
	return text.String()
}

// Judge compares what each of the inboxes took with what it was to be brought:
// activities of these ids, in this order.
func (f *Fediverse) Judge(want []string, inboxes ...string) Verdict {
	f.mu.Lock()
	defer f.mu.Unlock()
	v := Verdict{Faults: slices.Clone(f.faults)}
	for _, address := range inboxes {
		v.judge(address, f.inboxAt(address), want)
	}
	return v
}

func (v *Verdict) judge(address string, i *inbox, want []string) {
	at := make(map[string]int, len(want))
	for n, id := range want {
		at[id] = n
	}
	seen := make(map[string]bool, len(want)) // whether its sender was told
	last := -1
	for _, t := range i.took {
		line := address + ": " + t.ID
		told, before := seen[t.ID]
		switch n, wanted := at[t.ID]; {
		case before && told:
			v.Doubled = append(v.Doubled, line)
		case before:
			v.Again++
		case !wanted:
			v.Unexpected = append(v.Unexpected, line)
		case n < last:
			v.OutOfOrder = append(v.OutOfOrder, line)
		default:
			last = n
		}
		seen[t.ID] = told || t.answered
	}
	for _, id := range want {
		if _, ok := seen[id]; !ok {
			v.Lost = append(v.Lost, address+": "+id)
		}
	}
}

// Agree judges as Judge does where nobody knows what was to come: each of the
// inboxes was to be brought what any of them took, in the order of the one that
// took most. Answers to a Follow are for one alone, and count for nothing. It
// returns how many activities that were, too.
func (f *Fediverse) Agree(inboxes ...string) (activities int, v Verdict) {
	f.mu.Lock()
	defer f.mu.Unlock()
	brought := make([]*inbox, len(inboxes))
	most := &inbox{}
	for n, address := range inboxes {
		i := &inbox{}
		for _, t := range f.inboxAt(address).took {
			if t.Type != "Accept" && t.Type != "Reject" {
				i.took = append(i.took, t)
			}
		}
		if brought[n] = i; len(i.took) > len(most.took) {
			most = i
		}
	}
	var want []string
	known := make(map[string]bool)
	for _, i := range append([]*inbox{most}, brought...) {
		for _, t := range i.took {
			if !known[t.ID] {
				known[t.ID] = true
				want = append(want, t.ID)
			}
		}
	}
	v = Verdict{Faults: slices.Clone(f.faults)}
	for n, address := range inboxes {
		v.judge(address, brought[n], want)
	}
	return len(want), v
}
