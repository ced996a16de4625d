package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"

	"entgo.io/ent/dialect"
)

// Alone makes the caller the only one, in all processes on this database, who
// does what name says, until release is called or the process ends, in whatever
// way. ok is false when somebody else is doing it. Name is fit for a file name.
//
// It is for work that decides over many transactions; within one, locks on rows
// serve.
func (db *DB) Alone(ctx context.Context, name string) (release func() error, ok bool, err error) {
	if db.dialect == dialect.Postgres {
		return db.alonePostgres(ctx, name)
	}
	// SQLite has no lock that outlives a transaction; the system has, on files.
	file, err := os.OpenFile(db.path+"."+name+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, fmt.Errorf("make the lock file of %s: %w", name, err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, false, file.Close()
	}
	if err != nil {
		return nil, false, errors.Join(fmt.Errorf("lock %s: %w", name, err), file.Close())
	}
	return file.Close, true, nil
}

// alonePostgres holds an advisory lock, which belongs to a connection and ends
// with it.
func (db *DB) alonePostgres(ctx context.Context, name string) (release func() error, ok bool, err error) {
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return nil, false, err
	}
	if err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock(hashtextextended($1, 0))`, name).Scan(&ok); err != nil || !ok {
		return nil, false, errors.Join(err, conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtextextended($1, 0))`, name)
		return errors.Join(err, conn.Close())
	}, true, nil
}
