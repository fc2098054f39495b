package publiclog

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestLineCommitsToItsRecord(t *testing.T) {
	salt, record := NewSalt(), `{"coop":"agaric","version":1}`
	encoded, err := json.Marshal(Kept(salt, record))
	if err != nil {
		t.Fatal(err)
	}
	var line Line
	if err := json.Unmarshal(encoded, &line); err != nil {
		t.Fatal(err)
	}
	want := Commit(salt, record)
	if got, _, err := line.Committed(); err != nil || string(got) != string(want) {
		t.Errorf("%s commits to %x, %v", encoded, got, err)
	}
	if got, _, err := Withdrawn(want).Committed(); err != nil || string(got) != string(want) {
		t.Errorf("once withdrawn to %x, %v", got, err)
	}
	line.Record = json.RawMessage(`{"coop":"agaric","version":2}`)
	if got, _, _ := line.Committed(); string(got) == string(want) {
		t.Error("another record has the same commitment")
	}
	if string(Commit(NewSalt(), record)) == string(want) {
		t.Error("another salt has the same commitment")
	}
}

func TestLinesThatSayTooLittleOrTooMuch(t *testing.T) {
	salt, commitment := inBase64(NewSalt()), inBase64(Commit(NewSalt(), "{}"))
	for what, line := range map[string]Line{
		"empty":                    {},
		"no salt":                  {Record: json.RawMessage("{}")},
		"no record":                {Salt: salt},
		"a short salt":             {Salt: salt[:20], Record: json.RawMessage("{}")},
		"a salt with loose bits":   {Salt: salt[:21] + "B", Record: json.RawMessage("{}")},
		"a large record":           {Salt: salt, Record: json.RawMessage(`"` + strings.Repeat("x", MaxRecord) + `"`)},
		"a commitment and a salt":  {Salt: salt, Commitment: commitment},
		"a commitment and a text":  {Record: json.RawMessage("{}"), Commitment: commitment},
		"a short commitment":       {Commitment: commitment[:40]},
		"a commitment of no bytes": {Commitment: "!"},
	} {
		if got, _, err := line.Committed(); err == nil {
			t.Errorf("%s: commits to %x", what, got)
		}
	}
}
