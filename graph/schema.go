package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"entrepot/graph/generated"
	"entrepot/graph/internal/inorder"
	"entrepot/graph/load"
	"entrepot/internal/approval"
	"entrepot/internal/auth"
	"entrepot/internal/bin"
	"entrepot/internal/catalog"
	"entrepot/internal/document"
	"entrepot/internal/exporter"
	"entrepot/internal/fx"
	"entrepot/internal/importer"
	"entrepot/internal/job"
	"entrepot/internal/posting"
	"entrepot/internal/report"
	"entrepot/internal/reservation"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// Deps is what the graph stands on.
type Deps struct {
	DB        *store.DB
	Auth      *auth.Service
	Postings  *posting.Service
	Documents *document.Service
	// Reservations promise stock.
	Reservations *reservation.Service
	Rates        *fx.Service
	// Approvals keeps the rules of who may approve documents.
	Approvals *approval.Service
	// Catalog and Warehouses edit master data.
	Catalog    *catalog.Service
	Warehouses *warehouse.Service
	Reports    *report.Service
	// Bins moves goods between the bins of a warehouse.
	Bins *bin.Service
	// Jobs is what does background jobs; it need not have been started.
	Jobs    *job.Runner
	Imports *importer.Service
	Exports *exporter.Service
}

// NewSchema is the executable schema, for gqlgen's executor. Give the server
// Present as its error presenter and Recover as its recover function.
func NewSchema(d Deps) graphql.ExecutableSchema {
	return generated.NewExecutableSchema(generated.Config{Resolvers: &Resolver{d}})
}

// WithLoaders gives a request its batch loaders. Every request needs its own:
// what they read is as one principal may see it, at one time.
// The lists of its answer have at most maxElements elements together.
func WithLoaders(ctx context.Context, d Deps) context.Context {
	return inorder.WithBudget(load.With(ctx, d.DB, d.Reports), maxElements)
}
