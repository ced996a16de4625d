package exporter

import (
	"context"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/sheet"
)

// column is one column of a list of T.
type column[T any] struct {
	// name is what clients call it, and the key in lines of JSON.
	name             string
	english, chinese string
	// cost says that it tells what goods cost: it is left out for people without
	// cost:view.
	cost  bool
	value func(n *names, row T) any
}

// list is a list that can be exported.
type list interface {
	columns() []heading
	export(ctx context.Context, x *export) error
}

type heading struct {
	name, english, chinese string
	cost                   bool
}

// of is a list of T.
type of[T any] struct {
	cols []column[T]
	read func(ctx context.Context, s *Service, f Filters, a page.Args) (*page.Connection[T], error)
	// look, when set, reads what the columns need beside the rows of a page.
	look func(ctx context.Context, n *names, rows []T) error
}

func (l of[T]) columns() []heading {
	out := make([]heading, len(l.cols))
	for i, c := range l.cols {
		out[i] = heading{c.name, c.english, c.chinese, c.cost}
	}
	return out
}

// pageRows is how many rows are read at a time.
const pageRows = 1000

// export writes the rows of the list, page by page.
func (l of[T]) export(ctx context.Context, x *export) error {
	n := newNames(x.s.db)
	cells := make([]any, len(x.chosen))
	for a := (page.Args{Bulk: pageRows}); ; {
		c, err := l.read(ctx, x.s, x.in.Filters, a)
		if err != nil {
			return err
		}
		if l.look != nil {
			if err := l.look(ctx, n, c.Nodes); err != nil {
				return err
			}
		}
		for _, row := range c.Nodes {
			for i, at := range x.chosen {
				cells[i] = l.cols[at].value(n, row)
			}
			if err := x.write(cells); err != nil {
				return err
			}
		}
		info := c.PageInfo()
		if !info.HasNextPage {
			return nil
		}
		if err := x.progress(ctx); err != nil {
			return err
		}
		a.After = info.EndCursor
	}
}

// choose is which columns are written: those that were asked for, or all, without
// those of costs for people who may not see costs.
func choose(ctx context.Context, l list, wanted []string) (at []int, unknown string) {
	may := auth.From(ctx).Can(auth.CostView)
	cols := l.columns()
	index := map[string]int{}
	for i, c := range cols {
		index[c.name] = i
		if wanted == nil && (may || !c.cost) {
			at = append(at, i)
		}
	}
	for _, w := range wanted {
		i, known := index[w]
		if !known {
			return nil, w
		}
		if may || !cols[i].cost {
			at = append(at, i)
		}
	}
	return at, ""
}

// The cells of values that may be missing.

func amount(a *money.Amount) any {
	if a == nil {
		return nil
	}
	return sheet.Decimal(a.String())
}

func moment(t *time.Time) any {
	if t == nil {
		return nil
	}
	return *t
}

func number(n *int64) any {
	if n == nil {
		return nil
	}
	return *n
}
