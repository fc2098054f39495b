package website

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestEachMethod(t *testing.T) {
	const well = acme + ".well-known/coopverse.txt"
	name := "_coopverse.example.com"
	for what, c := range map[string]struct {
		files files
		zone  zone
		want  Proof
	}{
		"link":                       {files{"/": htmlPage(goodA)}, nil, Proof{RelMe, acme}},
		"meta":                       {files{"/": htmlPage(goodTag)}, nil, Proof{Meta, acme}},
		"xhtml":                      {files{"/": {"application/xhtml+xml", "<html>" + goodTag + "</html>"}}, nil, Proof{Meta, acme}},
		"file":                       {files{wellKnown: textFile(token)}, nil, Proof{File, well}},
		"longer file":                {files{wellKnown: textFile("\ufeff# us\r\n " + other + "\r\n" + token + " \r\n")}, nil, Proof{File, well}},
		"dns":                        {nil, zone{name + ".": {"v=spf1", "coopverse-claim=" + other, " coopverse-claim=" + token}}, Proof{DNS, name}},
		"all":                        {files{"/": htmlPage(goodTag + goodA), wellKnown: textFile(token)}, zone{name + ".": {"coopverse-claim=" + token}}, Proof{RelMe, acme}},
		"to www":                     {files{"example.com/": {"->", "https://www.example.com/en/?a"}, "/en/": htmlPage(goodA)}, nil, Proof{RelMe, "https://www.example.com/en/?a"}},
		"file at www":                {files{"example.com" + wellKnown: {"->", "https://www.example.com" + wellKnown}, wellKnown: textFile(token)}, nil, Proof{File, "https://www.example.com" + wellKnown}},
		"3 redirects":                {files{"/": {"->", "/1"}, "/1": {"->", "/2"}, "/2": {"->", "/3"}, "/3": htmlPage(goodTag)}, nil, Proof{Meta, acme + "3"}},
		"long page":                  {files{"/": htmlPage(goodA + strings.Repeat("x", 2*maxHTML))}, nil, Proof{RelMe, acme}},
		"link elsewhere, but a file": {files{"/": {"->", "https://shop.example.com/"}, wellKnown: textFile(token)}, nil, Proof{File, well}},
	} {
		t.Run(what, func(t *testing.T) {
			p := prover(t, serve(t, "127.0.0.1", c.files.ServeHTTP), c.zone)
			proof, err := p.Look(t.Context(), acme, page, token)
			wantProof(t, what, proof, err, c.want)
			proof, err = p.Look(t.Context(), acme, page, other[1:]+"A") // which is nowhere
			wantNot(t, what, proof, err, "")
		})
	}
}

func TestNoProof(t *testing.T) {
	record := "_coopverse.example.com."
	for what, c := range map[string]struct {
		files files
		zone  zone
		words string
	}{
		"nothing":            {nil, nil, "https://example.com/.well-known/coopverse.txt answers 404\n_coopverse.example.com has no TXT record"},
		"no link":            {files{"/": htmlPage("")}, nil, "https://example.com/ has no link with rel=me to " + page + "\nhttps://example.com/ has no meta tag coopverse-claim\n"},
		"link without token": {files{"/": htmlPage(linkTo(page))}, nil, "but without the token"},
		"link, wrong token":  {files{"/": htmlPage(linkTo(page + "?claim=" + other))}, nil, page + ", but with another token"},
		"visitor's link":     {files{"/": htmlPage(strings.Replace(goodA, `"me"`, `"nofollow me"`, 1))}, nil, "as on links that visitors write"},
		"wrong tag":          {files{"/": htmlPage(strings.Replace(goodTag, token, other, 1))}, nil, "meta tag coopverse-claim, but with another token"},
		"plain text":         {files{"/": textFile(goodA)}, nil, `content type "text/plain; charset=utf-8", which is not`},
		"no type":            {files{"/": {"", goodA}}, nil, "content type"},
		"JSON":               {files{"/": {"application/json", goodA}}, nil, "which is not that of a page"},
		"10 MB":              {files{"/": htmlPage(goodA + strings.Repeat("x", 10<<20))}, nil, "https://example.com/ was not read: "},
		"after a megabyte":   {files{"/": htmlPage(strings.Repeat("x", maxHTML) + goodA)}, nil, "only the first 1048576 bytes"},
		"wrong file":         {files{wellKnown: textFile(other + "\n" + strings.ToLower(token) + "\n" + token + "A\nx " + token)}, nil, "has no line with the token"},
		"page for a file":    {files{wellKnown: htmlPage("\n" + token + "\n")}, nil, "and not text/plain"},
		"long file":          {files{wellKnown: textFile(token + strings.Repeat("\n", maxFile))}, nil, wellKnown + " was not read"},
		"file of visitors":   {files{wellKnown: {"->", "/uploads/1.txt"}, "/uploads/1.txt": textFile(token)}, nil, "leads to https://example.com/uploads/1.txt, which is another file"},
		"asked file":         {files{wellKnown: {"->", wellKnown + "?" + token}}, nil, "answers 404"},
		"wrong record":       {nil, zone{record: {token, "coopverse-claim=" + other, "x coopverse-claim=" + token, "coopverse-claim=", "coopverse-claim=" + strings.ToLower(token)}}, "has no TXT record with the token"},
		"record of the host": {nil, zone{"example.com.": {"coopverse-claim=" + token}, "_coopverse.example.com": {"coopverse-claim=" + token}, "_coopverse.www.example.com.": {"coopverse-claim=" + token}}, "has no TXT record"},
		"another host":       {files{"example.com/": {"->", "https://shop.example.com/"}, "/": htmlPage(goodA)}, nil, "https://example.com/ leads to another website, https://shop.example.com/"},
		"another port":       {files{"/": {"->", "https://example.com:8443/x"}, "/x": htmlPage(goodA)}, nil, "leads to another website"},
		"a number":           {files{"example.com/": {"->", "https://127.0.0.3/"}}, nil, "not on the public internet"},
		"file elsewhere":     {files{"example.com" + wellKnown: {"->", "https://shop.example.com" + wellKnown}, wellKnown: textFile(token)}, nil, "leads to another website"},
		"4 redirects":        {files{"/": {"->", "/1"}, "/1": {"->", "/2"}, "/2": {"->", "/3"}, "/3": {"->", "/4"}, "/4": htmlPage(goodA)}, nil, "more than 3 redirects"},
		"down to http":       {files{"/": {"->", "http://example.com/x"}, "/x": htmlPage(goodA)}, nil, "https://example.com/ was not read: "},
	} {
		t.Run(what, func(t *testing.T) {
			p := prover(t, serve(t, "127.0.0.1", c.files.ServeHTTP), c.zone)
			proof, err := p.Look(t.Context(), acme, page, token)
			wantNot(t, what, proof, err, c.words)
			if errors.Is(err, ErrUnreachable) {
				t.Error("unreachable")
			}
		})
	}
}

// A website that leads into a network, be it ours or its own, is not asked.
func TestInside(t *testing.T) {
	inside := serve(t, "127.0.0.2", func(http.ResponseWriter, *http.Request) { t.Error("asked inside") })
	outside := serve(t, "127.0.0.1", files{"example.com/": {"->", "https://www.example.com/"},
		"example.com" + wellKnown: {"->", "https://www.example.com" + wellKnown}}.ServeHTTP)
	p := prover(t, outside, zone{}, to("www.example.com", inside))
	for _, website := range []string{acme, "https://www.example.com/", "https://127.0.0.2/"} {
		proof, err := p.Look(t.Context(), website, page, token)
		var missing *NotProved
		if !errors.As(err, &missing) || !strings.Contains(missing.Seen[0], "leads to a place that is not on the public internet") || strings.Contains(missing.Seen[0], "prohibited") {
			t.Errorf("%s: %+v, %v", website, proof, err)
		}
	}
}

func TestAddressesThatAreNoWebsite(t *testing.T) {
	p := prover(t, serve(t, "127.0.0.1", files{"/": htmlPage(goodA)}.ServeHTTP), zone{})
	for website, words := range map[string]string{
		"": "not the address", "example.com": "not the address", "ftp://example.com/": "not the address", "mailto:a@example.com": "not the address",
		"https://u:p@example.com/": "not the address", "https://exa mple.com/": "not the address", "https://0x7f.1/": "not the address",
		"https://coops.example/": "of this directory", "https://www.coops.example/coops/acme": "of this directory", "http://COOPS.example.": "of this directory",
	} {
		proof, err := p.Look(t.Context(), website, page, token)
		wantNot(t, website, proof, err, words)
	}
	for _, bad := range []string{"", "short", token + "\n", token + `"`, strings.Repeat("A", 129)} {
		var missing *NotProved
		if _, err := p.Look(t.Context(), acme, page, bad); err == nil || errors.As(err, &missing) {
			t.Errorf("token %q: %v", bad, err)
		}
	}
}

// On a host with many pages only the page itself speaks for its owner.
func TestPagesOfSharedHosts(t *testing.T) {
	const ours = acme + "acme"
	everything := zone{"_coopverse.example.com.": {"coopverse-claim=" + token}}
	host := files{wellKnown: textFile(token), "/": htmlPage(goodA), "/acme": htmlPage(""), "/else": htmlPage(goodA)}
	p := prover(t, serve(t, "127.0.0.1", host.ServeHTTP), everything)
	for _, website := range []string{ours, acme + "?p=1", acme + "#acme"} {
		host["/"] = htmlPage("")
		proof, err := p.Look(t.Context(), website, page, token)
		wantNot(t, website, proof, err, "neither a file nor the DNS of the host would be a proof")
	}
	for where, words := range map[string]string{"/else": "which is another page", "/acme?x": "which is another page", "/acme2": "answers 404"} {
		p := prover(t, serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.String() == "/acme" {
				http.Redirect(w, r, where, http.StatusFound)
				return
			}
			host.ServeHTTP(w, r)
		}), everything)
		host["/acme"] = htmlPage(goodA)
		proof, err := p.Look(t.Context(), ours, page, token)
		wantNot(t, where, proof, err, words)
	}
	for to, want := range map[string]string{ours: ours, ours + "/": ours + "/", "https://www.example.com/acme/": "https://www.example.com/acme/"} {
		p := prover(t, serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
			if "https://"+r.Host+r.URL.Path != to {
				http.Redirect(w, r, to, http.StatusMovedPermanently)
				return
			}
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(goodTag))
		}), zone{})
		proof, err := p.Look(t.Context(), ours, page, token)
		wantProof(t, to, proof, err, Proof{Meta, want})
	}
}

func TestAgain(t *testing.T) {
	site := files{"/": htmlPage(linkTo(page))}
	p := prover(t, serve(t, "127.0.0.1", site.ServeHTTP), zone{})
	proof, err := p.Again(t.Context(), acme, page, token)
	wantProof(t, "link without token", proof, err, Proof{RelMe, acme})
	site["/"] = htmlPage(linkTo(page + "?claim=" + other))
	proof, err = p.Again(t.Context(), acme, page, token)
	wantNot(t, "link of another claim", proof, err, "but with another token")
	site["/"] = htmlPage(goodTag)
	proof, err = p.Again(t.Context(), acme, page, token)
	wantProof(t, "tag", proof, err, Proof{Meta, acme})
}

// A website that is down has not lost its proof.
func TestUnreachable(t *testing.T) {
	answer := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}
	drip := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte("x"))
			_ = http.NewResponseController(w).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	}
	for what, c := range map[string]struct {
		handler             http.HandlerFunc
		resolver            Resolver
		words               string
		unreachable, unread bool
	}{
		"503":             {answer(503), zone{}, "https://example.com/ answers 503", true, true},
		"slow":            {drip, zone{}, "https://example.com/ did not answer in time", true, true},
		"cut off":         {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, deadZone{}, "https://example.com/ could not be reached", true, true},
		"403":             {answer(403), zone{}, "answers 403", false, true},
		"401":             {answer(401), zone{}, "answers 401", false, true},
		"404":             {answer(404), zone{}, "answers 404", false, false},
		"no name server":  {answer(404), deadZone{}, "_coopverse.example.com could not be looked up", false, true},
		"page without it": {files{"/": htmlPage(""), wellKnown: textFile("")}.ServeHTTP, zone{}, "has no link", false, false},
	} {
		t.Run(what, func(t *testing.T) {
			p := prover(t, serve(t, "127.0.0.1", c.handler), c.resolver)
			p.each = 200 * time.Millisecond
			proof, err := p.Again(t.Context(), acme, page, token)
			missing := wantNot(t, what, proof, err, c.words)
			if errors.Is(err, ErrUnreachable) != c.unreachable || missing.Unread != c.unread {
				t.Errorf("unread %v: %v", missing.Unread, err)
			}
		})
	}
	server := serve(t, "127.0.0.1", drip)
	p := prover(t, server, zone{})
	p.each, p.total = time.Hour, 100*time.Millisecond
	began := time.Now()
	if _, err := p.Look(t.Context(), acme, page, token); !errors.Is(err, ErrUnreachable) || time.Since(began) > 5*time.Second {
		t.Errorf("after %v in all: %v", time.Since(began), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Look(ctx, acme, page, token); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	proof, err := prover(t, server, zone{}).Look(t.Context(), "https://example.org/", page, token)
	wantNot(t, "certificate", proof, err, "has a certificate that is not valid")
}
