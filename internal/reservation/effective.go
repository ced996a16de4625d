package reservation

import (
	"context"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Effective is a stock as takings find it: what expired reservations held is
// available, whether or not the sweep has come by. The row itself is left alone.
func (s *Service) Effective(ctx context.Context, st *ent.Stock) (_ *ent.Stock, err error) {
	defer fault.Wrap(&err, "reservation.Effective")
	if st == nil || st.AllocatedQuantity == 0 {
		return st, nil
	}
	var freed int64
	err = s.db.SQL().QueryRowContext(ctx, effectiveSQL[s.db.Dialect()], store.Moment(s.now()), st.WarehouseID, st.Sku, st.BatchNo).Scan(&freed)
	if err != nil || freed == 0 {
		return st, err
	}
	seen := *st
	freed = min(freed, seen.AllocatedQuantity) // the sweep may have come between the two reads
	seen.AllocatedQuantity -= freed
	seen.AvailableQuantity += freed
	return &seen, nil
}

const effective = `SELECT coalesce(sum(a.quantity - a.deducted_quantity - a.released_quantity - a.short_quantity), 0)
FROM reservations r JOIN reservation_allocations a ON a.reservation_id = r.id
WHERE r.state = 'ACTIVE' AND r.expires_at IS NOT NULL AND r.expires_at <= $1
  AND a.warehouse_id = $2 AND a.sku = $3 AND a.batch_no = $4`

// PostgreSQL sums bigint as numeric.
var effectiveSQL = map[string]string{
	dialect.SQLite:   effective,
	dialect.Postgres: "SELECT (" + effective + ")::bigint",
}
