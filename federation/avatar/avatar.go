package avatar

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

const (
	// Size is the width and height in pixels, the one that Mastodon shows.
	Size = 400
	// edition is raised when the same initials and colour are drawn in another
	// way, because other servers keep a picture until its address changes.
	edition = 1
)

// bold is the font of the initials (Go Bold, BSD licence).
var bold = func() *opentype.Font {
	f, err := opentype.Parse(gobold.TTF)
	if err != nil {
		panic(err) // the font is part of the program
	}
	return f
}()

// Version changes exactly when the picture does. It is made for addresses.
func Version(handle, name string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %v", edition, initials(handle, name), colourOf(handle)))
	return fmt.Sprintf("%x", sum[:6])
}

// PNG draws the picture of the co-op with that handle and name.
func PNG(handle, name string) ([]byte, error) {
	// Sixteen shades from the ground to white are all that smooth letters
	// need, and they make the file small.
	picture := image.NewPaletted(image.Rect(0, 0, Size, Size), shades(colourOf(handle)))
	letters := initials(handle, name)
	face, err := opentype.NewFace(bold, &opentype.FaceOptions{Size: letterSize(letters), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("open the font: %w", err)
	}
	defer face.Close()
	mask := image.NewAlpha(picture.Rect)
	drawer := font.Drawer{Dst: mask, Src: image.Opaque, Face: face, Dot: centred(face, letters)}
	drawer.DrawString(letters)
	for i, alpha := range mask.Pix {
		picture.Pix[i] = uint8((int(alpha)*15 + 127) / 255)
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, picture); err != nil {
		return nil, fmt.Errorf("write the picture: %w", err)
	}
	return b.Bytes(), nil
}

// letterSize is the height of the letters' line in pixels. Many programs show
// the picture as a circle, and two wide letters must stay inside of it.
func letterSize(letters string) float64 {
	if len([]rune(letters)) == 1 {
		return 210
	}
	return 168
}

// centred is where the pen begins so that the letters stand in the middle. A
// capital's height counts, so that no accent or tail pushes them up or down.
func centred(face font.Face, letters string) fixed.Point26_6 {
	bounds, _ := font.BoundString(face, letters)
	return fixed.Point26_6{
		X: fixed.I(Size)/2 - (bounds.Min.X+bounds.Max.X)/2,
		Y: fixed.I(Size)/2 + face.Metrics().CapHeight/2,
	}
}

// shades go from ground to white in sixteen steps.
func shades(ground color.RGBA) color.Palette {
	palette := make(color.Palette, 16)
	for i := range palette {
		mix := func(c uint8) uint8 { return uint8((int(c)*(15-i) + 255*i) / 15) }
		palette[i] = color.RGBA{mix(ground.R), mix(ground.G), mix(ground.B), 255}
	}
	return palette
}
