package federation

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"

	"github.com/gorilla/mux"
)

// readableLog is a log that can be read while it is written.
type readableLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *readableLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *readableLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// logs restarts our federation with a log that can be read.
func (us *ourServer) logs() *readableLog {
	l, f := &readableLog{}, us.federation
	us.federation = New(us.directory, Config{Site: us.site, Client: f.client, Retry: f.retry, Logger: slog.New(slog.NewTextHandler(l, nil))})
	router := mux.NewRouter()
	us.federation.Routes(router)
	us.Config.Handler = router
	return l
}

// While the database is away everybody is told to come later, and the log says why, in few
// lines; when it is back, what is owed is told without a hand.
func TestDatabaseThatGoesAwayHoldsUpAndLosesNothing(t *testing.T) {
	db, down, up := storetest.Unsteady(t)
	us, other := serveOurs(t, directory.New(db)), newOtherServer(t)
	log := us.logs()
	us.federation.lease = 2 * time.Second // an inbox that was taken when the database went waits for as long
	us.deliver()
	go us.federation.KeepLog(t.Context())
	ann := other.actor("ann")
	other.follow(us, ann, "sange")
	other.waitFor(1)
	other.forget()
	us.edit("sange", map[string]string{"founded": "1999"})
	down()
	for n := range 3 {
		r := us.signedPost("/inbox", activityJSON(fmt.Sprintf("%s#%d", ann, n), "Like", ann, us.site.Post("sange", 0)), other.keys[ann])
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
			t.Errorf("an activity: %s, Retry-After %q\n%s", answer.Status, answer.Header.Get("Retry-After"), log)
		}
	}
	if answer := us.get("/coops/sange", nil); answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("an actor: %s", answer.Status)
	}
	time.Sleep(time.Second)
	up()
	if lines := strings.Count(log.String(), "\n"); lines > 10 || !strings.Contains(log.String(), "the database cannot do its work") {
		t.Errorf("%d lines in the log:\n%s", lines, log)
	}
	if status, answer := us.post("/inbox", activityJSON(ann+"#0", "Like", ann, us.site.Post("sange", 0)), other.keys[ann], nil); status != http.StatusAccepted {
		t.Errorf("again: %d %s", status, answer)
	}
	us.edit("sange", map[string]string{"founded": "2001"})
	for end := time.Now().Add(20 * time.Second); !strings.Contains(fmt.Sprint(other.took()), "Update"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the edit was not told: %v", other.took())
		}
	}
}
