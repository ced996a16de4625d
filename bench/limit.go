//go:build linux

package main

import (
	"context"
	"embed"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

//go:embed limit/*.sql
var limitScripts embed.FS

// pgbench is a run of that program.
type pgbench struct {
	program string
	args    []string
	env     []string
}

// pgbench runs a script on as many connections as the server gets, for the
// seconds of a round: on all stocks or, hot, on the first one.
func (b *bench) pgbench(script string, hot bool, connections int) (*pgbench, error) {
	raw, err := limitScripts.ReadFile("limit/" + script)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(b.dir, script)
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		return nil, err
	}
	places, skus := warehouses, b.db.skus
	if hot {
		places, skus = 1, 1
	}
	return b.db.pgbench("--no-vacuum", "--protocol=prepared", "--client="+strconv.Itoa(connections), "--jobs=2", "--time="+strconv.Itoa(b.seconds),
		"--define=warehouses="+strconv.Itoa(places), "--define=skus="+strconv.Itoa(skus), "--file="+path)
}

// pgbench is the program for this database.
func (d *database) pgbench(args ...string) (*pgbench, error) {
	u, err := url.Parse(d.url)
	if err != nil {
		return nil, err
	}
	q := u.Query()
	return &pgbench{
		program: d.program("pgbench"),
		args:    append(args, strings.TrimPrefix(u.Path, "/")),
		env:     append(os.Environ(), "PGHOST="+q.Get("host"), "PGPORT="+q.Get("port"), "PGUSER="+q.Get("user")),
	}, nil
}

var (
	pgbenchDone   = regexp.MustCompile(`number of transactions actually processed: (\d+)`)
	pgbenchFailed = regexp.MustCompile(`number of failed transactions: (\d+)`)
	pgbenchRate   = regexp.MustCompile(`tps = ([\d.]+) \(without initial connection time\)`)
)

// run returns transactions and their rate.
func (p *pgbench) run(ctx context.Context) (done int64, rate float64, err error) {
	cmd := exec.CommandContext(ctx, p.program, p.args...)
	cmd.Env = p.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, 0, fmt.Errorf("pgbench: %w\n%s", err, out)
	}
	found := func(re *regexp.Regexp) float64 {
		m := re.FindSubmatch(out)
		if m == nil {
			err = fmt.Errorf("pgbench said something new:\n%s", out)
			return 0
		}
		v, _ := strconv.ParseFloat(string(m[1]), 64)
		return v
	}
	done, rate = int64(found(pgbenchDone)), found(pgbenchRate)
	if n := found(pgbenchFailed); err == nil && n > 0 {
		err = fmt.Errorf("pgbench: %.0f transactions failed\n%s", n, out)
	}
	return done, rate, err
}
