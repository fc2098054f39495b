package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"coopverse/federation/fediverse"
)

// share is how many of a hundred servers behave in a way of their own.
type share struct {
	percent   float64
	behaviour fediverse.Behaviour
}

// UnmarshalText reads "30%:hang" or "5%:status=429,retry-after=10s".
func (s *share) UnmarshalText(text []byte) error {
	percent, how, ok := strings.Cut(string(text), "%:")
	if !ok {
		return fmt.Errorf("%q is no share of servers and what they do, such as 30%%:hang", text)
	}
	var err error
	if s.percent, err = strconv.ParseFloat(percent, 64); err != nil || !(s.percent > 0 && s.percent <= 100) {
		return fmt.Errorf("%q is no share of a hundred", percent)
	}
	for trait := range strings.SplitSeq(how, ",") {
		name, value, _ := strings.Cut(trait, "=")
		if err := s.set(name, value); err != nil {
			return fmt.Errorf("%s: %w", trait, err)
		}
	}
	return nil
}

func (s *share) set(name, value string) (err error) {
	b := &s.behaviour
	switch name {
	case "hang":
		b.Hang = true
	case "reset":
		b.Reset = true
	case "secure":
		b.Secure = true
	case "late":
		b.Late, err = time.ParseDuration(value)
	case "drip":
		b.Drip, err = time.ParseDuration(value)
	case "slow-tls":
		b.SlowTLS, err = time.ParseDuration(value)
	case "retry-after":
		b.RetryAfter, err = time.ParseDuration(value)
	case "status":
		b.Status, err = strconv.Atoi(value)
	case "times":
		b.Times, err = strconv.Atoi(value)
	case "refuse":
		b.Refuse = func(a fediverse.Activity) int {
			if a.Type == value {
				return http.StatusUnprocessableEntity
			}
			return 0
		}
	case "only":
		b.Only = map[string]fediverse.Scheme{"cavage": fediverse.Cavage, "rfc9421": fediverse.RFC9421}[value]
		if b.Only == "" {
			err = fmt.Errorf("the kinds of signatures are cavage and rfc9421")
		}
	default:
		err = fmt.Errorf("servers can do late=, hang, drip=, reset, status=, retry-after=, times=, refuse=, only=, secure, slow-tls=")
	}
	return err
}

// takesAll says whether a server that behaves so takes everything in the end.
func takesAll(b fediverse.Behaviour) bool {
	return b.Refuse == nil && (b.Times > 0 || !b.Hang && !b.Reset && b.Drip == 0 && b.Status == 0)
}

// misbehave gives each share of the servers its way, from the first one on, and
// says which of all take everything.
func misbehave(f *fediverse.Fediverse, hosts int, shares []share) (healthy []int, err error) {
	next := 0
	for _, s := range shares {
		count := max(1, int(s.percent*float64(hosts)/100))
		if next+count > hosts {
			return nil, fmt.Errorf("--behave is of more than all %d servers", hosts)
		}
		those := make([]int, count)
		for i := range those {
			those[i] = next + i
		}
		f.Behave(s.behaviour, those...)
		if next += count; takesAll(s.behaviour) {
			healthy = append(healthy, those...)
		}
	}
	for ; next < hosts; next++ {
		healthy = append(healthy, next)
	}
	return healthy, nil
}
