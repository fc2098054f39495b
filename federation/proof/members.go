package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/gowebpki/jcs"
)

// members are those of a JSON object, each as it is written. Nothing inside is
// read and written again, so numbers stay as they are, and names that differ in
// case only stay apart.
type members map[string]json.RawMessage

// text returns a member that is a string, and "" for all others.
func (m members) text(name string) string {
	var text string
	if json.Unmarshal(m[name], &text) != nil {
		return ""
	}
	return text
}

// has says whether there is a member of that name.
func (m members) has(name string) bool {
	_, found := m[name]
	return found
}

// canonical writes an object in its one canonical form (RFC 8785).
func (m members) canonical() ([]byte, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(text)
}

// hash is that of the canonical form. What is signed is the hash of what a proof
// says of itself and that of the document, one after the other (section 3.3.4).
func (m members) hash() ([]byte, error) {
	text, err := m.canonical()
	sum := sha256.Sum256(text)
	return sum[:], err
}

// list returns the values of a member that may be one value or a list of them.
func list(value json.RawMessage) []json.RawMessage {
	if len(value) == 0 {
		return nil
	}
	var many []json.RawMessage
	if json.Unmarshal(value, &many) != nil {
		return []json.RawMessage{value} // which was read before, so it is JSON
	}
	return many
}

// write writes JSON as package document does: names in order, and & < > as
// they are.
func write(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
