package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The shapes of gqlgen 0.17.95, cut down.
const before = `package generated

import (
	"context"
	"math"
	"strconv"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

func (ec *executionContext) _T_name(ctx context.Context, field graphql.CollectedField, obj *T) (ret graphql.Marshaler) {
	return graphql.ResolveField(ctx, ec.OperationContext, field,
		func(ctx context.Context, field graphql.CollectedField) (*graphql.FieldContext, error) {
			return ec.fieldContext_T_name(ctx, field)
		},
		func(ctx context.Context) (any, error) { return obj.Name, nil },
		nil,
		func(ctx context.Context, selections ast.SelectionSet, v string) graphql.Marshaler {
			return ec.marshalNString2string(ctx, selections, v)
		},
		true, true)
}
func (ec *executionContext) fieldContext_T_name(_ context.Context, field graphql.CollectedField) (fc *graphql.FieldContext, err error) {
	return graphql.NewScalarFieldContext("T", field, false, false, nil)
}

func (ec *executionContext) _T(ctx context.Context, sel ast.SelectionSet, obj *T) graphql.Marshaler {
	fields := graphql.CollectFields(ec.OperationContext, sel, tImplementors)
	out := graphql.NewFieldSet(fields)
	for i, field := range fields {
		switch field.Name {
		case "__typename":
			out.Values[i] = graphql.MarshalString("T")
		case "name":
			out.Values[i] = ec._T_name(ctx, field, obj)
			if out.Values[i] == graphql.Null {
				atomic.AddUint32(&out.Invalids, 1)
			}
		case "edge":
			innerFunc := func(ctx context.Context, fs *graphql.FieldSet) (res graphql.Marshaler) {
				return ec._T_edge(ctx, field, obj)
			}
			out.Concurrently(i, func(ctx context.Context) graphql.Marshaler { return innerFunc(ctx, out) })
		default:
			panic("unknown field " + strconv.Quote(field.Name))
		}
	}
	_ = math.MaxInt32
	return out
}

func (ec *executionContext) marshalNT(ctx context.Context, sel ast.SelectionSet, v []*T) graphql.Marshaler {
	ret := graphql.MarshalSliceConcurrently(ctx, len(v), 0, false, func(ctx context.Context, i int) graphql.Marshaler {
		return ec._T(ctx, sel, v[i])
	})
	return ret
}

func (e *executableSchema) Exec(ctx context.Context) graphql.ResponseHandler {
	inputUnmarshalMap := graphql.BuildUnmarshalerMap(
		ec.unmarshalInputTInput,
	)
	return func(ctx context.Context) *graphql.Response {
		ctx = graphql.WithUnmarshalerMap(ctx, inputUnmarshalMap)
		return ec._T(ctx, nil, nil)
	}
}
`

func TestRewritePutsEverythingInOrder(t *testing.T) {
	t.Parallel()
	out, n, err := rewrite("x.go", []byte(before))
	if err != nil {
		t.Fatal(err)
	}
	if n != (counts{objects: 1, leaves: 1, lists: 1, maps: 1}) {
		t.Errorf("rewrote %+v", n)
	}
	for _, want := range []string{
		"\treturn ec.marshalNString2string(ctx, field.Selections, obj.Name)\n",
		"\tout := inorder.Collect(ec.OperationContext, sel, tImplementors)\n",
		"\t\t\tout.Set(i, graphql.MarshalString(\"T\"))\n",
		"\t\t\tout.SetNonNull(i, ec._T_name(ctx, field, obj))\n",
		"\t\t\tout.Set(i, ec._T_edge(ctx, field, obj))\n",
		"\tret := inorder.Slice(ctx, len(v), func(ctx context.Context, i int) graphql.Marshaler {\n",
		`"entrepot/graph/internal/inorder"`,
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for _, gone := range []string{"sync/atomic", `"math"`, "Concurrently", "UnmarshalerMap", "inputUnmarshalMap"} {
		if strings.Contains(string(out), gone) {
			t.Errorf("%q is still there", gone)
		}
	}
}

func TestWhatIsCheckedInIsRewritten(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../generated/*.generated.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no generated code: %v", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "MarshalSliceConcurrently") || strings.Contains(string(text), "BuildUnmarshalerMap") {
			t.Errorf("%s: run go generate ./graph", name)
		}
	}
}
