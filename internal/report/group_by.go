package report

import (
	"slices"

	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// MaxDimensions is the most that one question groups by.
const MaxDimensions = 4

// needs are the tables that the expressions of a question stand on, beside its rows.
type needs uint8

const (
	needProduct needs = 1 << iota // pr
	needPlace                     // w
	needPosting                   // po
	needLot                       // b, what is known of the batch
	needBatch                     // no table: it tells batches of a SKU apart
	needLayer                     // no table: it tells units of a stock apart by when they came
)

// dimension is how groups G are made by something.
type dimension[G any] struct {
	name, expr string
	unit       store.Unit // of a stretch of the calendar, instead of expr
	needs      needs
	key        page.Key[*G]
	into       func(*G) any // where the answer keeps it
}

func byText[G any](name, expr string, n needs, at func(*G) *string) dimension[G] {
	return dimension[G]{
		name: name, expr: expr, needs: n, into: func(g *G) any { return at(g) },
		key: page.Text(name, func(g *G) string { return *at(g) }),
	}
}

func byNumber[G any](name, expr string, n needs, at func(*G) *int64) dimension[G] {
	return dimension[G]{
		name: name, expr: expr, needs: n, into: func(g *G) any { return at(g) },
		key: page.Int(name, func(g *G) int64 { return *at(g) }),
	}
}

// measure is an aggregate of groups G, and where the answer keeps it.
type measure[G any] struct {
	name, expr string
	into       func(*G) any
}

// places are where a row is scanned to: dimensions, then measures.
func places[G any](g *G, by []dimension[G], measures []measure[G]) []any {
	into := make([]any, 0, len(by)+len(measures))
	for _, d := range by {
		into = append(into, d.into(g))
	}
	for _, m := range measures {
		into = append(into, m.into(g))
	}
	return into
}

// orderOf is the order of a list of groups by what they are grouped by.
func orderOf[G any](name string, by []dimension[G]) page.Order[*G] {
	o := page.Order[*G]{Name: name, Ties: make([]page.Key[*G], len(by))}
	for i, d := range by {
		o.Name += "." + d.name
		o.Ties[i] = d.key
	}
	return o
}

// checkDimensions refuses none, too many, and one twice. argument is what names
// them, rows what they group.
func checkDimensions[D ~string](argument, rows string, by []D) error {
	switch n := len(by); {
	case n == 0:
		return fault.Stop(fault.BadRequest, "%s names at least one dimension; the sum over all %s is in total", argument, rows)
	case n > MaxDimensions:
		return fault.Stop(fault.BadRequest, "%s takes at most %d dimensions, not %d", argument, MaxDimensions, n)
	}
	for i, d := range by {
		if slices.Contains(by[:i], d) {
			return fault.Stop(fault.BadRequest, "%s names %s twice", argument, d)
		}
	}
	return nil
}

// grouped is v for a group that is grouped by d, nil for others.
func grouped[D comparable, T any](by []D, d D, v T) *T {
	if !slices.Contains(by, d) {
		return nil
	}
	return &v
}
