package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"entrepot/ent"
	"entrepot/internal/store"
)

// postgres writes set-wise: one statement for all keys, with array parameters,
// so that its text and its plan are always the same.
type postgres struct{}

// The obvious INSERT … ON CONFLICT DO UPDATE … WHERE fails twice: a CHECK looks
// at the proposed row before the conflict is found, so taking 3 from 10 would
// be refused as −3; and DO UPDATE's WHERE is not asked about a row that does
// not exist. So a row that could not stand alone is proposed as zeros, with
// version 0, which no stock keeps: whoever finds it returned rolls back.
//
// d is in lock order, and takes and gives share one statement: in two, or
// unsorted, transactions that cross deadlock. k reads up to its end before c
// locks, so that all stocks are locked before all worths. The clock is read
// once the row is locked, by the projection of DO UPDATE.
const pgChange = `
WITH d AS MATERIALIZED (
  SELECT *, p - a - dm - h AS av, least(p, a, dm, h, it, p - a - dm - h) >= 0 AND ev <= 0 AS fresh
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bool[], $12::bigint[])
    AS d(w, s, b, p, a, dm, h, it, ev, goods, n)
), up AS (
  INSERT INTO stocks AS st (warehouse_id, sku, batch_no, physical_quantity, allocated_quantity, damaged_quantity,
    hold_quantity, in_transit_quantity, available_quantity, version, changed_at)
  SELECT w, s, b, CASE WHEN fresh THEN p ELSE 0 END, CASE WHEN fresh THEN a ELSE 0 END, CASE WHEN fresh THEN dm ELSE 0 END,
    CASE WHEN fresh THEN h ELSE 0 END, CASE WHEN fresh THEN it ELSE 0 END, CASE WHEN fresh THEN av ELSE 0 END,
    CASE WHEN fresh THEN n ELSE 0 END, coalesce($11::timestamptz, clock_timestamp())
  FROM d ORDER BY w, s COLLATE "C", b COLLATE "C"
  ON CONFLICT (warehouse_id, sku, batch_no) DO UPDATE SET
    (physical_quantity, allocated_quantity, damaged_quantity, hold_quantity, in_transit_quantity, available_quantity, version, changed_at) =
    (SELECT st.physical_quantity + p, st.allocated_quantity + a, st.damaged_quantity + dm, st.hold_quantity + h,
       st.in_transit_quantity + it, st.available_quantity + av, st.version + n,
       greatest(st.changed_at, coalesce($11::timestamptz, clock_timestamp()))
     FROM d WHERE (w, s, b) = (excluded.warehouse_id, excluded.sku, excluded.batch_no))
  WHERE EXISTS (SELECT FROM d WHERE (w, s, b) = (excluded.warehouse_id, excluded.sku, excluded.batch_no)
    AND least(st.physical_quantity + p, st.allocated_quantity + a, st.damaged_quantity + dm, st.hold_quantity + h,
      st.in_transit_quantity + it, st.available_quantity + av) >= 0
    AND (ev = -1 OR ev = st.version))
  RETURNING st.warehouse_id, st.sku, st.batch_no, st.id, st.physical_quantity, st.available_quantity, st.allocated_quantity,
    st.damaged_quantity, st.hold_quantity, st.in_transit_quantity, st.version, st.changed_at
), k AS MATERIALIZED (
  SELECT DISTINCT up.warehouse_id AS w, up.sku AS s
  FROM up JOIN d ON (w, s, b) = (up.warehouse_id, up.sku, up.batch_no) WHERE goods
  ORDER BY 1, 2
), c AS MATERIALIZED (
  SELECT sc.* FROM k CROSS JOIN LATERAL (
    SELECT id, warehouse_id, sku, quantity, value, version FROM stock_costs WHERE warehouse_id = k.w AND sku = k.s FOR UPDATE) sc
)
SELECT up.*, coalesce(c.id, 0), coalesce(c.quantity, 0), coalesce(c.value, 0), coalesce(c.version, 0)
FROM up LEFT JOIN c ON (c.warehouse_id, c.sku) = (up.warehouse_id, up.sku)`

func (postgres) change(ctx context.Context, tx store.Tx, now time.Time, changes []change, withWorths bool) ([]written, map[costKey]worth, error) {
	n := len(changes)
	if n == 1 && len(changes[0].parts) == 1 && withWorths {
		if r, w, ok, err := changeOne(ctx, tx, now, changes[0]); err != nil || ok {
			return []written{r}, map[costKey]worth{{r.WarehouseID, r.SKU}: w}, err
		}
	}
	w, p, a, dm, h, it, ev, steps := make(pq.Int64Array, n), make(pq.Int64Array, n), make(pq.Int64Array, n), make(pq.Int64Array, n),
		make(pq.Int64Array, n), make(pq.Int64Array, n), make(pq.Int64Array, n), make(pq.Int64Array, n)
	s, b, goods := make(pq.StringArray, n), make(pq.StringArray, n), make(pq.BoolArray, n)
	for i, c := range changes {
		w[i], s[i], b[i], ev[i], goods[i], steps[i] = c.WarehouseID, c.SKU, c.BatchNo, c.expects, withWorths && c.goods(), int64(len(c.parts))
		p[i], a[i], dm[i], h[i], it[i] = c.delta.Physical, c.delta.Allocated, c.delta.Damaged, c.delta.OnHold, c.delta.InTransit
	}
	at := sql.NullTime{Time: now, Valid: !now.IsZero()}
	rows, err := tx.SQL.QueryContext(ctx, pgChange, w, s, b, p, a, dm, h, it, ev, goods, at, steps)
	if err != nil {
		return nil, nil, fmt.Errorf("change stocks: %w", err)
	}
	defer rows.Close()
	byKey := make(map[Key]written, n)
	worths := make(map[costKey]worth, n)
	for rows.Next() {
		var r written
		var c worth
		q := &r.after
		if err := rows.Scan(&r.WarehouseID, &r.SKU, &r.BatchNo, &r.stockID, &q.Physical, &q.Available, &q.Allocated,
			&q.Damaged, &q.OnHold, &q.InTransit, &q.Version, &r.at, &c.id, &c.quantity, &c.value, &c.version); err != nil {
			return nil, nil, err
		}
		if r.after.Version == 0 {
			continue // a new row of zeros: short
		}
		r.at = store.Moment(r.at)
		byKey[r.Key] = r
		if c.version > 0 {
			worths[costKey{r.WarehouseID, r.SKU}] = c
		}
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("change stocks: %w", err)
	}
	return inOrder(changes, byKey), worths, nil
}

func (postgres) worths(ctx context.Context, tx store.Tx, keys []costKey) (map[costKey]worth, error) {
	w, s := make(ints, len(keys)), make(pq.StringArray, len(keys))
	for i, k := range keys {
		w[i], s[i] = k.warehouseID, k.sku
	}
	rows, err := tx.SQL.QueryContext(ctx, `
SELECT c.id, c.warehouse_id, c.sku, c.quantity, c.value, c.version
FROM stock_costs c JOIN unnest($1::bigint[], $2::text[]) AS k(w, s) ON (c.warehouse_id, c.sku) = (k.w, k.s)
ORDER BY c.warehouse_id, c.sku FOR UPDATE OF c`, w, s)
	if err != nil {
		return nil, fmt.Errorf("lock worths: %w", err)
	}
	defer rows.Close()
	found := make(map[costKey]worth, len(keys))
	for rows.Next() {
		var k costKey
		var c worth
		if err := rows.Scan(&c.id, &k.warehouseID, &k.sku, &c.quantity, &c.value, &c.version); err != nil {
			return nil, err
		}
		found[k] = c
	}
	return found, rows.Err()
}

// inOrder lists what was written in the order of the changes.
func inOrder(changes []change, byKey map[Key]written) []written {
	out := make([]written, 0, len(byKey))
	for _, c := range changes {
		if r, ok := byKey[c.Key]; ok {
			out = append(out, r)
		}
	}
	return out
}

// A worth without a row gets one, unless somebody else made it since: then ids
// differ, it is not returned, and the transaction starts over.
const pgRecord = `
WITH po AS (
  INSERT INTO postings (id, kind, operation, actor_id, reason_code, note, request_id, base_currency, document_id, reverses_id,
    occurred_at, recorded_at, transaction_id)
  SELECT p.*, pg_current_xact_id()::text::bigint
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[],
    $11::timestamptz[], $12::timestamptz[]) AS p
), co AS (
  INSERT INTO stock_costs AS sc (id, warehouse_id, sku, quantity, value, version)
  SELECT CASE WHEN i > 0 THEN i ELSE nextval('stock_costs_id_seq') END, w, s, q, v, n
  FROM unnest($13::bigint[], $14::bigint[], $15::text[], $16::bigint[], $17::bigint[], $18::bigint[]) AS x(i, w, s, q, v, n)
  ON CONFLICT (warehouse_id, sku) DO UPDATE SET quantity = excluded.quantity, value = excluded.value, version = excluded.version
  WHERE sc.id = excluded.id
  RETURNING 1
), mv AS (
  INSERT INTO stock_movements (posting_id, warehouse_id, stock_id, sku, batch_no, kind,
    quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
    physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
    unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version,
    occurred_at, recorded_at)
  SELECT m.po, m.w, m.st, m.s, m.b, m.k, m.pd, m.pd - m.ad - m.dd - m.hd, m.ad, m.dd, m.hd, m.td,
    m.pa, m.pa - m.aa - m.da - m.ha, m.aa, m.da, m.ha, m.ta, m.sv,
    m.uc, m.cu, m.xr, m.vd, m.cq, m.cv, m.cn, m.oc, m.at
  FROM unnest($19::bigint[], $20::bigint[], $21::bigint[], $22::text[], $23::text[], $24::text[],
    $25::bigint[], $26::bigint[], $27::bigint[], $28::bigint[], $29::bigint[],
    $30::bigint[], $31::bigint[], $32::bigint[], $33::bigint[], $34::bigint[], $35::bigint[],
    $36::bigint[], $37::text[], $38::bigint[], $39::bigint[], $40::bigint[], $41::bigint[], $42::bigint[], $43::timestamptz[], $44::timestamptz[])
    AS m(po, w, st, s, b, k, pd, ad, dd, hd, td, pa, aa, da, ha, ta, sv, uc, cu, xr, vd, cq, cv, cn, oc, at)
  RETURNING id, posting_id, stock_id
)
SELECT mv.id, mv.posting_id, mv.stock_id, (SELECT count(*) FROM co) FROM mv`

func (postgres) record(ctx context.Context, tx store.Tx, postings []Posting, posted []Posted, worths map[costKey]worth) error {
	if len(postings) == 1 && len(posted[0].Movements) == 1 {
		m := posted[0].Movements[0]
		if w := worths[costKey{m.WarehouseID, m.Sku}]; w.id > 0 || m.CostVersion == nil {
			return recordOne(ctx, tx, postings[0], m, w.id)
		}
	}
	type place struct{ posting, stock int64 }
	rows := map[place]*ent.StockMovement{}
	touched := make(map[costKey]worth, len(worths))
	var p postingColumns
	var m movementColumns
	for i, posting := range postings {
		p.add(posting, posted[i].recordedAt())
		for _, row := range posted[i].Movements {
			m.add(row)
			rows[place{posting.ID, row.StockID}] = row
			if row.CostVersion != nil {
				key := costKey{row.WarehouseID, row.Sku}
				touched[key] = worths[key]
			}
		}
	}
	c := columnsOf(touched)
	res, err := tx.SQL.QueryContext(ctx, pgRecord, slices.Concat(p.args(), c.args(), m.args())...)
	if err != nil {
		return fmt.Errorf("record posting: %w", err)
	}
	defer res.Close()
	var costs int
	for res.Next() {
		var id int64
		var at place
		if err := res.Scan(&id, &at.posting, &at.stock, &costs); err != nil {
			return err
		}
		rows[at].ID = id
	}
	if err := res.Err(); err != nil {
		return fmt.Errorf("record posting: %w", err)
	}
	if costs != len(touched) {
		return fmt.Errorf("the worth of a SKU appeared meanwhile: %w", store.ErrRetry)
	}
	return nil
}

func (postgres) lock(ctx context.Context, tx store.Tx, keys []Key) (map[Key]Balance, error) {
	w, s, b := make(pq.Int64Array, len(keys)), make(pq.StringArray, len(keys)), make(pq.StringArray, len(keys))
	for i, k := range keys {
		w[i], s[i], b[i] = k.WarehouseID, k.SKU, k.BatchNo
	}
	rows, err := tx.SQL.QueryContext(ctx, `
SELECT st.warehouse_id, st.sku, st.batch_no, st.physical_quantity, st.available_quantity, st.allocated_quantity,
  st.damaged_quantity, st.hold_quantity, st.in_transit_quantity, st.version
FROM stocks st JOIN unnest($1::bigint[], $2::text[], $3::text[]) AS k(w, s, b) ON (st.warehouse_id, st.sku, st.batch_no) = (k.w, k.s, k.b)
ORDER BY st.warehouse_id, st.sku, st.batch_no FOR UPDATE OF st`, w, s, b)
	if err != nil {
		return nil, fmt.Errorf("lock stocks: %w", err)
	}
	return scanBalances(rows)
}

func scanBalances(rows *sql.Rows) (map[Key]Balance, error) {
	defer rows.Close()
	found := map[Key]Balance{}
	for rows.Next() {
		var k Key
		var q Balance
		if err := rows.Scan(&k.WarehouseID, &k.SKU, &k.BatchNo, &q.Physical, &q.Available, &q.Allocated,
			&q.Damaged, &q.OnHold, &q.InTransit, &q.Version); err != nil {
			return nil, err
		}
		found[k] = q
	}
	return found, rows.Err()
}
