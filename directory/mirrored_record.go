package directory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// MirroredRecord returns an entry of a mirrored directory as its home wrote it,
// and the number of its record in the home's log; ErrNotFound if there is none.
func (d *Directory) MirroredRecord(ctx context.Context, m Mirror, handle string) (entry json.RawMessage, leaf int64, err error) {
	var row mirroredEntry
	err = d.db.read.WithContext(ctx).Where("mirror_id = ? AND handle = ?", m.ID, asText(handle)).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, 0, notFound("co-op: %s at %s", handle, m.Host)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read the record of %s at %s: %w", handle, m.Host, err)
	}
	return json.RawMessage(row.Entry), row.Leaf, nil
}
