package signature

import (
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

type signer func(*http.Request, []byte, *Key, time.Time) error

var schemes = map[string]signer{"cavage": Sign, "RFC 9421": SignRFC9421}

func TestWhatIsSignedArrivesVerified(t *testing.T) {
	requests := []struct{ method, address, body string }{
		{"POST", "https://peer.example/inbox", `{"type":"Follow"}`},
		{"POST", "https://peer.example/inbox", ""},
		{"POST", "https://peer.example:8443/users/a/inbox?x=1&y=%20z", `{}`},
		{"GET", "https://peer.example/users/a", ""},
		{"GET", "https://peer.example", ""},
		{"GET", "https://peer.example/a%2Fb/%C3%A9?page=true", ""},
		{"GET", "https://peer.example/users/a?", ""},
	}
	for name, sign := range schemes {
		for _, q := range requests {
			t.Run(name+" "+q.method+" "+q.address, func(t *testing.T) {
				r := newRequest(t, q.method, q.address, q.body)
				if err := sign(r, []byte(q.body), testKey(), moment); err != nil {
					t.Fatal(err)
				}
				got, body := received(t, r)
				claim, err := Read(got, body, moment)
				if err != nil {
					t.Fatal(err)
				}
				if claim.KeyID != keyID || !claim.At.Equal(moment) {
					t.Errorf("claim = %q at %v", claim.KeyID, claim.At)
				}
				if err := claim.Verify(&testKey().Private.PublicKey); err != nil {
					t.Error(err)
				}
				if err := claim.Verify(&otherKey().PublicKey); err == nil {
					t.Error("verified with a key of somebody else")
				}
			})
		}
	}
}

func TestSigningAgainReplacesTheOldSignature(t *testing.T) {
	r := newRequest(t, "POST", "https://peer.example/inbox", "{}")
	for _, attempt := range []struct {
		sign    signer
		headers []string
	}{
		{Sign, []string{"Date", "Digest", "Signature"}},
		{SignRFC9421, []string{"Content-Digest", "Date", "Signature", "Signature-Input"}},
		{Sign, []string{"Date", "Digest", "Signature"}},
	} {
		if err := attempt.sign(r, []byte("{}"), testKey(), moment); err != nil {
			t.Fatal(err)
		}
		if headers := slices.Sorted(maps.Keys(r.Header)); !slices.Equal(headers, attempt.headers) {
			t.Errorf("headers %v, want %v", headers, attempt.headers)
		}
		if err := verified(r, []byte("{}"), testKey()); err != nil {
			t.Error(err)
		}
	}
}

func TestSignRefusesWhatCannotBeSent(t *testing.T) {
	for name, r := range map[string]*http.Request{
		"no host":        newRequest(t, "GET", "/users/a", ""),
		"host not ASCII": newRequest(t, "GET", "https://böll.example/", ""),
	} {
		if err := Sign(r, nil, testKey(), moment); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
	for _, id := range []string{"", `https://a.example/"`, "https://a.example/\n"} {
		r := newRequest(t, "GET", "https://peer.example/", "")
		if err := Sign(r, nil, &Key{ID: id, Private: testKey().Private}, moment); err == nil {
			t.Errorf("signed as %q", id)
		}
	}
}

func TestOneKeySignsManyAtOnce(t *testing.T) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			r := newRequest(t, "POST", "https://peer.example/inbox", "{}")
			if err := Sign(r, []byte("{}"), testKey(), moment); err != nil {
				t.Error(err)
			} else if err := verified(r, []byte("{}"), testKey()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
