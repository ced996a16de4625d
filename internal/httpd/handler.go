package httpd

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"entrepot/internal/auth"
	"entrepot/internal/httpd/graphqlhttp"
	"entrepot/internal/store"
)

const (
	maxBody          = 1 << 20
	uploads          = "/files"
	operationTimeout = 30 * time.Second
)

// Options are what the front stands before.
type Options struct {
	// Schema, Present, Recover and Prepare are the graph's, see graphqlhttp.Options.
	Schema  graphql.ExecutableSchema
	Present graphql.ErrorPresenterFunc
	Recover graphql.RecoverFunc
	Prepare func(context.Context) context.Context

	Auth *auth.Service
	DB   *store.DB
	// PingRedis asks whether Redis answers; nil when none is configured.
	PingRedis func(context.Context) error
	Version   string
	Log       *slog.Logger
	Now       func() time.Time
}

// New makes the handler of everything.
func New(o Options) http.Handler {
	m := newMetrics(o.DB, o.Log, o.Version)
	graph := graphqlhttp.New(graphqlhttp.Options{
		Schema: o.Schema, Present: o.Present, Recover: o.Recover, Prepare: o.Prepare,
		Observe: func(ctx context.Context, ob graphqlhttp.Observation) {
			m.operation(ob)
			entryOf(ctx).operation(ob)
		},
		Timeout: operationTimeout, Now: o.Now,
	})
	h := health{o}

	mux := http.NewServeMux()
	mux.Handle("/graphql", authenticate(o.Auth, o.Log, graph))
	f := files{o}
	mux.Handle("POST "+uploads, f.only(f.upload))
	mux.Handle("GET "+uploads+"/{id}", f.only(f.download))
	mux.Handle("GET /jobs/{id}/errors.csv", f.only(f.errors))
	mux.HandleFunc("GET /playground", playgroundPage)
	mux.HandleFunc("GET /playground/{$}", playgroundPage)
	mux.HandleFunc("GET /playground/{file}", playgroundFile)
	mux.Handle("GET /{$}", http.RedirectHandler("/playground", http.StatusFound))
	mux.HandleFunc("GET /health", h.process)
	mux.HandleFunc("GET /health/database", h.database)
	mux.HandleFunc("GET /health/redis", h.redis)
	mux.HandleFunc("GET /health/ledger", h.ledger)
	mux.Handle("GET /metrics", m.handler())

	return identify(observe(o.Log, m, o.Now, protect(recovering(o.Log, mux))))
}
