package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// ToldChange is one change of an actor, with what came of telling it. It is
// made from what inboxes answered, and from what they are still owed.
type ToldChange struct {
	Change  int64         `json:"change"`
	At      time.Time     `json:"at"`
	Kind    Kind          `json:"kind"`
	Field   string        `json:"field,omitempty"`
	After   string        `json:"after,omitempty"`
	Told    []HostReceipt `json:"told"`
	Awaited []HostReceipt `json:"awaited"`
	Refused []HostReceipt `json:"refused"` // refused, given up or withdrawn
	Servers ServerCounts  `json:"servers"`
}

// HostReceipt says how telling one inbox of a host went.
type HostReceipt struct {
	Host     string     `json:"host"`
	Inbox    string     `json:"inbox"`
	Outcome  Outcome    `json:"outcome,omitempty"` // "" while it is awaited
	Status   int        `json:"status,omitempty"`  // HTTP status; 0: none
	Why      string     `json:"why,omitempty"`
	At       *time.Time `json:"at,omitempty"`       // when it ended
	Failures int        `json:"failures,omitempty"` // attempts that failed so far
	NextTry  *time.Time `json:"nextTry,omitempty"`
}

// Receipts returns the newest changes of an actor that concern followers,
// newest first, with who was told, who is awaited and who refused.
func (d *Directory) Receipts(ctx context.Context, handle string, limit int) ([]ToldChange, error) {
	tx := d.db.read.WithContext(ctx)
	var changes []Change
	if err := tx.Where("handle = ? AND effective", handle).Order("id DESC").Limit(limit).Find(&changes).Error; err != nil {
		return nil, fmt.Errorf("read the changes of %s: %w", handle, err)
	}
	told := make([]ToldChange, 0, len(changes))
	for _, c := range changes {
		t := ToldChange{Change: c.ID, At: c.At, Kind: c.Kind, Field: c.Field, After: c.After, Told: []HostReceipt{}, Awaited: []HostReceipt{}, Refused: []HostReceipt{}}
		if err := t.readReceipts(tx); err != nil {
			return nil, err
		}
		if err := t.readAwaited(tx, c); err != nil {
			return nil, err
		}
		t.Servers = t.count()
		told = append(told, t)
	}
	return told, nil
}

// count counts the servers of the inboxes that are listed, as ToldCount has it.
func (t *ToldChange) count() (n ServerCounts) {
	last := make(map[string]*int)
	for _, list := range []struct {
		receipts []HostReceipt
		n        *int
	}{{t.Refused, &n.Refused}, {t.Told, &n.Told}, {t.Awaited, &n.Awaited}} {
		for _, r := range list.receipts {
			last[r.Host] = list.n
		}
	}
	for _, which := range last {
		*which++
	}
	return n
}

func (t *ToldChange) readReceipts(tx *gorm.DB) error {
	var over []struct {
		Receipt
		URL, Host string
	}
	err := tx.Model(&Receipt{}).Select("receipts.*, inboxes.url, inboxes.host").Joins("JOIN inboxes ON inboxes.id = receipts.inbox_id").
		Where("change_id = ?", t.Change).Order("host, url").Scan(&over).Error
	if err != nil {
		return fmt.Errorf("read the receipts of change %d: %w", t.Change, err)
	}
	for _, r := range over {
		receipt := HostReceipt{Host: r.Host, Inbox: r.URL, Outcome: r.Outcome, Status: r.Status, Why: r.Detail, At: &r.At}
		if r.Outcome == Told {
			t.Told = append(t.Told, receipt)
		} else {
			t.Refused = append(t.Refused, receipt)
		}
	}
	return nil
}

// awaiting is a condition on inboxes that are still owed a change: see whoAwaits. Of
// those that are not behind it reads a number.
var awaiting = `(taken < @change AND (id IN (SELECT inbox_id FROM followers WHERE handle = @handle AND since < @change) OR @farewell AND NOT gone AND NOT ` + toldElsewhere("inboxes.url") + `)
		OR id IN (SELECT inbox_id FROM addressees WHERE change_id = @change))
	AND id NOT IN (SELECT inbox_id FROM receipts WHERE change_id = @change)`

func whoAwaits(c Change) map[string]any {
	return map[string]any{"change": c.ID, "handle": c.Handle, "farewell": slices.Contains(farewells, c.Kind)}
}

func (t *ToldChange) readAwaited(tx *gorm.DB, c Change) error {
	var behind []Inbox
	err := tx.Where(awaiting, whoAwaits(c)).Order("host, url").Find(&behind).Error
	if err != nil {
		return fmt.Errorf("read who awaits change %d: %w", c.ID, err)
	}
	for _, i := range behind {
		t.Awaited = append(t.Awaited, HostReceipt{Host: i.Host, Inbox: i.URL, Why: i.LastError, Failures: i.Failures, NextTry: i.DueAt})
	}
	return nil
}

// Line sums the receipt of a change up for people.
func (t ToldChange) Line() string {
	hosts := func(receipts []HostReceipt) string {
		var names []string
		for _, r := range receipts {
			name := r.Host
			if r.Why != "" {
				name += " (" + r.Why + ")"
			}
			names = append(names, name)
		}
		return strings.Join(names, ", ")
	}
	line := strings.TrimSpace(fmt.Sprintf("%d  %s  %s %s", t.Change, t.At.Format(time.DateTime), t.Kind, t.Field))
	for _, part := range []struct {
		label    string
		receipts []HostReceipt
	}{{"told", t.Told}, {"awaited", t.Awaited}, {"not told", t.Refused}} {
		if len(part.receipts) > 0 {
			line += fmt.Sprintf("\n    %s: %s", part.label, hosts(part.receipts))
		}
	}
	return line
}
