package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
)

// Limits of a report from another server.
const (
	MaxReportObjects = 100
	MaxReportText    = 5000 // characters; the rest is cut off
)

// maxReports is how many open reports of one reporter, mostly a whole server,
// are kept.
const maxReports = 1000

// Report is what somebody reported to the operators.
type Report struct {
	ID         int64          `json:"id"`
	PeerID     string         `json:"reporter"` // mostly the other server's own actor
	ActivityID string         `json:"activity"`
	Content    string         `json:"content"` // plain text
	At         time.Time      `json:"at"`
	ResolvedAt *time.Time     `json:"resolvedAt,omitempty"`
	Resolution string         `json:"resolution,omitempty"`
	Objects    []ReportObject `json:"objects" gorm:"foreignKey:ReportID"`
}

// ReportObject is one thing that a report is about.
type ReportObject struct {
	ReportID int64  `json:"-" gorm:"primaryKey"`
	Position int    `json:"-" gorm:"primaryKey"`
	Handle   string `json:"handle,omitempty"` // of ours that it concerns
	Object   string `json:"object"`           // id
}

// About names the actors of ours that a report concerns.
func (r Report) About() string {
	var handles []string
	for _, o := range r.Objects {
		if o.Handle != "" && !slices.Contains(handles, o.Handle) {
			handles = append(handles, o.Handle)
		}
	}
	return enumerate(handles)
}

// AddReport puts a report into the operators' queue. Errors: ErrRepeated;
// ErrInvalid when it is about too many things.
func (d *Directory) AddReport(ctx context.Context, h Heard, content string, objects []ReportObject) error {
	if n := len(objects); n > MaxReportObjects {
		return fmt.Errorf("%w: the report is about %d things; one takes %d", ErrInvalid, n, MaxReportObjects)
	}
	kept := slices.Clone(objects)
	for i := range kept {
		kept[i].Position, kept[i].Object = i, cut(asText(kept[i].Object), maxID)
	}
	return d.takeIn(ctx, &h, func(tx *gorm.DB) (string, error) {
		var open int64
		if err := tx.Model(&Report{}).Where("peer_id = ? AND resolved_at IS NULL", h.Peer.ID).Count(&open).Error; err != nil {
			return "", err
		}
		if open >= maxReports {
			return "too many reports", nil
		}
		report := Report{PeerID: h.Peer.ID, ActivityID: h.ActivityID, Content: cut(asText(content), MaxReportText), At: now(), Objects: kept}
		return "reported to the operators", tx.Create(&report).Error
	})
}

// Reports lists the reports that are open, or all of them, newest first, at
// most limit of those before the given number; 0 begins with the newest.
func (d *Directory) Reports(ctx context.Context, resolved bool, before int64, limit int) ([]Report, error) {
	tx := withObjects(d.db.read.WithContext(ctx))
	if !resolved {
		tx = tx.Where("resolved_at IS NULL")
	}
	if before > 0 {
		tx = tx.Where("id < ?", before)
	}
	reports := []Report{}
	if err := tx.Order("id DESC").Limit(limit).Find(&reports).Error; err != nil {
		return nil, fmt.Errorf("read the reports: %w", err)
	}
	return reports, nil
}

// Report returns one report, or ErrNotFound.
func (d *Directory) Report(ctx context.Context, id int64) (Report, error) {
	return reportByID(d.db.read.WithContext(ctx), id)
}

func reportByID(tx *gorm.DB, id int64) (Report, error) {
	var r Report
	err := withObjects(tx).Take(&r, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Report{}, notFound("report: %d", id)
	}
	if err != nil {
		return Report{}, fmt.Errorf("read report %d: %w", id, err)
	}
	return r, nil
}

func withObjects(tx *gorm.DB) *gorm.DB {
	return tx.Preload("Objects", func(tx *gorm.DB) *gorm.DB { return tx.Order("position") })
}

// ResolveReport closes a report with a word on what was done. Errors:
// ErrNotFound; ErrInvalid when it is closed already; a *FieldError for the word.
func (d *Directory) ResolveReport(ctx context.Context, by Actor, id int64, resolution string) error {
	resolution, err := reason("note", resolution, "say what was done about the report")
	if err != nil {
		return err
	}
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		result := tx.Model(&Report{}).Where("id = ? AND resolved_at IS NULL", id).Updates(map[string]any{"resolved_at": now(), "resolution": resolution})
		if result.Error != nil {
			return fmt.Errorf("resolve report %d: %w", id, result.Error)
		}
		if result.RowsAffected > 0 {
			return audit(tx, by, "resolved a report", DirectoryHandle, fmt.Sprintf("report %d: %s", id, resolution))
		}
		report, err := reportByID(tx, id)
		if err != nil {
			return err
		}
		return fmt.Errorf("%w: report %d was resolved already: %s", ErrInvalid, id, report.Resolution)
	})
}
