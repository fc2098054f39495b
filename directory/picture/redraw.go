package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
)

// shrunk is img with no side longer than that many pixels. It is halved as
// often as possible, so that each pixel of img counts, at little memory; the
// better filters of the draw package take some hundred megabytes.
func shrunk(img image.Image, side int) image.Image {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	longest := max(w, h)
	if longest <= side {
		return img
	}
	goalW, goalH := max(1, w*side/longest), max(1, h*side/longest)
	for w/2 >= goalW && h/2 >= goalH {
		w, h = w/2, h/2
		img = scaled(img, w, h)
	}
	return scaled(img, goalW, goalH)
}

func scaled(img image.Image, w, h int) image.Image {
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(to, to.Bounds(), img, img.Bounds(), draw.Src, nil)
	return to
}

// upright turns and mirrors img as its orientation asks. A browser would do
// that too, but the metadata that ask for it are not kept.
func upright(img image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return img
	}
	from := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(from, from.Bounds(), img, img.Bounds().Min, draw.Src)
	w, h := from.Bounds().Dx(), from.Bounds().Dy()
	sideways := orientation >= 5
	fromRight := orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8
	fromBottom := orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7

	to := image.NewRGBA(from.Bounds())
	if sideways {
		to = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range to.Bounds().Dy() {
		for x := range to.Bounds().Dx() {
			fromX, fromY := x, y
			if sideways {
				fromX, fromY = y, x
			}
			if fromRight {
				fromX = w - 1 - fromX
			}
			if fromBottom {
				fromY = h - 1 - fromY
			}
			to.SetRGBA(x, y, from.RGBAAt(fromX, fromY))
		}
	}
	return to
}

// jpegQuality is where people stop seeing a difference.
const jpegQuality = 88

// encoded is img as a JPEG if that is no loss (lossy: it comes from one, or
// from a format like it) and nothing shines through it, else as a PNG. What
// would be too large becomes a JPEG all the same, or smaller.
func encoded(img image.Image, lossy bool) (Picture, error) {
	opaque := isOpaque(img)
	for {
		p := Picture{MediaType: "image/png", Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
		var b bytes.Buffer
		var err error
		if lossy && opaque {
			p.MediaType = "image/jpeg"
			err = jpeg.Encode(&b, img, &jpeg.Options{Quality: jpegQuality})
		} else {
			err = png.Encode(&b, img)
		}
		if err != nil {
			return Picture{}, fmt.Errorf("the picture could not be drawn anew: %w", err)
		}
		if p.Data = b.Bytes(); len(p.Data) <= maxResult {
			return p, nil
		}
		if opaque && !lossy {
			lossy = true
		} else {
			img = shrunk(img, max(p.Width, p.Height)*3/4)
		}
	}
}

func isOpaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}
