package picture_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"coopverse/directory/picture"
)

var (
	red   = color.NRGBA{R: 255, A: 255}
	green = color.NRGBA{G: 255, A: 255}
	blue  = color.NRGBA{B: 255, A: 255}
	white = color.NRGBA{R: 255, G: 255, B: 255, A: 255}
	clear = color.NRGBA{}
)

// corners is a picture of that size whose quarters have these colours, from
// left to right and from top to bottom.
func corners(w, h int, colours ...color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, colours[y*2/h*2+x*2/w])
		}
	}
	return img
}

// noise is a picture that nothing compresses.
func noise(w, h int, alpha func(uint8) uint8) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = uint8(random.Uint32())
		if i%4 == 3 {
			img.Pix[i] = alpha(img.Pix[i])
		}
	}
	return img
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asGIF is an animation on a canvas of that size.
func asGIF(t testing.TB, w, h int, frames ...image.Image) []byte {
	t.Helper()
	all := gif.GIF{Config: image.Config{Width: w, Height: h}}
	for _, f := range frames {
		p := image.NewPaletted(f.Bounds(), color.Palette{clear, red, green, blue, white})
		for y := p.Rect.Min.Y; y < p.Rect.Max.Y; y++ {
			for x := p.Rect.Min.X; x < p.Rect.Max.X; x++ {
				p.Set(x, y, f.At(x, y))
			}
		}
		all.Image, all.Delay = append(all.Image, p), append(all.Delay, 1)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &all); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// WebPs as libwebp makes them; Go has no encoder.
const (
	webpLossless = "5249464624000000574542505650384c170000002f024000000f10f3bffff31f0e14a46dc0a2fd45f43f6e00" // 3 × 2, red, blue at the bottom right
	webpLossy    = "5249464634000000574542505650382028" + webpGreen                                           // 16 × 8, #20a040
	webpHoles    = "5249464622000000574542505650384c150000002f024000100f1031fff31f0c02495bbced8fe87f7000"     // 3 × 2, clear, blue at the bottom right
	webpVeil     = "524946465800000057454250565038580a000000100000000f0000070000" +                           // 16 × 8, #20a04080
		"414c50480a000000010750c088084444ff0356503820" + "28" + webpGreen
	webpGreen = "0000009001009d012a1000080002804225a00274ba00039800fee1c37ee80053f67ffca57eecbd24ee6800"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	data, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// read is a picture that must be usable, and its pixels.
func read(t *testing.T, data []byte, name string) (picture.Picture, image.Image) {
	t.Helper()
	p, err := picture.Read(bytes.NewReader(data), name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	img, format, err := image.Decode(bytes.NewReader(p.Data))
	if err != nil || p.MediaType != "image/"+format || img.Bounds() != image.Rect(0, 0, p.Width, p.Height) {
		t.Fatalf("%s: says that it is %s, %d × %d, and is %s, %v, %v", name, p.MediaType, p.Width, p.Height, format, img, err)
	}
	return p, img
}

// refused is what is said of a picture that must not be usable.
func refused(t *testing.T, r io.Reader, name string, want ...string) error {
	t.Helper()
	p, err := picture.Read(r, name)
	if !errors.Is(err, picture.ErrUnusable) || p.Data != nil {
		t.Fatalf("%s: %v, want ErrUnusable", name, err)
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: %q does not say %q", name, err, w)
		}
	}
	return err
}

// like says whether a colour is nearly the wanted one; a JPEG is never exact.
func like(got, want color.Color) bool {
	r, g, b, a := got.RGBA()
	r2, g2, b2, a2 := want.RGBA()
	near := func(x, y uint32) bool { return max(x, y)-min(x, y) < 0x1800 }
	return near(r, r2) && near(g, g2) && near(b, b2) && near(a, a2)
}

func expectCorners(t *testing.T, what string, img image.Image, want ...color.NRGBA) {
	t.Helper()
	size := img.Bounds().Size()
	for i, at := range []image.Point{{size.X / 4, size.Y / 4}, {size.X * 3 / 4, size.Y / 4}, {size.X / 4, size.Y * 3 / 4}, {size.X * 3 / 4, size.Y * 3 / 4}} {
		if got := img.At(at.X, at.Y); !like(got, want[i]) {
			t.Errorf("%s: the colour at %v of %v is %v, want %v", what, at, size, got, want[i])
		}
	}
}

func TestWhatPicturesBecome(t *testing.T) {
	colours := []color.NRGBA{red, green, blue, white}
	whole, holes := corners(64, 32, colours...), corners(64, 32, red, green, blue, clear)
	gray := image.NewGray16(whole.Rect)
	for _, c := range []struct {
		name string
		data []byte
		want string
		at   []color.NRGBA
	}{
		{"a.jpg", asJPEG(t, whole), "image/jpeg", colours},
		{"a.JPEG", asJPEG(t, whole), "image/jpeg", colours},
		{"gray.jpg", asJPEG(t, image.NewGray(whole.Rect)), "image/jpeg", nil},
		{"a.png", asPNG(t, whole), "image/png", colours},
		{"gray.png", asPNG(t, gray), "image/png", nil},
		{"holes.png", asPNG(t, holes), "image/png", []color.NRGBA{red, green, blue, clear}},
		{"a.gif", asGIF(t, 64, 32, whole), "image/png", colours},
		{"holes.gif", asGIF(t, 64, 32, holes), "image/png", []color.NRGBA{red, green, blue, clear}},
		{"a", asJPEG(t, whole), "image/jpeg", colours},
		{"", asJPEG(t, whole), "image/jpeg", colours},
		{"/home/ada/photos.2026/a.Png", asPNG(t, whole), "image/png", colours},
	} {
		p, img := read(t, c.data, c.name)
		if p.MediaType != c.want || p.Width != 64 || p.Height != 32 {
			t.Errorf("%s becomes %s, %d × %d, want %s", c.name, p.MediaType, p.Width, p.Height, c.want)
		}
		if c.at != nil {
			expectCorners(t, c.name, img, c.at...)
		}
	}
}

func TestWhatWebPsBecome(t *testing.T) {
	for _, c := range []struct {
		name, data, want string
		size, at         image.Point
		colour           color.Color
	}{
		{"lossless.webp", webpLossless, "image/jpeg", image.Pt(3, 2), image.Pt(0, 0), color.NRGBA{R: 255, A: 255}},
		{"lossy.webp", webpLossy, "image/jpeg", image.Pt(16, 8), image.Pt(8, 4), color.NRGBA{0x20, 0xa0, 0x40, 0xff}},
		{"holes.webp", webpHoles, "image/png", image.Pt(3, 2), image.Pt(0, 0), clear},
		{"holes.webp", webpHoles, "image/png", image.Pt(3, 2), image.Pt(2, 1), blue},
		{"veil.webp", webpVeil, "image/png", image.Pt(16, 8), image.Pt(8, 4), color.NRGBA{0x20, 0xa0, 0x40, 0x80}},
	} {
		p, img := read(t, unhex(t, c.data), c.name)
		if p.MediaType != c.want || p.Width != c.size.X || p.Height != c.size.Y {
			t.Errorf("%s becomes %s, %d × %d, want %s, %v", c.name, p.MediaType, p.Width, p.Height, c.want, c.size)
		}
		if got := img.At(c.at.X, c.at.Y); !like(got, c.colour) {
			t.Errorf("%s: the colour at %v is %v, want %v", c.name, c.at, got, c.colour)
		}
	}
}

func TestFirstFrameOfAnAnimation(t *testing.T) {
	first, second := corners(64, 32, red, red, red, red), corners(64, 32, blue, blue, blue, blue)
	_, img := read(t, asGIF(t, 64, 32, first, second), "a.gif")
	expectCorners(t, "the first frame", img, red, red, red, red)

	part := image.NewNRGBA(image.Rect(32, 16, 64, 32))
	for i := range part.Pix {
		part.Pix[i] = 255
	}
	p, img := read(t, asGIF(t, 64, 32, part, second), "a.gif")
	if p.Width != 64 || p.Height != 32 {
		t.Errorf("a frame that covers a part becomes the whole: %d × %d", p.Width, p.Height)
	}
	expectCorners(t, "a frame that covers a part", img, clear, clear, clear, white)
}

func TestLargePicturesAreScaledDown(t *testing.T) {
	colours := []color.NRGBA{red, green, blue, white}
	for _, c := range []struct{ w, h, wantW, wantH int }{
		{1600, 10, 1600, 10},
		{2048, 10, 2048, 10},
		{2049, 100, 2048, 99},
		{5000, 1000, 2048, 409},
		{1000, 5000, 409, 2048},
		{9000, 2, 2048, 1},
	} {
		p, img := read(t, asPNG(t, corners(c.w, c.h, colours...)), "a.png")
		if p.Width != c.wantW || p.Height != c.wantH {
			t.Errorf("%d × %d becomes %d × %d, want %d × %d", c.w, c.h, p.Width, p.Height, c.wantW, c.wantH)
		}
		if c.wantH > 1 {
			expectCorners(t, "scaled down", img, colours...)
		}
	}
	// Of a fine pattern the mean remains, not some of its pixels.
	stripes := image.NewGray(image.Rect(0, 0, 16384, 64))
	for i := range stripes.Pix {
		stripes.Pix[i] = uint8(i % 8 / 7 * 255)
	}
	_, img := read(t, asPNG(t, stripes), "a.png")
	if got := color.GrayModel.Convert(img.At(1000, 4)); !like(got, color.Gray{32}) {
		t.Errorf("stripes, one in eight white, become %v", got)
	}
	// What shines through stays so.
	p, img := read(t, asPNG(t, corners(3000, 30, red, clear, blue, clear)), "a.png")
	if expectCorners(t, "scaled down", img, red, clear, blue, clear); p.MediaType != "image/png" {
		t.Errorf("a large picture with transparency becomes %s", p.MediaType)
	}
}

func FuzzRead(f *testing.F) {
	img := corners(64, 32, red, green, blue, clear)
	for _, data := range [][]byte{
		asJPEG(f, img), asPNG(f, img), asGIF(f, 64, 32, img, img),
		unhex(f, webpLossless), unhex(f, webpLossy), unhex(f, webpHoles), unhex(f, webpVeil),
		withSegment(asJPEG(f, img), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, 6)...)),
		withChunk(asPNG(f, img), "eXIf", exif(binary.LittleEndian, 8)),
		[]byte("\xff\xd8\xff\xd8\xff\xff\xda\x00"), []byte("<svg/>"),
	} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if size, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil && size.Width*size.Height > 1<<18 && size.Width*size.Height <= picture.MaxPixels {
			t.Skip("takes too long")
		}
		p, err := picture.Read(bytes.NewReader(data), "")
		if err != nil {
			if !errors.Is(err, picture.ErrUnusable) {
				t.Errorf("%v is not ErrUnusable", err)
			}
			return
		}
		size, format, err := image.DecodeConfig(bytes.NewReader(p.Data))
		if err != nil || "image/"+format != p.MediaType || (format != "jpeg" && format != "png") || size.Width != p.Width || size.Height != p.Height {
			t.Errorf("a picture that says %s, %d × %d is %s, %v, %v", p.MediaType, p.Width, p.Height, format, size, err)
		}
		if max(p.Width, p.Height) > picture.MaxSide || len(p.Data) > 8<<20 {
			t.Errorf("%d × %d pixels, %d bytes", p.Width, p.Height, len(p.Data))
		}
	})
}
