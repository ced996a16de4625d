package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"entrepot/ent"
	"entrepot/internal/fault"
)

const maxTries = 4

// Tx is a running transaction: the same one as SQL and as ent. ent hides its
// own *sql.Tx, so ent is laid over ours.
type Tx struct {
	SQL     *sql.Tx
	Ent     *ent.Client
	Dialect string
	after   *[]func(context.Context)
}

// AfterCommit names an effect outside the database (a cache key to drop, a
// wake-up) that happens once the transaction has committed, and not otherwise.
// It must not fail the command: the change is already a fact.
func (tx Tx) AfterCommit(f func(context.Context)) { *tx.after = append(*tx.after, f) }

// errRollback ends a dry run.
var errRollback = errors.New("roll back")

// ErrRetry is what a callback of InTx returns, wrapped or not, when another
// transaction was faster in a way that the database does not itself report.
var ErrRetry = errors.New("another transaction was faster")

// InTx runs fn in one transaction and commits when it returns nil. When the
// database reports a serialization failure or a deadlock, or fn returns
// [ErrRetry], it rolls back and runs fn again, three times at most, after a
// random pause: so nothing outside the database may happen inside fn. It then
// gives up with the fault CONFLICT, which a client may send again.
func (db *DB) InTx(ctx context.Context, fn func(tx Tx) error) error {
	for try := 1; ; try++ {
		after, err := db.once(ctx, fn)
		switch {
		case err == nil:
			for _, f := range after {
				f(ctx)
			}
			return nil
		case errors.Is(err, errRollback):
			return nil
		case ctx.Err() != nil:
			return ctx.Err() // lib/pq reports a cancelled context as its own error 57014
		case !retryable(err):
			return err
		case try == maxTries:
			return fault.New(fault.Conflict, fault.Path{}, "others changed the same rows at the same time; send it again")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(rand.Int64N(int64(5*time.Millisecond) << try))):
		}
	}
}

// Rollback makes InTx roll back and return nil: what a dry run returns last.
func Rollback() error { return errRollback }

func (db *DB) once(ctx context.Context, fn func(tx Tx) error) (after []func(context.Context), err error) {
	sqlTx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	done := false
	defer func() {
		if !done {
			_ = sqlTx.Rollback() // also when fn panics; the error that matters is fn's
		}
	}()
	tx := Tx{
		SQL:     sqlTx,
		Ent:     ent.NewClient(ent.Driver(inTx{entsql.NewDriver(db.dialect, entsql.Conn{ExecQuerier: sqlTx})})),
		Dialect: db.dialect,
		after:   &after,
	}
	if err := fn(tx); err != nil {
		return nil, err
	}
	done = true
	if err := sqlTx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return after, nil
}

// inTx is ent's driver within our transaction. ent opens one of its own for a
// row with edges; it gets ours, and its commit does nothing.
type inTx struct{ *entsql.Driver }

// Tx implements dialect.Driver.
func (d inTx) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(d.Driver), nil }

// Snapshot runs fn over one unchanging view of the database, however long it
// takes and whatever commits meanwhile. It cannot write.
func (db *DB) Snapshot(ctx context.Context, fn func(tx *sql.Tx) error) error {
	return db.view(ctx, db.read, "SET LOCAL statement_timeout = 0", fn)
}

// view runs fn over one unchanging view; set is for PostgreSQL.
func (db *DB) view(ctx context.Context, pool *sql.DB, set string, fn func(tx *sql.Tx) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if db.dialect == dialect.Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	tx, err := pool.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin snapshot: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if db.dialect == dialect.Postgres {
		if _, err := tx.ExecContext(unwatched(ctx), set); err != nil { // as much a part of BEGIN as the isolation is
			return err
		}
	}
	return fn(tx)
}

// retryable: serialization failure, deadlock, lock not available in time, or a
// cached plan that a migration made invalid.
func retryable(err error) bool {
	if errors.Is(err, ErrRetry) {
		return true
	}
	var pe *pq.Error
	if errors.As(err, &pe) {
		switch pe.Code {
		case "40001", "40P01", "55P03", "0A000", "26000":
			return true
		}
		return false
	}
	var se *sqlite.Error
	return errors.As(err, &se) && se.Code()&0xff == sqlite3.SQLITE_BUSY
}

// Violates says whether err is the violation of a constraint: unique, foreign
// key, check or not-null. The constraint's name is no help on PostgreSQL: a
// partition's constraint bears the partition's name.
func Violates(err error) bool {
	var pe *pq.Error
	if errors.As(err, &pe) {
		return pe.Code.Class() == "23"
	}
	var se *sqlite.Error
	return errors.As(err, &se) && se.Code()&0xff == sqlite3.SQLITE_CONSTRAINT
}

// Duplicate says whether err is the violation of a unique key.
func Duplicate(err error) bool {
	var pe *pq.Error
	if errors.As(err, &pe) {
		return pe.Code == "23505"
	}
	var se *sqlite.Error
	return errors.As(err, &se) &&
		(se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}
