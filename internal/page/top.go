package page

import (
	"context"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// TopOf reads a slice of the rows of each of many parents, whose keys are in the
// column parent: the top of an index that begins with that column, once for each
// parent, and never the rest. A list of several parents is the merge of these,
// while `parent IN (…) ORDER BY id` would sort all their rows or read through
// everybody's.
//
// It takes the conditions that the query has so far down with it, so it is the
// last one, behind the order.
func TopOf[K int64 | string](slice Slice, parent string, parents []K) func(*sql.Selector) {
	parents = slices.Compact(slices.Sorted(slices.Values(parents)))
	return func(s *sql.Selector) {
		table, conditions := s.TableName(), s.P()
		s.SetP(nil)
		s.FromExpr(sql.ExprFunc(func(b *sql.Builder) {
			postgres := b.Dialect() == dialect.Postgres
			if postgres {
				b.WriteString("unnest(").Arg(array[K](parents)).WriteString("::" + arrayOf[K]() + ") AS parent(value) CROSS JOIN LATERAL ")
			} else {
				b.WriteString("json_each(").Arg(jsonList[K](parents)).WriteString(") AS parent CROSS JOIN ").Ident(table).
					WriteString(" ON ").Ident(table).WriteString(".id IN ")
			}
			child := sql.Table(table)
			top := sql.Dialect(b.Dialect()).Select().From(child)
			if postgres {
				top.Select("*")
			} else {
				top.Select(top.C("id"))
			}
			if conditions != nil {
				top.Where(conditions)
			}
			if postgres && slices.Equal(slice.columns, []string{"id"}) {
				byParent(slice, top, parent)
			} else {
				top.Where(sql.ExprP(top.C(parent) + " = parent.value"))
				slice.Where(top)
				slice.OrderBy(top)
			}
			top.Limit(slice.Limit + slice.Offset)
			b.Wrap(func(b *sql.Builder) { b.Join(top) })
			if postgres {
				b.WriteString(" AS ").Ident(table)
			}
		}))
	}
}

// byParent puts a slice by id of one parent as a range of (parent, id). With an
// equality PostgreSQL may take the order from the primary key and drop the rows of
// others, which is as good on average as it is disastrous for a parent of few
// rows; this range has its order from the index that begins with the parent, or
// from none. A cursor is the end of the range, so that deep pages begin there.
func byParent(slice Slice, top *sql.Selector, parent string) {
	names := top.Columns(parent, "id")
	low, high := sql.ExprP(names[0]+" >= parent.value"), sql.ExprP(names[0]+" <= parent.value")
	end := func(op sql.Op, values []any) {
		if values == nil {
			return
		}
		p := sql.P(func(b *sql.Builder) {
			b.Wrap(func(b *sql.Builder) { b.IdentComma(names...) }).WriteOp(op)
			b.Wrap(func(b *sql.Builder) { b.WriteString("parent.value, ").Args(values...) })
		})
		if op == sql.OpGT {
			low = p
		} else {
			high = p
		}
	}
	end(slice.above, slice.bounds.after)
	end(slice.below, slice.bounds.before)
	top.Where(sql.And(low, high))
	slice.columns = []string{parent, "id"}
	slice.OrderBy(top)
}

// ReadOf is [Read] of the rows of these parents only, see [TopOf].
func ReadOf[Q Query[Q, T, P, O], K int64 | string, T any, P, O ~func(*sql.Selector)](ctx context.Context, a Args, o Order[T], query Q,
	parent string, parents []K,
) (*Connection[T], error) {
	return List(ctx, a, o,
		func(ctx context.Context, s Slice) ([]T, error) {
			return query.Clone().Where(TopOf(s, parent, parents)).Order(s.OrderBy).Limit(s.Limit).Offset(s.Offset).All(ctx)
		},
		func(ctx context.Context) (int, error) { return query.Clone().Where(In(parent, parents)).Count(ctx) })
}
