package fetch

import (
	"crypto/tls"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A server that agrees on a key which withstands quantum computers is offered it each
// time; one that knows the older ones alone is spared it, and X25519 as well. One that
// refuses what it is offered is offered everything at once.
func TestOldServersAreSparedNewKeys(t *testing.T) {
	var mu sync.Mutex // connections are served beside each other
	var offered []string
	var takes []tls.CurveID
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	p.TLS.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case slices.Contains(hello.SupportedCurves, tls.X25519MLKEM768):
			offered = append(offered, "all")
		case slices.Contains(hello.SupportedCurves, tls.X25519):
			offered = append(offered, "classical")
		default:
			offered = append(offered, "required")
		}
		config := p.TLS.Clone()
		config.CurvePreferences = takes
		return config, nil
	}
	c := p.client(t)
	for _, step := range []struct {
		takes []tls.CurveID
		want  string
	}{
		{classical, "all"},
		{classical, "required"},
		{[]tls.CurveID{tls.X25519}, "required, all"},
		{[]tls.CurveID{tls.X25519}, "classical"},
		{[]tls.CurveID{tls.X25519MLKEM768}, "classical, all"},
		{nil, "all"},
	} {
		mu.Lock()
		takes, offered = step.takes, nil
		mu.Unlock()
		if err := c.Post(t.Context(), "https://a.example/inbox", []byte("{}"), nil); err != nil {
			t.Errorf("%v: %v", step.takes, err)
		}
		c.CloseIdleConnections()
		mu.Lock()
		got := strings.Join(offered, ", ")
		mu.Unlock()
		if got != step.want {
			t.Errorf("who takes %v was offered %s, want %s", step.takes, got, step.want)
		}
	}
}
