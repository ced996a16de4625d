package inorder

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

func field(name, alias string) ast.Selection { return &ast.Field{Name: name, Alias: alias} }

func written(m graphql.Marshaler) string {
	var b bytes.Buffer
	m.MarshalGQL(&b)
	return b.String()
}

func TestAnObjectIsWrittenInTheOrderOfItsFields(t *testing.T) {
	t.Parallel()
	o := Collect(&graphql.OperationContext{}, ast.SelectionSet{field("b", "b"), field("a", "x"), field("b", "b")}, []string{"T"})
	for i := range o.Fields {
		o.SetNonNull(i, graphql.MarshalInt(i))
	}
	if got := written(o.Done()); got != `{"b":0,"x":1}` {
		t.Error(got)
	}
}

func TestNullTakesTheObjectWithItWhereItMayNotBe(t *testing.T) {
	t.Parallel()
	object := func(set func(*Object, graphql.Marshaler), v graphql.Marshaler) string {
		o := Collect(&graphql.OperationContext{}, ast.SelectionSet{field("a", "a")}, []string{"T"})
		set(o, v)
		return written(o.Done())
	}
	nullable := func(o *Object, v graphql.Marshaler) { o.Set(0, v) }
	nonNull := func(o *Object, v graphql.Marshaler) { o.SetNonNull(0, v) }
	if got := object(nullable, graphql.Null); got != `{"a":null}` {
		t.Error(got)
	}
	if got := object(nullable, graphql.RequiredNull); got != `null` {
		t.Error(got)
	}
	if got := object(nonNull, graphql.Null); got != `null` {
		t.Error(got)
	}
}

func TestErrorsInAListNameTheirElement(t *testing.T) {
	t.Parallel()
	ctx := graphql.WithResponseContext(context.Background(), graphql.DefaultErrorPresenter, func(context.Context, any) error {
		return errors.New("recovered")
	})
	out := Slice(ctx, 3, func(ctx context.Context, i int) graphql.Marshaler {
		if i == 1 {
			graphql.AddError(ctx, errors.New("no"))
			return graphql.Null
		}
		return graphql.MarshalInt(i)
	})
	if got := written(out); got != `[0,null,2]` {
		t.Error(got)
	}
	Slice(ctx, 3, func(_ context.Context, i int) graphql.Marshaler {
		if i == 2 {
			panic("boom")
		}
		return graphql.Null
	})
	errs := graphql.GetErrors(ctx)
	if len(errs) != 2 || path(errs[0]) != "[1]" || path(errs[1]) != "[2]" || errs[1].Message != "recovered" {
		t.Errorf("%v", errs)
	}
}

func path(e *gqlerror.Error) string { return e.Path.String() }
