package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"entrepot/ent"
	"entrepot/internal/money"
	"entrepot/internal/store"
)

// postgres writes set-wise: one statement for all keys, with array parameters,
// so that its text and its plan are always the same.
type postgres struct {
	settles *settlement // changes that record applies too, see holder
}

// The obvious INSERT … ON CONFLICT DO UPDATE … WHERE fails twice: a CHECK looks
// at the proposed row before the conflict is found, so taking 3 from 10 would
// be refused as −3; and DO UPDATE's WHERE is not asked about a row that does
// not exist. So a row that could not stand alone is proposed as zeros, with
// version 0, which no stock keeps: whoever finds it returned rolls back.
//
// d is in lock order, and takes and gives share one statement: in two, or
// unsorted, transactions that cross deadlock. Missing rows are made in the same
// order, between the locks. The clock is read once the row is locked, by the
// projection of DO UPDATE.
//
// DO UPDATE sees the proposed row and nothing else of d, and to look for its
// place in d would make the statement quadratic. So every row is proposed under
// an id drawn here, in ascending order, and the id tells the place by binary
// search: from there the changes are read out of the arrays. No plan has a say
// in this, neither on an empty database nor on a large one: the rows are
// reached by the key that ON CONFLICT names.
//
// The worths, $12 and $13, are locked once all stocks have taken their change,
// which count(*) waits for; they are returned in the columns of stocks.
const pgChange = `
WITH ids AS MATERIALIZED (
  SELECT array_agg(nextval('stocks_id_seq')) AS a FROM generate_series(1, cardinality($1::bigint[]))
), d AS (
  SELECT *, p - a - dm - h AS av, least(p, a, dm, h, it, p - a - dm - h) >= 0 AND ev <= 0 AS fresh
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
    $10::bigint[], (SELECT a FROM ids)) AS d(w, s, b, p, a, dm, h, it, ev, n, id)
), up AS (
  INSERT INTO stocks AS st (warehouse_id, sku, batch_no, id, physical_quantity, allocated_quantity, damaged_quantity,
    hold_quantity, in_transit_quantity, available_quantity, version, changed_at)
  SELECT w, s, b, id, CASE WHEN fresh THEN p ELSE 0 END, CASE WHEN fresh THEN a ELSE 0 END, CASE WHEN fresh THEN dm ELSE 0 END,
    CASE WHEN fresh THEN h ELSE 0 END, CASE WHEN fresh THEN it ELSE 0 END, CASE WHEN fresh THEN av ELSE 0 END,
    CASE WHEN fresh THEN n ELSE 0 END, coalesce($11::timestamptz, clock_timestamp())
  FROM d ORDER BY w, s COLLATE "C", b COLLATE "C"
  ON CONFLICT (warehouse_id, sku, batch_no) DO UPDATE SET
    (physical_quantity, allocated_quantity, damaged_quantity, hold_quantity, in_transit_quantity, available_quantity, version, changed_at) =
    (SELECT st.physical_quantity + $4[i], st.allocated_quantity + $5[i], st.damaged_quantity + $6[i], st.hold_quantity + $7[i],
       st.in_transit_quantity + $8[i], st.available_quantity + $4[i] - $5[i] - $6[i] - $7[i], st.version + $10[i],
       greatest(st.changed_at, coalesce($11::timestamptz, clock_timestamp()))
     FROM (SELECT width_bucket(excluded.id, (SELECT a FROM ids)) AS i OFFSET 0) AS at)
  WHERE (SELECT least(st.physical_quantity + $4[i], st.allocated_quantity + $5[i], st.damaged_quantity + $6[i], st.hold_quantity + $7[i],
       st.in_transit_quantity + $8[i], st.available_quantity + $4[i] - $5[i] - $6[i] - $7[i]) >= 0
     AND ($9[i] = -1 OR $9[i] = st.version)
     FROM (SELECT width_bucket(excluded.id, (SELECT a FROM ids)) AS i OFFSET 0) AS at)
  RETURNING st.warehouse_id, st.sku, st.batch_no, st.id, st.physical_quantity, st.available_quantity, st.allocated_quantity,
    st.damaged_quantity, st.hold_quantity, st.in_transit_quantity, st.version, st.changed_at
)
SELECT false, up.*, up.warehouse_id = ANY (ARRAY(SELECT id FROM warehouses WHERE id = ANY ($1) AND tracks_locations)) FROM up
UNION ALL
SELECT true, sc.warehouse_id, sc.sku, '', sc.id, sc.quantity, sc.value, sc.version, 0, 0, 0, 0, NULL, false
FROM (
  SELECT w, s FROM unnest($12::bigint[], $13::text[]) AS k(w, s)
  WHERE (SELECT count(*) FROM up WHERE version > 0) = cardinality($1)
  ORDER BY w, s COLLATE "C") AS k
CROSS JOIN LATERAL (
  SELECT id, warehouse_id, sku, quantity, value, version FROM stock_costs WHERE warehouse_id = k.w AND sku = k.s FOR UPDATE) AS sc`

func (postgres) change(ctx context.Context, tx store.Tx, now time.Time, changes []change, goods []costKey) ([]written, map[costKey]worth, error) {
	n := len(changes)
	if n == 1 && len(changes[0].parts) == 1 {
		if r, w, ok, err := changeOne(ctx, tx, now, changes[0]); err != nil || ok {
			return []written{r}, map[costKey]worth{{r.WarehouseID, r.SKU}: w}, err
		}
	}
	c := changeColumnsOf(changes)
	res, err := tx.SQL.QueryContext(ctx, pgChange, slices.Concat(c.args(),
		[]any{sql.NullTime{Time: now, Valid: !now.IsZero()}}, costKeyArgs(goods))...)
	if err != nil {
		return nil, nil, fmt.Errorf("change stocks: %w", err)
	}
	defer res.Close()
	byKey := make(map[Key]written, n)
	worths := make(map[costKey]worth, len(goods))
	for res.Next() {
		var r written
		var ofWorth bool
		var at sql.NullTime
		q := &r.after
		if err := res.Scan(&ofWorth, &r.WarehouseID, &r.SKU, &r.BatchNo, &r.stockID, &q.Physical, &q.Available, &q.Allocated,
			&q.Damaged, &q.OnHold, &q.InTransit, &q.Version, &at, &r.tracked); err != nil {
			return nil, nil, err
		}
		switch {
		case ofWorth:
			worths[costKey{r.WarehouseID, r.SKU}] = worth{r.stockID, q.Physical, money.Amount(q.Available), q.Allocated}
		case r.after.Version > 0: // and not a new row of zeros: short
			r.at = store.Moment(at.Time)
			byKey[r.Key] = r
		}
	}
	if err := res.Err(); err != nil {
		return nil, nil, fmt.Errorf("change stocks: %w", err)
	}
	return inOrder(changes, byKey), worths, nil
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
const pgRecordWith = `
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
)`

const pgRecorded = `
SELECT mv.id, mv.posting_id, mv.stock_id, (SELECT count(*) FROM co) FROM mv`

// The statements of recording: postings with what they change in bins, and with the
// changes of stocks held.
var (
	pgRecord     = pgRecordWith + pgRecorded
	pgRecordBins = pgRecordWith + ", " + pgBins(45) + pgRecorded
	pgSettle     = settling.Replace(pgRecord)
	pgSettleBins = settling.Replace(pgRecordWith + ", " + pgBins(56) + pgRecorded)
)

func recording(settles, bins bool) string {
	switch {
	case settles && bins:
		return pgSettleBins
	case settles:
		return pgSettle
	case bins:
		return pgRecordBins
	}
	return pgRecord
}

func (w postgres) record(ctx context.Context, tx store.Tx, postings []Posting, posted []Posted, worths map[costKey]worth, bins []binRow) error {
	if w.settles == nil && len(postings) == 1 && len(posted[0].Movements) == 1 && len(bins) == 0 {
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
	var costs, settled, toSettle int
	counts, args := []any{&costs}, slices.Concat(p.args(), c.args(), m.args())
	if w.settles != nil {
		counts, args = append(counts, &settled), append(args, w.settles.args()...)
		toSettle = len(w.settles.columns.warehouse)
	}
	if len(bins) > 0 {
		args = append(args, binArgs(bins)...)
	}
	res, err := tx.SQL.QueryContext(ctx, recording(w.settles != nil, len(bins) > 0), args...)
	if err != nil {
		return fmt.Errorf("record posting: %w", err)
	}
	defer res.Close()
	for res.Next() {
		var id int64
		var at place
		if err := res.Scan(append([]any{&id, &at.posting, &at.stock}, counts...)...); err != nil {
			return err
		}
		rows[at].ID = id
	}
	if err := res.Err(); err != nil {
		return fmt.Errorf("record posting: %w", err)
	}
	if settled != toSettle {
		return fmt.Errorf("%d of %d stocks held did not take their change", toSettle-settled, toSettle)
	}
	if costs != len(touched) {
		return fmt.Errorf("the worth of a SKU appeared meanwhile: %w", store.ErrRetry)
	}
	return nil
}
