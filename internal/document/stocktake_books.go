package document

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"entrepot/internal/store"
)

// spot is a stock, or the part of it in a bin, at a moment.
type spot struct {
	i           int64
	warehouseID int64
	location    *int64
	sku, batch  string
	at          time.Time
}

// books are what the journal says of a spot.
type books struct {
	// quantity lay there at the moment.
	quantity int64
	// came and left are the units that did so after it.
	came, left int64
}

var spotColumns = []store.Column[spot]{
	{Name: "i", Type: "bigint", Value: func(s spot) any { return s.i }},
	{Name: "warehouse_id", Type: "bigint", Value: func(s spot) any { return s.warehouseID }},
	{Name: "location_id", Type: "bigint", Value: func(s spot) any { return s.location }},
	{Name: "sku", Type: "text", Value: func(s spot) any { return s.sku }},
	{Name: "batch_no", Type: "text", Value: func(s spot) any { return s.batch }},
	{Name: "at", Type: "timestamptz", Value: func(s spot) any { return s.at }},
	{Name: "since", Type: "timestamptz", Value: func(s spot) any { return s.at.Add(-bookedEarly) }},
}

// bookedEarly is how long before it happens something can be booked: what clocks
// may differ by, with room to spare. What was booked before that is no later work.
const bookedEarly = 10 * time.Minute

// byStock and byLocation go back in the journal of each spot from its end, no
// further than to what was booked before the moment: a chain without a gap, in
// which the times of booking never run back. So a busy history costs nothing.
//
// What counts is when things happened, not when they were booked: a pick that is
// entered after a count was made before it or after it all the same.
const byStock = `
WITH RECURSIVE spots AS (SELECT * FROM %s AS given),
back(i, place, at, since, version, came, gone) AS (
  SELECT x.i, s.id, x.at, x.since, s.version + 1, CAST(0 AS bigint), CAST(0 AS bigint)
  FROM spots x JOIN stocks s ON s.warehouse_id = x.warehouse_id AND s.sku = x.sku AND s.batch_no = x.batch_no
  UNION ALL
  SELECT b.i, b.place, b.at, b.since, m.stock_version,
    CASE WHEN m.occurred_at > b.at AND m.quantity_delta > 0 THEN m.quantity_delta ELSE 0 END,
    CASE WHEN m.occurred_at > b.at AND m.quantity_delta < 0 THEN -m.quantity_delta ELSE 0 END
  FROM back b JOIN stock_movements m ON m.stock_id = b.place AND m.stock_version = b.version - 1 WHERE m.recorded_at > b.since
)
SELECT x.i, coalesce(s.physical_quantity, 0), coalesce(k.came, 0), coalesce(k.gone, 0)
FROM spots x LEFT JOIN stocks s ON s.warehouse_id = x.warehouse_id AND s.sku = x.sku AND s.batch_no = x.batch_no
LEFT JOIN (SELECT i, CAST(sum(came) AS bigint) AS came, CAST(sum(gone) AS bigint) AS gone FROM back GROUP BY i) k ON k.i = x.i
WHERE x.location_id IS NULL`

const byLocation = `
WITH RECURSIVE spots AS (SELECT * FROM %s AS given),
back(i, place, stock, at, since, version, came, gone) AS (
  SELECT x.i, l.location_id, l.stock_id, x.at, x.since, l.version + 1, CAST(0 AS bigint), CAST(0 AS bigint)
  FROM spots x JOIN stocks s ON s.warehouse_id = x.warehouse_id AND s.sku = x.sku AND s.batch_no = x.batch_no
  JOIN location_stocks l ON l.location_id = x.location_id AND l.stock_id = s.id
  UNION ALL
  SELECT b.i, b.place, b.stock, b.at, b.since, m.location_version,
    CASE WHEN m.occurred_at > b.at AND m.quantity_delta > 0 THEN m.quantity_delta ELSE 0 END,
    CASE WHEN m.occurred_at > b.at AND m.quantity_delta < 0 THEN -m.quantity_delta ELSE 0 END
  FROM back b JOIN stock_location_movements m ON m.location_id = b.place AND m.stock_id = b.stock AND m.location_version = b.version - 1 WHERE m.recorded_at > b.since
)
SELECT x.i, coalesce(l.quantity, 0), coalesce(k.came, 0), coalesce(k.gone, 0)
FROM spots x LEFT JOIN stocks s ON s.warehouse_id = x.warehouse_id AND s.sku = x.sku AND s.batch_no = x.batch_no
LEFT JOIN location_stocks l ON l.location_id = x.location_id AND l.stock_id = s.id
LEFT JOIN (SELECT i, CAST(sum(came) AS bigint) AS came, CAST(sum(gone) AS bigint) AS gone FROM back GROUP BY i) k ON k.i = x.i
WHERE x.location_id IS NOT NULL`

// querier is a transaction or a pool.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// booksAt is what the journal says of these spots, which are all in bins or all
// not, in their order. Each statement sees one moment of the database.
func booksAt(ctx context.Context, d string, db querier, spots []spot) ([]books, error) {
	if len(spots) == 0 {
		return nil, nil
	}
	for i := range spots {
		spots[i].i, spots[i].at = int64(i), store.Moment(spots[i].at)
	}
	text := byStock
	if spots[0].location != nil {
		text = byLocation
	}
	p := &store.Params{Dialect: d}
	given, err := store.Given(p, spotColumns, spots)
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, fmt.Sprintf(text, given), p.Values...)
	if err != nil {
		return nil, fmt.Errorf("read the books: %w", err)
	}
	defer rows.Close()
	out := make([]books, len(spots))
	for rows.Next() {
		var i, now int64
		var b books
		if err := rows.Scan(&i, &now, &b.came, &b.left); err != nil {
			return nil, err
		}
		b.quantity = now - b.came + b.left
		out[i] = b
	}
	return out, rows.Err()
}
