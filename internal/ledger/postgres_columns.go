package ledger

import (
	"time"

	"github.com/lib/pq"

	"entrepot/ent"
)

// The columns of pgRecord, as arrays: one parameter each, in the order in which
// the statement unpacks them.

type ints = pq.Int64Array

type postingColumns struct {
	id, actor                                    ints
	kind, operation, reason, note, request, base pq.StringArray
	document, reverses                           []*int64
	occurred, recorded                           pq.StringArray
}

func (c *postingColumns) add(p Posting, recorded time.Time) {
	c.id, c.actor = append(c.id, p.ID), append(c.actor, p.ActorID)
	c.kind, c.operation = append(c.kind, string(p.Kind)), append(c.operation, p.Operation)
	c.reason, c.note = append(c.reason, p.ReasonCode), append(c.note, p.Note)
	c.request, c.base = append(c.request, p.RequestID), append(c.base, p.BaseCurrency)
	c.document, c.reverses = append(c.document, p.DocumentID), append(c.reverses, p.ReversesID)
	c.occurred, c.recorded = append(c.occurred, instant(p.OccurredAt)), append(c.recorded, instant(recorded))
}

func (c *postingColumns) args() []any {
	return []any{
		c.id, c.kind, c.operation, c.actor, c.reason, c.note, c.request, c.base, pq.Array(c.document), pq.Array(c.reverses),
		c.occurred, c.recorded,
	}
}

type movementColumns struct {
	posting, warehouse, stock                                            ints
	sku, batch, kind, currency, occurred, recorded                       pq.StringArray
	physical, allocated, damaged, hold, transit                          ints
	physicalAfter, allocatedAfter, damagedAfter, holdAfter, transitAfter ints
	version, rate, value                                                 ints
	unitCost, costQuantity, costValue, costVersion                       []*int64
}

func (c *movementColumns) add(m *ent.StockMovement) {
	c.posting, c.warehouse, c.stock = append(c.posting, m.PostingID), append(c.warehouse, m.WarehouseID), append(c.stock, m.StockID)
	c.sku, c.batch, c.kind = append(c.sku, m.Sku), append(c.batch, m.BatchNo), append(c.kind, string(m.Kind))
	c.physical, c.allocated = append(c.physical, m.QuantityDelta), append(c.allocated, m.AllocatedDelta)
	c.damaged, c.hold = append(c.damaged, m.DamagedDelta), append(c.hold, m.HoldDelta)
	c.transit = append(c.transit, m.InTransitDelta)
	c.physicalAfter, c.allocatedAfter = append(c.physicalAfter, m.PhysicalAfter), append(c.allocatedAfter, m.AllocatedAfter)
	c.damagedAfter, c.holdAfter = append(c.damagedAfter, m.DamagedAfter), append(c.holdAfter, m.HoldAfter)
	c.transitAfter, c.version = append(c.transitAfter, m.InTransitAfter), append(c.version, m.StockVersion)
	c.currency, c.rate, c.value = append(c.currency, m.Currency), append(c.rate, int64(m.ExchangeRate)), append(c.value, int64(m.ValueDelta))
	c.unitCost, c.costQuantity = append(c.unitCost, (*int64)(m.UnitCost)), append(c.costQuantity, m.CostQuantityAfter)
	c.costValue, c.costVersion = append(c.costValue, (*int64)(m.CostValueAfter)), append(c.costVersion, m.CostVersion)
	c.occurred, c.recorded = append(c.occurred, instant(m.OccurredAt)), append(c.recorded, instant(m.RecordedAt))
}

func (c *movementColumns) args() []any {
	return []any{
		c.posting, c.warehouse, c.stock, c.sku, c.batch, c.kind,
		c.physical, c.allocated, c.damaged, c.hold, c.transit,
		c.physicalAfter, c.allocatedAfter, c.damagedAfter, c.holdAfter, c.transitAfter, c.version,
		pq.Array(c.unitCost), c.currency, c.rate, c.value, pq.Array(c.costQuantity), pq.Array(c.costValue), pq.Array(c.costVersion),
		c.occurred, c.recorded,
	}
}

type costColumns struct {
	id, warehouse, quantity, value, version ints
	sku                                     pq.StringArray
}

func columnsOf(worths map[costKey]worth) costColumns {
	var c costColumns
	for _, k := range sortedCostKeys(worths) {
		v := worths[k]
		c.id, c.warehouse, c.sku = append(c.id, v.id), append(c.warehouse, k.warehouseID), append(c.sku, k.sku)
		c.quantity, c.value, c.version = append(c.quantity, v.quantity), append(c.value, int64(v.value)), append(c.version, v.version)
	}
	return c
}

func (c costColumns) args() []any {
	return []any{c.id, c.warehouse, c.sku, c.quantity, c.value, c.version}
}

func instant(t time.Time) string { return t.Format(time.RFC3339Nano) }
