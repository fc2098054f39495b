package web_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// shot is a page as a screen shows it before anybody scrolls.
type shot struct {
	path, scheme string
	screen       screen
}

var (
	wide   = screen{name: "desktop", width: 1280, height: 900, scale: 1}
	narrow = screen{name: "phone", width: 390, height: 844, scale: 1, phone: true}
)

// readmePictures are the pictures in docs/, each of one or more shots side by
// side. After a change of how pages look: make screenshots, then
// cp build/screenshots/screenshot*.png docs/
var readmePictures = map[string][]shot{
	"screenshot.png":       {{"/", "light", wide}},
	"screenshot-dark.png":  {{"/", "dark", wide}},
	"screenshot-coop.png":  {{"/coops/agaric", "light", wide}},
	"screenshot-phone.png": {{"/", "light", narrow}, {"/?q=web&region=europe", "light", narrow}, {"/coops/agaric", "dark", narrow}},
}

// photographForReadme makes those pictures, with few colours so that they are
// small.
func photographForReadme(t *testing.T, ctx context.Context, origin, folder string) {
	t.Helper()
	for name, shots := range readmePictures {
		first := shots[0].screen
		whole := image.NewRGBA(image.Rect(0, 0, int(first.width)*len(shots), int(first.height)))
		for i, s := range shots {
			body, err := photograph(ctx, origin+s.path, s.screen, s.scheme, float64(s.screen.height))
			if err != nil {
				t.Fatal(err)
			}
			picture, err := png.Decode(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			draw.Draw(whole, picture.Bounds().Add(image.Pt(int(first.width)*i, 0)), picture, image.Point{}, draw.Src)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, inFewColours(whole)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// inFewColours keeps the 256 commonest colours, which on our pages are nearly
// all of them.
func inFewColours(m *image.RGBA) image.Image {
	seen := map[color.RGBA]int{}
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			seen[m.RGBAAt(x, y)]++
		}
	}
	var commonest color.Palette
	for c := range seen {
		commonest = append(commonest, c)
	}
	slices.SortFunc(commonest, func(a, b color.Color) int { return seen[b.(color.RGBA)] - seen[a.(color.RGBA)] })
	few := image.NewPaletted(m.Rect, commonest[:min(len(commonest), 256)])
	draw.Draw(few, m.Rect, m, image.Point{}, draw.Src)
	return few
}
