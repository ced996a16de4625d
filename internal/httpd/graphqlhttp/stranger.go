package graphqlhttp

import (
	"context"
	"errors"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"entrepot/internal/fault"
)

type refusalKey struct{}

// WithRefusal remembers why the credentials of a request were not accepted. The
// request goes on as a stranger's, because somebody with an expired token must
// be able to sign in again; this is the answer to everything else.
func WithRefusal(ctx context.Context, err error) context.Context {
	return context.WithValue(ctx, refusalKey{}, err)
}

func refusal(ctx context.Context) *fault.Error {
	err, _ := ctx.Value(refusalKey{}).(error)
	var stop *fault.Error
	if errors.As(err, &stop) {
		return stop
	}
	return &fault.Error{Code: fault.Unauthenticated, Message: "sign in first"}
}

// openToStrangers: documents of which every operation selects only these
// root fields, each once: a hundred aliases of login would be a hundred guesses
// in one request.
func openToStrangers(query string) bool {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, maxStrangerTokens)
	if err != nil || len(doc.Operations) == 0 || len(doc.Fragments) > 0 {
		return false
	}
	for _, op := range doc.Operations {
		seen := map[string]bool{}
		for _, sel := range op.SelectionSet {
			f, ok := sel.(*ast.Field)
			if !ok || seen[f.Name] {
				return false
			}
			seen[f.Name] = true
			switch f.Name {
			case "login", "refresh", "__typename":
			default:
				return false
			}
		}
	}
	return true
}
