package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"entrepot/ent"
	"entrepot/internal/store"
)

// A scan changes one stock, and the set-wise statements cost three times as
// much for one row as statements of one row do: most of it goes into unpacking
// arrays. So a posting of one stock that exists is written by these two. Guards
// and results are those of the set; what does not fit here falls through to it.

// The worth is locked by the LATERAL, which runs for the row that u returns:
// after the stock, as everywhere.
const pgChangeOne = `
WITH u AS (
  UPDATE stocks SET physical_quantity = physical_quantity + $4, allocated_quantity = allocated_quantity + $5,
    damaged_quantity = damaged_quantity + $6, hold_quantity = hold_quantity + $7, in_transit_quantity = in_transit_quantity + $8,
    available_quantity = available_quantity + $9, version = version + 1,
    changed_at = greatest(changed_at, coalesce($11::timestamptz, clock_timestamp()))
  WHERE warehouse_id = $1 AND sku = $2 AND batch_no = $3
    AND least(physical_quantity + $4, allocated_quantity + $5, damaged_quantity + $6, hold_quantity + $7,
      in_transit_quantity + $8, available_quantity + $9) >= 0
    AND ($10::bigint = -1 OR $10 = version)
  RETURNING id, physical_quantity, available_quantity, allocated_quantity, damaged_quantity, hold_quantity, in_transit_quantity,
    version, changed_at
)
SELECT u.*, (SELECT tracks_locations FROM warehouses WHERE id = $1), coalesce(c.id, 0), coalesce(c.quantity, 0), coalesce(c.value, 0), coalesce(c.version, 0)
FROM u LEFT JOIN LATERAL (
  SELECT id, quantity, value, version FROM stock_costs WHERE warehouse_id = $1 AND sku = $2 AND $12::bool FOR UPDATE) c ON true`

// changeOne applies one change; ok is false when the stock does not exist or
// does not take it.
func changeOne(ctx context.Context, tx store.Tx, now time.Time, c change) (r written, w worth, ok bool, err error) {
	r.Key = c.Key
	q, d := &r.after, c.delta
	err = tx.SQL.QueryRowContext(ctx, pgChangeOne, c.WarehouseID, c.SKU, c.BatchNo,
		d.Physical, d.Allocated, d.Damaged, d.OnHold, d.InTransit, d.Available(), c.expects,
		sql.NullTime{Time: now, Valid: !now.IsZero()}, c.goods(),
	).Scan(&r.stockID, &q.Physical, &q.Available, &q.Allocated, &q.Damaged, &q.OnHold, &q.InTransit, &q.Version, &r.at, &r.tracked,
		&w.id, &w.quantity, &w.value, &w.version)
	if errors.Is(err, sql.ErrNoRows) {
		return r, w, false, nil
	}
	if err != nil {
		return r, w, false, fmt.Errorf("change stock: %w", err)
	}
	r.at = store.Moment(r.at)
	return r, w, true, nil
}

const pgRecordOne = `
WITH po AS (
  INSERT INTO postings (id, kind, operation, actor_id, reason_code, note, request_id, base_currency, document_id, reverses_id,
    occurred_at, recorded_at, transaction_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, pg_current_xact_id()::text::bigint)
), co AS (
  UPDATE stock_costs SET quantity = $13, value = $14, version = $15 WHERE id = $16
)
INSERT INTO stock_movements (posting_id, kind, occurred_at, recorded_at, cost_quantity_after, cost_value_after, cost_version,
  warehouse_id, stock_id, sku, batch_no,
  quantity_delta, available_delta, allocated_delta, damaged_delta, hold_delta, in_transit_delta,
  physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
  unit_cost, currency, exchange_rate, value_delta)
VALUES ($1, $2, $11, $12, $13, $14, $15, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33,
  $34, $35, $36, $37)
RETURNING id`

// recordOne writes a posting of one movement, whose id was drawn. costID is the
// row of the worth that it changes; 0 when it changes none.
func recordOne(ctx context.Context, tx store.Tx, p Posting, m *ent.StockMovement, costID int64) error {
	if m.CostVersion == nil {
		costID = 0
	}
	err := tx.SQL.QueryRowContext(ctx, pgRecordOne,
		p.ID, string(p.Kind), p.Operation, p.ActorID, p.ReasonCode, p.Note, p.RequestID, p.BaseCurrency, p.DocumentID, p.ReversesID,
		p.OccurredAt, m.RecordedAt, m.CostQuantityAfter, (*int64)(m.CostValueAfter), m.CostVersion, costID,
		m.WarehouseID, m.StockID, m.Sku, m.BatchNo,
		m.QuantityDelta, m.AvailableDelta, m.AllocatedDelta, m.DamagedDelta, m.HoldDelta, m.InTransitDelta,
		m.PhysicalAfter, m.AvailableAfter, m.AllocatedAfter, m.DamagedAfter, m.HoldAfter, m.InTransitAfter, m.StockVersion,
		(*int64)(m.UnitCost), m.Currency, int64(m.ExchangeRate), int64(m.ValueDelta)).Scan(&m.ID)
	if err != nil {
		return fmt.Errorf("record posting: %w", err)
	}
	m.PostingID = p.ID
	return nil
}
