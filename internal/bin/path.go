package bin

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Path puts stops into the order in which a person walks them: zone after zone,
// aisle after aisle, up the odd aisles and down the even ones, so that nobody walks
// an aisle back empty; on one position from the lowest level to the highest. Code
// is the code of a stop's bin. Codes that are not zone-aisle-level-position stand
// as a zone of their own. Stops at one bin keep their order.
func Path[T any](stops []T, code func(T) string) []T {
	type step struct {
		spot
		stop T
	}
	steps := make([]step, len(stops))
	for i, s := range stops {
		steps[i] = step{spotOf(code(s)), s}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.compare(b.spot) })
	out := make([]T, len(steps))
	for i, s := range steps {
		out[i] = s.stop
	}
	return out
}

// spot is where a bin is, by its code.
type spot struct {
	code, zone             string
	aisle, level, position int
}

func spotOf(code string) spot {
	s := spot{code: code, zone: code}
	parts := strings.Split(code, "-")
	if len(parts) != 4 {
		return s
	}
	var n [3]int
	for i, p := range parts[1:] {
		v, err := strconv.Atoi(p)
		if err != nil || v < 0 {
			return s
		}
		n[i] = v
	}
	return spot{code, parts[0], n[0], n[1], n[2]}
}

func (a spot) compare(b spot) int {
	along := cmp.Compare(a.position, b.position)
	if a.aisle%2 == 0 {
		along = -along
	}
	return cmp.Or(cmp.Compare(a.zone, b.zone), cmp.Compare(a.aisle, b.aisle), along, cmp.Compare(a.level, b.level), cmp.Compare(a.code, b.code))
}
