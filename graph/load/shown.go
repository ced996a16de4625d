package load

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// shownLoader is a loader of rows of many columns, of which most answers show two
// or three beside each row of a list: it reads those that are shown. A row that
// lacks some goes to the selection that it was read for, and must not be looked
// into on its way; a resolver of a field of any other type gets whole rows.
type shownLoader[K comparable, V any] struct {
	// of is the type of the graph.
	of     string
	fields fieldColumns
	fetch  func(ctx context.Context, keys []K, columns []string) (map[K]V, error)

	mu      sync.Mutex
	wanted  []K
	loaders map[columns]*loader[K, V]
}

// columns is a set of columns, one bit for each; 0 is the whole row.
type columns uint32

// fieldColumns are fields of a type of the graph that show a column and nothing
// else. For any other one the whole row is read.
type fieldColumns struct {
	names  []string
	bits   map[string]columns
	always columns // what rows are found and known by
}

// columnsOf takes pairs of a field and its column; the first known are always read.
func columnsOf(known int, pairs ...[2]string) fieldColumns {
	f := fieldColumns{bits: map[string]columns{}, always: 1<<known - 1}
	f.bits["__typename"] = f.always
	for i, p := range pairs {
		f.names = append(f.names, p[1])
		f.bits[p[0]] = 1 << i
	}
	return f
}

// shown are the columns that a selection shows.
func (f *fieldColumns) shown(selection ast.SelectionSet) columns {
	set := f.always
	for _, s := range selection {
		var more columns
		switch s := s.(type) {
		case *ast.Field:
			more = f.bits[s.Name]
		case *ast.InlineFragment:
			more = f.shown(s.SelectionSet)
		case *ast.FragmentSpread:
			more = f.shown(s.Definition.SelectionSet)
		}
		if more == 0 {
			return 0
		}
		set |= more
	}
	return set
}

func (f *fieldColumns) of(set columns) (names []string) {
	for i, name := range f.names {
		if set&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

func (l *shownLoader[K, V]) want(keys ...K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wanted = append(l.wanted, keys...)
	for _, one := range l.loaders {
		one.want(keys...)
	}
}

func (l *shownLoader[K, V]) load(ctx context.Context, key K) (V, error) {
	var set columns
	if f := graphql.GetFieldContext(ctx); f != nil && f.Field.Field != nil && f.Field.Definition.Type.Name() == l.of {
		set = l.fields.shown(f.Field.Selections)
	}
	return l.with(set).load(ctx, key)
}

func (l *shownLoader[K, V]) with(set columns) *loader[K, V] {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.loaders[set]
	if one == nil {
		one = newLoader(func(ctx context.Context, keys []K) (map[K]V, error) { return l.fetch(ctx, keys, l.fields.of(set)) })
		one.want(l.wanted...)
		if l.loaders == nil {
			l.loaders = map[columns]*loader[K, V]{}
		}
		l.loaders[set] = one
	}
	return one
}
