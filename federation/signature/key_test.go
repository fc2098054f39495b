package signature

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
)

func pemOf(t *testing.T, kind string, key any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestKeysAreWrittenAndRead(t *testing.T) {
	private := testKey().Private
	text, err := MarshalPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(text, "-----BEGIN PUBLIC KEY-----\n") {
		t.Errorf("not SPKI: %.40q", text)
	}
	older := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&private.PublicKey)}))
	for name, text := range map[string]string{
		"SPKI":                 text,
		"PKCS #1":              older,
		"without a last line":  strings.TrimSpace(text),
		"with Windows' lines":  strings.ReplaceAll(text, "\n", "\r\n"),
		"with space around it": "\n\n" + text + "\n",
	} {
		key, err := ParsePublicKey(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !private.PublicKey.Equal(key) {
			t.Errorf("%s: another key came back", name)
		}
	}
	text, err = MarshalPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParsePrivateKey(text)
	if err != nil || !private.Equal(again) {
		t.Errorf("private key: %v", err)
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	small, _ := rsa.GenerateKey(rand.Reader, 1024)
	curve, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	good, _ := MarshalPublicKey(&testKey().Private.PublicKey)
	secret, _ := MarshalPrivateKey(testKey().Private)
	huge := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 16383, 1), E: 65537}
	for name, text := range map[string]string{
		"nothing":           "",
		"no PEM":            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A",
		"RSA of 1024 bits":  pemOf(t, "PUBLIC KEY", &small.PublicKey),
		"RSA of 16384 bits": pemOf(t, "PUBLIC KEY", huge),
		"elliptic curve":    pemOf(t, "PUBLIC KEY", &curve.PublicKey),
		"a private key":     secret,
		"wrong label":       strings.ReplaceAll(good, "PUBLIC KEY", "CERTIFICATE"),
		"cut short":         good[:200] + "\n-----END PUBLIC KEY-----\n",
		"too long":          good + strings.Repeat(" ", maxPEM),
	} {
		if _, err := ParsePublicKey(text); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{"nothing": "", "a public key": good} {
		if _, err := ParsePrivateKey(text); !errors.Is(err, ErrKey) {
			t.Errorf("private key, %s: %v", name, err)
		}
	}
}
