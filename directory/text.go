package directory

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxID is the length of the longest id that is taken from other servers, in
// bytes. Two of them fit into one entry of PostgreSQL's indexes.
const maxID = 1024

// isText says whether both databases take s as text; PostgreSQL takes no zero bytes.
func isText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// asText drops from what somebody else wrote what is no text.
func asText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// cut is the beginning of s, at most limit characters.
func cut(s string, limit int) string {
	for i := range s {
		if limit == 0 {
			return s[:i]
		}
		limit--
	}
	return s
}

// checkIDs refuses what cannot be kept as an id, with ErrInvalid.
func checkIDs(ids ...string) error {
	for _, id := range ids {
		if len(id) > maxID {
			return fmt.Errorf("%w: the id %.80s… is longer than %d bytes", ErrInvalid, id, maxID)
		}
		if !isText(id) {
			return fmt.Errorf("%w: %.80q is not an id", ErrInvalid, id)
		}
	}
	return nil
}
