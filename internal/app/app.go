package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/redis/go-redis/v9"

	"entrepot/graph"
	"entrepot/internal/approval"
	"entrepot/internal/auth"
	"entrepot/internal/bin"
	"entrepot/internal/catalog"
	"entrepot/internal/document"
	"entrepot/internal/exporter"
	"entrepot/internal/fx"
	"entrepot/internal/httpd"
	"entrepot/internal/importer"
	"entrepot/internal/job"
	"entrepot/internal/posting"
	"entrepot/internal/report"
	"entrepot/internal/reservation"
	"entrepot/internal/schedule"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// Version is the version of the program, set when it is built.
var Version = "dev"

// shutdownTimeout bounds how long requests that run may still take when the
// program is asked to stop: as long as an operation may take.
const shutdownTimeout = 30 * time.Second

// Deps are what the program takes from its process.
type Deps struct {
	// Out is for the person who starts it: where the pages are, and the
	// generated password, once.
	Out io.Writer
	Log *slog.Logger
	Now func() time.Time
	// Demo loads the demo company before serving.
	Demo bool
}

// App is the running program.
type App struct {
	DB   *store.DB
	Auth *auth.Service

	cfg      Config
	deps     Deps
	redis    *redis.Client
	clock    *schedule.Runner
	jobs     *job.Runner
	imports  *importer.Service
	exports  *exporter.Service
	listener net.Listener
	server   *http.Server
}

// New opens everything and listens, so that what is wrong is told before
// anything is served. Close it also when it was never run.
func New(ctx context.Context, c Config, d Deps) (_ *App, err error) {
	secret, err := c.prepare()
	if err != nil {
		return nil, err
	}
	a := &App{cfg: c, deps: d}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if a.redis, err = openRedis(c); err != nil {
		return nil, err
	}
	if a.DB, err = openReady(ctx, c); err != nil {
		return nil, err
	}
	if a.Auth, err = openUsers(ctx, c, a.DB, secret, d.Now, d.Out); err != nil {
		return nil, err
	}
	if d.Demo {
		if err := loadDemo(ctx, c, a.DB, d.Now, d.Out); err != nil {
			return nil, err
		}
	}
	if a.clock, err = a.openClock(); err != nil {
		return nil, err
	}
	if err := a.openJobs(); err != nil {
		return nil, err
	}
	if a.listener, err = net.Listen("tcp", c.Addr); err != nil {
		return nil, err
	}
	a.server = httpd.NewServer(a.handler(), d.Log)
	return a, nil
}

func (a *App) handler() http.Handler {
	deps := graph.Deps{
		DB: a.DB, Auth: a.Auth, Postings: openPostings(a.cfg, a.DB), Rates: fx.New(a.DB, a.deps.Now), Approvals: approval.New(a.DB, a.deps.Now),
		Documents: document.New(a.DB, a.cfg.BaseCurrency, a.deps.Now), Reservations: openReservations(a.cfg, a.DB, a.deps.Now),
		Catalog: catalog.New(a.DB, a.deps.Now), Warehouses: warehouse.New(a.DB, a.deps.Now),
		Bins:    bin.New(a.DB, a.deps.Now),
		Reports: report.New(a.DB, a.cfg.BaseCurrency, a.deps.Now),
		Jobs:    a.jobs, Imports: a.imports, Exports: a.exports,
	}
	return httpd.New(httpd.Options{
		Schema: graph.NewSchema(deps), Present: graph.Present, Recover: graph.Recover,
		Prepare:   func(ctx context.Context) context.Context { return graph.WithLoaders(ctx, deps) },
		Auth:      a.Auth,
		DB:        a.DB,
		PingRedis: a.pingRedis(),
		Version:   Version,
		Log:       a.deps.Log,
		Now:       a.deps.Now,
	})
}

func openPostings(c Config, db *store.DB) *posting.Service {
	if !c.GroupCommit {
		return posting.New(db, c.BaseCurrency, nil, posting.Alone())
	}
	return posting.New(db, c.BaseCurrency, nil)
}

func openReservations(c Config, db *store.DB, now func() time.Time) *reservation.Service {
	if !c.GroupCommit {
		return reservation.New(db, c.BaseCurrency, now, reservation.Alone())
	}
	return reservation.New(db, c.BaseCurrency, now)
}

func (a *App) pingRedis() func(context.Context) error {
	if a.redis == nil {
		return nil
	}
	return func(ctx context.Context) error { return a.redis.Ping(ctx).Err() }
}

// Addr is where it listens.
func (a *App) Addr() string { return a.listener.Addr().String() }

// Run serves, and does background jobs and what happens by the clock, until the context ends. Then it
// lets the requests and jobs that run finish, for 30 seconds at most.
func (a *App) Run(ctx context.Context) error {
	if err := a.startJobs(ctx); err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- a.server.Serve(a.listener) }()
	a.deps.Log.InfoContext(ctx, "listening", "addr", a.Addr(), "version", Version, "env", a.cfg.Env, "database", a.DB.Dialect())
	select {
	case err := <-served:
		return errors.Join(err, a.stopJobs(ctx))
	case <-ctx.Done():
	}
	a.deps.Log.InfoContext(ctx, "stopping")
	jobs := make(chan error, 1)
	go func() { jobs <- a.stopJobs(ctx) }()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := a.server.Shutdown(stop)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests still ran after %s: %w", shutdownTimeout, err), a.server.Close())
	}
	<-served
	return errors.Join(err, <-jobs)
}

func (a *App) stopJobs(ctx context.Context) error {
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	return errors.Join(a.clock.Stop(stop), a.jobs.Stop(stop))
}

// Close gives back everything that New opened. Call it once, after Run.
func (a *App) Close() error {
	var errs []error
	if a.listener != nil {
		if err := a.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if a.redis != nil {
		errs = append(errs, a.redis.Close())
	}
	if a.DB != nil {
		errs = append(errs, a.DB.Close())
	}
	return errors.Join(errs...)
}
