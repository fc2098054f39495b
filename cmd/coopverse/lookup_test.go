package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"coopverse/federation/document"
)

// What another process has changed is served from then on, whatever is kept; and HEAD
// and If-None-Match are answered as GET is, without the document.
func TestActorIsNeverStale(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		other := newInstance(t, database, newAuthority(t, ourDomain))
		address, _ := servedHere(t, openDatabase(t, database))
		ask := func(method, path, tag string) (*http.Response, string) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = ourDomain
			r.Header.Set("Accept", document.ActivityType)
			r.Header.Set("If-None-Match", tag)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			return res, string(body)
		}
		const actor, finger = "/coops/sange", "/.well-known/webfinger?resource=acct:sange@" + ourDomain
		for _, name := range []string{"First", "Second", "Third"} {
			other.edit("sange", "name", name)
			res, body := ask(http.MethodGet, actor, "")
			if !strings.Contains(body, `"name":"`+name) {
				t.Errorf("after its edit to %s the actor is %s", name, body)
			}
			head, nothing := ask(http.MethodHead, actor, "")
			for _, header := range []string{"Content-Type", "Content-Length", "ETag", "Vary", "Cache-Control"} {
				if got, want := head.Header.Get(header), res.Header.Get(header); got != want || want == "" {
					t.Errorf("HEAD says %s: %q, GET %q", header, got, want)
				}
			}
			if head.StatusCode != http.StatusOK || nothing != "" {
				t.Errorf("HEAD is answered with %d %q", head.StatusCode, nothing)
			}
			if same, body := ask(http.MethodGet, actor, res.Header.Get("ETag")); same.StatusCode != http.StatusNotModified || body != "" {
				t.Errorf("who has it is answered with %d %q", same.StatusCode, body)
			}
			if found, body := ask(http.MethodGet, finger, ""); found.StatusCode != http.StatusOK || !strings.Contains(body, ourOrigin+actor) {
				t.Errorf("WebFinger answers with %d %s", found.StatusCode, body)
			}
		}
		other.run("coop", "remove", "sange", "--reason", "it asked for it")
		for _, path := range []string{actor, finger} {
			if res, body := ask(http.MethodGet, path, ""); res.StatusCode != http.StatusGone {
				t.Errorf("after its removal %s is answered with %d %s", path, res.StatusCode, body)
			}
		}
	})
}
