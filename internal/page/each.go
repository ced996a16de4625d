package page

import (
	"context"
	"slices"
	"sync"

	"entgo.io/ent/dialect/sql"
)

// Each reads the same page of many lists at once, such as the locations of every
// warehouse of a list: one statement, however many parents there are. K is what
// parents are known by.
type Each[K int64 | string, T any] struct {
	order  Order[T]
	size   int
	slice  Slice
	cursor string // where the page begins, as it came
}

// NewEach is the page of First rows behind After. BadRequest for a size outside
// its limits and for a cursor that is malformed or from another order.
func NewEach[K int64 | string, T any](a Args, o Order[T]) (*Each[K, T], error) {
	size, _, err := a.size()
	if err != nil {
		return nil, err
	}
	e := &Each[K, T]{order: o, size: size}
	var b bounds
	if a.After != nil {
		e.cursor = *a.After
		if b.after, err = o.position(*a.After); err != nil {
			return nil, err
		}
	}
	e.slice = o.slice(b, size, 0, false)
	return e, nil
}

// Where picks the rows of the page, and one more, of each parent. It is the last
// condition of its query, see [TopOf].
func (e *Each[K, T]) Where(parent string, parents []K) func(*sql.Selector) {
	return TopOf(e.slice, parent, parents)
}

// OrderBy is the order of the rows of each parent.
func (e *Each[K, T]) OrderBy(s *sql.Selector) { e.slice.OrderBy(s) }

// Page is the page of one parent, of the rows that Where picked for it in their
// order.
func (e *Each[K, T]) Page(rows []T, count func() (int, error)) *Connection[T] {
	more := len(rows) > e.size
	if more {
		rows = rows[:e.size]
	}
	return &Connection[T]{
		Nodes: slices.Clip(append([]T{}, rows...)), order: e.order, hasNext: more, hasPrevious: e.cursor != "",
		count: sync.OnceValues(count),
	}
}

// Of is the page of a list that is at hand whole, in its order.
func (e *Each[K, T]) Of(rows []T) *Connection[T] {
	n := len(rows)
	if e.cursor != "" {
		i := slices.IndexFunc(rows, func(r T) bool { return e.order.cursor(r) == e.cursor })
		rows = rows[i+1:]
	}
	return e.Page(rows, func() (int, error) { return n, nil })
}

// Read reads the page of each parent: find reads the rows that Where picks, in
// their order, and parentOf tells whose they are.
func (e *Each[K, T]) Read(ctx context.Context, parents []K, find func(context.Context) ([]T, error), parentOf func(T) K,
	count func(parent K) (int, error),
) (map[K]*Connection[T], error) {
	found, err := find(ctx)
	rows := make(map[K][]T, len(parents))
	for _, r := range found {
		rows[parentOf(r)] = append(rows[parentOf(r)], r)
	}
	out := make(map[K]*Connection[T], len(parents))
	for _, id := range parents {
		out[id] = e.Page(rows[id], func() (int, error) { return count(id) })
	}
	return out, err
}
