package page

import (
	"slices"
	"sync"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Each reads the same page of many lists at once, such as the locations of every
// warehouse of a list: one statement, however many parents there are.
type Each[T any] struct {
	order Order[T]
	size  int
	after []any
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
		e.after, err = o.position(*a.After)
	}
	return e, err
}

// Where picks the rows of the page, and one more, of each parent.
func (e *Each[T]) Where(table, parent string, parents []int64) func(*sql.Selector) {
	columns := []string{"id"}
	if !e.order.byID() {
		columns = []string{e.order.Key.column, "id"}
	}
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C("id")).WriteString(" IN (")
			if b.Dialect() == dialect.Postgres {
				b.WriteString("SELECT row.id FROM unnest(").Arg(array[int64](parents)).
					WriteString("::bigint[]) AS parent(id) CROSS JOIN LATERAL (SELECT id FROM ").Ident(table).
					WriteString(" WHERE ").Ident(parent).WriteString(" = parent.id")
				e.behind(b, columns)
				b.WriteString(" ORDER BY ").IdentComma(columns...).WriteString(" LIMIT ").Arg(e.size + 1).WriteString(") AS row")
			} else {
				b.WriteString("SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY ").Ident(parent).
					WriteString(" ORDER BY ").IdentComma(columns...).WriteString(") AS number FROM ").Ident(table).
					WriteString(" WHERE ").Ident(parent).WriteString(" IN (SELECT value FROM json_each(").Arg(jsonList[int64](parents)).WriteString("))")
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
