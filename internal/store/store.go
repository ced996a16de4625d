package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"entrepot/ent"
)

// Config says which database to open and how.
type Config struct {
	// URL is "sqlite:PATH" or a postgres:// URL.
	URL string
	// ReplicaURL, when set, serves reads that may lag. Nothing that decides
	// stock goes there.
	ReplicaURL string
	// Synchronous is SQLite's durability: NORMAL (the default; a power cut may
	// lose the last commits, a crash of the process none) or FULL.
	Synchronous string
	// MaxConns bounds each pool on PostgreSQL; 0 means 32.
	MaxConns int
	// CacheKiB bounds what each of SQLite's five connections keeps in memory; 0
	// means 65536. A command that reads little twice needs less.
	CacheKiB int
}

// DB is an open database with a pool that writes and one that only reads.
type DB struct {
	dialect string
	path    string // of SQLite's file
	write   *sql.DB
	read    *sql.DB
	replica *sql.DB
	ent     *ent.Client
}

// Open connects and checks that the database answers. It does not migrate.
func Open(ctx context.Context, c Config) (*DB, error) {
	var db *DB
	var err error
	switch {
	case strings.HasPrefix(c.URL, "sqlite:"):
		db, err = openSQLite(strings.TrimPrefix(c.URL, "sqlite:"), c)
	case strings.HasPrefix(c.URL, "postgres://"), strings.HasPrefix(c.URL, "postgresql://"):
		db, err = openPostgres(c)
	default:
		return nil, errors.New(`DATABASE_URL must begin with "sqlite:" or "postgres://"`)
	}
	if err != nil {
		return nil, err
	}
	if err := db.Ping(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("the database does not answer: %w", err)
	}
	db.ent = ent.NewClient(ent.Driver(entsql.OpenDB(db.dialect, db.read)))
	return db, nil
}

// openSQLite opens one connection that writes and a few that read: SQLite has
// one writer at a time, and a queue in the pool is fairer than its busy timeout.
func openSQLite(path string, c Config) (*DB, error) {
	synchronous, cache := c.Synchronous, c.CacheKiB
	if cache == 0 {
		cache = 65536
	}
	switch synchronous {
	case "":
		synchronous = "NORMAL"
	case "NORMAL", "FULL":
	default:
		return nil, fmt.Errorf("SQLite durability must be NORMAL or FULL, not %q", synchronous)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w", err)
	}
	open := func(conns int, extra string) *sql.DB {
		// recursive_triggers, or INSERT OR REPLACE would pass the triggers
		// that keep the ledger immutable.
		dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
			"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)" +
			"&_pragma=recursive_triggers(1)&_pragma=journal_size_limit(67108864)&_pragma=cache_size(-" + strconv.Itoa(cache) + ")" +
			"&_pragma=synchronous(" + synchronous + ")&_time_format=sqlite" + extra
		db := sql.OpenDB(connector{dsnConnector{dsn, sqliteDriver}})
		db.SetMaxOpenConns(conns)
		db.SetMaxIdleConns(conns)
		return db
	}
	return &DB{
		dialect: dialect.SQLite,
		path:    path,
		write:   open(1, "&_txlock=immediate"),
		read:    open(4, "&_pragma=query_only(1)"),
	}, nil
}

func openPostgres(c Config) (*DB, error) {
	conns := c.MaxConns
	if conns == 0 {
		conns = 32
	}
	open := func(raw string, params map[string]string) (*sql.DB, error) {
		dsn, err := withParams(raw, params)
		if err != nil {
			return nil, err
		}
		pc, err := pq.NewConnector(dsn)
		if err != nil {
			return nil, errors.New("DATABASE_URL is not a valid postgres:// URL")
		}
		db := sql.OpenDB(connector{pc})
		db.SetMaxOpenConns(conns)
		db.SetMaxIdleConns(conns)
		db.SetConnMaxIdleTime(5 * time.Minute)
		return db, nil
	}
	// Generic plans everywhere: the statements are few and reach their rows by
	// key, and PostgreSQL would plan those with array parameters anew each time,
	// which costs more than running them. Such a plan is made once per connection
	// and again when a table has been analyzed: one that was made while the table
	// was small would read it whole, for each key, all the minute in which a first
	// import fills it. So the writing pool plans by key, however small a table is,
	// and compiles nothing: what has no key then looks expensive, and is not.
	// Statistics and verify read on the other pool.
	const plans = "force_generic_plan"
	reading := map[string]string{
		"statement_timeout": "30000", "plan_cache_mode": plans, "default_transaction_read_only": "on",
	}
	db := &DB{dialect: dialect.Postgres}
	var err error
	if db.write, err = open(c.URL, map[string]string{
		"statement_timeout": "30000", "plan_cache_mode": plans, "enable_seqscan": "off", "jit": "off", "lock_timeout": "10000",
		"idle_in_transaction_session_timeout": "60000",
	}); err != nil {
		return nil, err
	}
	if db.read, err = open(c.URL, reading); err != nil {
		return nil, err
	}
	if c.ReplicaURL != "" {
		if db.replica, err = open(c.ReplicaURL, reading); err != nil {
			return nil, err
		}
	}
	return db, nil
}

// withParams adds run-time settings that the URL does not give itself; lib/pq
// hands names it does not know to the server.
func withParams(raw string, params map[string]string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", errors.New("DATABASE_URL is not a valid URL") // without the URL: it may hold a password
	}
	q := u.Query()
	for k, v := range params {
		if !q.Has(k) {
			q.Set(k, v)
		}
	}
	if !q.Has("sslmode") {
		q.Set("sslmode", "prefer")
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// Dialect is dialect.SQLite or dialect.Postgres.
func (db *DB) Dialect() string { return db.dialect }

// Ent reads through ent, outside any transaction. It cannot write.
func (db *DB) Ent() *ent.Client { return db.ent }

// SQL is the pool that only reads.
func (db *DB) SQL() *sql.DB { return db.read }

// Lagging is the pool for reads that may lag: the replica when there is one.
func (db *DB) Lagging() *sql.DB {
	if db.replica != nil {
		return db.replica
	}
	return db.read
}

// Ping asks whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.write.PingContext(ctx) }

// Stats tells the state of each pool, by name.
func (db *DB) Stats() map[string]sql.DBStats {
	s := map[string]sql.DBStats{"write": db.write.Stats(), "read": db.read.Stats()}
	if db.replica != nil {
		s["replica"] = db.replica.Stats()
	}
	return s
}

// Close ends all connections.
func (db *DB) Close() error {
	err := errors.Join(db.read.Close(), db.write.Close())
	if db.replica != nil {
		err = errors.Join(err, db.replica.Close())
	}
	return err
}
