package graphqlhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"entrepot/internal/auth"
)

// Options are what the handler needs of the graph and its surroundings.
type Options struct {
	Schema graphql.ExecutableSchema
	// Present turns an error of a resolver into what is shown.
	Present graphql.ErrorPresenterFunc
	// Recover turns a panic of a resolver into an error for Present.
	Recover graphql.RecoverFunc
	// Prepare adds what lives as long as a request, such as batch loaders.
	Prepare func(context.Context) context.Context
	// Observe is told of each request once; it must not block.
	Observe func(context.Context, Observation)
	// Timeout bounds an operation.
	Timeout time.Duration
	Now     func() time.Time
}

// New makes the handler of /graphql. The principal comes with the context, see
// auth.With; WithRefusal tells why there is none. The size of the body is
// bounded by whoever stands before it.
func New(o Options) http.Handler {
	cache := newQueryCache()
	exec := executor.New(o.Schema)
	exec.SetQueryCache(cache)
	exec.SetParserTokenLimit(maxTokens)
	exec.SetErrorPresenter(o.Present)
	exec.SetRecoverFunc(o.Recover)
	exec.Use(introspection{})
	return door{Options: o, exec: exec, cache: cache}
}

// introspection is for people who are signed in.
type introspection struct{}

var _ graphql.OperationContextMutator = introspection{}

// ExtensionName implements graphql.HandlerExtension.
func (introspection) ExtensionName() string { return "Introspection" }

// Validate implements graphql.HandlerExtension.
func (introspection) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements graphql.OperationContextMutator.
func (introspection) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	op.DisableIntrospection = auth.From(ctx) == nil
	return nil
}
