package picture

import (
	"fmt"
	"image"
	"io"

	"golang.org/x/image/draw"
)

// What Mastodon shows of a profile, in pixels. Larger pictures are scaled down
// to it, smaller ones stay as they are.
const (
	logoSide                  = 400
	headerWidth, headerHeight = 1500, 500
)

// ReadLogo is Read for the picture beside a name, which is shown as a square.
// All of it is kept: what it lacks of a square gets the colour of its corner.
func ReadLogo(r io.Reader, name string) (Picture, error) {
	return readShaped(r, name, func(img image.Image) image.Image { return shrunk(squared(img), logoSide) })
}

// ReadHeader is Read for the picture at the head of a profile, of which the
// middle is kept in the shape of 3 to 1.
func ReadHeader(r io.Reader, name string) (Picture, error) {
	return readShaped(r, name, func(img image.Image) image.Image { return shrunk(middle(img, headerWidth, headerHeight), headerWidth) })
}

func readShaped(r io.Reader, name string, shape func(image.Image) image.Image) (Picture, error) {
	p, err := read(r, name, shape)
	if err != nil {
		return Picture{}, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	return p, nil
}

// squared is img in the middle of a square.
func squared(img image.Image) image.Image {
	b := img.Bounds()
	side := max(b.Dx(), b.Dy())
	if b.Dx() == b.Dy() {
		return img
	}
	to := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(to, to.Bounds(), image.NewUniform(img.At(b.Min.X, b.Min.Y)), image.Point{}, draw.Src)
	at := image.Pt((side-b.Dx())/2, (side-b.Dy())/2)
	draw.Draw(to, b.Sub(b.Min).Add(at), img, b.Min, draw.Src)
	return to
}

// middle is the largest part in the middle of img that has the shape of w to h.
func middle(img image.Image, w, h int) image.Image {
	b := img.Bounds()
	size := image.Pt(b.Dx(), max(1, b.Dx()*h/w))
	if size.Y > b.Dy() {
		size = image.Pt(max(1, b.Dy()*w/h), b.Dy())
	}
	from := b.Min.Add(image.Pt((b.Dx()-size.X)/2, (b.Dy()-size.Y)/2))
	to := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(to, to.Bounds(), img, from, draw.Src)
	return to
}
