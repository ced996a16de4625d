package page

import (
	"context"
	"slices"
	"sync"
)

// Connection is one page of a list, as the graph shows lists.
type Connection[T any] struct {
	// Nodes are the rows of the page.
	Nodes []T

	order       Order[T]
	hasNext     bool
	hasPrevious bool
	count       func() (int, error)
}

// Edge is a row with its cursor.
type Edge[T any] struct {
	Node  T
	order *Order[T]
}

// Cursor is where the row stands in the order of its list.
func (e Edge[T]) Cursor() string { return e.order.cursor(e.Node) }

// Info tells where a page stands in its list. It is made from the page alone
// and counts nothing.
type Info struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// List reads one page. fetch reads the rows of a slice; count counts the whole
// list, and is called at most once and only when somebody asks for TotalCount.
// BadRequest for arguments outside their limits and for a cursor that is
// malformed or from another order.
func List[T any](ctx context.Context, a Args, o Order[T],
	fetch func(context.Context, Slice) ([]T, error), count func(context.Context) (int, error),
) (*Connection[T], error) {
	size, backward, err := a.size()
	if err != nil {
		return nil, err
	}
	offset, err := a.offset()
	if err != nil {
		return nil, err
	}
	var b bounds
	if a.After != nil {
		if b.after, err = o.position(*a.After); err != nil {
			return nil, err
		}
	}
	if a.Before != nil {
		if b.before, err = o.position(*a.Before); err != nil {
			return nil, err
		}
	}
	rows, err := fetch(ctx, o.slice(b, size, offset, backward))
	if err != nil {
		return nil, err
	}
	more := len(rows) > size
	if more {
		rows = rows[:size]
	}
	c := &Connection[T]{Nodes: rows, order: o, count: sync.OnceValues(func() (int, error) { return count(ctx) })}
	if backward {
		slices.Reverse(rows)
		c.hasNext, c.hasPrevious = b.before != nil, more
	} else {
		c.hasNext, c.hasPrevious = more, b.after != nil || offset > 0
	}
	return c, nil
}

// Edges are the rows with their cursors.
func (c *Connection[T]) Edges() []Edge[T] {
	edges := make([]Edge[T], len(c.Nodes))
	for i, n := range c.Nodes {
		edges[i] = Edge[T]{n, &c.order}
	}
	return edges
}

// PageInfo tells where the page stands.
func (c *Connection[T]) PageInfo() Info {
	info := Info{HasNextPage: c.hasNext, HasPreviousPage: c.hasPrevious}
	if n := len(c.Nodes); n > 0 {
		first, last := c.order.cursor(c.Nodes[0]), c.order.cursor(c.Nodes[n-1])
		info.StartCursor, info.EndCursor = &first, &last
	}
	return info
}

// TotalCount counts the rows of the whole list.
func (c *Connection[T]) TotalCount() (int, error) { return c.count() }
