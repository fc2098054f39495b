package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"coopverse/federation/fediverse"
)

// crowd is the actors of all servers.
type crowd struct {
	*fediverse.Fediverse
	settings
	client  *http.Client
	out     io.Writer
	healthy []int // servers that take everything
}

// directoryAt is a client for which a domain is at an address of this machine
// that speaks plain HTTP, as it does to a proxy.
func directoryAt(domain, address string) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 1000
	return &http.Client{Transport: behindProxy{transport, domain, address}, Timeout: time.Minute}
}

type behindProxy struct {
	http.RoundTripper
	domain, address string
}

func (p behindProxy) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != p.domain {
		return nil, fmt.Errorf("%s is not the directory", r.URL.Host)
	}
	r = r.Clone(r.Context())
	r.Host, r.URL.Scheme, r.URL.Host = p.domain, "http", p.address
	r.Header.Set("X-Forwarded-Proto", "https")
	return p.RoundTripper.RoundTrip(r)
}

func (c *crowd) origin() string { return "https://" + c.Domain }

func actorName(n int) string { return fmt.Sprintf("a%d", n) }

// follow has every actor follow a co-op and waits until all are accepted.
func (c *crowd) follow(ctx context.Context, handle string) error {
	coop, inbox, err := c.lookUp(ctx, handle)
	if err != nil {
		return err
	}
	before := c.accepted()
	began := time.Now()
	c.everybody(ctx, "follow "+coop, inbox, func(host, actor int) map[string]any {
		return map[string]any{"id": fmt.Sprintf("%s#follows/%s", c.Actor(host, actorName(actor)), handle), "type": "Follow", "object": coop}
	})
	want := before + len(c.healthy)*c.Actors
	for deadline := time.Now().Add(c.Wait); c.accepted() < want && time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
	}
	took := time.Since(began)
	fmt.Fprintf(c.out, "%d of %d Follows by servers that take everything are accepted after %s\n",
		c.accepted()-before, want-before, took.Round(time.Millisecond))
	return ctx.Err()
}

// lookUp asks for a co-op until the directory answers.
func (c *crowd) lookUp(ctx context.Context, handle string) (id, inbox string, err error) {
	for deadline := time.Now().Add(c.Wait); ; time.Sleep(100 * time.Millisecond) {
		id, inbox, err = ask(ctx, c.client, c.origin()+"/coops/"+handle)
		if err == nil || ctx.Err() != nil || time.Now().After(deadline) {
			return id, inbox, err
		}
	}
}

func ask(ctx context.Context, client *http.Client, address string) (id, inbox string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", "", err
	}
	r.Header.Set("Accept", "application/activity+json")
	res, err := client.Do(r)
	if err != nil {
		return "", "", err
	}
	defer res.Body.Close()
	var actor struct{ ID, Inbox string }
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&actor); err != nil || actor.Inbox == "" {
		return "", "", fmt.Errorf("%s is no actor: %s", address, res.Status)
	}
	return actor.ID, actor.Inbox, nil
}

// accepted is how many Follows of servers that take everything were accepted.
func (c *crowd) accepted() (count int) {
	for _, host := range c.healthy {
		inboxes := []string{c.SharedInbox(host)}
		for actor := range c.Actors {
			inboxes = append(inboxes, c.Inbox(host, actorName(actor)))
		}
		for _, inbox := range inboxes {
			for _, a := range c.Took(inbox) {
				if a.Type == "Accept" {
					count++
				}
			}
		}
	}
	return count
}

// like has every actor like a post.
func (c *crowd) like(ctx context.Context, post string) error {
	c.everybody(ctx, "like "+post, c.origin()+"/inbox", func(host, actor int) map[string]any {
		return map[string]any{"id": fmt.Sprintf("%s#likes/%d", c.Actor(host, actorName(actor)), time.Now().UnixNano()), "type": "Like", "object": post}
	})
	return ctx.Err()
}

// everybody has every actor send what it says, and prints how that was answered.
func (c *crowd) everybody(ctx context.Context, what, inbox string, says func(host, actor int) map[string]any) {
	var next atomic.Int64
	var mu sync.Mutex
	var group sync.WaitGroup
	answers := make(map[string]int)
	var waits []time.Duration
	began := time.Now()
	for range c.AtOnce {
		group.Go(func() {
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= c.Hosts*c.Actors {
					return
				}
				host, actor := n%c.Hosts, n/c.Hosts
				sent := time.Now()
				status, err := c.Send(ctx, host, actorName(actor), inbox, says(host, actor))
				wait, answer := time.Since(sent), fmt.Sprint(status)
				if err != nil {
					answer = err.Error()
				}
				mu.Lock()
				answers[answer]++
				waits = append(waits, wait)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(waits) == 0 {
		return
	}
	slices.Sort(waits)
	took := time.Since(began)
	fmt.Fprintf(c.out, "%d actors %s in %s (%.0f/s, signing included), half of them within %s, 99 of 100 within %s; answers: %v\n", len(waits), what,
		took.Round(time.Millisecond), float64(len(waits))/took.Seconds(), waits[len(waits)/2].Round(time.Microsecond), waits[len(waits)*99/100].Round(time.Microsecond), answers)
}

// watch says what is taken, once a second, until ctx ends.
func (c *crowd) watch(ctx context.Context) {
	for last := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
		if count := c.Count(); count != last {
			fmt.Fprintf(c.out, "%s  %d taken, %d more\n", time.Now().Format(time.TimeOnly), count, count-last)
			last = count
		}
	}
}

// judge says what was wrong with what was brought to the servers that take everything.
func (c *crowd) judge() error {
	var inboxes []string
	for _, host := range c.healthy {
		inboxes = append(inboxes, c.SharedInbox(host))
	}
	activities, verdict := c.Agree(inboxes...)
	fmt.Fprintf(c.out, "%d activities for each of %d servers that take everything: ", activities, len(inboxes))
	if !verdict.Good() {
		fmt.Fprintln(c.out, verdict)
		return errNotGood
	}
	fmt.Fprintf(c.out, "none lost, doubled or out of order; %d brought again because nobody was told that they were taken\n", verdict.Again)
	return nil
}
