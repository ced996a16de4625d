package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"entrepot/internal/money"
	"entrepot/internal/store"
)

// Sorted first, then locked: LockRows stands above the sort. The clock is read
// above it, when the row is locked. The worths follow all stocks, which count(*)
// waits for.
const pgHold = `
WITH st AS MATERIALIZED (
  SELECT l.*, greatest(changed_at, coalesce($6::timestamptz, clock_timestamp())),
    warehouse_id = ANY (ARRAY(SELECT id FROM warehouses WHERE id = ANY ($1) AND tracks_locations)) FROM (
    SELECT st.warehouse_id, st.sku, st.batch_no, st.id, st.physical_quantity, st.available_quantity, st.allocated_quantity,
      st.damaged_quantity, st.hold_quantity, st.in_transit_quantity, st.version, st.changed_at
    FROM stocks st JOIN unnest($1::bigint[], $2::text[], $3::text[]) AS k(w, s, b) ON (st.warehouse_id, st.sku, st.batch_no) = (k.w, k.s, k.b)
    ORDER BY st.warehouse_id, st.sku, st.batch_no FOR UPDATE OF st) l
)
SELECT false, * FROM st
UNION ALL
SELECT true, sc.warehouse_id, sc.sku, '', sc.id, sc.quantity, sc.value, sc.version, 0, 0, 0, 0, NULL, NULL, false
FROM (
  SELECT w, s FROM unnest($4::bigint[], $5::text[]) AS k(w, s) WHERE (SELECT count(*) FROM st) >= 0
  ORDER BY w, s COLLATE "C") AS k
CROSS JOIN LATERAL (
  SELECT id, warehouse_id, sku, quantity, value, version FROM stock_costs WHERE warehouse_id = k.w AND sku = k.s FOR UPDATE) AS sc`

func (postgres) hold(ctx context.Context, tx store.Tx, now time.Time, keys []Key, goods []costKey) (map[Key]heldStock, map[costKey]worth, error) {
	w, s, b := keyColumns(keys)
	rows, err := tx.SQL.QueryContext(ctx, pgHold, slices.Concat([]any{w, s, b}, costKeyArgs(goods),
		[]any{sql.NullTime{Time: now, Valid: !now.IsZero()}})...)
	if err != nil {
		return nil, nil, fmt.Errorf("hold stocks: %w", err)
	}
	defer rows.Close()
	stocks, worths := make(map[Key]heldStock, len(keys)), make(map[costKey]worth, len(goods))
	for rows.Next() {
		var ofWorth bool
		var k Key
		var h heldStock
		var changed, at sql.NullTime
		q := &h.Balance
		if err := rows.Scan(&ofWorth, &k.WarehouseID, &k.SKU, &k.BatchNo, &h.stockID, &q.Physical, &q.Available, &q.Allocated,
			&q.Damaged, &q.OnHold, &q.InTransit, &q.Version, &changed, &at, &h.tracked); err != nil {
			return nil, nil, err
		}
		if ofWorth {
			worths[costKey{k.WarehouseID, k.SKU}] = worth{h.stockID, q.Physical, money.Amount(q.Available), q.Allocated}
			continue
		}
		h.at = store.Moment(at.Time)
		stocks[k] = h
	}
	return stocks, worths, rows.Err()
}

// The changes are applied by the statement that records them. The stocks are held
// since they were read, so the version finds each as it was then.
var settling = strings.NewReplacer("\nWITH po AS (", `
WITH st AS (
  UPDATE stocks st SET physical_quantity = st.physical_quantity + x.p, allocated_quantity = st.allocated_quantity + x.a,
    damaged_quantity = st.damaged_quantity + x.dm, hold_quantity = st.hold_quantity + x.h,
    in_transit_quantity = st.in_transit_quantity + x.it, available_quantity = st.available_quantity + x.p - x.a - x.dm - x.h,
    version = st.version + x.n, changed_at = x.at
  FROM unnest($45::bigint[], $46::text[], $47::text[], $48::bigint[], $49::bigint[], $50::bigint[], $51::bigint[], $52::bigint[],
    $53::bigint[], $54::bigint[], $55::timestamptz[]) AS x(w, s, b, p, a, dm, h, it, v, n, at)
  WHERE (st.warehouse_id, st.sku, st.batch_no) = (x.w, x.s, x.b) AND st.version = x.v
  RETURNING 1
), po AS (`, "(SELECT count(*) FROM co)", "(SELECT count(*) FROM co), (SELECT count(*) FROM st)")

// settling implements holder.
func (postgres) settling(changes []change, taken []written) writer {
	s := settlement{columns: changeColumnsOf(changes)}
	for i, t := range taken {
		s.columns.expects[i] = t.after.Version - int64(len(changes[i].parts))
		s.at.add(t.at)
	}
	return postgres{settles: &s}
}

// settlement is the changes of stocks held, to be applied by record.
type settlement struct {
	columns changeColumns
	at      instants
}

func (s *settlement) args() []any { return append(s.columns.args(), s.at.texts) }

func keyColumns(keys []Key) (w ints, s, b pq.StringArray) {
	w, s, b = make(ints, len(keys)), make(pq.StringArray, len(keys)), make(pq.StringArray, len(keys))
	for i, k := range keys {
		w[i], s[i], b[i] = k.WarehouseID, k.SKU, k.BatchNo
	}
	return w, s, b
}
