package publiclog

import (
	"crypto/ed25519"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// handoverLine begins a handover, after the log's origin. No head begins with it.
const handoverLine = "/keys"

// SignHandover writes down, as a signed note, that heads of the log of that origin
// are signed with another key from now on. It is signed with the key before it, so
// that whoever knows that one can follow.
func SignHandover(origin string, key ed25519.PrivateKey, next ed25519.PublicKey) (string, error) {
	verifier, err := VerifierKey(origin, next)
	if err != nil {
		return "", err
	}
	signed, err := note.Sign(&note.Note{Text: origin + handoverLine + "\n" + verifier + "\n"}, signer{origin, key})
	if err != nil {
		return "", fmt.Errorf("sign the next key of %s: %w", origin, err)
	}
	return string(signed), nil
}

// FollowHandovers is the key to which the handovers lead from that one, or that
// one, and those of them that lead there. They stand in the order in which they
// were signed; those by other keys are passed over.
func FollowHandovers(origin, verifierKey string, handovers []string) (key string, followed []string) {
	for _, signed := range handovers {
		verifier, err := note.NewVerifier(verifierKey)
		if err != nil {
			return verifierKey, followed
		}
		opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
		if err != nil {
			continue
		}
		lines := strings.Split(opened.Text, "\n") // the text ends with a line's end
		if len(lines) == 3 && lines[0] == origin+handoverLine && IsVerifierKey(origin, lines[1]) {
			verifierKey, followed = lines[1], append(followed, signed)
		}
	}
	return verifierKey, followed
}
