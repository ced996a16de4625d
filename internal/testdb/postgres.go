package testdb

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/lib/pq" // to create and drop databases
)

// namePrefix marks the databases that this package may drop.
const namePrefix = "entrepot_test_"

// PostgresURL is the URL of a migrated, empty PostgreSQL database, for tests
// that start the real binary. It is dropped when the test ends, with whatever
// is still connected to it.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return clone(t, func(c *cluster) (string, error) { return c.template() })
}

// EmptyPostgresURL is the URL of a PostgreSQL database without any migration.
func EmptyPostgresURL(t testing.TB) string {
	t.Helper()
	return clone(t, func(*cluster) (string, error) { return "template0", nil })
}

func clone(t testing.TB, template func(*cluster) (string, error)) string {
	t.Helper()
	server(t, "ENTREPOT_TEST_POSTGRES")
	c, err := postgres()
	if err != nil {
		t.Fatalf("reach ENTREPOT_TEST_POSTGRES: %v", err)
	}
	from, err := template(c)
	if err != nil {
		t.Fatalf("make the PostgreSQL template: %v", err)
	}
	name := fmt.Sprintf("%s%s_%d", namePrefix, c.run, c.serial.Add(1))
	if err := c.create(name, from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.drop(name); err != nil {
			t.Error(err)
		}
	})
	return c.url(name)
}

// cluster is the PostgreSQL server as this process uses it.
type cluster struct {
	maintenance *sql.DB
	raw         string
	run         string // names our databases, and the lock that says we live
	serial      atomic.Int64
	template    func() (string, error)
}

var postgres = sync.OnceValues(func() (*cluster, error) {
	c := &cluster{raw: os.Getenv("ENTREPOT_TEST_POSTGRES"), run: strings.ToLower(rand.Text()[:12])}
	c.template = sync.OnceValues(c.makeTemplate)
	var err error
	if c.maintenance, err = sql.Open("postgres", c.raw); err != nil {
		return nil, err
	}
	return c, c.claim(context.Background())
})

// claim takes the lock that says that this run lives, on a connection kept
// until the process ends, and drops the databases of runs that do not. They
// come from killed tests, and from templates: no process knows its last test.
func (c *cluster) claim(ctx context.Context) error {
	conn, err := c.maintenance.Conn(ctx)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, `select pg_advisory_lock(hashtextextended($1, 0))`, c.run); err != nil {
		return err
	}
	names, err := c.names(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		run, _, _ := strings.Cut(strings.TrimPrefix(name, namePrefix), "_")
		// Held for the rest of our life, which stops nobody: that run is over.
		var abandoned bool
		if err := conn.QueryRowContext(ctx, `select pg_try_advisory_lock(hashtextextended($1, 0))`, run).Scan(&abandoned); err != nil {
			return err
		}
		if abandoned {
			if err := c.drop(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// names lists the databases that tests made.
func (c *cluster) names(ctx context.Context) (names []string, err error) {
	rows, err := c.maintenance.QueryContext(ctx, `select datname from pg_database where starts_with(datname, $1) order by datname`, namePrefix)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func (c *cluster) makeTemplate() (string, error) {
	name := namePrefix + c.run + "_template"
	if err := c.create(name, "template0"); err != nil {
		return "", err
	}
	if err := migrate(c.url(name)); err != nil {
		return "", err
	}
	// A template with a visitor cannot be copied; autovacuum is one.
	_, err := c.maintenance.Exec("alter database " + name + " allow_connections false")
	return name, err
}

// create copies files rather than pages through the log: on a server that
// flushes nothing that takes half the time.
func (c *cluster) create(name, template string) error {
	if _, err := c.maintenance.Exec("create database " + name + " template " + template + " strategy file_copy"); err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

func (c *cluster) drop(name string) error {
	if _, err := c.maintenance.Exec("drop database if exists " + name + " with (force)"); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}

// url is the URL of another database of the server.
func (c *cluster) url(name string) string {
	u, err := url.Parse(c.raw)
	if err != nil {
		panic(err) // sql.Open has parsed it before
	}
	u.Path = "/" + name
	return u.String()
}
