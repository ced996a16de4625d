// Package inorder is how generated code walks an answer: one field after the
// other, in the request's own goroutine. gqlgen starts a goroutine with a
// context of its own for every element of a list and every resolved field,
// which pays when resolvers wait. Ours do not: their rows come from the batch
// loaders, where all but the first find them in memory. Only the fields of the
// query root run side by side. The command rewrite puts this package into what
// gqlgen generated; README.md has the figures.
//
// There is no @defer: a field that is marked so comes with the rest, as the
// directive allows.
package inorder

import (
	"context"
	"io"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"entrepot/internal/fault"
)

// Object is an object of the answer being made.
type Object struct {
	Fields  []graphql.CollectedField
	values  []graphql.Marshaler
	invalid bool
}

// Collect starts an object: the fields selected of a type that is all of implements.
func Collect(op *graphql.OperationContext, sel ast.SelectionSet, implements []string) *Object {
	fields := graphql.CollectFields(op, sel, implements)
	return &Object{Fields: fields, values: make([]graphql.Marshaler, len(fields))}
}

// Set puts the value of a nullable field.
func (o *Object) Set(i int, v graphql.Marshaler) {
	o.values[i] = v
	if v == graphql.RequiredNull {
		o.invalid = true
	}
}

// SetNonNull puts the value of a field that must not be null: null takes the
// object with it.
func (o *Object) SetNonNull(i int, v graphql.Marshaler) {
	o.values[i] = v
	if v == graphql.Null {
		o.invalid = true
	}
}

// Done is the object, or null when a field that must not be null is.
func (o *Object) Done() graphql.Marshaler {
	if o.invalid {
		return graphql.Null
	}
	return o
}

// MarshalGQL writes the object as JSON.
func (o *Object) MarshalGQL(w io.Writer) {
	first := true
	_, _ = io.WriteString(w, "{")
	for i := range o.Fields {
		alias := o.Fields[i].Alias
		if o.repeats(i, alias) {
			continue
		}
		if first {
			first = false
			_, _ = io.WriteString(w, `"`)
		} else {
			_, _ = io.WriteString(w, `,"`)
		}
		_, _ = io.WriteString(w, alias) // a GraphQL name: nothing to escape
		_, _ = io.WriteString(w, `":`)
		o.values[i].MarshalGQL(w)
	}
	_, _ = io.WriteString(w, "}")
}

// repeats: one response name may be collected twice, of an interface and of a
// type that implements it.
func (o *Object) repeats(i int, alias string) bool {
	for j := range i {
		if o.Fields[j].Alias == alias {
			return true
		}
	}
	return false
}

// WithBudget bounds how many elements the lists of one answer may have together.
// Lists lead to lists, and a few levels of them multiply into an answer that no
// machine can hold, however few rows the database has.
func WithBudget(ctx context.Context, elements int64) context.Context {
	b := &budget{most: elements}
	b.left.Store(elements)
	return context.WithValue(ctx, budgetKey{}, b)
}

type (
	budgetKey struct{}
	budget    struct {
		most int64
		left atomic.Int64
		told sync.Once
	}
)

// spend takes n elements from the budget of the request, if it has one, and says
// whether they are granted. What is wrong is told once.
func spend(ctx context.Context, n int) bool {
	b, ok := ctx.Value(budgetKey{}).(*budget)
	if !ok || b.left.Add(-int64(n)) >= 0 {
		return true
	}
	b.told.Do(func() {
		graphql.AddError(ctx, fault.Stop(fault.BadRequest,
			"the lists of the answer have more than %d elements together: ask for smaller pages, or for less at once", b.most))
	})
	return false
}

// Slice marshals the elements of a list. They share one context, whose index
// moves on: nothing may keep it beyond its element.
func Slice(ctx context.Context, n int, marshal func(context.Context, int) graphql.Marshaler) (out graphql.Array) {
	var index int
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &index})
	defer func() {
		if r := recover(); r != nil {
			graphql.AddError(ctx, graphql.Recover(ctx, r))
			out = nil
		}
	}()
	if !spend(ctx, n) {
		return nil
	}
	out = make(graphql.Array, n)
	for index = range n {
		out[index] = marshal(ctx, index)
	}
	return out
}
