package graphqlhttp

import (
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// The kinds of requests that came to no operation.
const (
	kindInvalid         = "invalid"
	kindUnauthenticated = "unauthenticated"
)

// Observation tells what a request was, for the log and the metrics. It holds
// names of the schema and of the client's operation, and no values.
type Observation struct {
	// Kind is query or mutation, or why nothing ran: invalid, unauthenticated.
	Kind string
	// Name is the client's name for the operation; it is not bounded.
	Name     string
	Fields   []ObservedField
	Duration time.Duration
}

// ObservedField is a root field of the schema that ran.
type ObservedField struct {
	Name string
	// Failed: it has an error at its path. Faults in a payload are no failure.
	Failed bool
}

func observe(op *graphql.OperationContext, resp *graphql.Response, took time.Duration) Observation {
	failed := map[string]bool{}
	for _, e := range resp.Errors {
		if len(e.Path) > 0 {
			if name, ok := e.Path[0].(ast.PathName); ok {
				failed[string(name)] = true
			}
		}
	}
	o := Observation{Kind: string(op.Operation.Operation), Name: op.Operation.Name, Duration: took}
	for _, f := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query", "Mutation"}) {
		o.Fields = append(o.Fields, ObservedField{Name: f.Name, Failed: failed[f.Alias]})
	}
	return o
}
