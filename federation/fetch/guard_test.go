package fetch

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

func TestAddressesThatAreNotAsked(t *testing.T) {
	c := clientOf(t, Config{AllowHTTP: true}, hasty)
	for name, hosts := range map[string]string{
		"loopback":                "127.0.0.1 127.255.255.254 [::1]",
		"unspecified":             "0.0.0.0 [::]",
		"private":                 "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1",
		"shared by carriers":      "100.64.0.1 100.127.255.255",
		"link-local, cloud":       "169.254.169.254 [fe80::1]",
		"unique local":            "[fc00::1] [fd12:3456::1] [fd00:ec2::254]",
		"site-local":              "[fec0::1]",
		"multicast":               "224.0.0.1 239.255.255.250 [ff02::1]",
		"broadcast, reserved":     "255.255.255.255 240.0.0.1",
		"documentation":           "192.0.2.1 198.51.100.1 203.0.113.1 [2001:db8::1] [3fff::1]",
		"benchmarking, protocol":  "198.18.0.1 192.0.0.8 192.88.99.1",
		"v4 mapped in v6":         "[::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:0:127.0.0.1] [::127.0.0.1]",
		"NAT64":                   "[64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1]",
		"6to4":                    "[2002:7f00:1::1] [2002:a00:1::]",
		"Teredo, ORCHID":          "[2001:0:7f00:1::1] [2001::1] [2001:20::1]",
		"discard, segment routes": "[100::1] [5f00::1]",
	} {
		for host := range strings.FieldsSeq(hosts) {
			for _, scheme := range []string{"https", "http"} {
				wantKind(t, name, get(c, scheme+"://"+host+"/"), ErrRefused, "prohibited IP")
				wantKind(t, name, c.Post(t.Context(), scheme+"://"+host+"/inbox", nil, nil), ErrRefused, "prohibited IP")
			}
		}
	}
}

func TestAddressesOfTheInternetAreAsked(t *testing.T) {
	dialer := guardedDialer(nil, time.Second)
	for _, address := range []string{"93.184.216.34:443", "[2606:2800:220:1:248:1893:25c8:1946]:8443", "1.1.1.1:80"} {
		network := "tcp4"
		if address[0] == '[' {
			network = "tcp6"
		}
		if err := dialer.Control(network, address, nil); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestOddWaysOfWritingAddresses(t *testing.T) {
	c := clientOf(t, Config{AllowHTTP: true}, hasty)
	for _, host := range []string{"2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.01", "1.2.3", "127.0.0.1.",
		"１２７.０.０.１", "127。0。0。1", "①②⑦.0.0.1", "[::1%25lo]", "[fe80::1%25eth0]", "%31%32%37.0.0.1"} {
		wantKind(t, host, get(c, "http://"+host+"/"), ErrRefused, "")
	}
}

// Names are of no consequence: what counts is where they lead.
func TestNamesThatLeadInside(t *testing.T) {
	victim := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, _ *http.Request) { document(w, `{}`) })
	resolver, _ := nameServer(t, "127.0.0.1")
	c := newClient(Config{RootCAs: authorities()}, hasty, resolver)
	wantKind(t, "a name for 127.0.0.1", get(c, "https://inside.example:"+victim.port+"/"), ErrRefused, "prohibited IP")
	wantKind(t, "localhost", get(c, "https://localhost:"+victim.port+"/"), ErrRefused, "prohibited IP")
	if n := victim.hits.Load(); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

// A name that leads outside when it is looked up first, and inside when it is
// looked up again. 127.0.0.2 stands for the outside here.
func TestRebinding(t *testing.T) {
	outside := newPeer(t, "127.0.0.2", func(w http.ResponseWriter, _ *http.Request) { document(w, `{}`) })
	resolver, asked := nameServer(t, "127.0.0.2", "127.0.0.1")
	c := newClient(Config{RootCAs: authorities(), AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}, hasty, resolver)
	address := "https://rebind.example:" + outside.port + "/"
	wantKind(t, "first look", get(c, address), nil, "")
	c.CloseIdleConnections()
	wantKind(t, "second look", get(c, address), ErrRefused, "prohibited IP")
	if asked.Load() < 2 {
		t.Error("the name server was not asked twice")
	}
}

// nameServer answers the first look at any name with the first address, the
// second with the second, and so on.
func nameServer(t *testing.T, addresses ...string) (*net.Resolver, *atomic.Int32) {
	t.Helper()
	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	var asked atomic.Int32
	go func() {
		packet := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(packet[:n]) != nil {
				continue
			}
			m.Response, m.Additionals = true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				look := min(int(asked.Add(1)), len(addresses))
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(addresses[look-1]).As4()},
				}}
			}
			answer, _ := m.Pack()
			_, _ = conn.WriteTo(answer, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}, &asked
}

func TestRedirectInside(t *testing.T) {
	victim := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, _ *http.Request) { document(w, `{}`) })
	outside := newPeer(t, "127.0.0.2", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, victim.URL+"/", http.StatusFound)
	})
	c := clientOf(t, Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}, hasty)
	wantKind(t, "redirect", get(c, outside.URL+"/"), ErrRefused, "prohibited IP")
	if n := victim.hits.Load(); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

func TestOverrideIsGuardedToo(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, _ *http.Request) { document(w, `{}`) })
	c := clientOf(t, Config{ConnectTo: []Override{p.override("")}}, hasty)
	wantKind(t, "override", get(c, "https://a.example/"), ErrRefused, "prohibited IP")
	wantKind(t, "override, allowed", get(p.client(t), "https://a.example/"), nil, "")
}

// A proxy connects to where it likes, beyond our guard. Go reads the variables
// once in a program, so the transport is looked at as well.
func TestProxiesOfTheEnvironmentAreNotUsed(t *testing.T) {
	proxy := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	t.Setenv("HTTPS_PROXY", proxy.URL)
	t.Setenv("https_proxy", proxy.URL)
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, _ *http.Request) { document(w, `{}`) })
	c := clientOf(t, Config{AllowPrivate: loopback, ConnectTo: []Override{p.override("a.example")}}, hasty)
	wantKind(t, "with a proxy in the environment", get(c, "https://a.example/"), nil, "")
	if c.transport.Proxy != nil {
		t.Error("the transport asks for a proxy")
	}
}

func TestParseOverride(t *testing.T) {
	for text, want := range map[string]Override{
		"a.example:443:127.0.0.1:8443": {"a.example", "443", "127.0.0.1", "8443"},
		"a.example:443:[::1]:8443":     {"a.example", "443", "::1", "8443"},
		"[2001:db8::1]:443:b:1":        {"2001:db8::1", "443", "b", "1"},
		"::127.0.0.1:8443":             {"", "", "127.0.0.1", "8443"},
		"a.example:::8443":             {"a.example", "", "", "8443"},
	} {
		if got, err := ParseOverride(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a.example", "a:443:b", "a:b:c:d", "a:1:::1:2", "a:443:b:443:c"} {
		if got, err := ParseOverride(text); err == nil {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestOverridden(t *testing.T) {
	overrides := []Override{{"a.example", "443", "127.0.0.1", "8443"}, {"", "80", "::1", ""}, {"b.example", "", "", "9"}}
	for address, want := range map[string]string{
		"a.example:443": "127.0.0.1:8443",
		"a.example:80":  "[::1]:80",
		"a.example:444": "a.example:444",
		"b.example:80":  "[::1]:80", // the first that fits
		"b.example:443": "b.example:9",
		"c.example:443": "c.example:443",
	} {
		if got := overridden(overrides, address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestURLsThatAreRefused(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, _ *http.Request) { document(w, `{}`) })
	c := p.client(t)
	for name, address := range map[string]string{
		"nothing":             "",
		"a user name":         "https://user@a.example/",
		"a user and password": "https://user:secret@a.example/",
		"an empty user":       "https://@a.example/",
		"plain http":          "http://a.example/",
		"a file":              "file:///etc/passwd",
		"gopher":              "gopher://a.example/",
		"a handle":            "acct:acme@a.example",
		"no scheme":           "//a.example/",
		"no host":             "https:///users/a",
		"a port alone":        "https://:443/",
		"opaque":              "https:a.example",
		"port 0":              "https://a.example:0/",
		"port out of range":   "https://a.example:65536/",
		"port of letters":     "https://a.example:http/",
		"a backslash":         `https://a.example\@b.example/`,
		"a line break":        "https://a.example/\r\nHost: b.example",
		"a space in the host": "https://a example/",
		"an underscore":       "https://a_b.example/",
		"two dots":            "https://a..example/",
		"only a dot":          "https://./",
		"a label too long":    "https://" + strings.Repeat("a", 64) + ".example/",
		"a star":              "https://*.example/",
		"too long":            "https://a.example/" + strings.Repeat("a", maxAddress),
		"a slash in disguise": "https://a.example／b/",
		"javascript":          "javascript:alert(1)",
	} {
		wantKind(t, name, get(c, address), ErrRefused, "")
		wantKind(t, name+", POST", c.Post(t.Context(), address, nil, nil), ErrRefused, "")
	}
	if n := p.hits.Load(); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

func TestNormalHost(t *testing.T) {
	for host, want := range map[string]string{
		"coop.example":        "coop.example",
		"CoOp.Example":        "coop.example",
		"coop.example.":       "coop.example",
		"Böll.example":        "xn--bll-sna.example",
		"xn--bll-sna.example": "xn--bll-sna.example",
		"faß.example":         "xn--fa-hia.example",
		"ｃｏｏｐ。example":        "coop.example",
		"r3---sn.example":     "r3---sn.example",
		"localhost":           "localhost",
		"192.0.2.1":           "192.0.2.1",
		"2001:DB8:0::1":       "2001:db8::1",
		"1.example":           "1.example",
		"0xyz.example":        "0xyz.example",
	} {
		if got, err := NormalHost(host); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", host, got, err, want)
		}
	}
	for _, host := range []string{"", ".", "..", "a..b", "coop.example:443", "user@coop.example", "coop.example/", "a_b.example",
		"1.2.3.4.5", "0x7f.1", "256.1.1.1", "a.0x1", "fe80::1%eth0", "[::1]", "a b", "coop.example?", "%61.example", "xn--zz.example", "0\xc30"} {
		if got, err := NormalHost(host); err == nil {
			t.Errorf("%q: %q", host, got)
		}
	}
}

func TestSameHost(t *testing.T) {
	for _, same := range [][2]string{
		{"https://a.example/x", "https://A.Example.:443/y#z"},
		{"https://a.example:8443/x", "https://a.example:08443/y"},
	} {
		if !SameHost(same[0], same[1]) {
			t.Errorf("%s and %s are on two hosts", same[0], same[1])
		}
	}
	for _, other := range [][2]string{
		{"https://a.example/", "https://b.example/"},
		{"https://a.example/", "https://a.example.b.example/"},
		{"https://a.example/", "https://sub.a.example/"},
		{"https://a.example/", "https://a.example:8443/"},
		{"https://a.example/", "http://a.example/"},
		{"https://a.example/", "https://b@a.example/"},
		{"", ""}, {"acct:a@b", "acct:a@b"},
	} {
		if SameHost(other[0], other[1]) {
			t.Errorf("%s and %s are on one host", other[0], other[1])
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, address := range []string{"https://a.example/x?y#z", "http://[::1]:80/", "https://Böll.example.:8443/%2F", "https://a@b/", "https://0x7f.1/"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		u, err := parseAddress(address)
		if err != nil {
			return
		}
		again, err := parseAddress(u.String())
		if err != nil || again.String() != u.String() {
			t.Errorf("%q is not in normal form: %v, %v", u, again, err)
		}
		if u.User != nil || u.Fragment != "" || u.Hostname() == "" || (&url.URL{Host: u.Host}).Hostname() != u.Hostname() {
			t.Errorf("%q: %+v", address, u)
		}
	})
}
