package page

import (
	"context"
	"slices"
	"sync"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Each reads the same page of many lists at once, such as the locations of every
// warehouse of a list: one statement, however many parents there are.
type Each[T any] struct {
	order  Order[T]
	size   int
	after  []any
	cursor string // after, as it came
}

// NewEach is the page of First rows behind After. BadRequest for a size outside
// its limits and for a cursor that is malformed or from another order.
func NewEach[T any](a Args, o Order[T]) (*Each[T], error) {
	size, _, err := a.size()
	if err != nil {
		return nil, err
	}
	e := &Each[T]{order: o, size: size}
	if a.After != nil {
		e.cursor = *a.After
		e.after, err = o.position(*a.After)
	}
	return e, err
}

// Where picks the rows of the page, and one more, of each parent. Table is the
// table of the rows, or a query in parentheses that tells their id, the parent and
// what they are ordered by.
func (e *Each[T]) Where(table, parent string, parents []int64) func(*sql.Selector) {
	columns := e.order.columns()
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C("id")).WriteString(" IN (")
			if b.Dialect() == dialect.Postgres {
				b.WriteString("SELECT row.id FROM unnest(").Arg(array[int64](parents)).
					WriteString("::bigint[]) AS parent(id) CROSS JOIN LATERAL (SELECT id FROM ").WriteString(table).
					WriteString(" AS child WHERE ").Ident(parent).WriteString(" = parent.id")
				e.behind(b, columns)
				b.WriteString(" ORDER BY ").IdentComma(columns...).WriteString(" LIMIT ").Arg(e.size + 1).WriteString(") AS row")
			} else {
				b.WriteString("SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY ").Ident(parent).
					WriteString(" ORDER BY ").IdentComma(columns...).WriteString(") AS number FROM ").WriteString(table).
					WriteString(" AS child WHERE ").Ident(parent).WriteString(" IN (SELECT value FROM json_each(").Arg(jsonList[int64](parents)).WriteString("))")
				e.behind(b, columns)
				b.WriteString(") WHERE number <= ").Arg(e.size + 1)
			}
			b.WriteString(")")
		}))
	}
}

func (e *Each[T]) behind(b *sql.Builder, columns []string) {
	if e.after == nil {
		return
	}
	b.WriteString(" AND ").Wrap(func(b *sql.Builder) { b.IdentComma(columns...) })
	b.WriteOp(sql.OpGT)
	b.Wrap(func(b *sql.Builder) { b.Args(e.after...) })
}

// Page is the page of one parent, of the rows that Where picked for it in their
// order.
func (e *Each[T]) Page(rows []T, count func() (int, error)) *Connection[T] {
	more := len(rows) > e.size
	if more {
		rows = rows[:e.size]
	}
	return &Connection[T]{
		Nodes: slices.Clip(append([]T{}, rows...)), order: e.order, hasNext: more, hasPrevious: e.after != nil,
		count: sync.OnceValues(count),
	}
}

// Of is the page of a list that is at hand whole, in its order.
func (e *Each[T]) Of(rows []T) *Connection[T] {
	n := len(rows)
	if e.after != nil {
		i := slices.IndexFunc(rows, func(r T) bool { return e.order.cursor(r) == e.cursor })
		rows = rows[i+1:]
	}
	return e.Page(rows, func() (int, error) { return n, nil })
}

// Read reads the page of each parent: find reads the rows that Where picks, in
// their order, and parentOf tells whose they are.
func (e *Each[T]) Read(ctx context.Context, parents []int64, find func(context.Context) ([]T, error), parentOf func(T) int64,
	count func(parent int64) (int, error),
) (map[int64]*Connection[T], error) {
	found, err := find(ctx)
	rows := make(map[int64][]T, len(parents))
	for _, r := range found {
		rows[parentOf(r)] = append(rows[parentOf(r)], r)
	}
	out := make(map[int64]*Connection[T], len(parents))
	for _, id := range parents {
		out[id] = e.Page(rows[id], func() (int, error) { return count(id) })
	}
	return out, err
}
