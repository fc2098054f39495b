package publiclog

import "encoding/binary"

// AppendStanding adds a record that stands to the text of a snapshot: its number
// in eight bytes, the highest first, and its commitment. The SHA-256 of the text,
// in order of the numbers, is what the snapshot says of its log.
func AppendStanding(text []byte, leaf int64, commitment []byte) []byte {
	return append(binary.BigEndian.AppendUint64(text, uint64(leaf)), commitment...)
}
