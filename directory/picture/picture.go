package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"path/filepath"

	"golang.org/x/image/draw"
)

// Limits of what is read, and of what comes out.
const (
	MaxBytes  = 16 << 20   // of what is uploaded
	MaxPixels = 40_000_000 // what a small server can hold in memory
	MaxSide   = 2048       // pixels; larger pictures are scaled down
	maxResult = 8 << 20    // bytes; half of what Mastodon takes, for those who take less
)

// ErrUnusable is wrapped by all errors of Read, ReadLogo and ReadHeader. They are sentences for whoever
// sent the picture.
var ErrUnusable = errors.New("not usable")

// Picture is a picture as it is published.
type Picture struct {
	MediaType     string // image/jpeg or image/png
	Width, Height int    // pixels, at most MaxSide
	Data          []byte // at most 8 MB
}

// Read reads a JPEG, PNG, GIF (of which the first frame counts) or WebP. Name
// is the file's name; an ending that says something else than the data is an
// error, and no ending is none.
func Read(r io.Reader, name string) (Picture, error) {
	return readShaped(r, name, func(img image.Image) image.Image { return img })
}

// read reads a picture in the shape that is wanted.
func read(r io.Reader, name string, shape func(image.Image) image.Image) (Picture, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	switch {
	case err != nil:
		return Picture{}, fmt.Errorf("the picture did not arrive whole: %w", err)
	case len(data) > MaxBytes:
		return Picture{}, fmt.Errorf("the picture has more than %d MB", MaxBytes>>20)
	}
	if name = filepath.Base(name); name == "." { // it has none
		name = "the picture"
	}
	f, err := formatOf(data, name)
	if err != nil {
		return Picture{}, err
	}
	img, err := f.pixels(data)
	if err != nil {
		return Picture{}, err
	}
	return encoded(shape(upright(shrunk(img, MaxSide), f.orientation(data))), f.lossy)
}

// pixels decodes a picture of that format, after asking how large it would be:
// a file of some kilobytes can hold a picture that no memory holds.
func (f format) pixels(data []byte) (image.Image, error) {
	size, err := f.size(bytes.NewReader(data))
	switch {
	case err != nil:
		return nil, f.damaged(err)
	case size.Width <= 0 || size.Height <= 0:
		return nil, errors.New("the picture has no pixels")
	case int64(size.Width)*int64(size.Height) > MaxPixels:
		return nil, fmt.Errorf("the picture has %d × %d pixels, which is more than %d million", size.Width, size.Height, MaxPixels/1_000_000)
	case f.name == "JPEG" && scans(data) > maxScans:
		return nil, fmt.Errorf("the picture is drawn in more than %d scans", maxScans)
	}
	img, err := f.decode(bytes.NewReader(data))
	if err != nil {
		return nil, f.damaged(err)
	}
	whole := image.Rect(0, 0, size.Width, size.Height)
	if img.Bounds() == whole {
		return img, nil
	}
	// The first frame of a GIF need not fill it.
	canvas := image.NewRGBA(whole)
	draw.Draw(canvas, img.Bounds(), img, img.Bounds().Min, draw.Src)
	return canvas, nil
}

func (f format) damaged(err error) error {
	return fmt.Errorf("the picture begins like a %s, but it is damaged or of a rare kind: %w", f.name, err)
}
