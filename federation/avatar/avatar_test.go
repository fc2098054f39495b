package avatar

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"math"
	"testing"
)

func TestInitialsSayWhichCoopItIs(t *testing.T) {
	for _, tt := range []struct{ handle, name, want string }{
		{"hypha", "Hypha Worker Co-operative", "HW"},
		{"camba", "Cambá", "C"},
		{"eclair", "Éclair Ñandú", "ÉÑ"},
		{"the_design_coop", "The Design Co-op", "DC"},
		{"coop_de_trabajo", "Cooperativa de Trabajo", "CT"},
		{"workers", "Worker’s Own", "WO"},
		{"agaric", "agaric", "A"},
		{"h4x", "4x4 Hosting", "4H"},
		{"greek", "Ένα Δύο", "ΈΔ"},
		{"the", "The", "T"},
		// The font has none of these letters, so the handle stands in.
		{"tokyo_coop", "東京 合作社", "TC"},
		{"tokyo_coop", "Foo 東京", "TC"},
		{"taawun", "تعاونية", "T"},
		{"octopus", "🐙🐙", "O"},
		{"octopus", "", "O"},
	} {
		if got := initials(tt.handle, tt.name); got != tt.want {
			t.Errorf("initials of %q (%s) are %q, want %q", tt.name, tt.handle, got, tt.want)
		}
	}
}

func TestSameCoopGetsSamePicture(t *testing.T) {
	first, second := draw(t, "hypha", "Hypha"), draw(t, "hypha", "Hypha")
	one, again := Version("hypha", "Hypha"), Version("hypha", "Hypha")
	if !bytes.Equal(first, second) || one != again {
		t.Error("the picture of hypha differs between two calls")
	}
}

func TestVersionChangesWithThePicture(t *testing.T) {
	version := Version("hypha", "Hypha")
	if Version("hypha", "Ypha") == version || Version("other", "Hypha") == version {
		t.Error("another picture has the same version")
	}
	if Version("hypha", "Hyphae") != version {
		t.Error("the same picture has another version")
	}
}

func TestPictureIsASmallSquare(t *testing.T) {
	for _, name := range []string{"WM Media", "Ŵ Ŵ", "Q", "…"} {
		data := draw(t, "wm_media", name)
		config, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil || config.Width != 400 || config.Height != 400 {
			t.Errorf("%q: %d×%d, %v", name, config.Width, config.Height, err)
		}
		if len(data) > 20_000 {
			t.Errorf("%q has %d bytes", name, len(data))
		}
	}
}

func TestLettersStayInsideACircle(t *testing.T) {
	picture, err := png.Decode(bytes.NewReader(draw(t, "ww", "Ŵ Ŵ")))
	if err != nil {
		t.Fatal(err)
	}
	ground := color.NRGBAModel.Convert(colourOf("ww"))
	for y := range Size {
		for x := range Size {
			if math.Hypot(float64(x)-Size/2, float64(y)-Size/2) > Size/2-8 && color.NRGBAModel.Convert(picture.At(x, y)) != ground {
				t.Fatalf("a letter reaches %d, %d", x, y)
			}
		}
	}
}

func TestLettersCanBeRead(t *testing.T) {
	seen := map[color.RGBA]bool{}
	for i := range 5000 {
		ground := colourOf(fmt.Sprintf("coop_%d", i))
		seen[ground] = true
		if contrast := 1.05 / (luminance(ground) + 0.05); contrast < 4.5 {
			t.Errorf("white on %v has a contrast of %.2f", ground, contrast)
		}
	}
	if len(seen) < 1000 {
		t.Errorf("only %d colours for 5,000 co-ops", len(seen))
	}
}

// luminance as in WCAG 2.2.
func luminance(c color.RGBA) float64 {
	linear := func(channel uint8) float64 {
		v := float64(channel) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func draw(t *testing.T, handle, name string) []byte {
	t.Helper()
	data, err := PNG(handle, name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func BenchmarkPNG(b *testing.B) {
	for b.Loop() {
		if _, err := PNG("hypha", "Hypha Worker Co-operative"); err != nil {
			b.Fatal(err)
		}
	}
}
