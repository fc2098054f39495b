package picture_test

import (
	"bytes"
	"image"
	"image/color"
	"testing"

	"coopverse/directory/picture"
)

func shaped(t *testing.T, p picture.Picture, err error) image.Image {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	img, _, err := image.Decode(bytes.NewReader(p.Data))
	if err != nil || img.Bounds() != image.Rect(0, 0, p.Width, p.Height) {
		t.Fatalf("%v, %v", img, err)
	}
	return img
}

// A wide logo is whole within a square, and what it lacks has its own ground.
func TestLogosBecomeSquare(t *testing.T) {
	for _, size := range []image.Point{{900, 300}, {300, 900}, {80, 20}, {1, 40}} {
		p, err := picture.ReadLogo(bytes.NewReader(asPNG(t, corners(size.X, size.Y, green, green, green, green))), "logo.png")
		img := shaped(t, p, err)
		if want := min(400, max(size.X, size.Y)); p.Width != want || p.Height != want {
			t.Errorf("%v becomes %d × %d", size, p.Width, p.Height)
		}
		expectCorners(t, size.String(), img, green, green, green, green)
	}
	veil := color.NRGBA{}
	p, err := picture.ReadLogo(bytes.NewReader(asPNG(t, corners(80, 40, veil, red, veil, red))), "logo.png")
	if got := shaped(t, p, err).At(70, 5); !like(got, veil) {
		t.Errorf("above a transparent logo is %v", got)
	}
}

// Of a header the middle is kept, and nothing is blown up.
func TestHeadersKeepTheirMiddle(t *testing.T) {
	for _, tt := range []struct{ w, h, most int }{{3000, 3000, 500}, {3000, 100, 100}, {600, 400, 200}, {1500, 500, 500}, {1, 1, 1}} {
		p, err := picture.ReadHeader(bytes.NewReader(asPNG(t, corners(tt.w, tt.h, red, green, green, red))), "header.png")
		shaped(t, p, err)
		if got := float64(p.Width) / float64(p.Height); p.Width > 1500 || p.Height > tt.most || tt.w > 3 && (got < 2.9 || got > 3.1) {
			t.Errorf("%d × %d becomes %d × %d", tt.w, tt.h, p.Width, p.Height)
		}
	}
	if _, err := picture.ReadHeader(bytes.NewReader([]byte("<svg onload='alert(1)'/>")), "header.svg"); err == nil {
		t.Error("an SVG was taken")
	}
}
