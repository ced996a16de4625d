package store

import (
	"context"
	"hash/fnv"
	"slices"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"
)

// LockNames waits until no other transaction holds one of these names, and holds
// them until this one ends: for a rule over rows that do not exist yet, and so
// cannot be locked. Kind keeps the names of one rule from those of others. On
// SQLite nobody else writes anyway.
func LockNames(ctx context.Context, tx Tx, kind string, names []string) error {
	if tx.Dialect != dialect.Postgres || len(names) == 0 {
		return nil
	}
	keys := make(pq.Int64Array, len(names))
	for i, name := range names {
		h := fnv.New64a()
		_, _ = h.Write([]byte(kind + "\x00" + name)) // never fails
		keys[i] = int64(h.Sum64())
	}
	slices.Sort(keys) // in one order, or two with the same names wait for each other
	_, err := tx.SQL.ExecContext(ctx, `SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) AS k`, slices.Compact(keys))
	return err
}
