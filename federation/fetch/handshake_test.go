package fetch

import (
	"crypto/tls"
	"io"
	"net/http"
	"slices"
	"testing"
)

// A server that agrees on a key which withstands quantum computers is offered it each
// time; one that knows the older ones alone is spared it, until it refuses those.
func TestOldServersAreSparedNewKeys(t *testing.T) {
	var offered []bool
	takes := classical
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	p.TLS.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		offered = append(offered, slices.Contains(hello.SupportedCurves, tls.X25519MLKEM768))
		config := p.TLS.Clone()
		config.CurvePreferences = takes
		return config, nil
	}
	c := p.client(t)
	post := func() error {
		defer c.CloseIdleConnections()
		return c.Post(t.Context(), "https://a.example/inbox", []byte("{}"), nil)
	}
	for _, step := range []struct {
		takes []tls.CurveID
		fails bool
	}{{classical, false}, {classical, false}, {[]tls.CurveID{tls.X25519MLKEM768}, true}, {[]tls.CurveID{tls.X25519MLKEM768}, false}, {nil, false}} {
		takes = step.takes
		if err := post(); (err != nil) != step.fails {
			t.Errorf("%v: %v", step.takes, err)
		}
	}
	if want := []bool{true, false, false, true, true}; !slices.Equal(offered, want) {
		t.Errorf("offered %v, want %v", offered, want)
	}
}
