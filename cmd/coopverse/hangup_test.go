package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"coopverse/federation/document"
)

// Nobody who hangs up before the answer is there is an error in the log.
func TestCallersWhoHangUpAreNoErrors(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		newInstance(t, database, newAuthority(t, ourDomain))
		db, log := openDatabase(t, database), &output{}
		answers := answering(t, db, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelInfo})))
		gone, hangUp := context.WithCancel(t.Context())
		hangUp()
		for _, c := range []struct{ method, path, accept string }{
			{http.MethodGet, "/", "text/html"}, {http.MethodGet, "/coops/sange", "text/html"}, {http.MethodGet, "/data/coops.csv", "text/csv"}, {http.MethodGet, "/api/coops", "application/json"},
			{http.MethodGet, "/coops/sange", document.ActivityType}, {http.MethodGet, "/coops/sange/outbox", document.ActivityType}, {http.MethodGet, "/coops/sange/followers", document.ActivityType},
			{http.MethodGet, "/.well-known/webfinger?resource=acct:sange@" + ourDomain, "*/*"}, {http.MethodGet, "/log/checkpoint", "*/*"}, {http.MethodPost, "/inbox", "*/*"},
		} {
			r := httptest.NewRequestWithContext(gone, c.method, ourOrigin+c.path, http.NoBody)
			r.Header.Set("Accept", c.accept)
			answers.ServeHTTP(httptest.NewRecorder(), r)
		}
		if text := log.String(); text != "" {
			t.Errorf("the log says:\n%s", text)
		}
		_ = db.Close()
		answers.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, ourOrigin+"/", http.NoBody))
		if log.String() == "" {
			t.Error("of a database that is gone the log says nothing")
		}
	})
}
