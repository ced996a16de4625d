package page

import (
	"entgo.io/ent/dialect/sql"
)

// Slice is what one page asks of the database. Where and OrderBy fit the Where
// and Order of any of ent's queries.
type Slice struct {
	Where   func(*sql.Selector)
	OrderBy func(*sql.Selector)
	// Limit is one row more than the page: whether it comes tells whether the list goes on.
	Limit  int
	Offset int
}

type bounds struct{ after, before []any }

// slice puts a page into predicates. Backward pages are read in the opposite
// order and turned round afterwards.
func (o Order[T]) slice(b bounds, size, offset int, backward bool) Slice {
	columns := []string{"id"}
	if !o.byID() {
		columns = []string{o.Key.column, "id"}
	}
	desc := o.direction() == Desc
	above, below := sql.OpGT, sql.OpLT
	if desc {
		above, below = below, above
	}
	return Slice{
		Where: func(s *sql.Selector) {
			if b.after != nil {
				s.Where(rowCompare(s, columns, above, b.after))
			}
			if b.before != nil {
				s.Where(rowCompare(s, columns, below, b.before))
			}
		},
		OrderBy: func(s *sql.Selector) {
			for _, c := range columns {
				if desc != backward {
					s.OrderBy(sql.Desc(s.C(c)))
				} else {
					s.OrderBy(sql.Asc(s.C(c)))
				}
			}
		},
		Limit:  size + 1,
		Offset: offset,
	}
}

// rowCompare is (a, id) > (x, y): both databases answer it from an index,
// while a > x OR (a = x AND id > y) reads and drops every row ahead of it.
func rowCompare(s *sql.Selector, columns []string, op sql.Op, values []any) *sql.Predicate {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = s.C(c)
	}
	return sql.P(func(b *sql.Builder) {
		b.Wrap(func(b *sql.Builder) { b.IdentComma(names...) })
		b.WriteOp(op)
		b.Wrap(func(b *sql.Builder) { b.Args(values...) })
	})
}
