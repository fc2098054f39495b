package account_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/federation/account/accounttest"
	"coopverse/federation/signature"
)

const directoryActor = "https://coops.test/actors/directory"

// writes has the account write to one of our actors, and returns the answer.
func (p *place) writes(n int, to, content string) int {
	p.t.Helper()
	me := p.them.ActorID()
	id := fmt.Sprintf("%s/statuses/%d", me, n)
	note := map[string]any{"id": id, "type": "Note", "attributedTo": me, "to": []string{to}, "content": content, "tag": []any{map[string]string{"type": "Mention", "href": to}}}
	body, err := json.Marshal(map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": id + "/activity", "type": "Create", "actor": me, "to": []string{to}, "object": note})
	if err != nil {
		p.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "https://coops.test/inbox", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/activity+json")
	if err := signature.Sign(r, body, &signature.Key{ID: p.them.KeyID(), Private: accounttest.Key()}, time.Now()); err != nil {
		p.t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.inbox.ServeHTTP(w, r)
	return w.Code
}

// A code that a verified sender sends to the directory says whose account it is,
// and nothing of the message is kept.
func TestCodeIsHeard(t *testing.T) {
	for _, them := range []*accounttest.Server{{Domain: "example.com", Name: "ada", NoOAuth: true}, {Domain: "example.com", Host: "social.example.com", Name: "ada", NoOAuth: true}} {
		meet(t, them, func(p *place) {
			d := directory.New(p.db)
			code, err := d.AskForAccount(p.t.Context())
			if err != nil {
				p.t.Fatal(err)
			}
			none := func(when string) {
				p.t.Helper()
				if sender, err := d.CodeSender(p.t.Context(), code); !errors.Is(err, directory.ErrNotFound) {
					p.t.Errorf("%s: %+v, %v", when, sender, err)
				}
			}
			p.writes(1, "https://coops.test/actors/europe", directory.CodeText(code))
			none("to another actor")
			p.writes(2, directoryActor, "coopverse-AAAAAAAAAAAAAAAA")
			none("a guess")
			p.writes(3, directoryActor, code)
			none("without what it begins with")
			p.them.WebFingers = "https://other.example.com/users/ada"
			if status := p.writes(4, directoryActor, directory.CodeText(code)); status != http.StatusBadRequest {
				p.t.Errorf("from whom WebFinger does not know: %d", status)
			}
			none("from whom WebFinger does not know")
			p.them.WebFingers = ""

			text := `<p><span class="h-card"><a href="https://coops.test/">@<span>directory</span></a></span> ` + directory.CodeText(code) + `</p>`
			for range 2 {
				if status := p.writes(5, directoryActor, text); status != http.StatusAccepted {
					p.t.Errorf("the message is answered with %d", status)
				}
			}
			sender, err := d.CodeSender(p.t.Context(), code)
			if err != nil || sender.ActorID != them.ActorID() || sender.Name != "ada@example.com" || sender.Inbox != them.ActorID()+"/inbox" {
				p.t.Errorf("sent by %+v, %v", sender, err)
			}
			events, err := d.Events(p.t.Context(), directory.DirectoryHandle, 10)
			for _, e := range events {
				if e.Object == them.ActorID()+"/statuses/5" {
					p.t.Errorf("kept: %+v", e)
				}
			}
			if err != nil || len(events) != 2 {
				p.t.Errorf("%d events of other messages, %v", len(events), err)
			}
		})
	}
}
