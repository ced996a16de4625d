package page

import (
	"strings"

	"entgo.io/ent/dialect/sql"
)

// Slice is what one page asks of the database. Where and OrderBy fit the Where
// and Order of any of ent's queries, Tail ends a statement of another sort.
type Slice struct {
	// Limit is one row more than the page: whether it comes tells whether the list goes on.
	Limit  int
	Offset int

	columns      []string
	bounds       bounds
	above, below sql.Op
	desc         bool // as read, which for a backward page is not as shown
}

type bounds struct{ after, before []any }

// slice puts a page into predicates. Backward pages are read in the opposite
// order and turned round afterwards.
func (o Order[T]) slice(b bounds, size, offset int, backward bool) Slice {
	desc := o.direction() == Desc
	s := Slice{
		Limit: size + 1, Offset: offset,
		columns: o.columns(), bounds: b, above: sql.OpGT, below: sql.OpLT, desc: desc != backward,
	}
	if desc {
		s.above, s.below = s.below, s.above
	}
	return s
}

// Where keeps what lies between the cursors.
func (s Slice) Where(to *sql.Selector) {
	names := make([]string, len(s.columns))
	for i, c := range s.columns {
		names[i] = to.C(c)
	}
	if s.bounds.after != nil {
		to.Where(rowCompare(names, s.above, s.bounds.after))
	}
	if s.bounds.before != nil {
		to.Where(rowCompare(names, s.below, s.bounds.before))
	}
}

// OrderBy puts the rows in the order in which they are read.
func (s Slice) OrderBy(to *sql.Selector) {
	for _, c := range s.columns {
		if s.desc {
			to.OrderBy(sql.Desc(to.C(c)))
		} else {
			to.OrderBy(sql.Asc(to.C(c)))
		}
	}
}

// Tail is the end of a statement that selects from one table expression with
// the columns ordered by: WHERE, ORDER BY, LIMIT and OFFSET. arg makes a
// parameter of a value.
func (s Slice) Tail(arg func(any) string) string {
	columns := strings.Join(s.columns, ", ")
	direction := ""
	if s.desc {
		columns, direction = strings.Join(s.columns, " DESC, "), " DESC"
	}
	var where []string
	compare := func(op string, values []any) {
		if values == nil {
			return
		}
		marks := make([]string, len(values))
		for i, v := range values {
			marks[i] = arg(v)
		}
		where = append(where, "("+strings.Join(s.columns, ", ")+") "+op+" ("+strings.Join(marks, ", ")+")")
	}
	ops := map[sql.Op]string{sql.OpGT: ">", sql.OpLT: "<"}
	compare(ops[s.above], s.bounds.after)
	compare(ops[s.below], s.bounds.before)
	tail := ""
	if len(where) > 0 {
		tail = " WHERE " + strings.Join(where, " AND ")
	}
	return tail + " ORDER BY " + columns + direction + " LIMIT " + arg(s.Limit) + " OFFSET " + arg(s.Offset)
}

// rowCompare is (a, id) > (x, y): both databases answer it from an index,
// while a > x OR (a = x AND id > y) reads and drops every row ahead of it.
func rowCompare(names []string, op sql.Op, values []any) *sql.Predicate {
	return sql.P(func(b *sql.Builder) {
		b.Wrap(func(b *sql.Builder) { b.IdentComma(names...) })
		b.WriteOp(op)
		b.Wrap(func(b *sql.Builder) { b.Args(values...) })
	})
}
