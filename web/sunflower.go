package web

import (
	"math"
	"strconv"
)

// mostSeeds keeps the picture small when the directory has grown large.
const mostSeeds = 500

// seed is a dot of the picture on the front page, in a square from -100 to 100.
type seed struct{ X, Y, R string }

// sunflower lays n dots, one for each co-op, the way a sunflower lays its
// seeds: each turned by the golden angle from the one before. A directory of
// more than mostSeeds co-ops gets no picture, since nobody could count it.
func sunflower(n int) []seed {
	if n == 0 || n > mostSeeds {
		return nil
	}
	golden := math.Pi * (3 - math.Sqrt(5))
	spacing := 95 / math.Sqrt(float64(n))
	seeds := make([]seed, n)
	for i := range seeds {
		distance, angle := spacing*math.Sqrt(float64(i)+0.5), float64(i)*golden
		size := spacing * (0.36 + 0.28*float64(i)/float64(n))
		seeds[i] = seed{decimal(distance * math.Cos(angle)), decimal(distance * math.Sin(angle)), decimal(size)}
	}
	return seeds
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }
