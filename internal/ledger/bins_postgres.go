package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/lib/pq"

	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// One statement shows a posting everything that it must know of bins. Bins are
// held in the order of their ids, those that goods come into by name alone: their
// limits are about what others put there, too. The others are held as a row that
// points at them holds them: nobody archives, locks or unlocks them meanwhile.
const pgFloor = `
WITH held AS MATERIALIZED (
  SELECT ls.* FROM unnest($1::bigint[]) AS s(id)
  CROSS JOIN LATERAL (SELECT location_id, stock_id, quantity, version FROM location_stocks WHERE stock_id = s.id OFFSET 0) AS ls
), was AS MATERIALIZED (
  SELECT m.* FROM unnest($3::bigint[]) AS p(id)
  CROSS JOIN LATERAL (SELECT posting_id, location_id, stock_id, quantity_delta FROM stock_location_movements WHERE posting_id = p.id OFFSET 0) AS m
), ids AS MATERIALIZED (
  SELECT id, bool_or(alone) AS alone FROM (
    SELECT location_id, false FROM held UNION ALL SELECT location_id, false FROM was
    UNION ALL SELECT n.id, false FROM unnest($4::bigint[]) AS n(id) UNION ALL SELECT n.id, true FROM unnest($5::bigint[]) AS n(id)
    UNION ALL SELECT d.id, false FROM unnest($2::bigint[]) AS w(id)
      CROSS JOIN LATERAL (SELECT id FROM warehouse_locations WHERE warehouse_id = w.id AND type IN ('RECEIVE', 'DAMAGED') OFFSET 0) AS d
  ) AS x(id, alone) GROUP BY id ORDER BY id
), bins AS MATERIALIZED (
  SELECT l.* FROM ids
  LEFT JOIN LATERAL (SELECT id FROM warehouse_locations WHERE id = ids.id AND ids.alone FOR NO KEY UPDATE) AS a ON true
  CROSS JOIN LATERAL (SELECT id, warehouse_id, code, type, status, is_locked, allow_mixing, max_volume_cm3
    FROM warehouse_locations WHERE id = coalesce(a.id, ids.id) FOR KEY SHARE) AS l
)
SELECT 'bin', id, warehouse_id, max_volume_cm3, 0, code, type, status, is_locked, allow_mixing, clock_timestamp() FROM bins
UNION ALL SELECT 'held', location_id, stock_id, quantity, version, '', '', '', false, false, NULL FROM held
UNION ALL SELECT 'was', location_id, stock_id, quantity_delta, posting_id, '', '', '', false, false, NULL FROM was`

func (postgres) floor(ctx context.Context, tx store.Tx, s sight) (*floor, error) {
	rows, err := tx.SQL.QueryContext(ctx, pgFloor, pq.Int64Array(s.stocks), pq.Int64Array(s.warehouses), pq.Int64Array(s.reverses),
		pq.Int64Array(s.named), pq.Int64Array(s.into))
	if err != nil {
		return nil, fmt.Errorf("read bins: %w", err)
	}
	return scanFloor(rows)
}

func scanFloor(rows *sql.Rows) (*floor, error) {
	defer rows.Close()
	f := &floor{bins: map[int64]bin{}, held: map[place]held{}, was: map[undone][]binDelta{}}
	for rows.Next() {
		var sort, code, kind, status string
		var a, b, c, d int64
		var locked, mixing bool
		var at store.Time
		if err := rows.Scan(&sort, &a, &b, &c, &d, &code, &kind, &status, &locked, &mixing, &at); err != nil {
			return nil, err
		}
		switch sort {
		case "bin":
			f.bins[a] = bin{
				id: a, warehouseID: b, code: code, kind: stock.LocationType(kind), maxVolume: c,
				locked: locked, mixing: mixing, archived: status == string(stock.StatusArchived),
			}
			f.at = store.Time{Time: store.Moment(at.Time)}
		case "held":
			f.held[place{a, b}] = held{c, d}
		case "was":
			f.was[undone{d, b}] = append(f.was[undone{d, b}], binDelta{a, c})
		}
	}
	return f, rows.Err()
}

const pgShared = `
SELECT l.location_id, l.stock_id, l.quantity, s.sku, p.length_mm * p.width_mm * p.height_mm
FROM unnest($1::bigint[]) AS b(id)
CROSS JOIN LATERAL (SELECT location_id, stock_id, warehouse_id, quantity FROM location_stocks WHERE location_id = b.id AND quantity > 0 OFFSET 0) AS l
CROSS JOIN LATERAL (SELECT sku FROM stocks WHERE id = l.stock_id AND warehouse_id = l.warehouse_id OFFSET 0) AS s
CROSS JOIN LATERAL (SELECT length_mm, width_mm, height_mm FROM products WHERE sku = s.sku OFFSET 0) AS p
UNION ALL
SELECT 0, 0, 0, p.sku, p.length_mm * p.width_mm * p.height_mm FROM products p WHERE p.sku = ANY ($2)`

func (postgres) shared(ctx context.Context, tx store.Tx, bins []int64, skus []string) (crowd, error) {
	rows, err := tx.SQL.QueryContext(ctx, pgShared, pq.Int64Array(bins), pq.StringArray(skus))
	if err != nil {
		return crowd{}, fmt.Errorf("read what shares bins: %w", err)
	}
	return scanCrowd(rows)
}

func scanCrowd(rows *sql.Rows) (crowd, error) {
	defer rows.Close()
	c := crowd{map[int64][]lodger{}, map[string]int64{}}
	for rows.Next() {
		var location, volume int64
		var l lodger
		if err := rows.Scan(&location, &l.stock, &l.quantity, &l.sku, &volume); err != nil {
			return crowd{}, err
		}
		if c.volumes[l.sku] = volume; location > 0 {
			c.lies[location] = append(c.lies[location], l)
		}
	}
	return c, rows.Err()
}

// pgBins writes what lies in bins, and their journal, as parts of a larger
// statement, with parameters from the n-th on. The stocks are held, so that nobody
// else writes these places.
func pgBins(n int) string {
	s := `lo AS (
  INSERT INTO location_stocks (warehouse_id, location_id, stock_id, quantity, version, changed_at)
  SELECT * FROM unnest($0::bigint[], $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[]) AS x(w, l, s, q, v, at)
  ON CONFLICT (location_id, stock_id) DO UPDATE SET quantity = excluded.quantity, version = excluded.version, changed_at = excluded.changed_at
), lm AS (
  INSERT INTO stock_location_movements (posting_id, warehouse_id, location_id, stock_id, quantity_delta, quantity_after, location_version,
    occurred_at, recorded_at)
  SELECT * FROM unnest($6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[],
    $13::timestamptz[], $14::timestamptz[])
)`
	for i := 14; i >= 0; i-- {
		s = strings.ReplaceAll(s, "$"+strconv.Itoa(i)+"::", "$#"+strconv.Itoa(n+i)+"::")
	}
	return strings.ReplaceAll(s, "$#", "$")
}

func binArgs(rows []binRow) []any {
	var w, l, s, q, v ints
	var at instants
	for _, r := range last(rows) {
		w, l, s, q, v = append(w, r.warehouseID), append(l, r.location), append(s, r.stock), append(q, r.after.quantity), append(v, r.after.version)
		at.add(r.at.Time)
	}
	var jp, jw, jl, js, jd, jq, jv ints
	var occurred, recorded instants
	for _, r := range rows {
		jp, jw, jl, js = append(jp, r.posting.ID), append(jw, r.warehouseID), append(jl, r.location), append(js, r.stock)
		jd, jq, jv = append(jd, r.delta), append(jq, r.after.quantity), append(jv, r.after.version)
		occurred.add(r.posting.OccurredAt)
		recorded.add(r.at.Time)
	}
	return []any{w, l, s, q, v, at.texts, jp, jw, jl, js, jd, jq, jv, occurred.texts, recorded.texts}
}

var pgRelocate = `
WITH po AS (
  INSERT INTO postings (id, kind, operation, actor_id, reason_code, note, request_id, base_currency, document_id, reverses_id,
    occurred_at, recorded_at, transaction_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, pg_current_xact_id()::text::bigint)
), ` + pgBins(13) + `
SELECT 1`

func (postgres) relocate(ctx context.Context, tx store.Tx, p Posting, bins []binRow) error {
	_, err := tx.SQL.ExecContext(ctx, pgRelocate, append(p.args(bins), binArgs(bins)...)...)
	if err != nil {
		return fmt.Errorf("record relocation: %w", err)
	}
	return nil
}

// args are the columns of a posting that moves nothing but what lies in bins.
func (p Posting) args(bins []binRow) []any {
	return []any{
		p.ID, string(p.Kind), p.Operation, p.ActorID, p.ReasonCode, p.Note, p.RequestID, p.BaseCurrency, p.DocumentID, p.ReversesID,
		p.OccurredAt, bins[0].at.Time,
	}
}
