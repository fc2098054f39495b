package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"coopverse/directory/picture"
)

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
