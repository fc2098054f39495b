package fediverse

import (
	"net/http"
	"testing"
	"time"

	"coopverse/federation/fetch"
	"coopverse/federation/signature"
)

func TestJudgeNoticesWhatIsWrong(t *testing.T) {
	f := New(t, Config{Hosts: 1})
	inbox := f.SharedInbox(0)
	for _, what := range []struct {
		took []string
		want Verdict // how many of each
	}{
		{[]string{"a", "b", "c"}, Verdict{}},
		{[]string{"a", "c"}, Verdict{Lost: []string{"b"}}},
		{[]string{"a", "b", "b", "c"}, Verdict{Doubled: []string{"b"}}},
		{[]string{"a", "-b", "b", "c"}, Verdict{Again: 1}},
		{[]string{"a", "c", "b"}, Verdict{OutOfOrder: []string{"b"}}},
		{[]string{"a", "b", "x", "c"}, Verdict{Unexpected: []string{"x"}}},
	} {
		f.Forget()
		for _, id := range what.took {
			answered := id[0] != '-'
			f.took(inbox, Activity{ID: id[len(id)-1:]}, answered)
		}
		v := f.Judge([]string{"a", "b", "c"}, inbox)
		if len(v.Lost) != len(what.want.Lost) || len(v.Doubled) != len(what.want.Doubled) || len(v.OutOfOrder) != len(what.want.OutOfOrder) ||
			len(v.Unexpected) != len(what.want.Unexpected) || v.Again != what.want.Again {
			t.Errorf("took %v: %v", what.took, v)
		}
	}
}

// TestHostsAreStrict: what is not signed by who says it is refused and noted.
func TestHostsAreStrict(t *testing.T) {
	f := New(t, Config{Hosts: 2})
	c := fetch.New(f.Client())
	ann := f.Actor(0, "ann")
	f.keys.known[f.KeyID(0, "ann")] = senderKey{ann, &f.key.Private.PublicKey}
	body := []byte(`{"@context":"https://www.w3.org/ns/activitystreams","id":"` + ann + `#1","type":"Like","actor":"` + ann + `","object":"x"}`)
	for name, sign := range map[string]fetch.Signer{
		"unsigned": nil,
		"another body": func(r *http.Request) error {
			return signature.Sign(r, []byte(string(body)+" "), f.as(0, "ann"), time.Now())
		},
		"an old date": func(r *http.Request) error {
			return signature.Sign(r, body, f.as(0, "ann"), time.Now().Add(-24*time.Hour))
		},
	} {
		f.Forget()
		if err := c.Post(t.Context(), f.SharedInbox(1), body, sign); err == nil || len(f.Judge(nil, f.SharedInbox(1)).Faults) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.Forget()
	err := c.Post(t.Context(), f.SharedInbox(1), body, func(r *http.Request) error { return signature.Sign(r, body, f.as(0, "ann"), time.Now()) })
	if v := f.Judge([]string{ann + "#1"}, f.SharedInbox(1)); err != nil || !v.Good() {
		t.Error(err, v)
	}
}
