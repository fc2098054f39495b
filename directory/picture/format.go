package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bep/imagemeta"
	"golang.org/x/image/riff"
	"golang.org/x/image/webp"
)

// format is a format that is read.
type format struct {
	name     string
	begins   string   // what its files begin with; ? stands for any byte
	endings  []string // of file names
	lossy    bool     // its pictures become JPEGs if nothing shines through them
	size     func(io.Reader) (image.Config, error)
	decode   func(io.Reader) (image.Image, error)
	metadata imagemeta.ImageFormat // of what says how the camera was held; 0: nothing does
}

// formats are not those of the image package, which knows also what any other
// package has registered there.
var formats = []format{
	{"JPEG", "\xff\xd8\xff", []string{".jpg", ".jpeg", ".jpe", ".jfif"}, true, jpeg.DecodeConfig, jpeg.Decode, imagemeta.JPEG},
	{"PNG", "\x89PNG\r\n\x1a\n", []string{".png"}, false, png.DecodeConfig, png.Decode, imagemeta.PNG},
	{"GIF", "GIF8?a", []string{".gif"}, false, gif.DecodeConfig, gif.Decode, 0},
	{"WebP", "RIFF????WEBP", []string{".webp"}, true, webp.DecodeConfig, webp.Decode, imagemeta.TIFF},
}

// formatOf says what the data is, whatever the name says, and then what is
// wrong with the name.
func formatOf(data []byte, name string) (format, error) {
	at := slices.IndexFunc(formats, func(f format) bool { return beginsWith(data, f.begins) })
	if at < 0 {
		return format{}, fmt.Errorf("%s is not a JPEG, PNG, GIF or WebP", name)
	}
	f, ending := formats[at], strings.ToLower(filepath.Ext(name))
	if ending == "" || slices.Contains(f.endings, ending) {
		return f, nil
	}
	for _, said := range formats {
		if slices.Contains(said.endings, ending) {
			return format{}, fmt.Errorf("%s says that it is a %s, but it is a %s", name, said.name, f.name)
		}
	}
	return format{}, fmt.Errorf("%s does not say that it is a picture, but it is a %s", name, f.name)
}

func beginsWith(data []byte, pattern string) bool {
	if len(data) < len(pattern) {
		return false
	}
	for i := range pattern {
		if pattern[i] != '?' && pattern[i] != data[i] {
			return false
		}
	}
	return true
}

// maxScans is more than any program makes; about ten are usual. Each can take
// a hundred bytes and send the decoder over all pixels again.
const maxScans = 100

// scans counts how often a JPEG goes over its pixels (ITU T.81, B.1.1).
func scans(data []byte) int {
	const startOfScan, endOfImage = 0xda, 0xd9
	n := 0
	for i := 2; i+3 < len(data); {
		marker := data[i+1]
		switch {
		case data[i] != 0xff || marker == 0xff: // pixels, or padding
			i++
		case marker <= 1 || marker >= 0xd0 && marker <= 0xd8: // without a length
			i += 2
		case marker == endOfImage:
			return n
		default:
			if marker == startOfScan {
				n++
			}
			i += 2 + int(binary.BigEndian.Uint16(data[i+2:]))
		}
	}
	return n
}

// orientation is how the camera was held, 1 to 8 (CIPA DC-008, Exif 2.32,
// 4.6.4.A); 1, upright, if nothing readable says so.
func (f format) orientation(data []byte) int {
	orientation := 1
	if f.metadata == 0 {
		return orientation
	}
	if f.name == "WebP" {
		data = exifOfWebP(data)
	}
	// What is wrong with the metadata does not make the picture unusable.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), ImageFormat: f.metadata, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return tag.Namespace == "IFD0" && tag.Tag == "Orientation" },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if said, ok := tag.Value.(uint16); ok {
				orientation = int(said)
			}
			return nil
		},
	})
	return orientation
}

// exifOfWebP is the EXIF chunk of a WebP, which is a TIFF. The imagemeta
// package finds it only if no chunk of an odd length, and so with a byte of
// padding, stands before it.
func exifOfWebP(data []byte) []byte {
	_, chunks, err := riff.NewReader(bytes.NewReader(data))
	for err == nil {
		var id riff.FourCC
		var chunk io.Reader
		if id, _, chunk, err = chunks.Next(); err == nil && id == (riff.FourCC{'E', 'X', 'I', 'F'}) {
			exif, _ := io.ReadAll(chunk) // cut short, it is damaged, and says nothing
			return exif
		}
	}
	return nil
}
