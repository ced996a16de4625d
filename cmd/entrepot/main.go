// Entrepot is the warehouse back end as one program. This package owns flags
// and signals; everything else is internal/app's.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"entrepot/internal/app"
)

type cli struct {
	app.Config

	Serve   serveCmd   `cmd:"" help:"Serve the graph, the playground, health and metrics."`
	Migrate migrateCmd `cmd:"" help:"Bring the tables of the database to this version."`
	Demo    demoCmd    `cmd:"" help:"Fill the database with a small demo company; once it is there, running it again changes nothing."`
	Verify  verifyCmd  `cmd:"" help:"Prove that every balance follows from the ledger; exit 1 and name the rows when one does not."`
	Token   tokenCmd   `cmd:"" help:"Print an access token of a user, without a password."`
	Import  importCmd  `cmd:"" help:"Bring in what another system has kept."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

func main() {
	// The second signal ends the program at once: after the first one the
	// signals do again what they do by default.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	var c cli
	parser, err := kong.New(&c, append(app.Settings(os.LookupEnv),
		kong.Name("entrepot"),
		kong.Description("Warehouse management: one graph over every warehouse, in which no unit of stock changes without a ledger row that says why."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 120}),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)...)
	if err != nil {
		exit(app.Config{}, err)
	}
	command, err := parser.Parse(os.Args[1:])
	if err != nil {
		exit(c.Config, err)
	}
	if err := command.Run(c.Config); err != nil {
		exit(c.Config, err)
	}
}

func exit(c app.Config, err error) {
	fmt.Fprintln(os.Stderr, "entrepot: "+app.Explain(c, err))
	os.Exit(1)
}

type serveCmd struct {
	Demo bool `help:"Load the demo company first."`
}

// Run serves until a signal.
func (s serveCmd) Run(ctx context.Context, c app.Config) error {
	app.TuneGC(os.LookupEnv)
	log := app.NewLog(c, os.Stderr)
	app.TakeOverLogs(log)
	return app.Serve(ctx, c, app.Deps{Out: os.Stdout, Log: log, Now: time.Now, Demo: s.Demo})
}

type migrateCmd struct {
	Up     migrateUpCmd     `cmd:"" default:"1" help:"Apply the migrations that the database lacks."`
	Status migrateStatusCmd `cmd:"" help:"Tell how the database stands against this binary; exit 1 when they do not fit."`

	Partition partitionCmd `cmd:"" help:"Move the stocks of a large warehouse into a partition of their own (PostgreSQL, by the owner of the tables)."`
}

type migrateUpCmd struct{}

// Run migrates.
func (migrateUpCmd) Run(ctx context.Context, c app.Config) error {
	return app.Migrate(ctx, c, os.Stdout)
}

type migrateStatusCmd struct{}

// Run prints both versions.
func (migrateStatusCmd) Run(ctx context.Context, c app.Config) error {
	return app.MigrateStatus(ctx, c, os.Stdout)
}

type partitionCmd struct {
	Warehouse string `arg:"" help:"Code of the warehouse."`
}

// Run moves the stocks.
func (p partitionCmd) Run(ctx context.Context, c app.Config) error {
	return app.Partition(ctx, c, p.Warehouse, os.Stdout)
}

type demoCmd struct{}

// Run loads the demo company.
func (demoCmd) Run(ctx context.Context, c app.Config) error {
	return app.Demo(ctx, c, time.Now, os.Stdout)
}

type verifyCmd struct{}

// Run proves the ledger.
func (verifyCmd) Run(ctx context.Context, c app.Config) error {
	return app.Verify(ctx, c, os.Stdout)
}

type tokenCmd struct {
	User string        `default:"admin" help:"Name of the user."`
	TTL  time.Duration `default:"1h" help:"How long the token lives."`
}

// Run prints the token and nothing else, for scripts.
func (t tokenCmd) Run(ctx context.Context, c app.Config) error {
	return app.Token(ctx, c, t.User, t.TTL, time.Now, os.Stdout)
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run() error {
	fmt.Println(app.Version)
	return nil
}
