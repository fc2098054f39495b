package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
)

// receipts are the changes of an actor and who was told, newest first.
func receipts(t *testing.T, us *instance, handle string) []directory.ToldChange {
	t.Helper()
	var all []directory.ToldChange
	us.read(&all, "coop", "receipts", handle, "--json")
	return all
}

// actorID is the id of one of our actors.
func actorID(handle string) string {
	if directory.IsCoop(handle) {
		return ourOrigin + "/coops/" + handle
	}
	return ourOrigin + "/actors/" + handle
}

// agree compares our receipts for those actors with another server's own record:
// what we say was told since it started has arrived, what has arrived we say was
// told, and nothing is awaited.
func agree(t *testing.T, us *instance, them *fedify, handles ...string) {
	t.Helper()
	eventually(t, 2*promise, "receipts that agree with what arrived", func() (bool, any) {
		arrived := them.deliveries()
		told := make(map[string]int) // how often we say that an actor, or a post, was told of
		for _, handle := range handles {
			for _, c := range receipts(t, us, handle) {
				if len(c.Awaited)+len(c.Refused) > 0 {
					return false, fmt.Sprintf("change %d is awaited or refused: %+v", c.Change, c)
				}
				i := slices.IndexFunc(c.Told, func(r directory.HostReceipt) bool { return r.Inbox == them.origin+"/inbox" })
				if i < 0 {
					continue
				}
				subject := actorID(handle)
				if c.Field == "post" {
					subject = "posts/" + c.After
				}
				told[subject]++
				has := slices.ContainsFunc(arrived, func(d delivery) bool { return subjectOf(d) == subject && !d.At.Before(c.At) })
				if !has && c.Told[i].At.After(them.since) {
					return false, fmt.Sprintf("change %d is said to be told, and was not: %+v", c.Change, c)
				}
			}
		}
		for _, d := range arrived {
			subject := subjectOf(d)
			if subject == "" || !slices.ContainsFunc(handles, func(handle string) bool { return d.Activity.Actor == actorID(handle) }) {
				continue
			}
			if told[subject]--; told[subject] < 0 {
				return false, "not said to be told: " + d.text
			}
		}
		return true, nil
	})
}

// subjectOf is the actor or post that a delivery tells of; "" for what one
// server alone was owed, and for which there is no receipt.
func subjectOf(d delivery) string {
	id := d.Activity.Object.ID
	if d.Activity.Type == "Accept" || d.Activity.Type == "Reject" || strings.Contains(id, "/authorizations/") {
		return ""
	}
	if _, number, ok := strings.Cut(id, "/posts/"); ok {
		return "posts/" + number
	}
	return id
}
