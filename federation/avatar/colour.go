package avatar

import (
	"hash/fnv"
	"image/color"
	"math"
)

// colourOf is a handle's own colour. All have the same lightness, dark enough
// that white letters on it have a contrast of at least 4.5 to 1 (WCAG 2.2,
// 1.4.3), and differ in hue.
func colourOf(handle string) color.RGBA {
	h := fnv.New32a()
	_, _ = h.Write([]byte(handle)) // never fails
	sum := h.Sum32()
	hue := float64(sum%360) * math.Pi / 180
	lightness := 0.44 + float64(sum/360%4)*0.025
	return oklch(lightness, 0.11, hue)
}

// oklch converts a colour of perceived lightness (0 to 1), strength and hue
// (radians) to sRGB (https://www.w3.org/TR/css-color-4/#ok-lab). Weaker where
// the screen cannot show it.
func oklch(lightness, chroma, hue float64) color.RGBA {
	for ; ; chroma *= 0.95 {
		a, b := chroma*math.Cos(hue), chroma*math.Sin(hue)
		l := math.Pow(lightness+0.3963377774*a+0.2158037573*b, 3)
		m := math.Pow(lightness-0.1055613458*a-0.0638541728*b, 3)
		s := math.Pow(lightness-0.0894841775*a-1.2914855480*b, 3)
		red := 4.0767416621*l - 3.3077115913*m + 0.2309699292*s
		green := -1.2684380046*l + 2.6097574011*m - 0.3413193965*s
		blue := -0.0041960863*l - 0.7034186147*m + 1.7076147010*s
		if lowest, highest := min(red, green, blue), max(red, green, blue); lowest >= 0 && highest <= 1 || chroma < 0.001 {
			return color.RGBA{channel(red), channel(green), channel(blue), 255}
		}
	}
}

// channel encodes linear light as one byte of sRGB.
func channel(linear float64) uint8 {
	linear = min(max(linear, 0), 1)
	if linear <= 0.0031308 {
		return uint8(math.Round(255 * 12.92 * linear))
	}
	return uint8(math.Round(255 * (1.055*math.Pow(linear, 1/2.4) - 0.055)))
}
