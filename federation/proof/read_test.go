package proof

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// What a proof says of itself, each signed as it stands.
func TestWhatAProofMaySay(t *testing.T) {
	at := func(d time.Duration) string { return moment.Add(d).Format(time.RFC3339) }
	for name, c := range map[string]struct {
		changes map[string]any // nil leaves a member out
		want    error
	}{
		"all as usual":                       {nil, nil},
		"an id and words nobody knows":       {map[string]any{"id": "urn:uuid:1", "nonce": "n", "x": []int{1}}, nil},
		"a DID":                              {map[string]any{"verificationMethod": "did:key:z6Mk#z6Mk"}, nil},
		"to sign in":                         {map[string]any{"proofPurpose": "authentication"}, ErrPurpose},
		"for nothing":                        {map[string]any{"proofPurpose": nil}, ErrPurpose},
		"for several things":                 {map[string]any{"proofPurpose": []string{purpose}}, ErrPurpose},
		"made years ago":                     {map[string]any{"created": "2019-01-01T00:00:00Z"}, nil},
		"made by a clock that is fast":       {map[string]any{"created": at(maxAhead)}, nil},
		"made in the future":                 {map[string]any{"created": at(maxAhead + time.Second)}, ErrFuture},
		"made in the future, in other hours": {map[string]any{"created": "2026-09-01T09:30:00-02:00"}, ErrFuture},
		"with nanoseconds":                   {map[string]any{"created": "2026-09-01T10:00:00.528934348Z"}, nil},
		"made nobody says when":              {map[string]any{"created": nil}, nil},
		"made yesterday":                     {map[string]any{"created": "yesterday"}, ErrMalformed},
		"made at a time without a zone":      {map[string]any{"created": "2026-09-01T10:00:00"}, ErrMalformed},
		"made at a number":                   {map[string]any{"created": moment.Unix()}, ErrMalformed},
		"valid for a while":                  {map[string]any{"expires": at(time.Hour)}, nil},
		"expired by a clock that is fast":    {map[string]any{"expires": at(-maxAhead)}, nil},
		"expired":                            {map[string]any{"expires": at(-maxAhead - time.Second)}, errNoClaims},
		"expired, and of a future":           {map[string]any{"expires": at(-time.Hour), "created": at(time.Hour)}, errNoClaims},
		"expires never":                      {map[string]any{"expires": "never"}, ErrMalformed},
		"expires at a number":                {map[string]any{"expires": 1}, ErrMalformed},
		"with a key written out":             {map[string]any{"verificationMethod": map[string]any{"id": keyID}}, ErrMalformed},
		"with a list of keys":                {map[string]any{"verificationMethod": []string{keyID}}, ErrMalformed},
		"with no key":                        {map[string]any{"verificationMethod": nil}, ErrMalformed},
		"with an empty key":                  {map[string]any{"verificationMethod": ""}, ErrMalformed},
		"of another type":                    {map[string]any{"type": "Ed25519Signature2020"}, errNoClaims},
		"of a list of types":                 {map[string]any{"type": []string{kind}}, errNoClaims},
		"of no type":                         {map[string]any{"type": nil}, errNoClaims},
		"of another suite":                   {map[string]any{"cryptosuite": "eddsa-rdfc-2022"}, errNoClaims},
		"of the suite's older name":          {map[string]any{"cryptosuite": "jcs-eddsa-2022"}, errNoClaims},
		"of another suite, for what we do not know": {map[string]any{"cryptosuite": "bbs-2023", "proofPurpose": 1, "created": 1,
			"expires": 1, "verificationMethod": 1, "proofValue": 1}, errNoClaims},
		"in a chain":               {map[string]any{"previousProof": "urn:uuid:2"}, errNoClaims},
		"no value":                 {map[string]any{"proofValue": nil}, ErrMalformed},
		"a value that is a number": {map[string]any{"proofValue": 1}, ErrMalformed},
		"a list of values":         {map[string]any{"proofValue": []string{"z1"}}, ErrMalformed},
		"a value in base64":        {map[string]any{"proofValue": inBase64(make([]byte, 64))}, ErrMalformed},
		"a value in no base":       {map[string]any{"proofValue": strings.Repeat("1", 88)}, ErrMalformed},
		"a value of no alphabet":   {map[string]any{"proofValue": "z" + strings.Repeat("0", 88)}, ErrMalformed},
		"a value in emoji":         {map[string]any{"proofValue": "🚀"}, ErrMalformed},
		"nothing in base 58":       {map[string]any{"proofValue": "z"}, ErrMalformed},
		"a short value":            {map[string]any{"proofValue": encode(make([]byte, 63))}, ErrMalformed},
		"a long value":             {map[string]any{"proofValue": encode(make([]byte, 65))}, ErrMalformed},
		"a value of nothing":       {map[string]any{"proofValue": encode(make([]byte, 64))}, ErrSignature},
	} {
		t.Run(name, func(t *testing.T) {
			if err := verified(forged(t, follow, c.changes), testKey()); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestDocumentsWithoutAProofSayNothing(t *testing.T) {
	for name, document := range map[string]string{
		"none":                    follow,
		"null":                    `{"proof":null}`,
		"an empty list":           `{"proof":[]}`,
		"one of nothing":          `{"proof":{}}`,
		"a list of nulls":         `{"proof":[null]}`,
		"a name in another case":  edited(t, signed(t, follow), `"proof":`, `"Proof":`),
		"inside of an object":     `{"object":` + signed(t, follow) + `}`,
		"a name twice":            `{"a":1,"a":2}`,
		"half a surrogate pair":   `{"a":"\ud83d"}`,
		"a number beyond numbers": `{"a":1e999}`,
		"one of another suite, and half a surrogate pair": `{"a":"\ud83d","proof":{"type":"DataIntegrityProof","cryptosuite":"eddsa-rdfc-2022"}}`,
	} {
		if claims, err := Read([]byte(document), moment); err != nil || len(claims) > 0 {
			t.Errorf("%s: %v, %v", name, claims, err)
		}
	}
}

func TestDocumentsThatAreRefused(t *testing.T) {
	whole := signed(t, follow)
	for name, document := range map[string]string{
		"nothing":                        "",
		"a list":                         "[" + whole + "]",
		"cut short":                      whole[:len(whole)-1],
		"with something after it":        whole + "{}",
		"a proof that is text":           `{"proof":"https://peer.example/proofs/1"}`,
		"a proof that is a number":       `{"proof":1}`,
		"a list with text":               `{"proof":["x"]}`,
		"a list in a list":               `{"proof":[[{}]]}`,
		"a name twice":                   edited(t, whole, `"type":"Follow"`, `"type":"Follow","type":"Follow"`),
		"a name twice, once written out": edited(t, whole, `"type":"Follow"`, `"type":"Follow","typ\u0065":"Follow"`),
		"a name twice inside":            signedButNotPlain(t, `"object":{"a":1,"a":1}`),
		"a name of the proof twice":      edited(t, whole, `"type":"DataIntegrityProof"`, `"type":"DataIntegrityProof","type":"DataIntegrityProof"`),
		"two proofs by name":             edited(t, whole, `"proof":`, `"proof":{},"proof":`),
		"half a surrogate pair":          signedButNotPlain(t, `"object":"\ud83d"`),
		"half a surrogate pair, a name":  edited(t, whole, `"type":"Follow"`, `"type":"Follow","\ud83d":1`),
		"not UTF-8":                      signedButNotPlain(t, "\"object\":\"\xff\""),
		"a number beyond numbers":        signedButNotPlain(t, `"object":1e999`),
	} {
		if claims, err := Read([]byte(document), moment); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v, %v", name, claims, err)
		}
	}
}

func signedButNotPlain(t *testing.T, object string) string {
	return edited(t, signed(t, follow), `"object":"https://peer.example/users/ada"`, object)
}

func TestSpellingIsNotSigned(t *testing.T) {
	document := signed(t, `{"@context":["x"],"n":[100,0.5,1e21,9007199254740993],"s":"é€😀/\"\n<&>","a":{"b":1,"c":null}}`)
	for name, other := range map[string]string{
		"space":              strings.NewReplacer(`,"`, ",\n\t\"", `":`, `" : `).Replace(document),
		"order":              edited(t, document, `{"b":1,"c":null}`, `{"c":null,"b":1}`),
		"numbers":            edited(t, document, `[100,0.5,1e21,9007199254740993]`, `[1.0E+2,5e-1,1000000000000000000000,9007199254740992]`),
		"escapes":            edited(t, document, `é€😀/\"\n<&>`, `\u00e9\u20ac\ud83d\ude00\/\u0022\u000a\u003c\u0026\u003e`),
		"escapes in a name":  edited(t, document, `"s":`, `"\u0073":`),
		"the name of proof":  edited(t, document, `"proof":`, `"\u0070roof":`),
		"a list of one":      withProof(t, document, "["+proofIn(t, document)+"]"),
		"nothing is changed": document,
	} {
		if err := verified(other, testKey()); err != nil {
			t.Errorf("%s: %v\n%s", name, err, other)
		}
	}
}

// A signature of Linked Data is made after the proof.
func TestALinkedDataSignatureIsNotSigned(t *testing.T) {
	document := edited(t, signed(t, follow), `"type":"Follow"`, `"type":"Follow","signature":{"type":"RsaSignature2017"}`)
	if err := verified(document, testKey()); err != nil {
		t.Error(err)
	}
	inside := edited(t, signed(t, follow), `"object":"https://peer.example/users/ada"`, `"object":{"signature":1}`)
	if err := verified(inside, testKey()); !errors.Is(err, ErrSignature) {
		t.Errorf("inside of an object: %v", err)
	}
}

func TestTheContextOfAProof(t *testing.T) {
	const a, b = `"https://a.example/ns"`, `{"b":"https://b.example/ns"}`
	document := func(context string) string { return `{"@context":` + context + `,"id":"https://coop.example/1"}` }
	none := map[string]any{"@context": nil}
	for name, c := range map[string]struct {
		signed  string         // the @context that was signed
		changes map[string]any // what the proof says of it
		sent    string         // the @context that came
		want    error
	}{
		"the same list":             {`[` + a + `,` + b + `]`, nil, `[` + a + `,` + b + `]`, nil},
		"the same text":             {a, nil, a, nil},
		"the same object":           {b, nil, b, nil},
		"more at the end":           {`[` + a + `]`, nil, `[` + a + `,` + b + `]`, nil},
		"text, in a list":           {a, nil, `[` + a + `,` + b + `]`, nil},
		"more at the beginning":     {`[` + a + `]`, nil, `[` + b + `,` + a + `]`, ErrContext},
		"less":                      {`[` + a + `,` + b + `]`, nil, `[` + a + `]`, ErrContext},
		"another order":             {`[` + a + `,` + b + `]`, nil, `[` + b + `,` + a + `]`, ErrContext},
		"another one":               {a, nil, b, ErrContext},
		"another one in the object": {b, nil, `{"b":"https://evil.example/ns"}`, ErrContext},
		"none in the proof":         {a, none, a, nil},
		"none in the proof, more":   {`[` + a + `]`, none, `[` + a + `,` + b + `]`, ErrSignature},
	} {
		t.Run(name, func(t *testing.T) {
			text := forged(t, document(c.signed), c.changes)
			got := edited(t, text, `{"@context":`+c.signed+`,"id"`, `{"@context":`+c.sent+`,"id"`)
			if err := verified(got, testKey()); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v\n%s", err, c.want, got)
			}
		})
	}
	t.Run("none at all", func(t *testing.T) {
		if err := verified(forged(t, `{"id":"https://coop.example/1"}`, none), testKey()); err != nil {
			t.Error(err)
		}
		withOne := edited(t, forged(t, `{"id":"https://coop.example/1"}`, none), `{"id"`, `{"@context":"x","id"`)
		if err := verified(withOne, testKey()); !errors.Is(err, ErrSignature) {
			t.Errorf("one added later: %v", err)
		}
		signedAsNull := forged(t, `{"id":"https://coop.example/1"}`, map[string]any{"@context": json.RawMessage("null")})
		if err := verified(edited(t, signedAsNull, `"@context":null,`, ""), testKey()); !errors.Is(err, ErrSignature) {
			t.Errorf("null is taken for none: %v", err)
		}
	})
	t.Run("signed as if the proof said it", func(t *testing.T) {
		text := edited(t, forged(t, document(a), nil), `"proof":{"@context":`+a+`,`, `"proof":{`)
		if err := verified(text, testKey()); err != nil {
			t.Error(err)
		}
	})
}

func TestSeveralProofs(t *testing.T) {
	second := Key{ID: "https://coop.example/coops/acme#second", Private: otherKey().Private}
	others, err := Sign([]byte(follow), second, moment)
	if err != nil {
		t.Fatal(err)
	}
	first, other := proofIn(t, signed(t, follow)), proofIn(t, string(others))
	const unknown = `{"type":"Other"}`
	document := func(proofs ...string) string {
		return withProof(t, signed(t, follow), "["+strings.Join(proofs, ",")+"]")
	}
	claims, err := Read([]byte(document(first, unknown, other)), moment)
	if err != nil || len(claims) != 2 {
		t.Fatalf("%d claims, %v", len(claims), err)
	}
	for i, key := range []Key{testKey(), second} {
		if err := claims[i].Verify(key.Private.Public().(ed25519.PublicKey)); err != nil || claims[i].Method != key.ID {
			t.Errorf("claim %d of %s: %v", i, claims[i].Method, err)
		}
		if err := claims[1-i].Verify(key.Private.Public().(ed25519.PublicKey)); !errors.Is(err, ErrSignature) {
			t.Errorf("claim %d with the other's key: %v", 1-i, err)
		}
	}
	if claims, err := Read([]byte(document(slices.Repeat([]string{first}, maxProofs)...)), moment); err != nil || len(claims) != maxProofs {
		t.Errorf("%d proofs: %d claims, %v", maxProofs, len(claims), err)
	}
	if _, err := Read([]byte(document(first, edited(t, other, `"assertionMethod"`, `"authentication"`))), moment); !errors.Is(err, ErrPurpose) {
		t.Errorf("a good one and a bad one: %v", err)
	}
	for _, n := range []int{maxProofs + 1, 10_000} {
		for what, proof := range map[string]string{"proofs": first, "unknown proofs": unknown} {
			began := time.Now()
			if _, err := Read([]byte(document(slices.Repeat([]string{proof}, n)...)), moment); !errors.Is(err, ErrMalformed) {
				t.Errorf("%d %s: %v", n, what, err)
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("%d %s took %s", n, what, took)
			}
		}
	}
}

func TestDeepAndLongDocumentsCostLittle(t *testing.T) {
	whole := signed(t, follow)
	proof := proofIn(t, whole)
	deep := strings.Repeat("[", 500_000)
	long := strings.Repeat("1", 900_000)
	for name, document := range map[string]string{
		"a million levels that do not end": `{"a":` + deep + deep,
		"half a million levels":            `{"a":` + deep + strings.Repeat("]", len(deep)) + `,"proof":` + proof + `}`,
		"levels in the proof":              `{"proof":` + deep + strings.Repeat("]", len(deep)) + `}`,
		"a long value":                     edited(t, whole, `"proofValue":"z`, `"proofValue":"z`+strings.Repeat("z", 900_000)),
		"a long number":                    `{"a":` + long + `,"proof":` + proof + `}`,
	} {
		began := time.Now()
		if _, err := Read([]byte(document), moment); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %.100v", name, err)
		} else if len(err.Error()) > 500 {
			t.Errorf("%s: an error of %d bytes", name, len(err.Error()))
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}

func TestVerifyWithKeysOfAllKinds(t *testing.T) {
	claims, err := Read([]byte(signed(t, follow)), moment)
	if err != nil || len(claims) != 1 || claims[0].Method != keyID {
		t.Fatalf("%+v, %v", claims, err)
	}
	right := testKey().Private.Public().(ed25519.PublicKey)
	for name, c := range map[string]struct {
		key  ed25519.PublicKey
		want error
	}{
		"none":          {nil, ErrKey},
		"cut short":     {right[:31], ErrKey},
		"a private key": {ed25519.PublicKey(testKey().Private), ErrKey},
		"zeros":         {make(ed25519.PublicKey, 32), ErrSignature},
		"another one":   {otherKey().Private.Public().(ed25519.PublicKey), ErrSignature},
		"the right one": {right, nil},
	} {
		if err := claims[0].Verify(c.key); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if err := (Claim{}).Verify(right); !errors.Is(err, ErrSignature) {
		t.Errorf("a claim of nothing: %v", err)
	}
}

// The proof of one document does not fit another one, and a proof in which
// anything is changed fits none.
func TestNothingCanBeChanged(t *testing.T) {
	const document = `{"@context":["https://www.w3.org/ns/activitystreams",{"b":"https://b.example/"}],` +
		`"id":"https://coop.example/1","type":"Create","actor":"https://coop.example/coops/acme","n":1.5,"yes":true,"no":null,` +
		`"to":["as:Public"],"cc":[],"object":{"id":"https://coop.example/2","content":"<p>x</p>","tag":[{"name":"#a"},{"name":"#b"}]}}`
	whole := signed(t, document)
	if err := verified(whole, testKey()); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for what, other := range variants(t, whole) {
		tried++
		switch what {
		case "/@context: one more": // at its end, as section 3.3.2 allows
			continue
		case "/proof: without @context": // which is the same in the document
			continue
		}
		if err := verified(other, testKey()); err == nil {
			t.Errorf("%s: verified\n%s", what, other)
		}
	}
	if tried < 100 {
		t.Errorf("only %d changes", tried)
	}
	for name, other := range map[string]string{"a Follow": follow, "its object": `{"@context":["https://www.w3.org/ns/activitystreams",{"b":"https://b.example/"},"https://w3id.org/security/data-integrity/v1"],"id":"https://coop.example/2"}`} {
		if err := verified(withProof(t, other, proofIn(t, whole)), testKey()); err == nil {
			t.Errorf("the proof fits %s", name)
		}
	}
	if err := verified(whole, otherKey()); !errors.Is(err, ErrSignature) {
		t.Errorf("with another key: %v", err)
	}
}

// variants returns a document with each of its values changed, each left out,
// and something added to each object and list.
func variants(t *testing.T, document string) map[string]string {
	t.Helper()
	all := map[string]string{}
	root := parsed(t, document)
	var walk func(path string, value any, put func(any))
	walk = func(path string, value any, put func(any)) {
		try := func(what string, other any) {
			put(other)
			all[path+": "+what] = printed(t, root)
			put(value)
		}
		switch value := value.(type) {
		case map[string]any:
			for name, member := range value {
				fewer := maps.Clone(value)
				delete(fewer, name)
				try("without "+name, fewer)
				renamed := maps.Clone(fewer)
				renamed[name+"x"] = member
				try(name+" by another name", renamed)
				walk(path+"/"+name, member, func(v any) { value[name] = v })
			}
			more := maps.Clone(value)
			more["added"] = 1
			try("one more", more)
		case []any:
			for i, member := range value {
				try(fmt.Sprintf("without %d", i), slices.Delete(slices.Clone(value), i, i+1))
				walk(fmt.Sprintf("%s/%d", path, i), member, func(v any) { value[i] = v })
			}
			try("one more", append(slices.Clone(value), "added"))
			if len(value) > 1 {
				reversed := slices.Clone(value)
				slices.Reverse(reversed)
				try("reversed", reversed)
			}
		case string:
			try("longer", value+"x")
			try("empty", "")
			try("upper case", strings.ToUpper(value)+"X")
			try("a list", []any{value})
		default:
			try("text", fmt.Sprint(value))
			try("another", "other")
		}
	}
	for name, member := range root {
		walk("/"+name, member, func(v any) { root[name] = v })
		if name == "proof" {
			continue
		}
		fewer := maps.Clone(root)
		delete(fewer, name)
		all["without "+name] = printed(t, fewer)
	}
	more := maps.Clone(root)
	more["added"] = nil
	all["one more"] = printed(t, more)
	return all
}
