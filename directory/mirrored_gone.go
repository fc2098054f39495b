package directory

import (
	"fmt"

	"gorm.io/gorm"
)

// notMirrored says why an entry of a copy is not shown: ErrNotFound, or a *GoneError
// if the last that is shown of it is that its home has removed it. What our
// operators have hidden stays so.
func notMirrored(tx *gorm.DB, m Mirror, handle string) error {
	said, err := overlayOf(tx, m.Host, handle)
	if err != nil {
		return err
	}
	var last []logRow
	err = tx.Where("log_id = ? AND handle = ? AND leaf < ?", m.ID, handle, m.Applied).Order("leaf DESC").Limit(1).Find(&last).Error
	if err != nil {
		return fmt.Errorf("read the last record of %s at %s: %w", handle, m.Host, err)
	}
	if said.Hidden || len(last) == 0 || last[0].Record == nil {
		return notFound("co-op: %s at %s", handle, m.Host)
	}
	record, err := parseRecord([]byte(*last[0].Record))
	if err != nil {
		return fmt.Errorf("read the last record of %s at %s: %w", handle, m.Host, err)
	}
	if record.Removed == nil {
		return notFound("co-op: %s at %s", handle, m.Host)
	}
	gone := &GoneError{Home: m.Host, Handle: handle, Reason: foreign(record.Removed.Reason, MaxReason), At: asStored(record.Removed.At)}
	if into := record.Removed.MergedInto; into != handle && wellFormedHandle.MatchString(into) {
		gone.MergedInto = into
	}
	return gone
}
