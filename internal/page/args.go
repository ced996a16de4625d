package page

import (
	"entrepot/internal/fault"
)

// Limits of every list, told in the graph's descriptions and by serverLimits.
const (
	// DefaultSize is the page when neither first nor last is given.
	DefaultSize = 50
	// MaxSize is the largest page: larger answers are cheaper as several.
	MaxSize = 200
	// MaxOffset bounds what grids may skip, since the database reads through
	// every skipped row; cursors have no such bound.
	MaxOffset = 10_000
	// MaxKeys is the most codes that a filter or a look-up takes.
	MaxKeys = 1000
)

// Args are the arguments that every list of the graph takes.
type Args struct {
	First  *int
	After  *string
	Last   *int
	Before *string
	Offset *int
	// Bulk, when above zero, is the size of the page whatever MaxSize says: for work in
	// the background, which goes through whole lists.
	Bulk int
}

// size is the page asked for and whether it is cut from the end of the list.
func (a Args) size() (n int, backward bool, err error) {
	switch {
	case a.Bulk > 0:
		return a.Bulk, false, nil
	case a.First != nil && a.Last != nil:
		return 0, false, fault.Stop(fault.BadRequest, "give first or last, not both")
	case a.Last != nil:
		n, backward = *a.Last, true
	case a.First != nil:
		n = *a.First
	case a.Before != nil:
		n, backward = DefaultSize, true
	default:
		n = DefaultSize
	}
	if n < 0 || n > MaxSize {
		return 0, false, fault.Stop(fault.BadRequest, "a page has 0 to %d rows, not %d", MaxSize, n)
	}
	return n, backward, nil
}

func (a Args) offset() (int, error) {
	if a.Offset == nil {
		return 0, nil
	}
	switch n := *a.Offset; {
	case a.Before != nil || a.Last != nil:
		return 0, fault.Stop(fault.BadRequest, "offset goes forward from the start or from after; it cannot be used with before or last")
	case n < 0 || n > MaxOffset:
		return 0, fault.Stop(fault.BadRequest, "offset is 0 to %d, not %d; go on from there with after", MaxOffset, n)
	default:
		return n, nil
	}
}

// Keys refuses more codes than a look-up takes. what names the argument.
func Keys(what string, n int) error {
	if n > MaxKeys {
		return fault.Stop(fault.BadRequest, "%s takes at most %d values, not %d", what, MaxKeys, n)
	}
	return nil
}
