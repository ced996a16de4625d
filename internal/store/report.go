package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"
)

// Report runs fn over one view of the database for a question that reads much:
// on the replica when there is one, and on PostgreSQL with plans made for the
// values at hand and with memory to sort and hash in. The reading pool plans once
// for all values, which is right for rows reached by key and wrong for a month of
// a large journal. It cannot write.
func (db *DB) Report(ctx context.Context, fn func(tx *sql.Tx) error) error {
	return db.view(ctx, db.Lagging(), reporting, fn)
}

// ReportFresh is [DB.Report] where the answer stands beside others that do not
// lag: never on the replica.
func (db *DB) ReportFresh(ctx context.Context, fn func(tx *sql.Tx) error) error {
	return db.view(ctx, db.read, reporting, fn)
}

const reporting = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'"

// Params are the parameters of a statement, collected while its text is written.
type Params struct {
	Dialect string
	Values  []any
}

// Add makes a parameter of v and returns how the statement calls it.
func (p *Params) Add(v any) string {
	p.Values = append(p.Values, v)
	n := strconv.Itoa(len(p.Values))
	if p.Dialect == dialect.Postgres {
		return "$" + n
	}
	return "?" + n // $1 would be a name there, numbered by where it first stands
}

// Among is the condition that column is one of keys, as one parameter.
func (p *Params) Among(column string, keys []string) string {
	mark := p.Add(Strings(p.Dialect, keys))
	if p.Dialect == dialect.Postgres {
		return column + " = ANY(" + mark + "::text[])"
	}
	return column + " IN (SELECT value FROM json_each(" + mark + "))"
}

// AmongIDs is [Params.Among] for keys of rows.
func (p *Params) AmongIDs(column string, keys []int64) string {
	if p.Dialect == dialect.Postgres {
		return column + " = ANY(" + p.Add(pq.Int64Array(keys)) + "::bigint[])"
	}
	raw, err := json.Marshal(keys)
	if err != nil {
		panic("store: " + err.Error()) // whole numbers always marshal
	}
	return column + " IN (SELECT value FROM json_each(" + p.Add(string(raw)) + "))"
}

// List is a table expression of one column of texts.
func (p *Params) List(column string, values []string) string {
	mark := p.Add(Strings(p.Dialect, values))
	if p.Dialect == dialect.Postgres {
		return "unnest(" + mark + "::text[]) AS list(" + column + ")"
	}
	return "(SELECT value AS " + column + " FROM json_each(" + mark + ")) AS list"
}
