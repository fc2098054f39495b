package directory

import "time"

// LogRecord is what one record of the public log says: one of these.
type LogRecord struct {
	Entry     *LoggedEntry      `json:"entry,omitempty"`     // a co-op's entry as it is from then on
	Removed   *LoggedRemoval    `json:"removed,omitempty"`   // that there is none any more
	Withdrawn *LoggedWithdrawal `json:"withdrawn,omitempty"` // that earlier records are gone for good
	Snapshot  *LoggedSnapshot   `json:"snapshot,omitempty"`  // what stands of all that was said before
}

// LoggedEntry is an entry, and who stands behind what of it.
type LoggedEntry struct {
	Profile
	Said map[Source][]string `json:"said,omitempty"` // fields that others than the list speak for
}

// LoggedRemoval says that an entry was removed, or is another's.
type LoggedRemoval struct {
	Handle     string    `json:"handle"`
	Version    int64     `json:"version"`
	At         time.Time `json:"at"`
	Reason     string    `json:"reason,omitempty"`
	MergedInto string    `json:"mergedInto,omitempty"`
}

// LoggedWithdrawal names the leaves of which only the commitment is left.
type LoggedWithdrawal struct {
	Leaves []int64   `json:"leaves"`         // ascending, at most publiclog.MaxWithdrawn
	Ends   []int64   `json:"ends,omitempty"` // the record that had ended each of them; none: this one
	At     time.Time `json:"at"`
}

// LoggedSnapshot says which entries stand when the log has that many records. It
// is the record of that number itself.
type LoggedSnapshot struct {
	Size    int64     `json:"size"`
	Entries int64     `json:"entries"`
	Hash    string    `json:"hash"` // SHA-256 in hexadecimal, of the text that publiclog.AppendStanding writes
	At      time.Time `json:"at"`
}
