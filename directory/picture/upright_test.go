package picture_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image/color"
	"slices"
	"testing"
)

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
