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
	open   func(page.Args) (*page.Each[T], error)
	fetch  fetchEach[T]
	counts *loader[int64, int]

	mu      sync.Mutex
	parents []int64
	byArgs  map[string]*loader[int64, *page.Connection[T]]
}

// fetchEach reads one page of the list of each parent.
type fetchEach[T any] func(ctx context.Context, parents []int64, each *page.Each[T], count func(parent int64) (int, error)) (map[int64]*page.Connection[T], error)

func newNested[T any](open func(page.Args) (*page.Each[T], error), fetch fetchEach[T],
	count func(context.Context, []int64) (map[int64]int, error),
) *nested[T] {
	return &nested[T]{open: open, fetch: fetch, counts: newLoader(count), byArgs: map[string]*loader[int64, *page.Connection[T]]{}}
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
	l, err := n.with(a)
	if err != nil {
		return nil, err
	}
	return l.load(ctx, parent)
}

func (n *nested[T]) with(a page.Args) (*loader[int64, *page.Connection[T]], error) {
	key := ""
	if a.First != nil {
		key = fmt.Sprint(*a.First)
	}
	if a.After != nil {
		key += "/" + *a.After
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if l := n.byArgs[key]; l != nil {
		return l, nil
	}
	each, err := n.open(a)
	if err != nil {
		return nil, err
	}
	l := newLoader(func(ctx context.Context, parents []int64) (map[int64]*page.Connection[T], error) {
		return n.fetch(ctx, parents, each, func(parent int64) (int, error) { return n.counts.load(ctx, parent) })
	})
	l.want(n.parents...)
	n.byArgs[key] = l
	return l, nil
}
