package report

import (
	"strings"
	"time"

	"entrepot/internal/ledger"
	"entrepot/internal/snapshot"
	"entrepot/internal/store"
)

// moment is what time a question is about; the zero one is now.
type moment struct {
	at    time.Time
	basis ledger.Basis
	// taken are days that had ended by then, of warehouses for which going on from
	// there is quicker than going back from now.
	taken map[int64]snapshot.Taken
}

func (m moment) past() bool { return !m.at.IsZero() }

// buckets are what a position tells: its names, and the columns of stocks and of
// movements that they come from.
var buckets = []struct{ name, balance, delta, after string }{
	{"physical", "physical_quantity", "quantity_delta", "physical_after"},
	{"available", "available_quantity", "available_delta", "available_after"},
	{"allocated", "allocated_quantity", "allocated_delta", "allocated_after"},
	{"damaged", "damaged_quantity", "damaged_delta", "damaged_after"},
	{"on_hold", "hold_quantity", "hold_delta", "hold_after"},
	{"in_transit", "in_transit_quantity", "in_transit_delta", "in_transit_after"},
}

// each joins what format makes of every bucket.
func each(sep, format string) string {
	parts := make([]string, len(buckets))
	for i, b := range buckets {
		parts[i] = strings.NewReplacer("{name}", b.name, "{balance}", b.balance, "{delta}", b.delta, "{after}", b.after).Replace(format)
	}
	return strings.Join(parts, sep)
}

// sum is an aggregate that is a whole number on both databases, of nothing 0.
func sum(expr string) string { return "CAST(coalesce(sum(" + expr + "), 0) AS bigint)" }

// positions is a query of what every stock held: stock_id, warehouse_id, sku,
// batch_no and the buckets. What a stock held in the past is what it holds, less
// what came since: one view of the database, so both are of the same instant. Or it
// is what its last movement until then left, or what it held when the day before
// ended. When stocks need not be whole, rows of one are left for others to add up.
func (s *scope) positions(p *store.Params, m moment, batches, whole bool) string {
	const key = "s.id AS stock_id, s.warehouse_id, s.sku, s.batch_no, "
	balance := each(", ", "s.{balance} AS {name}")
	if !m.past() {
		return "SELECT " + key + balance + " FROM stocks s WHERE true" + s.narrow(p, "s", batches)
	}
	of := s.parted(m)
	var parts []string
	switch back := of.back; {
	case back != nil && whole:
		parts = append(parts, "SELECT "+key+each(", ", "s.{balance} - coalesce(d.{name}, 0) AS {name}")+" FROM stocks s"+
			changes(" FROM stock_movements m WHERE "+m.since(p)+back.narrow(p, "m", batches))+" WHERE true"+back.narrow(p, "s", batches))
	case back != nil:
		parts = append(parts, "SELECT "+key+balance+" FROM stocks s WHERE true"+back.narrow(p, "s", batches),
			"SELECT m.stock_id, m.warehouse_id, m.sku, m.batch_no, "+each(", ", "-m.{delta}")+
				" FROM stock_movements m WHERE "+m.since(p)+back.narrow(p, "m", batches))
	}
	if on := of.on; on != nil {
		parts = append(parts, "SELECT "+key+each(", ", "coalesce(d.{name}, x.{balance}, 0) AS {name}")+
			" FROM "+on.days(p, m)+" b JOIN stocks s ON s.warehouse_id = b.warehouse_id"+
			latest(p.Dialect, "stock_snapshots", "stock_id = s.id")+" LEFT JOIN ("+
			lasts(p.Dialect, "m.stock_id", on.after(p, m)+on.narrow(p, "m", batches))+") d ON d.stock_id = s.id"+
			" WHERE true"+on.narrow(p, "s", batches))
	}
	if anew := of.anew; anew != nil {
		parts = append(parts, "SELECT stock_id, warehouse_id, sku, batch_no, "+each(", ", "{name}")+" FROM ("+
			lasts(p.Dialect, "m.stock_id, m.warehouse_id, m.sku, m.batch_no", m.until(p)+anew.narrow(p, "m", batches))+") l")
	}
	return strings.Join(parts, " UNION ALL ")
}

// changes joins d, what movements changed of each stock s; of is their FROM and WHERE.
func changes(of string) string {
	return " LEFT JOIN (SELECT m.stock_id, " + each(", ", sum("m.{delta}")+" AS {name}") + of + " GROUP BY m.stock_id) d ON d.stock_id = s.id"
}

// worths is a query of what every SKU was worth in a warehouse: warehouse_id, sku,
// quantity (the physical units) and value, in the warehouse's currency.
func (s *scope) worths(p *store.Params, m moment) string {
	const now = "SELECT c.warehouse_id, c.sku, c.quantity, c.value FROM stock_costs c WHERE true"
	if !m.past() {
		return now + s.narrow(p, "c", false)
	}
	of := s.parted(m)
	var parts []string
	if back := of.back; back != nil {
		parts = append(parts, now+back.narrow(p, "c", false),
			"SELECT m.warehouse_id, m.sku, -m.quantity_delta, -m.value_delta FROM stock_movements m WHERE "+
				m.since(p)+" AND m.cost_version IS NOT NULL"+back.narrow(p, "m", false))
	}
	if on := of.on; on != nil {
		parts = append(parts, "SELECT c.warehouse_id, c.sku, coalesce(x.quantity, 0) AS quantity, coalesce(x.value, 0) AS value FROM "+on.days(p, m)+" b JOIN stock_costs c ON c.warehouse_id = b.warehouse_id"+
			latest(p.Dialect, "cost_snapshots", "warehouse_id = c.warehouse_id AND {x}.sku = c.sku")+" WHERE true"+on.narrow(p, "c", false),
			"SELECT m.warehouse_id, m.sku, m.quantity_delta, m.value_delta"+on.after(p, m)+" AND m.cost_version IS NOT NULL"+on.narrow(p, "m", false))
	}
	if anew := of.anew; anew != nil {
		parts = append(parts, "SELECT m.warehouse_id, m.sku, m.quantity_delta AS quantity, m.value_delta AS value"+m.until(p)+
			" AND m.cost_version IS NOT NULL"+anew.narrow(p, "m", false))
	}
	return "SELECT warehouse_id, sku, " + sum("quantity") + " AS quantity, " + sum("value") + " AS value FROM (" +
		strings.Join(parts, " UNION ALL ") + ") change GROUP BY warehouse_id, sku"
}

// since is the condition on movements that had not happened, or not been
// recorded, at that moment.
func (m moment) since(p *store.Params) string { return "m." + m.column() + " > " + p.Add(m.at) }

// until is what had been recorded at that moment: FROM and WHERE over movements m.
func (m moment) until(p *store.Params) string {
	return " FROM stock_movements m WHERE m.recorded_at <= " + p.Add(m.at)
}

func (m moment) column() string {
	if m.basis == ledger.Occurred {
		return "occurred_at"
	}
	return "recorded_at"
}

// layers is a query of the physical units of positions by when they came: the
// columns of a position with physical cut into layers and nothing in the other
// buckets, received_at, stock_version, which orders layers of one time, and
// posting_id. Goods leave oldest first, so what
// lies there came with the latest receipts. A receipt is what brought units to the
// stock; work that was taken back, and the taking back, count as if they had never
// been. What is left of receipts then covers a stock to the unit.
func (s *scope) layers(p *store.Params, m moment) string {
	until := func(table string) string {
		if !m.past() {
			return ""
		}
		return " AND " + table + ".recorded_at <= " + p.Add(m.at)
	}
	of := ""
	if !s.whole() {
		of = " AND m.stock_id IN (SELECT stock_id FROM positions)"
	}
	return `SELECT p.stock_id, p.warehouse_id, p.sku, p.batch_no,
  CASE WHEN r.newer + r.units > p.physical THEN p.physical - r.newer ELSE r.units END AS physical,
  0 AS available, 0 AS allocated, 0 AS damaged, 0 AS on_hold, 0 AS in_transit, r.received_at, r.stock_version, r.posting_id
FROM positions p JOIN (
  SELECT m.stock_id, m.occurred_at AS received_at, m.stock_version, m.posting_id, m.quantity_delta AS units,
    CAST(sum(m.quantity_delta) OVER (PARTITION BY m.stock_id ORDER BY m.occurred_at DESC, m.stock_version DESC) AS bigint) - m.quantity_delta AS newer
  FROM stock_movements m WHERE m.quantity_delta > 0 AND m.kind <> 'REVERSAL'` + until("m") + of + `
    AND NOT EXISTS (SELECT 1 FROM postings back WHERE back.reverses_id = m.posting_id AND back.reverses_id IS NOT NULL` + until("back") + `)
) r ON r.stock_id = p.stock_id WHERE r.newer < p.physical`
}

// shared is a query of rows, each with its share of what its SKU is worth in its
// warehouse, by its physical units ([ledger.Worth]). Layers of a batch share its
// part in their order.
func shared(d, rows, order string) string {
	return `SELECT u.*, ` + ledger.WorthSQL(d, "u.total", "u.quantity", "u.physical", "u.so_far") + ` AS value
FROM (SELECT r.*, coalesce(w.quantity, 0) AS quantity, coalesce(w.value, 0) AS total,
    CAST(sum(r.physical) OVER (PARTITION BY r.warehouse_id, r.sku ORDER BY ` + order + `) AS bigint) AS so_far
  FROM ` + rows + ` r LEFT JOIN worths w ON w.warehouse_id = r.warehouse_id AND w.sku = r.sku) u`
}
