package directory_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// speakers have many say many things at once, and remember how each was answered.
type speakers struct {
	t       *testing.T
	d       *directory.Directory
	answers []error
}

func (s *speakers) say(n int) error {
	return s.d.Note(s.t.Context(), heard(peer("ann"), "Like", fmt.Sprintf("https://peer.example/%d", n), "sange"), "noted")
}

// speak says everything, until all of it was answered.
func (s *speakers) speak(n int) {
	s.answers = make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { s.answers[i] = s.say(i) })
		time.Sleep(time.Millisecond)
	}
	group.Wait()
}

// nothingIsLost says all again: what was taken in is known, and the rest is taken now.
// Who was told to come later may have been heard all the same, once.
func (s *speakers) nothingIsLost(want error) {
	s.t.Helper()
	refused := 0
	for i, before := range s.answers {
		again := s.say(i)
		switch {
		case before == nil && !errors.Is(again, directory.ErrRepeated), before != nil && again != nil && !errors.Is(again, directory.ErrRepeated):
			s.t.Errorf("activity %d, first %v, then %v", i, before, again)
		case before != nil && !errors.Is(before, want):
			s.t.Errorf("activity %d: %v, want %v", i, before, want)
		case before != nil:
			refused++
		}
	}
	if refused == 0 || refused == len(s.answers) {
		s.t.Errorf("%d of %d were told to come later", refused, len(s.answers))
	}
	if events, err := s.d.Events(s.t.Context(), "sange", 2*len(s.answers)); err != nil || len(events) != len(s.answers) {
		s.t.Errorf("%d activities were heard %d times (%v)", len(s.answers), len(events), err)
	}
}

// When PostgreSQL finds no room, whoever speaks is told so, what was taken in stays, and
// as soon as there is room all goes on.
func TestFullPostgres(t *testing.T) {
	db := storetest.Postgres(t)
	s := &speakers{t: t, d: directory.New(db)}
	storetest.ImportSeed(t, s.d)
	for _, statement := range []string{
		`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF NEW.activity_id LIKE '%7' THEN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END IF; RETURN NEW; END $$`,
		`CREATE TRIGGER full_disk BEFORE INSERT ON heard FOR EACH ROW EXECUTE FUNCTION full_disk()`,
	} {
		if _, err := db.SQL().Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	s.speak(200)
	if _, err := db.SQL().Exec("DROP TRIGGER full_disk ON heard"); err != nil {
		t.Fatal(err)
	}
	s.nothingIsLost(directory.ErrFull)
}

// PostgreSQL that loses power while many speak loses nothing of what was taken in, and
// when it is back all goes on without a hand.
func TestPostgresGoesAwayAndComesBack(t *testing.T) {
	db, down, up := storetest.Unsteady(t)
	s := &speakers{t: t, d: directory.New(db)}
	done := make(chan struct{})
	go func() { defer close(done); s.speak(1500) }()
	time.Sleep(300 * time.Millisecond)
	down()
	if _, err := s.d.Coop(t.Context(), "sange"); !errors.Is(err, directory.ErrAway) {
		t.Errorf("a page that is read meanwhile: %v", err)
	}
	if err := s.d.BlockDomains(t.Context(), curator, directory.BlockedDomain{Domain: "bad.example"}); !errors.Is(err, directory.ErrAway) {
		t.Errorf("a change meanwhile: %v", err)
	}
	up()
	<-done
	s.nothingIsLost(directory.ErrAway)
}
