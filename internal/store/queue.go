package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"entgo.io/ent/dialect"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// Queue is the database as River sees it, whose queue wakes background jobs. River's
// tables are its own: its migrator makes them, beside our migrations.
func (db *DB) Queue() riverdriver.Driver[*QueueTx] { return queue(db.dialect, db.write) }

// Queue is the transaction's database as River sees it, to insert in the transaction.
func (tx Tx) Queue() riverdriver.Driver[*QueueTx] { return queue(tx.Dialect, nil) }

// QueueTx is what River calls a transaction.
type QueueTx = sql.Tx

func queue(d string, pool *sql.DB) riverdriver.Driver[*QueueTx] {
	if d == dialect.Postgres {
		return riverdatabasesql.New(pool)
	}
	return riversqlite.New(pool)
}

func (db *DB) queueMigrator() (*rivermigrate.Migrator[*sql.Tx], error) {
	return rivermigrate.New(db.Queue(), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
}

// migrateQueue applies River's migrations. Its migrator takes no lock of its own.
func (db *DB) migrateQueue(ctx context.Context) (err error) {
	release, err := db.queueLock(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	m, err := db.queueMigrator()
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	return nil
}

// queueLock waits until no other starter migrates the queue. SQLite has one writer,
// and one program.
func (db *DB) queueLock(ctx context.Context) (release func() error, err error) {
	if db.dialect != dialect.Postgres {
		return func() error { return nil }, nil
	}
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	const lock = `(hashtextextended('queue migrations', 0))`
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock`+lock); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock`+lock)
		return errors.Join(err, conn.Close())
	}, nil
}

// queueVersion tells how far River's tables are, against the River in this binary.
func (db *DB) queueVersion(ctx context.Context) (Version, error) {
	m, err := db.queueMigrator()
	if err != nil {
		return Version{}, err
	}
	v := Version{}
	for _, known := range m.AllVersions() {
		v.Binary = max(v.Binary, int64(known.Version))
	}
	applied, err := m.ExistingVersions(ctx)
	for _, is := range applied {
		v.Database = max(v.Database, int64(is.Version))
	}
	return v, err
}

// checkQueue is CheckVersion for River's tables.
func (db *DB) checkQueue(ctx context.Context) error {
	v, err := db.queueVersion(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("read the version of the queue: %w", err)
	case v.Database > v.Binary:
		return fmt.Errorf("the queue of background jobs was migrated by a newer binary (version %d, this one knows %d): use that binary", v.Database, v.Binary)
	case v.Database < v.Binary:
		return fmt.Errorf("the queue of background jobs is at version %d and this binary needs %d: run \"entrepot migrate\"", v.Database, v.Binary)
	}
	return nil
}
