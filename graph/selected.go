package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
)

// selected names the fields that the operation selects of the rows of the list
// that is being resolved: of its nodes, of the nodes in its edges, and of its
// total. What is expensive to compute is computed only when it is among them.
func selected(ctx context.Context) map[string]bool {
	names := map[string]bool{}
	op := graphql.GetOperationContext(ctx)
	for _, f := range fieldsOf(op, graphql.GetFieldContext(ctx).Field) {
		switch f.Name {
		case "edges":
			for _, e := range fieldsOf(op, f) {
				if e.Name == "node" {
					note(op, e, names)
				}
			}
		case "nodes", "total":
			note(op, f, names)
		}
	}
	return names
}

// selectedHere names the fields that the operation selects of the object that is
// being resolved.
func selectedHere(ctx context.Context) map[string]bool {
	names := map[string]bool{}
	note(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field, names)
	return names
}

func note(op *graphql.OperationContext, of graphql.CollectedField, names map[string]bool) {
	for _, f := range fieldsOf(op, of) {
		names[f.Name] = true
	}
}

// fieldsOf are the fields selected of a field of an object type, those in
// fragments included.
func fieldsOf(op *graphql.OperationContext, of graphql.CollectedField) []graphql.CollectedField {
	return graphql.CollectFields(op, of.Selections, []string{of.Definition.Type.Name()})
}

func anyOf(names map[string]bool, some ...string) bool {
	return slices.ContainsFunc(some, func(n string) bool { return names[n] })
}
