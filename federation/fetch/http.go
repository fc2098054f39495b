package fetch

import "net/http"

// HTTP returns the client in the form in which libraries ask for one. Each
// request is guarded, has ten seconds, and does not follow redirects: what such
// requests carry, a client's secret or somebody's token, is for one server.
// Whoever reads an answer bounds its size.
func (c *Client) HTTP() *http.Client {
	return &http.Client{
		Transport:     guarded{c},
		Timeout:       c.patience.get,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type guarded struct{ client *Client }

// RoundTrip sends a request to an address that may be asked.
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	u, err := g.client.address(r.URL.String())
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	guarded := r.Clone(r.Context())
	guarded.URL, guarded.Host = u, ""
	return g.client.send(guarded, nil)
}
