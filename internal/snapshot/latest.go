package snapshot

import (
	"context"
	"database/sql"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Taken is a day of a warehouse that was taken, and when it ended.
type Taken struct {
	Day  time.Time
	AsOf time.Time
}

// Querier is a transaction or a pool.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// LatestSQL is a table expression (warehouse_id, day, as_of): for each warehouse
// the latest day that was taken and had ended at a moment. at is an SQL expression.
//
// It is where a question as of that moment, by RECORDED, begins: what a stock held
// is its latest row in stock_snapshots up to that day, plus the deltas of its
// movements with as_of < recorded_at <= at; of a worth alike, by cost_snapshots and
// the movements' value_delta. A warehouse without a row has none of either.
func LatestSQL(at string) string {
	return `(SELECT warehouse_id, day, as_of FROM (
  SELECT warehouse_id, day, as_of, row_number() OVER (PARTITION BY warehouse_id ORDER BY day DESC) AS n
  FROM warehouse_snapshots WHERE as_of <= ` + at + `) t WHERE n = 1)`
}

// Latest is [LatestSQL] as a map by the warehouse's key.
func Latest(ctx context.Context, q Querier, at time.Time) (_ map[int64]Taken, err error) {
	defer fault.Wrap(&err, "snapshot.Latest")
	rows, err := q.QueryContext(ctx, "SELECT warehouse_id, day, as_of FROM "+LatestSQL("$1")+" AS l", store.Moment(at))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]Taken{}
	for rows.Next() {
		var id int64
		var day, asOf store.Time
		if err := rows.Scan(&id, &day, &asOf); err != nil {
			return nil, err
		}
		out[id] = Taken{day.UTC(), asOf.UTC()}
	}
	return out, rows.Err()
}
