package report

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"entrepot/internal/page"
	"entrepot/internal/store"
)

// column is a column of a statement: what it is computed from, and its name.
type column struct{ name, expr string }

// grouping is a statement that groups the rows of a table expression.
type grouping struct {
	params *store.Params
	// with are the named queries that from stands on, in order.
	with []column
	from string
	// by is what is grouped by; without it all rows are one group.
	by []column
	// measures are aggregates over a group.
	measures []column
	// having is a condition on groups; empty for none. Without by it does not count:
	// a total of nothing is a total.
	having string
	// shown are computed from by and measures, by their names.
	shown []column
}

// statement selects by, measures and shown, in this order. tail ends it; it may
// order and narrow by all of these names.
func (g grouping) statement(tail string) string {
	inner := "SELECT " + list(slices.Concat(g.by, g.measures)) + " FROM " + g.from + g.groupBy()
	if len(g.shown) > 0 {
		inner = "SELECT g.*, " + list(g.shown) + " FROM (" + inner + ") g"
	}
	return g.prefix() + "SELECT * FROM (" + inner + ") page" + tail
}

// counting counts the groups.
func (g grouping) counting() string {
	return g.prefix() + "SELECT count(*) FROM (SELECT " + list(g.by) + " FROM " + g.from + g.groupBy() + ") g"
}

// groupBy names columns by where they stand, before the measures: their
// expressions may hold parameters.
func (g grouping) groupBy() string {
	if len(g.by) == 0 {
		return ""
	}
	places := make([]string, len(g.by))
	for i := range g.by {
		places[i] = strconv.Itoa(i + 1)
	}
	having := ""
	if g.having != "" {
		having = " HAVING " + g.having
	}
	return " GROUP BY " + strings.Join(places, ", ") + having
}

func (g grouping) prefix() string {
	if len(g.with) == 0 {
		return ""
	}
	queries := make([]string, len(g.with))
	for i, w := range g.with {
		queries[i] = w.name + " AS (" + w.expr + ")"
	}
	return "WITH " + strings.Join(queries, ",\n") + "\n"
}

func list(columns []column) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = c.expr + " AS " + c.name
	}
	return strings.Join(parts, ", ")
}

// pageOf reads a page of groups. build writes the statement, without measures when
// the groups are only counted.
func pageOf[T any](ctx context.Context, db *store.DB, a page.Args, o page.Order[T],
	build func(counting bool) grouping, scan func(*sql.Rows) (T, error),
) (*page.Connection[T], error) {
	return page.List(ctx, a, o,
		func(ctx context.Context, s page.Slice) ([]T, error) {
			g := build(false)
			return rowsOf(ctx, db.Report, g, s.Tail(g.params.Add), scan)
		},
		func(ctx context.Context) (n int, err error) {
			g := build(true)
			err = db.Report(ctx, func(tx *sql.Tx) error {
				return tx.QueryRowContext(ctx, g.counting(), g.params.Values...).Scan(&n)
			})
			return n, err
		})
}

// view is [store.DB.Report], or the same that does not lag.
type view func(context.Context, func(*sql.Tx) error) error

// rowsOf reads groups.
func rowsOf[T any](ctx context.Context, in view, g grouping, tail string, scan func(*sql.Rows) (T, error)) ([]T, error) {
	return query(ctx, in, g.statement(tail), g.params.Values, scan)
}

// query reads the rows of a statement in one view.
func query[T any](ctx context.Context, in view, statement string, args []any, scan func(*sql.Rows) (T, error)) (out []T, err error) {
	err = in(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			row, err := scan(rows)
			if err != nil {
				return err
			}
			out = append(out, row)
		}
		return rows.Err()
	})
	return out, err
}
