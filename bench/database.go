//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "github.com/lib/pq" // the driver "postgres"
)

// database is the PostgreSQL database of the run, of which we are the superuser.
type database struct {
	url        string
	sql        *sql.DB
	postmaster int // process id of the server
	skus       int // after seed
}

// createDatabase makes an empty one, in the place of one of that name.
func createDatabase(ctx context.Context, name string) (_ *database, err error) {
	maintenance := os.Getenv("ENTREPOT_TEST_POSTGRES")
	if maintenance == "" {
		return nil, errors.New("ENTREPOT_TEST_POSTGRES is not set: start this with make bench")
	}
	u, err := url.Parse(maintenance)
	if err != nil {
		return nil, err
	}
	admin, err := sql.Open("postgres", maintenance)
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	for _, stmt := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name} {
		if _, err := admin.ExecContext(ctx, stmt); err != nil {
			return nil, fmt.Errorf("%s: %w", stmt, err)
		}
	}
	u.Path = "/" + name
	d := &database{url: u.String()}
	if d.sql, err = sql.Open("postgres", d.url); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	d.sql.SetMaxOpenConns(1) // ours is part of what PostgreSQL is measured by: keep it one process
	var backend int
	if err := d.sql.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		return nil, err
	}
	st, err := readStat(backend)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL must run on this machine: %w", err)
	}
	d.postmaster = st.parent
	return d, nil
}

func (d *database) close() { d.sql.Close() }

func (d *database) stocks() int { return d.skus * warehouses }

// checkpoint writes out what is dirty, so that a measurement does not pay for
// the one before it.
func (d *database) checkpoint(ctx context.Context) error {
	_, err := d.sql.ExecContext(ctx, "CHECKPOINT")
	return err
}

func (d *database) number(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = d.sql.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}

// movements counts those entered since the one with the id last.
func (d *database) movementsSince(ctx context.Context, last int64) (int64, error) {
	return d.number(ctx, "SELECT count(*) FROM stock_movements WHERE id > $1", last)
}

func (d *database) lastMovement(ctx context.Context) (int64, error) {
	return d.number(ctx, "SELECT coalesce(max(id), 0) FROM stock_movements")
}

// program is a client program that came with this PostgreSQL server; another
// version of it may lie on the PATH.
func (d *database) program(name string) string {
	if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", d.postmaster)); err == nil {
		path := filepath.Join(filepath.Dir(exe), name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return name
}
