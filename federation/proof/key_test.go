package proof

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
)

func TestKeysAreWrittenAndRead(t *testing.T) {
	private := testKey().Private
	multikey := Multikey(private.Public())
	if !strings.HasPrefix(multikey, "z6Mk") || len(multikey) != 48 {
		t.Errorf("multikey %s", multikey)
	}
	public, err := ParseMultikey(multikey)
	if err != nil || !public.Equal(private.Public()) {
		t.Errorf("public key: %v", err)
	}
	text, err := MarshalPrivateKey(private)
	if err != nil || !strings.HasPrefix(text, "-----BEGIN PRIVATE KEY-----\n") {
		t.Errorf("not PKCS #8: %.40q, %v", text, err)
	}
	again, err := ParsePrivateKey(text)
	if err != nil || !private.Equal(again) {
		t.Errorf("private key: %v", err)
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	good := Multikey(testKey().Private.Public())
	bytes := make([]byte, ed25519.PublicKeySize)
	for name, text := range map[string]string{
		"nothing":              "",
		"no base":              good[1:],
		"another base":         inBase64(append([]byte(multicodec), bytes...)),
		"in emoji":             "🚀",
		"not of the alphabet":  good[:47] + "0",
		"cut short":            good[:47],
		"one more":             good + "1",
		"space around it":      " " + good,
		"a private key":        vectorSecret,
		"the key alone":        encode(bytes),
		"of another kind":      encode(append([]byte("\xe7\x01"), bytes...)), // secp256k1
		"a codec in one byte":  encode(append([]byte("\xed"), bytes...)),
		"31 bytes":             encode(append([]byte(multicodec), bytes[1:]...)),
		"33 bytes":             encode(append(append([]byte(multicodec), bytes...), 0)),
		"zeros before":         encode(append([]byte("\x00"+multicodec), bytes[1:]...)),
		"a million characters": "z" + strings.Repeat("z", 1_000_000),
	} {
		if key, err := ParseMultikey(text); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %x, %v", name, key, err)
		} else if len(err.Error()) > 200 {
			t.Errorf("%s: an error of %d bytes", name, len(err.Error()))
		}
	}

	curve, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	der, _ := x509.MarshalPKCS8PrivateKey(curve)
	publicDER, _ := x509.MarshalPKIXPublicKey(testKey().Private.Public())
	for name, text := range map[string]string{
		"nothing":           "",
		"no PEM":            "MC4CAQAwBQYDK2VwBCIEIA==",
		"an elliptic curve": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"a public key":      string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER})),
	} {
		if _, err := ParsePrivateKey(text); !errors.Is(err, ErrKey) {
			t.Errorf("private key, %s: %v", name, err)
		}
	}
	if _, err := MarshalPrivateKey(nil); !errors.Is(err, ErrKey) {
		t.Errorf("no private key: %v", err)
	}
}
