package signature

import (
	"bufio"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The key of draft-cavage-http-signatures-12, appendix C. It has 1024 bits, so
// Verify refuses it and the vectors go past that.
const draftKey = `-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----`

const draftRequest = "POST /foo?param=value&pet=dog HTTP/1.1\r\n" +
	"Host: example.com\r\n" +
	"Date: Sun, 05 Jan 2014 21:31:40 GMT\r\n" +
	"Content-Type: application/json\r\n" +
	"Digest: SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=\r\n" +
	"Content-Length: 18\r\n\r\n" +
	`{"hello": "world"}`

func parsed(t *testing.T, text string) (*http.Request, []byte) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, body
}

func decoded(t *testing.T, text string) crypto.PublicKey {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// The signatures of draft-cavage-http-signatures-12, appendix C.
func TestVectorsOfTheDraft(t *testing.T) {
	vectors := map[string]struct {
		header string
		read   error // what Read says, with its own demands
	}{
		"C.1 default": {`keyId="Test",algorithm="rsa-sha256",headers="date",signature="SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7q25WqS+lavg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM="`, ErrCoverage},
		"C.2 basic":   {`keyId="Test",algorithm="rsa-sha256",headers="(request-target) host date",signature="qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="`, ErrCoverage},
		"C.3 all":     {`keyId="Test",algorithm="rsa-sha256",headers="(request-target) host date content-type digest content-length",signature="vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="`, nil},
	}
	key := decoded(t, draftKey)
	at := time.Date(2014, 1, 5, 21, 31, 40, 0, time.UTC)
	for name, v := range vectors {
		t.Run(name, func(t *testing.T) {
			r, body := parsed(t, draftRequest)
			c, err := parseCavage(v.header)
			if err != nil {
				t.Fatal(err)
			}
			claim, err := c.claim(r, at)
			if err != nil {
				t.Fatal(err)
			}
			if err := claim.match(key); err != nil {
				t.Errorf("the draft's own signature: %v\n%s", err, claim.bases[0])
			}
			if err := claim.Verify(key); !errors.Is(err, ErrKey) {
				t.Errorf("a key of 1024 bits: %v", err)
			}
			r.Header.Set("Signature", v.header)
			if _, err := Read(r, body, at); !errors.Is(err, v.read) {
				t.Errorf("Read: %v, want %v", err, v.read)
			}
		})
	}
}

// RFC 9421, appendix B.2.6: the one signature there of a kind that we verify.
func TestVectorOfRFC9421(t *testing.T) {
	r, body := parsed(t, "POST /foo?param=Value&Pet=dog HTTP/1.1\r\n"+
		"Host: example.com\r\n"+
		"Date: Tue, 20 Apr 2021 02:07:55 GMT\r\n"+
		"Content-Type: application/json\r\n"+
		"Content-Digest: sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:\r\n"+
		"Content-Length: 18\r\n"+
		`Signature-Input: sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`+"\r\n"+
		"Signature: sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:\r\n\r\n"+
		`{"hello": "world"}`)
	m, err := parseRFC9421(r)
	if err != nil {
		t.Fatal(err)
	}
	claim, err := m.claim(r)
	if err != nil {
		t.Fatal(err)
	}
	want := `"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`
	if got := string(claim.bases[0]); got != want {
		t.Errorf("signature base:\n%s\nwant:\n%s", got, want)
	}
	key, err := ParsePublicKey("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----")
	if err != nil {
		t.Fatal(err)
	}
	if err := claim.Verify(key); err != nil {
		t.Error(err)
	}
	if err := checkContentDigest(r.Header.Get("Content-Digest"), body); err != nil {
		t.Errorf("the RFC's own content-digest: %v", err)
	}
	if _, err := Read(r, body, time.Unix(1618884473, 0)); !errors.Is(err, ErrCoverage) {
		t.Errorf("Read: %v, want ErrCoverage: neither query nor body is signed", err)
	}
}
