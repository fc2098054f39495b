package picture_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

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

// exif is what a camera writes: how it was held, and where, and then about a
// little picture beside the picture.
func exif(order binary.ByteOrder, orientation uint16) []byte {
	b := []byte("II")
	if order == binary.BigEndian {
		b = []byte("MM")
	}
	tag := func(name, orientation uint16) {
		b = appendAll(b, order, name, uint16(3), uint32(1), orientation, uint16(0))
	}
	b = appendAll(b, order, uint16(42), uint32(8), uint16(3))
	b = appendAll(b, order, uint16(0x010e), uint16(2), uint32(18), uint32(8+2+3*12+4+2+12+4)) // ImageDescription
	tag(0x0112, orientation)
	tag(0x0128, 3) // ResolutionUnit
	b = appendAll(b, order, uint32(8+2+3*12+4), uint16(1))
	tag(0x0112, 4)
	b = appendAll(b, order, uint32(0))
	return append(b, "at 45.5 N, 73.6 W\x00"...)
}

func appendAll(b []byte, order binary.ByteOrder, values ...any) []byte {
	for _, v := range values {
		b, _ = binary.Append(b, order, v) // never fails for numbers
	}
	return b
}

// withSegment is a JPEG with one more segment.
func withSegment(data []byte, marker byte, content []byte) []byte {
	segment := appendAll([]byte{0xff, marker}, binary.BigEndian, uint16(len(content)+2))
	return slices.Concat(data[:2], segment, content, data[2:])
}

func chunk(kind string, content []byte) []byte {
	b := appendAll(nil, binary.BigEndian, uint32(len(content)))
	b = append(append(b, kind...), content...)
	return appendAll(b, binary.BigEndian, crc32.ChecksumIEEE(b[4:]))
}

// withChunk is a PNG with one more chunk after its header.
func withChunk(data []byte, kind string, content []byte) []byte {
	return slices.Concat(data[:33], chunk(kind, content), data[33:])
}

// turnedWebP is webpHoles, 3 × 2, from a camera that was held on its side.
func turnedWebP(t testing.TB) []byte {
	t.Helper()
	metadata := exif(binary.LittleEndian, 6)
	b := []byte("WEBPVP8X\x0a\x00\x00\x00\x18\x00\x00\x00\x02\x00\x00\x01\x00\x00")
	b = append(b, unhex(t, webpHoles)[12:]...)
	b = appendAll(append(b, "EXIF"...), binary.LittleEndian, uint32(len(metadata)))
	b = append(b, metadata...)
	return append(appendAll([]byte("RIFF"), binary.LittleEndian, uint32(len(b))), b...)
}

func TestPicturesStandUpright(t *testing.T) {
	stored := corners(64, 32, red, green, blue, white)
	// Where the corners of what is stored are seen, by Exif 2.32, 4.6.4.A.
	seen := [][]color.NRGBA{
		1: {red, green, blue, white},
		2: {green, red, white, blue},
		3: {white, blue, green, red},
		4: {blue, white, red, green},
		5: {red, blue, green, white},
		6: {blue, red, white, green},
		7: {white, green, blue, red},
		8: {green, white, red, blue},
	}
	for orientation, want := range seen {
		if orientation == 0 {
			continue
		}
		for name, data := range map[string][]byte{
			"little.jpg": withSegment(asJPEG(t, stored), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.LittleEndian, uint16(orientation))...)),
			"big.jpg":    withSegment(asJPEG(t, stored), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, uint16(orientation))...)),
			"a.png":      withChunk(asPNG(t, stored), "eXIf", exif(binary.BigEndian, uint16(orientation))),
		} {
			p, img := read(t, data, name)
			if (orientation < 5) != (p.Width == 64 && p.Height == 32) || (orientation >= 5) != (p.Width == 32 && p.Height == 64) {
				t.Errorf("%s, orientation %d: %d × %d", name, orientation, p.Width, p.Height)
			}
			expectCorners(t, name+", orientation "+string(rune('0'+orientation)), img, want...)
		}
	}
	for _, nonsense := range []uint16{0, 9, 65535} {
		_, img := read(t, withSegment(asJPEG(t, stored), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, nonsense)...)), "a.jpg")
		expectCorners(t, "nonsense", img, seen[1]...)
	}
	p, img := read(t, turnedWebP(t), "a.webp")
	if got := img.At(0, 2); p.Width != 2 || p.Height != 3 || !like(got, blue) {
		t.Errorf("a WebP on its side: %d × %d, %v at the bottom left", p.Width, p.Height, got)
	}
	damaged := withSegment(asJPEG(t, stored), 0xe1, []byte("Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff"))
	_, img = read(t, damaged, "a.jpg")
	expectCorners(t, "damaged metadata", img, seen[1]...)

	p, img = read(t, withSegment(asJPEG(t, corners(3000, 1500, red, green, blue, white)), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, 6)...)), "a.jpg")
	if p.Width != 1024 || p.Height != 2048 {
		t.Errorf("a large picture on its side: %d × %d", p.Width, p.Height)
	}
	expectCorners(t, "a large picture on its side", img, seen[6]...)
}

func TestTransparencyTurnsWithThePicture(t *testing.T) {
	data := withChunk(asPNG(t, corners(64, 32, red, clear, blue, clear)), "eXIf", exif(binary.BigEndian, 6))
	_, img := read(t, data, "a.png")
	expectCorners(t, "turned", img, blue, red, clear, clear)
}

func TestNothingIsKeptButPixels(t *testing.T) {
	img := corners(64, 32, red, green, blue, white)
	const secret = "45.5 N, 73.6 W"
	for name, data := range map[string][]byte{
		"exif.jpg":    withSegment(asJPEG(t, img), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, 1)...)),
		"comment.jpg": withSegment(asJPEG(t, img), 0xfe, []byte(secret)),
		"after.jpg":   append(asJPEG(t, img), "<script>"+secret...),
		"exif.png":    withChunk(asPNG(t, img), "eXIf", exif(binary.BigEndian, 1)),
		"text.png":    withChunk(asPNG(t, img), "tEXt", []byte("Comment\x00"+secret)),
		"after.png":   append(asPNG(t, img), "PK\x03\x04"+secret...),
		"after.gif":   append(asGIF(t, 64, 32, img), secret...),
		"after.webp":  append(unhex(t, webpLossy), secret...),
	} {
		if !bytes.Contains(data, []byte(secret)) {
			t.Fatalf("%s holds no secret", name)
		}
		p, _ := read(t, data, name)
		if bytes.Contains(p.Data, []byte(secret)) {
			t.Errorf("%s keeps what was hidden in it", name)
		}
		if bytes.Contains(p.Data, []byte("Exif")) || bytes.Contains(p.Data, []byte("eXIf")) {
			t.Errorf("%s keeps metadata", name)
		}
	}
}

func TestNamesMustSayWhatTheDataIs(t *testing.T) {
	img := corners(64, 32, red, green, blue, white)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"photo.png":       {asJPEG(t, img), "photo.png says that it is a PNG, but it is a JPEG"},
		"/home/ada/a.JPG": {asPNG(t, img), ": a.JPG says that it is a JPEG, but it is a PNG"},
		"a.webp":          {asGIF(t, 64, 32, img), "a.webp says that it is a WebP, but it is a GIF"},
		"a.gif":           {unhex(t, webpLossy), "a.gif says that it is a GIF, but it is a WebP"},
		"a.html":          {asJPEG(t, img), "a.html does not say that it is a picture, but it is a JPEG"},
		"a.jpg.svg":       {asPNG(t, img), "a.jpg.svg does not say that it is a picture, but it is a PNG"},
		"a.avif":          {asPNG(t, img), "a.avif does not say"},
		"a.png.":          {asPNG(t, img), "a.png. does not say"},
	} {
		refused(t, bytes.NewReader(c.data), name, c.want)
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	for name, data := range map[string]string{
		"a.svg":     `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"svg.png":   `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`,
		"a.html":    "<!doctype html><p>hello",
		"html.jpg":  "<html>\xff\xd8\xff",
		"a.avif":    "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf",
		"a.heic":    "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
		"a.bmp":     "BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00",
		"a.tiff":    "II*\x00\x08\x00\x00\x00",
		"wave.webp": "RIFF\x24\x00\x00\x00WAVEfmt ",
		"actor.png": `{"@context":"https://www.w3.org/ns/activitystreams","type":"Person"}`,
		"short.png": "\x89PNG",
		"empty.jpg": "",
	} {
		refused(t, strings.NewReader(data), name, name+" is not a JPEG, PNG, GIF or WebP")
	}
}

func TestDamagedPicturesAreRefused(t *testing.T) {
	img := corners(400, 200, red, green, blue, white)
	for name, data := range map[string][]byte{
		"a.jpg":         asJPEG(t, img),
		"a.png":         asPNG(t, img),
		"a.gif":         asGIF(t, 400, 200, img),
		"lossless.webp": unhex(t, webpLossless),
		"lossy.webp":    unhex(t, webpLossy),
	} {
		for _, part := range []int{12, len(data) / 4, len(data) / 2, len(data) * 9 / 10} {
			if part >= 12 {
				refused(t, bytes.NewReader(data[:part]), name, "the picture begins like a")
			}
		}
	}
	// That of the PNG stands in its check sums.
	flipped := asPNG(t, img)
	flipped[len(flipped)/2] ^= 1
	refused(t, bytes.NewReader(flipped), "flipped.png", "damaged")
}

func TestBombsAreRefusedBeforeTheyAreDecoded(t *testing.T) {
	huge := withBounds(t, 50_000, 50_000)
	for name, data := range huge {
		refused(t, bytes.NewReader(data), name, "50000 × 50000 pixels, which is more than 40 million")
	}
	for name, data := range withBounds(t, 8000, 5000) { // 40 million
		refused(t, bytes.NewReader(data), name, "damaged")
	}
	for name, data := range withBounds(t, 8001, 5000) {
		refused(t, bytes.NewReader(data), name, "8001 × 5000 pixels")
	}
	for name, data := range withBounds(t, 0, 7) {
		refused(t, bytes.NewReader(data), name)
	}
	flat := unhex(t, webpLossy)
	flat[26] = 0 // the width
	refused(t, bytes.NewReader(flat), "a.webp", "the picture has no pixels")
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 1<<31-1), 1<<31-1)
	png := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(header, 8, 2, 0, 0, 0))...)
	refused(t, bytes.NewReader(png), "a.png", "a PNG")

	// A small canvas around a large picture.
	liar := unhex(t, webpVeil)
	liar[24], liar[27] = 0, 0
	refused(t, bytes.NewReader(liar), "a.webp", "damaged")
}

// withBounds are files that say that they are of that size, and end there.
func withBounds(t *testing.T, w, h int) map[string][]byte {
	t.Helper()
	ihdr := appendAll(nil, binary.BigEndian, uint32(w), uint32(h), [5]byte{8, 2})
	sof := appendAll([]byte{8}, binary.BigEndian, uint16(h), uint16(w), [10]byte{3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0})
	return map[string][]byte{
		"a.png": append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", ihdr)...),
		"a.jpg": withSegment([]byte("\xff\xd8\xff\xda\x00\x08"), 0xc0, sof),
		"a.gif": appendAll([]byte("GIF89a"), binary.LittleEndian, uint16(w), uint16(h), [3]byte{}),
	}
}

func TestJPEGsOfEndlessScansAreRefused(t *testing.T) {
	data := asJPEG(t, corners(64, 32, red, green, blue, white))
	read(t, data, "a.jpg")
	scan := []byte("\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x12\xff\x00\xff\xd0\xff\x01\xff")
	many := slices.Concat(data[:len(data)-2], bytes.Repeat(scan, 100), data[len(data)-2:])
	refused(t, bytes.NewReader(many), "a.jpg", "more than 100 scans")
	refused(t, bytes.NewReader(slices.Concat(data[:len(data)-2], bytes.Repeat(scan, 99), data[len(data)-2:])), "a.jpg", "damaged")

	// What telephones put behind the picture, such as a film, is none of it,
	// nor is what stands in a segment.
	read(t, append(slices.Clone(data), bytes.Repeat(scan, 1000)...), "a.jpg")
	read(t, withSegment(data, 0xe2, bytes.Repeat(scan, 1000)), "a.jpg")
}

// endless gives the same byte for ever, and counts.
type endless int

func (e *endless) Read(p []byte) (int, error) {
	clear := p[:min(len(p), 1<<16)]
	for i := range clear {
		clear[i] = ' '
	}
	*e += endless(len(clear))
	return len(clear), nil
}

func TestAtMost16MBAreRead(t *testing.T) {
	var given endless
	refused(t, &given, "a.jpg", "the picture has more than 16 MB")
	if given > picture.MaxBytes+1<<16 {
		t.Errorf("%d bytes were read", given)
	}
	data := asJPEG(t, corners(64, 32, red, green, blue, white))
	full := append(data, make([]byte, picture.MaxBytes-len(data))...)
	read(t, full, "a.jpg")
	refused(t, bytes.NewReader(append(full, 0)), "a.jpg", "more than 16 MB")
}

func TestAPictureThatDoesNotArriveIsRefused(t *testing.T) {
	broken := errors.New("the line broke")
	data := asJPEG(t, corners(64, 32, red, green, blue, white))
	err := refused(t, io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)), "a.jpg", "did not arrive whole", "the line broke")
	if !errors.Is(err, broken) {
		t.Errorf("%v hides its cause", err)
	}
}

func TestResultsHaveAtMost8MB(t *testing.T) {
	if testing.Short() {
		t.Skip("draws millions of pixels")
	}
	const most = 8 << 20
	p, _ := read(t, asPNG(t, noise(2048, 2000, func(uint8) uint8 { return 255 })), "a.png")
	if p.MediaType != "image/jpeg" || len(p.Data) > most || p.Width != 2048 {
		t.Errorf("an opaque PNG that is too large becomes %s of %d bytes, %d × %d", p.MediaType, len(p.Data), p.Width, p.Height)
	}
	p, img := read(t, asPNG(t, noise(2000, 1900, func(a uint8) uint8 { return a })), "a.png")
	if p.MediaType != "image/png" || len(p.Data) > most || p.Width >= 2000 || p.Width < 1000 {
		t.Errorf("a transparent PNG that is too large becomes %s of %d bytes, %d × %d", p.MediaType, len(p.Data), p.Width, p.Height)
	}
	if o, ok := img.(interface{ Opaque() bool }); !ok || o.Opaque() {
		t.Error("it lost its transparency")
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
