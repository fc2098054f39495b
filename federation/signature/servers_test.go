package signature

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

const followBody = `{"@context":"https://www.w3.org/ns/activitystreams","type":"Follow"}`

// Requests in the shapes that other software sends. The text that is signed is
// written out by hand, and signed without any code of ours.
func TestRequestsOfOtherServers(t *testing.T) {
	sum := sha256.Sum256([]byte(followBody))
	digest := base64.StdEncoding.EncodeToString(sum[:])
	length := fmt.Sprint(len(followBody))
	_, edwards, _ := ed25519.GenerateKey(rand.Reader)

	servers := []struct {
		name    string
		request string // first line and headers, without the signature
		body    string
		signed  string // the text that is signed
		header  string // the signature's header, with %s for the signature
		keyID   string
		hash    crypto.Hash // 0: Ed25519
	}{
		{
			name: "Mastodon, delivery",
			request: "POST /coops/acme/inbox HTTP/1.1\nUser-Agent: Mastodon/4.6.5 (http.rb/5.3.1; +https://m.example/)\nHost: coop.example\n" +
				"Date: Tue, 01 Sep 2026 10:00:00 GMT\nAccept-Encoding: gzip\nDigest: SHA-256=" + digest + "\nContent-Type: application/activity+json\nContent-Length: " + length,
			body: followBody,
			signed: "(request-target): post /coops/acme/inbox\nhost: coop.example\ndate: Tue, 01 Sep 2026 10:00:00 GMT\ndigest: SHA-256=" + digest +
				"\ncontent-type: application/activity+json",
			header: `Signature: keyId="https://m.example/users/a#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",signature="%s"`,
			keyID:  "https://m.example/users/a#main-key",
			hash:   crypto.SHA256,
		},
		{
			name: "Mastodon, fetch with a query that older versions do not sign",
			request: "GET /coops/acme/outbox?page=true HTTP/1.1\nHost: coop.example\nDate: Tue, 01 Sep 2026 10:00:00 GMT\n" +
				"Accept: application/activity+json, application/ld+json",
			signed: "(request-target): get /coops/acme/outbox\nhost: coop.example\ndate: Tue, 01 Sep 2026 10:00:00 GMT\naccept: application/activity+json, application/ld+json",
			header: `Signature: keyId="https://m.example/actor#main-key",algorithm="rsa-sha256",headers="(request-target) host date accept",signature="%s"`,
			keyID:  "https://m.example/actor#main-key",
			hash:   crypto.SHA256,
		},
		{
			name: "GoToSocial, hs2019 with a key that is a page",
			request: "POST /inbox HTTP/1.1\nHost: coop.example\nUser-Agent: gotosocial/0.20.0 (+https://g.example)\nContent-Length: " + length +
				"\nAccept-Charset: utf-8\nContent-Type: application/activity+json\nDate: Tue, 01 Sep 2026 10:00:00 GMT\nDigest: SHA-256=" + digest,
			body:   followBody,
			signed: "(request-target): post /inbox\nhost: coop.example\ndate: Tue, 01 Sep 2026 10:00:00 GMT\ndigest: SHA-256=" + digest,
			header: `Signature: keyId="https://g.example/users/a/main-key",algorithm="hs2019",headers="(request-target) host date digest",signature="%s"`,
			keyID:  "https://g.example/users/a/main-key",
			hash:   crypto.SHA256,
		},
		{
			name: "Misskey",
			request: "POST /inbox HTTP/1.1\nHost: coop.example\nDate: Tue, 01 Sep 2026 10:00:00 GMT\nContent-Type: application/activity+json\nDigest: SHA-256=" + digest +
				"\nUser-Agent: Misskey/2026.9.0 (https://k.example)\nContent-Length: " + length,
			body:   followBody,
			signed: "(request-target): post /inbox\ndate: Tue, 01 Sep 2026 10:00:00 GMT\nhost: coop.example\ndigest: SHA-256=" + digest,
			header: `Signature: keyId="https://k.example/users/9abc#main-key",algorithm="rsa-sha256",headers="(request-target) date host digest",signature="%s"`,
			keyID:  "https://k.example/users/9abc#main-key",
			hash:   crypto.SHA256,
		},
		{
			name: "Akkoma, which signs the length",
			request: "POST /inbox HTTP/1.1\nHost: coop.example\ndate: Tue, 01 Sep 2026 10:00:00 GMT\ncontent-type: application/activity+json\ndigest: SHA-256=" + digest +
				"\ncontent-length: " + length,
			body:   followBody,
			signed: "(request-target): post /inbox\ncontent-length: " + length + "\ndate: Tue, 01 Sep 2026 10:00:00 GMT\ndigest: SHA-256=" + digest + "\nhost: coop.example",
			header: `Signature: keyId="https://p.example/users/a#main-key",algorithm="rsa-sha256",headers="(request-target) content-length date digest host",signature="%s"`,
			keyID:  "https://p.example/users/a#main-key",
			hash:   crypto.SHA256,
		},
		{
			name:    "hs2019 with (created), without a date",
			request: "POST /inbox HTTP/1.1\nHost: coop.example\nDigest: SHA-256=" + digest + "\nContent-Length: " + length,
			body:    followBody,
			signed:  "(request-target): post /inbox\n(created): 1788256800\n(expires): 1788257100\nhost: coop.example\ndigest: SHA-256=" + digest,
			header:  `Signature: keyId="https://h.example/a#main-key", algorithm="hs2019", created=1788256800, expires=1788257100, headers="(request-target) (created) (expires) host digest", signature="%s"`,
			keyID:   "https://h.example/a#main-key",
			hash:    crypto.SHA256,
		},
		{
			name:    "hs2019 with SHA-512",
			request: "GET /coops/acme HTTP/1.1\nHost: coop.example\nDate: Tue, 01 Sep 2026 10:00:00 GMT",
			signed:  "(request-target): get /coops/acme\nhost: coop.example\ndate: Tue, 01 Sep 2026 10:00:00 GMT",
			header:  `Signature: keyId="https://h.example/a#main-key",algorithm="hs2019",headers="(request-target) host date",signature="%s"`,
			keyID:   "https://h.example/a#main-key",
			hash:    crypto.SHA512,
		},
		{
			name:    "hs2019 with Ed25519",
			request: "GET /coops/acme HTTP/1.1\nHost: coop.example\nDate: Tue, 01 Sep 2026 10:00:00 GMT",
			signed:  "(request-target): get /coops/acme\nhost: coop.example\ndate: Tue, 01 Sep 2026 10:00:00 GMT",
			header:  `Signature: keyId="https://h.example/a#ed",algorithm="hs2019",headers="(request-target) host date",signature="%s"`,
			keyID:   "https://h.example/a#ed",
		},
		{
			name:    "Authorization instead of Signature, no algorithm named",
			request: "GET /coops/acme HTTP/1.1\nHost: coop.example\nDate: Tue, 01 Sep 2026 10:00:00 GMT",
			signed:  "(request-target): get /coops/acme\nhost: coop.example\ndate: Tue, 01 Sep 2026 10:00:00 GMT",
			header:  `Authorization: Signature keyId="https://h.example/a#main-key",headers="(request-target) host date",signature="%s"`,
			keyID:   "https://h.example/a#main-key",
			hash:    crypto.SHA256,
		},
		{
			name: "Fedify, RFC 9421, which signs the Host header too",
			request: "POST /inbox?from=fedify HTTP/1.1\nHost: coop.example\nContent-Type: application/activity+json\nDate: Tue, 01 Sep 2026 10:00:00 GMT\nContent-Digest: sha-256=:" + digest + ":\nContent-Length: " + length +
				"\n" + `Signature-Input: sig1=("@method" "@target-uri" "@authority" "host" "date" "content-digest");alg="rsa-v1_5-sha256";keyid="https://f.example/users/a#main-key";created=1788256800`,
			body: followBody,
			signed: `"@method": POST` + "\n" + `"@target-uri": https://coop.example/inbox?from=fedify` + "\n" + `"@authority": coop.example` + "\n" + `"host": coop.example` + "\n" +
				`"date": Tue, 01 Sep 2026 10:00:00 GMT` + "\n" + `"content-digest": sha-256=:` + digest + ":\n" +
				`"@signature-params": ("@method" "@target-uri" "@authority" "host" "date" "content-digest");alg="rsa-v1_5-sha256";keyid="https://f.example/users/a#main-key";created=1788256800`,
			header: `Signature: sig1=:%s:`,
			keyID:  "https://f.example/users/a#main-key",
			hash:   crypto.SHA256,
		},
		{
			name: "Mastodon, RFC 9421, fetch without alg",
			request: "GET /coops/acme HTTP/1.1\nHost: coop.example:443\n" +
				`Signature-Input: sig1=("@method" "@target-uri");created=1788256800;keyid="https://m.example/actor#main-key"`,
			signed: `"@method": GET` + "\n" + `"@target-uri": https://coop.example/coops/acme` + "\n" +
				`"@signature-params": ("@method" "@target-uri");created=1788256800;keyid="https://m.example/actor#main-key"`,
			header: `Signature: sig1=:%s:`,
			keyID:  "https://m.example/actor#main-key",
			hash:   crypto.SHA256,
		},
		{
			name: "RFC 9421 over the parts of the address, Ed25519",
			request: "GET /coops?page=2 HTTP/1.1\nHost: Coop.Example\n" +
				`Signature-Input: a=("@method" "@authority" "@path" "@query");created=1788256800;keyid="https://e.example/a#ed"`,
			signed: `"@method": GET` + "\n" + `"@authority": coop.example` + "\n" + `"@path": /coops` + "\n" + `"@query": ?page=2` + "\n" +
				`"@signature-params": ("@method" "@authority" "@path" "@query");created=1788256800;keyid="https://e.example/a#ed"`,
			header: `Signature: a=:%s:`,
			keyID:  "https://e.example/a#ed",
		},
	}
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			key, signature := edwards.Public(), []byte(nil)
			switch s.hash {
			case crypto.SHA256:
				sum := sha256.Sum256([]byte(s.signed))
				key = &testKey().Private.PublicKey
				signature, _ = rsa.SignPKCS1v15(nil, testKey().Private, s.hash, sum[:])
			case crypto.SHA512:
				sum := sha512.Sum512([]byte(s.signed))
				key = &testKey().Private.PublicKey
				signature, _ = rsa.SignPKCS1v15(nil, testKey().Private, s.hash, sum[:])
			default:
				signature = ed25519.Sign(edwards, []byte(s.signed))
			}
			header := fmt.Sprintf(s.header, base64.StdEncoding.EncodeToString(signature))
			text := strings.ReplaceAll(s.request+"\n"+header, "\n", "\r\n") + "\r\n\r\n" + s.body
			r, body := parsed(t, text)
			claim, err := Read(r, body, moment)
			if err != nil {
				t.Fatal(err)
			}
			if claim.KeyID != s.keyID || !claim.At.Equal(moment) {
				t.Errorf("claim = %q at %v", claim.KeyID, claim.At)
			}
			if err := claim.Verify(key); err != nil {
				t.Errorf("%v; we would have signed:\n%s", err, claim.bases[0])
			}
		})
	}
}
