package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"coopverse/directory/picture"
	"coopverse/directory/place"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// pictureFields are the fields whose value is a picture.
var pictureFields = []string{"logo", "header"}

// maxEntryPictures is how many pictures are kept of one entry besides those that
// somebody says are its own now.
const maxEntryPictures = 40

// entryPicture is a picture that an entry shows or has shown.
type entryPicture struct {
	Handle string `gorm:"primaryKey"`
	Hash   string `gorm:"primaryKey"`
}

// Shown is a picture of an entry.
type Shown struct {
	Hash      string // SHA-256 of the data, hex
	MediaType string // image/jpeg or image/png
	Alt       string // what it shows, for those who cannot see it
}

var shownForm = regexp.MustCompile(`^([0-9a-f]{64})\.(jpg|png)$`)

// ReadShown reads the value of a field that is a picture; ok is false if there
// is none.
func ReadShown(value string) (s Shown, ok bool) {
	line := readLine(value)
	form := shownForm.FindStringSubmatch(line.Label)
	if form == nil {
		return Shown{}, false
	}
	s = Shown{Hash: form[1], MediaType: "image/jpeg", Alt: line.Rest}
	if form[2] == "png" {
		s.MediaType = "image/png"
	}
	return s, true
}

// NewShown is the picture p with what it shows.
func NewShown(p picture.Picture, alt string) Shown {
	sum := sha256.Sum256(p.Data)
	return Shown{hex.EncodeToString(sum[:]), p.MediaType, alt}
}

// Path is where the picture is published, on the directory's own host.
func (s Shown) Path() string { return "/media/" + s.File() }

// File is the last part of that path.
func (s Shown) File() string {
	if s.MediaType == "image/png" {
		return s.Hash + ".png"
	}
	return s.Hash + ".jpg"
}

// String is the value of a field that is this picture.
func (s Shown) String() string { return Line{s.File(), s.Alt}.String() }

// LogoAlt is what a logo shows, as long as nobody says it better.
func LogoAlt(name string) string { return "Logo of " + cut(name, MaxLineValue-len("Logo of ")) }

// normalPicture takes a picture with a description. Whether it is the entry's
// own is seen when it is saved.
func normalPicture(text string, _ *place.Gazetteer) (string, error) {
	if text == "" {
		return "", nil
	}
	s, ok := ReadShown(text)
	switch {
	case !ok:
		return "", fmt.Errorf("%.80q does not begin with a picture", text)
	case s.Alt == "":
		return "", errors.New("there is no word of what the picture shows, for those who cannot see it")
	case utf8.RuneCountInString(s.Alt) > MaxLineValue:
		return "", fmt.Errorf("the description has more than %d characters", MaxLineValue)
	}
	return s.String(), nil
}

// keepEntryPictures keeps the pictures that came with an edit, and refuses those
// that are not the entry's own: of another one, the description would be put
// into somebody else's mouth, and the picture would outlive its removal there.
func keepEntryPictures(tx *gorm.DB, handle string, set map[string]string, sent []picture.Picture) error {
	for _, field := range pictureFields {
		wanted, ok := ReadShown(set[field])
		if !ok {
			continue
		}
		for _, p := range sent {
			if NewShown(p, "").Hash != wanted.Hash || p.MediaType != wanted.MediaType {
				continue
			}
			kept := Picture{Hash: wanted.Hash, MediaType: p.MediaType, Width: p.Width, Height: p.Height, Data: p.Data, AddedAt: now()}
			if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&kept).Error; err != nil {
				return fmt.Errorf("keep the %s of %s: %w", field, handle, err)
			}
			if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&entryPicture{handle, wanted.Hash}).Error; err != nil {
				return fmt.Errorf("note the %s of %s: %w", field, handle, err)
			}
		}
		var own int64
		err := tx.Model(&entryPicture{}).Joins("JOIN pictures ON pictures.hash = entry_pictures.hash").
			Where("handle = ? AND entry_pictures.hash = ? AND media_type = ?", handle, wanted.Hash, wanted.MediaType).Count(&own).Error
		if err != nil {
			return fmt.Errorf("look for the %s of %s: %w", field, handle, err)
		}
		if own == 0 {
			return &FieldError{field, "this picture is none of this entry's; choose the file again"}
		}
	}
	return nil
}

// forgetOldPictures forgets the oldest pictures of an entry when it has had more
// than are kept. Its history names them still, and cannot put them back.
func forgetOldPictures(tx *gorm.DB, c Coop) error {
	var old []string
	err := tx.Model(&entryPicture{}).Joins("JOIN pictures ON pictures.hash = entry_pictures.hash").Where("handle = ?", c.Handle).
		Where("NOT EXISTS (SELECT 1 FROM facts WHERE coop_id = ? AND field IN ? AND value LIKE entry_pictures.hash || '%')", c.ID, pictureFields).
		Order("added_at DESC, entry_pictures.hash").Limit(1000).Offset(maxEntryPictures).Pluck("entry_pictures.hash", &old).Error
	if err != nil || len(old) == 0 {
		return err
	}
	if err := tx.Where("handle = ? AND hash IN ?", c.Handle, old).Delete(&entryPicture{}).Error; err != nil {
		return err
	}
	return forgetPictures(tx, old)
}

// shareEntryPictures makes the pictures of one entry another one's as well, which
// takes over what that one shows.
func shareEntryPictures(tx *gorm.DB, from, to string) error {
	err := tx.Exec("INSERT INTO entry_pictures (handle, hash) SELECT ?, hash FROM entry_pictures WHERE handle = ? ON CONFLICT DO NOTHING", to, from).Error
	if err != nil {
		return fmt.Errorf("give the pictures of %s to %s: %w", from, to, err)
	}
	return nil
}

// dropEntryPictures forgets the pictures of an entry.
func dropEntryPictures(tx *gorm.DB, handle string) error {
	var hashes []string
	if err := tx.Model(&entryPicture{}).Where("handle = ?", handle).Pluck("hash", &hashes).Error; err != nil {
		return fmt.Errorf("read what pictures %s has: %w", handle, err)
	}
	if err := tx.Where("handle = ?", handle).Delete(&entryPicture{}).Error; err != nil {
		return fmt.Errorf("take the pictures off %s: %w", handle, err)
	}
	return forgetPictures(tx, hashes)
}
