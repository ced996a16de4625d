package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// scratchCacheKiB bounds what a scratch database keeps in memory, and with it
// what its sorting takes; the rest is on disk.
const scratchCacheKiB = 4096

// Scratch opens an empty SQLite database for work that is larger than memory
// and of no worth afterwards, such as a file that is being read. It has
// nothing to do with the database that [Open] opened.
//
// Its file has no name: SQLite deletes it as soon as it is open (on Windows,
// when the process ends), so that nothing is left of it after a kill -9 either.
// It lies where SQLITE_TMPDIR or TMPDIR say. Nothing can be rolled back, and
// there is one connection only: read the rows of a query to their end before
// the next statement.
func Scratch(ctx context.Context) (*sql.DB, error) {
	dsn := fmt.Sprintf("file:?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=locking_mode(EXCLUSIVE)"+
		"&_pragma=temp_store(FILE)&_pragma=cache_size(-%d)", scratchCacheKiB)
	db := sql.OpenDB(dsnConnector{dsn, &sqlite.Driver{}})
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open a scratch database (TMPDIR says where): %w", err), db.Close())
	}
	return db, nil
}
