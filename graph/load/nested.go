package load

import (
	"context"
	"sync"

	"entrepot/internal/page"
	"entrepot/internal/store"
)

// nested answers the lists inside of the rows of a list, such as the locations
// of each warehouse. All parents that were noted are read together, once for
// each set of arguments. F is what narrows the list beside its page; whole when
// nothing does.
type nested[K int64 | string, F comparable, T any] struct {
	nestedOf[K, F, T]

	mu      sync.Mutex
	parents []K
	pages   map[asked[F]]*loader[K, *page.Connection[T]]
	counts  map[F]*loader[K, int]
}

// nestedOf is how a nested list is read.
type nestedOf[K int64 | string, F comparable, T any] struct {
	open func(page.Args) (*page.Each[K, T], error)
	// fetch reads one page of the list of each parent.
	fetch func(ctx context.Context, parents []K, f F, each *page.Each[K, T], count func(parent K) (int, error)) (map[K]*page.Connection[T], error)
	count func(ctx context.Context, parents []K, f F) (map[K]int, error)
	// lead notes where the rows lead to.
	lead func([]T) []T
}

// whole is F for a list that nothing narrows.
type whole struct{}

// asked tells one set of arguments from another.
type asked[F comparable] struct {
	first  int
	after  string
	filter F
}

func newNested[K int64 | string, F comparable, T any](of nestedOf[K, F, T]) *nested[K, F, T] {
	return &nested[K, F, T]{nestedOf: of}
}

// newWhole is a nested list that nothing narrows.
func newWhole[K int64 | string, T any](db *store.DB, open func(page.Args) (*page.Each[K, T], error),
	fetch func(context.Context, *store.DB, []K, *page.Each[K, T], func(K) (int, error)) (map[K]*page.Connection[T], error),
	count func(context.Context, *store.DB, []K) (map[K]int, error), lead func([]T) []T,
) *nested[K, whole, T] {
	return newNested(nestedOf[K, whole, T]{
		open: open,
		fetch: func(ctx context.Context, parents []K, _ whole, each *page.Each[K, T], count func(K) (int, error)) (map[K]*page.Connection[T], error) {
			return fetch(ctx, db, parents, each, count)
		},
		count: func(ctx context.Context, parents []K, _ whole) (map[K]int, error) { return count(ctx, db, parents) },
		lead:  lead,
	})
}

// want notes parents of which lists may be asked for.
func (n *nested[K, F, T]) want(parents ...K) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.parents = append(n.parents, parents...)
	for _, l := range n.counts {
		l.want(parents...)
	}
	for _, l := range n.pages {
		l.want(parents...)
	}
}

func (n *nested[K, F, T]) load(ctx context.Context, parent K, f F, a page.Args) (*page.Connection[T], error) {
	l, err := n.with(f, a)
	if err != nil {
		return nil, err
	}
	return l.load(ctx, parent)
}

func (n *nested[K, F, T]) with(f F, a page.Args) (*loader[K, *page.Connection[T]], error) {
	key := asked[F]{first: page.DefaultSize, filter: f}
	if a.First != nil {
		key.first = *a.First
	}
	if a.After != nil {
		key.after = *a.After
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if l := n.pages[key]; l != nil {
		return l, nil
	}
	each, err := n.open(a)
	if err != nil {
		return nil, err
	}
	if n.pages == nil {
		n.pages, n.counts = map[asked[F]]*loader[K, *page.Connection[T]]{}, map[F]*loader[K, int]{}
	}
	if n.counts[f] == nil {
		n.counts[f] = newLoader(func(ctx context.Context, parents []K) (map[K]int, error) { return n.count(ctx, parents, f) })
		n.counts[f].want(n.parents...)
	}
	counts := n.counts[f]
	l := newLoader(func(ctx context.Context, parents []K) (map[K]*page.Connection[T], error) {
		pages, err := n.fetch(ctx, parents, f, each, func(parent K) (int, error) { return counts.load(ctx, parent) })
		for _, p := range pages {
			n.lead(p.Nodes)
		}
		return pages, err
	})
	l.want(n.parents...)
	n.pages[key] = l
	return l, nil
}
