package signature

import (
	"net/http"
	"testing"
	"time"

	"github.com/go-fed/httpsig"
	rfc9421 "github.com/remitly-oss/httpsig-go"
)

// Two libraries that others use sign for us, and verify what we sign.

func TestGoFedReadsUs(t *testing.T) {
	r := newRequest(t, "POST", "https://peer.example/inbox?a=b", followBody)
	if err := Sign(r, []byte(followBody), testKey(), time.Now()); err != nil {
		t.Fatal(err)
	}
	got, _ := received(t, r)
	verifier, err := httpsig.NewVerifier(got)
	if err != nil {
		t.Fatal(err)
	}
	if verifier.KeyId() != keyID {
		t.Errorf("key id = %q", verifier.KeyId())
	}
	if err := verifier.Verify(&testKey().Private.PublicKey, httpsig.RSA_SHA256); err != nil {
		t.Error(err)
	}
}

func TestWeReadGoFed(t *testing.T) {
	for _, prefer := range []httpsig.Algorithm{httpsig.RSA_SHA256, httpsig.RSA_SHA512} {
		for _, scheme := range []httpsig.SignatureScheme{httpsig.Signature, httpsig.Authorization} {
			signer, _, err := httpsig.NewSigner([]httpsig.Algorithm{prefer}, httpsig.DigestSha256,
				[]string{httpsig.RequestTarget, "host", "date", "digest"}, scheme, 0)
			if err != nil {
				t.Fatal(err)
			}
			r := newRequest(t, "POST", "https://peer.example/inbox?a=b", followBody)
			r.Header.Set("Date", moment.Format(http.TimeFormat))
			r.Header.Set("Host", "peer.example")
			if err := signer.SignRequest(testKey().Private, keyID, r, []byte(followBody)); err != nil {
				t.Fatal(err)
			}
			got, body := received(t, r)
			if err := verified(got, body, testKey()); err != nil {
				t.Errorf("%s in %s: %v", prefer, scheme, err)
			}
		}
	}
}

// The library works out @target-uri wrongly (without the path), so it signs the
// parts of the address.
func TestWeReadRemitly(t *testing.T) {
	profile := rfc9421.SigningProfile{
		Algorithm: rfc9421.Algo_RSA_v1_5_sha256,
		Fields:    rfc9421.Fields("@method", "@authority", "@path", "@query", "content-digest"),
		Metadata:  []rfc9421.Metadata{rfc9421.MetaCreated, rfc9421.MetaKeyID, rfc9421.MetaAlgorithm, rfc9421.MetaNonce},
	}
	for _, digest := range []rfc9421.Digest{rfc9421.DigestSHA256, rfc9421.DigestSHA512} {
		profile.Digest = digest
		r := newRequest(t, "POST", "https://peer.example/inbox?a=b", followBody)
		r.Host = "peer.example"
		err := rfc9421.Sign(r, profile, rfc9421.SigningKey{Key: testKey().Private, MetaKeyID: keyID})
		if err != nil {
			t.Fatal(err)
		}
		got, body := received(t, r)
		claim, err := Read(got, body, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := claim.Verify(&testKey().Private.PublicKey); err != nil {
			t.Errorf("%s: %v", digest, err)
		}
	}
}
