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

// agree compares our receipts with the other server's own record: what we say
// was told since it started has arrived, what has arrived we say was told, and
// nothing is awaited.
func agree(t *testing.T, us *instance, them *fedify, handle string) {
	t.Helper()
	actor := igalia[:strings.LastIndex(igalia, "/")+1] + handle
	if handle == directory.DirectoryHandle {
		actor = ourOrigin + "/actors/" + handle
	}
	eventually(t, promise, "receipts that agree with what arrived", func() (bool, any) {
		arrived := them.deliveries()
		told := make(map[string]int) // how often we say that the profile, or a post, was told of
		for _, c := range receipts(t, us, handle) {
			if len(c.Awaited)+len(c.Refused) > 0 {
				return false, fmt.Sprintf("change %d is awaited or refused: %+v", c.Change, c)
			}
			if len(c.Told) == 0 {
				continue
			}
			subject := actor
			if c.Kind == directory.KindPosted || c.Kind == directory.KindPostEdited {
				subject += "/posts/" + c.After
			}
			told[subject]++
			has := slices.ContainsFunc(arrived, func(d delivery) bool { return d.Activity.Object.ID == subject && !d.At.Before(c.At) })
			if c.Told[0].Inbox != inbox || !has && c.Told[0].At.After(them.since) {
				return false, fmt.Sprintf("change %d is said to be told, and was not: %+v", c.Change, c)
			}
		}
		for _, d := range arrived {
			if d.Activity.Actor != actor || d.Activity.Type == "Accept" {
				continue
			}
			if told[d.Activity.Object.ID]--; told[d.Activity.Object.ID] < 0 {
				return false, "not said to be told: " + d.text
			}
		}
		return true, nil
	})
}
