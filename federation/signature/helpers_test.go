package signature

import (
	"crypto/rsa"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const keyID = "https://coop.example/coops/acme#main-key"

// moment is when the requests of these tests are signed.
var moment = time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC)

var testKey = sync.OnceValue(func() *Key {
	private, err := GenerateKey()
	if err != nil {
		panic(err)
	}
	return &Key{ID: keyID, Private: private}
})

var otherKey = sync.OnceValue(func() *rsa.PrivateKey {
	private, err := GenerateKey()
	if err != nil {
		panic(err)
	}
	return private
})

// a request as the sender makes it, with its body.
func newRequest(t testing.TB, method, address, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// received sends a request through a real server and returns what arrived.
func received(t testing.TB, r *http.Request) (*http.Request, []byte) {
	t.Helper()
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	r.URL.Scheme = "http"
	r.URL.Host = strings.TrimPrefix(server.URL, "http://") // the Host header stays as it was signed
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return got, body
}

func verified(r *http.Request, body []byte, key *Key) error {
	claim, err := Read(r, body, moment)
	if err != nil {
		return err
	}
	return claim.Verify(&key.Private.PublicKey)
}
