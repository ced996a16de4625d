package report

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/store"
)

// MonthRow is what a warehouse had of a SKU over a month:
//
//	opening + in − out + adjusted = closing
//
// of units as of values. In and out are what documents and transfers brought and took,
// and assemblies; adjusted is all else: adjustments, counts, revaluations and what was
// taken back.
type MonthRow struct {
	SKU, ProductName                    string
	Opening, In, Out, Adjusted, Closing MonthAmount
	// OpeningBase and ClosingBase are the values in the base currency at the rate of the
	// month's last day; nil when there is no rate.
	OpeningBase, ClosingBase *money.Amount
}

// MonthAmount is units and what they are worth in the currency of the warehouse.
type MonthAmount struct {
	Units int64
	Value money.Amount
}

// Plus is the sum of both.
func (a MonthAmount) Plus(b MonthAmount) MonthAmount {
	return MonthAmount{a.Units + b.Units, a.Value + b.Value}
}

// MonthOf is the month of a day, from its first instant in the time zone of the
// warehouse to that of the next one.
func MonthOf(w *ent.Warehouse, day time.Time) (from, to time.Time, err error) {
	zone, err := time.LoadLocation(w.TimeZone)
	if err != nil {
		return from, to, fmt.Errorf("the time zone of warehouse %s: %w", w.Code, err)
	}
	from = time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, zone)
	return from, from.AddDate(0, 1, 0), nil
}

// Month goes through the SKUs of which the warehouse had any in the month of day, or
// moved any, by what the books said at the time, in the order of SKUs. It ends with
// Forbidden without stock:view and cost:view.
//
// What stocks held in the past is what they hold less what the journal recorded since,
// in one view of the database: so the rows add up, however long they are read.
func (s *Service) Month(ctx context.Context, w *ent.Warehouse, day time.Time, each func(MonthRow) error) (err error) {
	defer fault.Wrap(&err, "report.Month")
	for _, p := range []auth.Permission{auth.StockView, auth.CostView} {
		if _, err := auth.Require(ctx, p); err != nil {
			return err
		}
	}
	from, to, err := MonthOf(w, day)
	if err != nil {
		return err
	}
	rates, err := s.worth(ctx, []*ent.Warehouse{w}, to.Add(-time.Second))
	if err != nil {
		return err
	}
	return s.db.Snapshot(ctx, func(tx *sql.Tx) error {
		if s.db.Dialect() == dialect.Postgres { // a plan for any month would read the whole journal
			if _, err := tx.ExecContext(ctx, "SET LOCAL plan_cache_mode = force_custom_plan"); err != nil {
				return err
			}
		}
		rows, err := tx.QueryContext(ctx, monthSQL, w.ID, store.Moment(from), store.Moment(to))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r MonthRow
			var later MonthAmount
			if err := rows.Scan(&r.SKU, &r.ProductName, &r.Closing.Units, &r.Closing.Value, &later.Units, &later.Value,
				&r.In.Units, &r.In.Value, &r.Out.Units, &r.Out.Value, &r.Adjusted.Units, &r.Adjusted.Value); err != nil {
				return err
			}
			r.Closing = MonthAmount{r.Closing.Units - later.Units, r.Closing.Value - later.Value}
			r.Opening = MonthAmount{
				r.Closing.Units - r.In.Units + r.Out.Units - r.Adjusted.Units, r.Closing.Value - r.In.Value + r.Out.Value - r.Adjusted.Value,
			}
			if r.Opening == (MonthAmount{}) && r.In == r.Out && r.In == r.Adjusted && r.In == (MonthAmount{}) {
				continue // it came later
			}
			if rate := rates[0].rate; rate.Valid {
				if r.OpeningBase, r.ClosingBase, err = inBase(r, money.Rate(rate.Int64)); err != nil {
					return err
				}
			}
			if err := each(r); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

func inBase(r MonthRow, rate money.Rate) (opening, closing *money.Amount, err error) {
	o, err := r.Opening.Value.Convert(rate)
	if err != nil {
		return nil, nil, err
	}
	c, err := r.Closing.Value.Convert(rate)
	return &o, &c, err
}

const (
	monthFlows = `m.kind IN ('INBOUND', 'OUTBOUND', 'TRANSFER', 'ASSEMBLY')`
	inMonth    = `m.recorded_at < $3`
	// What comes or goes without units, such as a freight bill, goes by the sign of its value.
	comes = `(m.quantity_delta > 0 OR m.quantity_delta = 0 AND m.value_delta > 0)`
	goes  = `(m.quantity_delta < 0 OR m.quantity_delta = 0 AND m.value_delta < 0)`
)

var monthSQL = `WITH moved AS (
  SELECT m.sku,
    CAST(sum(CASE WHEN ` + inMonth + ` THEN 0 ELSE m.quantity_delta END) AS bigint) AS later_units,
    CAST(sum(CASE WHEN ` + inMonth + ` THEN 0 ELSE m.value_delta END) AS bigint) AS later_value,
    CAST(sum(CASE WHEN ` + inMonth + ` AND ` + monthFlows + ` AND ` + comes + ` THEN m.quantity_delta ELSE 0 END) AS bigint) AS in_units,
    CAST(sum(CASE WHEN ` + inMonth + ` AND ` + monthFlows + ` AND ` + comes + ` THEN m.value_delta ELSE 0 END) AS bigint) AS in_value,
    CAST(sum(CASE WHEN ` + inMonth + ` AND ` + monthFlows + ` AND ` + goes + ` THEN -m.quantity_delta ELSE 0 END) AS bigint) AS out_units,
    CAST(sum(CASE WHEN ` + inMonth + ` AND ` + monthFlows + ` AND ` + goes + ` THEN -m.value_delta ELSE 0 END) AS bigint) AS out_value,
    CAST(sum(CASE WHEN ` + inMonth + ` AND NOT ` + monthFlows + ` THEN m.quantity_delta ELSE 0 END) AS bigint) AS adjusted_units,
    CAST(sum(CASE WHEN ` + inMonth + ` AND NOT ` + monthFlows + ` THEN m.value_delta ELSE 0 END) AS bigint) AS adjusted_value
  FROM stock_movements m WHERE m.warehouse_id = $1 AND m.recorded_at >= $2 GROUP BY m.sku
), held AS (
  SELECT st.sku, CAST(sum(st.physical_quantity) AS bigint) AS units FROM stocks st WHERE st.warehouse_id = $1 GROUP BY st.sku
)
SELECT h.sku, p.name, h.units, coalesce(c.value, 0), coalesce(v.later_units, 0), coalesce(v.later_value, 0),
  coalesce(v.in_units, 0), coalesce(v.in_value, 0), coalesce(v.out_units, 0), coalesce(v.out_value, 0),
  coalesce(v.adjusted_units, 0), coalesce(v.adjusted_value, 0)
FROM held h JOIN products p ON p.sku = h.sku
LEFT JOIN stock_costs c ON c.warehouse_id = $1 AND c.sku = h.sku
LEFT JOIN moved v ON v.sku = h.sku
WHERE h.units <> 0 OR c.value <> 0 OR v.sku IS NOT NULL
ORDER BY h.sku`
