package document

import (
	"context"
	"fmt"
	"time"

	"entrepot/ent"
	"entrepot/ent/shipmentline"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// carriedSQL is the value of the first done units of a shipment's line l, as
// [CarriedOf] has it.
func carriedSQL(d, done string) string { return store.MulDiv(d, "l.value", done, "l.quantity") }

const resolvedSQL = "(l.accepted_quantity + l.rejected_quantity + l.missing_quantity + l.returned_quantity)"

// CarriedOfShipments tells what became of the value of these shipments, see
// [Carried]; the lines of a shipment are in one currency. It gives nothing to people
// without document:view and cost:view.
func CarriedOfShipments(ctx context.Context, db *store.DB, ids []int64) (_ map[int64]Carried, err error) {
	defer fault.Wrap(&err, "document.CarriedOfShipments")
	if p := auth.From(ctx); !p.Can(auth.DocumentView) || !p.Can(auth.CostView) {
		return nil, nil
	}
	d := db.Dialect()
	came := "(l.accepted_quantity + l.rejected_quantity)"
	p := store.Params{Dialect: d}
	rows, err := db.SQL().QueryContext(ctx, `SELECT shipment_id, CAST(sum(sent) AS bigint), CAST(sum(arrived) AS bigint), CAST(sum(given) AS bigint), CAST(sum(resolved) AS bigint) FROM (
  SELECT l.shipment_id, l.value AS sent, `+carriedSQL(d, came)+` AS arrived, `+carriedSQL(d, "("+came+" + l.missing_quantity)")+` AS given,
    `+carriedSQL(d, resolvedSQL)+` AS resolved
  FROM shipment_lines l WHERE `+p.AmongIDs("l.shipment_id", ids)+`) x GROUP BY shipment_id`, p.Values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make(map[int64]Carried, len(ids))
	for rows.Next() {
		var id int64
		var sent, arrived, given, resolved money.Amount
		if err := rows.Scan(&id, &sent, &arrived, &given, &resolved); err != nil {
			return nil, err
		}
		out[id] = Carried{Sent: sent, Arrived: arrived, WrittenOff: given - arrived, Returned: resolved - given, OnTheWay: sent - resolved}
	}
	return out, rows.Err()
}

// InTransit is what is on its way to one warehouse.
type InTransit struct {
	// WarehouseID is the target.
	WarehouseID int64
	// Shipments carry it.
	Shipments int
	// Quantity is in units of all SKUs.
	Quantity int64
	// BaseValue is what the units were worth as they left, at the rates of those
	// days, in the base currency; each line rounded half away from zero.
	BaseValue money.Amount
}

// OnTheWayTo tells what was on its way to each warehouse at a moment, by the time at
// which it happened on the floor; nil is now. Only warehouses to which something is
// on its way are in it, by id. codes narrow it to some; nil is all. Ends with
// Forbidden without document:view, with BadRequest for too many codes.
func (s *Service) OnTheWayTo(ctx context.Context, codes []string, asOf *time.Time) (_ []*InTransit, err error) {
	defer fault.Wrap(&err, "document.OnTheWayTo")
	if _, err := auth.Require(ctx, auth.DocumentView); err != nil {
		return nil, err
	}
	if err := page.Keys("warehouseCodes", len(codes)); err != nil {
		return nil, err
	}
	d := s.db.Dialect()
	p := store.Params{Dialect: d}
	done, open := resolvedSQL, "s.state = 'IN_TRANSIT'"
	if asOf != nil {
		at := p.Add(store.Moment(*asOf))
		open = "s.dispatched_at <= " + at + " AND (s.closed_at IS NULL OR s.closed_at > " + at + ")"
		done = `CAST(coalesce((SELECT sum(e.accepted_delta + e.rejected_delta + e.missing_delta + e.returned_delta)
    FROM shipment_entries e WHERE e.shipment_line_id = l.id AND e.occurred_at <= ` + at + `), 0) AS bigint)`
	}
	if codes != nil {
		ids, err := warehouseIDs(ctx, s.db, codes)
		if err != nil {
			return nil, err
		}
		open += " AND " + p.AmongIDs("s.target_warehouse_id", ids)
	}
	rows, err := s.db.SQL().QueryContext(ctx, `SELECT target_warehouse_id, count(DISTINCT id), CAST(sum(quantity - done) AS bigint), CAST(sum(`+
		store.Convert(d, "(value - "+store.MulDiv(d, "value", "done", "quantity")+")", "exchange_rate")+`) AS bigint) FROM (
  SELECT s.target_warehouse_id, s.id, l.quantity, l.value, l.exchange_rate, `+done+` AS done
  FROM shipments s JOIN shipment_lines l ON l.shipment_id = s.id WHERE `+open+`) x
WHERE done < quantity GROUP BY target_warehouse_id ORDER BY target_warehouse_id`, p.Values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []*InTransit{} // no list is for those who may not see it
	for rows.Next() {
		t := new(InTransit)
		if err := rows.Scan(&t.WarehouseID, &t.Shipments, &t.Quantity, &t.BaseValue); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// MaxInTransit is how many lines [ComingTo] tells of one stock.
const MaxInTransit = 100

// Coming is a line of a shipment that is on its way to a stock.
type Coming struct {
	Line     *ent.ShipmentLine
	Shipment *ent.Shipment
}

// ComingTo tells what is on its way to each of these stocks, by the time at which it
// is expected, those without one last; at most MaxInTransit for each. People without
// document:view get none.
func ComingTo(ctx context.Context, db *store.DB, keys []ledger.Key) (_ map[ledger.Key][]*Coming, err error) {
	defer fault.Wrap(&err, "document.ComingTo")
	if !auth.From(ctx).Can(auth.DocumentView) {
		return nil, nil
	}
	p := store.Params{Dialect: db.Dialect()}
	given, err := store.Given(&p, []store.Column[ledger.Key]{
		{Name: "warehouse_id", Type: "bigint", Value: func(k ledger.Key) any { return k.WarehouseID }},
		{Name: "sku", Type: "text", Value: func(k ledger.Key) any { return k.SKU }},
		{Name: "batch_no", Type: "text", Value: func(k ledger.Key) any { return k.BatchNo }},
	}, keys)
	if err != nil {
		return nil, err
	}
	rows, err := db.SQL().QueryContext(ctx, `SELECT id FROM (
  SELECT l.id, row_number() OVER (PARTITION BY s.target_warehouse_id, l.sku, l.batch_no ORDER BY s.eta IS NULL, s.eta, l.id) AS place
  FROM `+given+` AS k JOIN shipment_lines l ON l.sku = k.sku AND l.batch_no = k.batch_no
  JOIN shipments s ON s.id = l.shipment_id AND s.target_warehouse_id = k.warehouse_id AND s.state = 'IN_TRANSIT'
  WHERE `+resolvedSQL+` < l.quantity) x WHERE place <= `+fmt.Sprint(MaxInTransit)+` ORDER BY place`, p.Values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var order []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		order = append(order, id)
	}
	if err := rows.Err(); err != nil || len(order) == 0 {
		return nil, err
	}
	lines, err := db.Ent().ShipmentLine.Query().Where(page.In(shipmentline.FieldID, order)).WithShipment().All(ctx)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*ent.ShipmentLine, len(lines))
	for _, l := range lines {
		byID[l.ID] = l
	}
	out := map[ledger.Key][]*Coming{}
	for _, id := range order {
		if l := byID[id]; l != nil {
			key := ledger.Key{WarehouseID: l.Edges.Shipment.TargetWarehouseID, SKU: l.Sku, BatchNo: l.BatchNo}
			out[key] = append(out[key], &Coming{Line: l, Shipment: l.Edges.Shipment})
		}
	}
	return out, nil
}
