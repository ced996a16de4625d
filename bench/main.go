//go:build linux

// Bench measures Entrepot against what the same machine can do without it, side
// by side in one run, and prints a table of ratios. See README.md for what is
// measured and why so. It is started by "make bench", beside a private
// PostgreSQL that flushes its commits.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

type options struct {
	rounds, seconds, stocks int
	only, profile           string
}

// parts measure one company, each for a row of the table. Those that read go
// first: what the others leave behind is vacuumed in the background, and that
// would count.
var parts = []struct {
	name string
	run  func(*bench, context.Context) (*row, error)
}{
	{"list", (*bench).list},
	{"sku", (*bench).bySKU},
	{"page", (*bench).page},
	{"card", (*bench).card},
	{"asof", (*bench).asOf},
	{"asofwarehouse", (*bench).summaryAsOf},
	{"summary", (*bench).summary},
	{"low", (*bench).low},
	{"statistics", (*bench).statistics},
	{"spread", (*bench).spread},
	{"hot", (*bench).hot},
	{"hot128", (*bench).hotCrowd},
	{"reserve", (*bench).reserve},
	{"reservehot", (*bench).reserveHot},
	{"reservehot128", (*bench).reserveCrowd},
	{"transfer", (*bench).transfer},
}

// names are what -only chooses from.
func names() (all []string) {
	for _, p := range parts {
		all = append(all, p.name)
	}
	return append(all, "start", "rivals", "import", "growth", "bulk")
}

func (o options) wants(part string) bool { return o.only == "" || o.only == part }

func (o options) check() error {
	switch {
	case o.rounds < 1 || o.seconds < 1:
		return errors.New("at least one round of one second is needed")
	case o.stocks < 100*warehouses:
		return fmt.Errorf("at least %d stocks are needed", 100*warehouses)
	case o.only != "" && !slices.Contains(names(), o.only):
		return fmt.Errorf("-only takes one of %s", strings.Join(names(), ", "))
	case flag.NArg() > 0:
		return errors.New("there are no arguments, only flags")
	}
	return nil
}

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 5, "rounds that count, each of both sides")
	flag.IntVar(&o.seconds, "seconds", 10, "seconds of each side in a round of postings")
	flag.IntVar(&o.stocks, "stocks", 1_000_000, "stocks, in 50 warehouses")
	flag.StringVar(&o.only, "only", "", "only this part: "+strings.Join(names(), ", "))
	flag.StringVar(&o.profile, "profile", "", "folder for a CPU profile of the server for each part, taken after its rounds")
	flag.Parse()
	if err := o.check(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	switch {
	case errors.Is(err, errWrong):
		os.Exit(1) // said in the report
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// errWrong says that something was lost or answered wrongly, which no speed
// makes up for. That a ratio was not reached is no error: machines differ.
var errWrong = errors.New("lost or wrong")

// bench is one run.
type bench struct {
	options
	dir    string // for binaries, logs and scripts; gone after the run
	db     *database
	binary string
	server *server
	token  string
}

func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "entrepot-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &bench{options: o, dir: dir}
	began := time.Now()

	progress("building")
	if b.binary, err = b.build(ctx); err != nil {
		return err
	}
	if b.db, err = createDatabase(ctx, "bench"); err != nil {
		return err
	}
	defer b.db.close()
	var rep report
	switch o.only { // they make databases of their own
	case "import":
		err = b.imports(ctx, &rep)
	case "growth":
		err = b.growth(ctx, &rep)
	case "bulk":
		err = b.bulk(ctx, &rep)
	default:
		err = b.measure(ctx, &rep)
	}
	if err != nil {
		return err
	}
	return b.finish(ctx, &rep, began)
}

// measure seeds a company and measures the parts wanted on it.
func (b *bench) measure(ctx context.Context, rep *report) error {
	if err := b.prepare(ctx); err != nil {
		return err
	}
	defer func() { b.server.stop() }()
	for _, p := range parts {
		if !b.wants(p.name) {
			continue
		}
		progress("%s", p.name)
		r, err := p.run(b, ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		rep.rows = append(rep.rows, r)
	}
	if b.only == "rivals" {
		if err := b.rivals(ctx, rep); err != nil {
			return err
		}
	}
	if err := b.facts(ctx, rep); err != nil {
		return err
	}
	progress("proving the ledger")
	rep.verify(b.command(ctx, "verify"))
	rep.fact("measured with", "%d rounds of %d s, %d stocks", b.rounds, b.seconds, b.db.stocks())
	return nil
}

// finish prints the report.
func (b *bench) finish(ctx context.Context, rep *report, began time.Time) error {
	if err := b.machineFacts(ctx, rep); err != nil {
		return err
	}
	rep.fact("this run", "%s in all", time.Since(began).Round(time.Second))
	rep.print(os.Stdout)
	if rep.wrong() {
		return errWrong
	}
	return nil
}

// prepare makes the tables, starts the server over them and fills them.
func (b *bench) prepare(ctx context.Context) error {
	if err := b.open(ctx); err != nil {
		return err
	}
	progress("seeding %d stocks", b.stocks)
	return b.db.seed(ctx, b.stocks)
}

// open makes the tables and starts the server over them.
func (b *bench) open(ctx context.Context) error {
	if out, err := b.command(ctx, "migrate").CombinedOutput(); err != nil {
		return fmt.Errorf("migrate: %w\n%s", err, out)
	}
	var err error
	if b.server, err = b.serve(ctx, b.db.url); err != nil { // also makes the user admin
		return err
	}
	b.token, err = b.accessToken(ctx)
	return err
}

func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: %s\n", fmt.Sprintf(format, args...))
}
