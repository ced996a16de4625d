package load

import (
	"context"
	"fmt"
	"sync"

	"entrepot/internal/page"
)

// nested answers the lists inside of the rows of a list, such as the locations
// of each warehouse. All parents that were noted are read together, once for
// each set of arguments.
type nested[T any] struct {
	fetch  func(ctx context.Context, parents []int64, a page.Args, count func(parent int64) (int, error)) (map[int64]*page.Connection[T], error)
	counts *loader[int64, int]

	mu      sync.Mutex
	parents []int64
	byArgs  map[string]*loader[int64, *page.Connection[T]]
}

func newNested[T any](
	fetch func(context.Context, []int64, page.Args, func(int64) (int, error)) (map[int64]*page.Connection[T], error),
	count func(context.Context, []int64) (map[int64]int, error),
) *nested[T] {
	return &nested[T]{fetch: fetch, counts: newLoader(count), byArgs: map[string]*loader[int64, *page.Connection[T]]{}}
}

// want notes parents of which lists may be asked for.
func (n *nested[T]) want(parents ...int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.parents = append(n.parents, parents...)
	n.counts.want(parents...)
	for _, l := range n.byArgs {
		l.want(parents...)
	}
}

func (n *nested[T]) load(ctx context.Context, parent int64, a page.Args) (*page.Connection[T], error) {
	return n.with(a).load(ctx, parent)
}

func (n *nested[T]) with(a page.Args) *loader[int64, *page.Connection[T]] {
	key := ""
	if a.First != nil {
		key = fmt.Sprint(*a.First)
	}
	if a.After != nil {
		key += "/" + *a.After
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.byArgs[key]
	if l == nil {
		l = newLoader(func(ctx context.Context, parents []int64) (map[int64]*page.Connection[T], error) {
			return n.fetch(ctx, parents, a, func(parent int64) (int, error) { return n.counts.load(ctx, parent) })
		})
		l.want(n.parents...)
		n.byArgs[key] = l
	}
	return l
}
