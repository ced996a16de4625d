// Package graphtest runs operations through the whole graph in-process: parser,
// validation, resolvers, presenter, and a real database beneath. Tests of other
// packages tell their stories through it.
package graphtest

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"entrepot/graph"
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

// Graph is a graph over one database.
type Graph struct {
	Deps graph.Deps
	exec *executor.Executor
}

// New puts a graph over a migrated database. Costs are valued in CNY.
func New(t testing.TB, db *store.DB) *Graph {
	t.Helper()
	svc, err := auth.New(db, []byte(strings.Repeat("graphtest-secret", 2)), time.Hour, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	d := graph.Deps{
		DB: db, Auth: svc, Postings: posting.New(db, "CNY", nil), Rates: fx.New(db, time.Now), Approvals: approval.New(db, time.Now),
		Documents: document.New(db, "CNY", time.Now), Reservations: reservation.New(db, "CNY", time.Now),
		Catalog: catalog.New(db, time.Now), Warehouses: warehouse.New(db, time.Now),
		Bins:    bin.New(db, time.Now),
		Reports: report.New(db, "CNY", time.Now),
	}
	d.Imports = importer.New(db, d.Catalog, d.Warehouses, d.Documents, time.Now)
	d.Exports = exporter.New(db, d.Reports, time.Now)
	d.Jobs, err = job.NewRunner(job.Options{
		DB: db, Kinds: slices.Concat(d.Imports.Jobs(), d.Exports.Jobs(), d.Documents.Jobs()), Log: slog.New(slog.DiscardHandler), Now: time.Now, Poll: 50 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return Over(d)
}

// Over is a graph over parts of the caller's making.
func Over(d graph.Deps) *Graph {
	exec := executor.New(graph.NewSchema(d))
	exec.SetErrorPresenter(graph.Present)
	exec.SetRecoverFunc(graph.Recover)
	exec.SetQueryCache(&documents{})
	return &Graph{d, exec}
}

// Response is what a client would get.
type Response struct {
	Data   json.RawMessage
	Errors gqlerror.List
}

// Do runs an operation for a principal, nil being a stranger. Variables pass
// through JSON as a client's would.
func (g *Graph) Do(t testing.TB, p *auth.Principal, query string, vars map[string]any) Response {
	t.Helper()
	raw, err := json.Marshal(vars)
	if err != nil {
		t.Fatalf("variables: %v", err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var sent map[string]any
	if err := dec.Decode(&sent); err != nil {
		t.Fatalf("variables: %v", err)
	}
	ctx := t.Context()
	if p != nil {
		ctx = auth.With(ctx, p)
	}
	return g.Exec(ctx, query, sent)
}

// Exec is Do with a context of the caller's making, which names the principal,
// and variables as decoded from JSON.
func (g *Graph) Exec(ctx context.Context, query string, vars map[string]any) Response {
	ctx = graph.WithLoaders(graphql.StartOperationTrace(ctx), g.Deps)
	now := graphql.Now()
	op, errs := g.exec.CreateOperationContext(ctx, &graphql.RawParams{
		Query: query, Variables: vars, ReadTime: graphql.TraceTiming{Start: now, End: now},
	})
	var resp *graphql.Response
	if errs != nil {
		resp = g.exec.DispatchError(graphql.WithOperationContext(ctx, op), errs)
	} else {
		var next graphql.ResponseHandler
		next, ctx = g.exec.DispatchOperation(ctx, op)
		if resp = next(ctx); resp == nil { // the context ended before the first field
			return Response{Errors: gqlerror.List{graph.Present(ctx, context.Cause(ctx))}}
		}
	}
	return Response{resp.Data, resp.Errors}
}

// Into decodes the data, and fails the test when there are errors.
func (r Response) Into(t testing.TB, v any) {
	t.Helper()
	if len(r.Errors) > 0 {
		t.Fatalf("errors: %v", r.Errors)
	}
	if err := json.Unmarshal(r.Data, v); err != nil {
		t.Fatalf("data %s: %v", r.Data, err)
	}
}

// Code is the code of the first error, or "".
func (r Response) Code() string {
	if len(r.Errors) == 0 {
		return ""
	}
	code, _ := r.Errors[0].Extensions["code"].(string)
	return code
}

// documents keeps parsed operations, as a server does.
type documents struct{ sync.Map }

// Get finds a parsed operation by its text.
func (d *documents) Get(_ context.Context, query string) (*ast.QueryDocument, bool) {
	doc, ok := d.Load(query)
	if !ok {
		return nil, false
	}
	return doc.(*ast.QueryDocument), true
}

// Add keeps one.
func (d *documents) Add(_ context.Context, query string, doc *ast.QueryDocument) { d.Store(query, doc) }
