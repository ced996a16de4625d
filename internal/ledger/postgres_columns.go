package ledger

import (
	"database/sql/driver"
	"strconv"
	"time"

	"github.com/lib/pq"

	"entrepot/ent"
)

// The columns of pgChange and pgRecord, as arrays: one parameter each, in the
// order in which the statements unpack them.

type ints = pq.Int64Array

// maybeInts may hold NULLs. pq.Array would encode them too, by reflection and
// several times as slowly.
type maybeInts []*int64

// Value implements driver.Valuer.
func (a maybeInts) Value() (driver.Value, error) {
	b := append(make([]byte, 0, 2+8*len(a)), '{')
	for i, n := range a {
		if i > 0 {
			b = append(b, ',')
		}
		if n == nil {
			b = append(b, "NULL"...)
		} else {
			b = strconv.AppendInt(b, *n, 10)
		}
	}
	return string(append(b, '}')), nil
}

// instants are few in a posting and written on every row of it.
type instants struct {
	texts pq.StringArray
	last  time.Time
}

func (c *instants) add(t time.Time) {
	if n := len(c.texts); n > 0 && t.Equal(c.last) {
		c.texts = append(c.texts, c.texts[n-1])
		return
	}
	c.texts, c.last = append(c.texts, t.Format(time.RFC3339Nano)), t
}

type changeColumns struct {
	warehouse, physical, allocated, damaged, hold, transit, expects, steps ints
	sku, batch                                                             pq.StringArray
}

func changeColumnsOf(changes []change) (c changeColumns) {
	for _, x := range changes {
		c.warehouse, c.sku, c.batch = append(c.warehouse, x.WarehouseID), append(c.sku, x.SKU), append(c.batch, x.BatchNo)
		c.physical, c.allocated = append(c.physical, x.delta.Physical), append(c.allocated, x.delta.Allocated)
		c.damaged, c.hold = append(c.damaged, x.delta.Damaged), append(c.hold, x.delta.OnHold)
		c.transit, c.expects = append(c.transit, x.delta.InTransit), append(c.expects, x.expects)
		c.steps = append(c.steps, int64(len(x.parts)))
	}
	return c
}

func (c changeColumns) args() []any {
	return []any{c.warehouse, c.sku, c.batch, c.physical, c.allocated, c.damaged, c.hold, c.transit, c.expects, c.steps}
}

type postingColumns struct {
	id, actor                                    ints
	kind, operation, reason, note, request, base pq.StringArray
	document, reverses                           maybeInts
	occurred, recorded                           instants
}

func (c *postingColumns) add(p Posting, recorded time.Time) {
	c.id, c.actor = append(c.id, p.ID), append(c.actor, p.ActorID)
	c.kind, c.operation = append(c.kind, string(p.Kind)), append(c.operation, p.Operation)
	c.reason, c.note = append(c.reason, p.ReasonCode), append(c.note, p.Note)
	c.request, c.base = append(c.request, p.RequestID), append(c.base, p.BaseCurrency)
	c.document, c.reverses = append(c.document, p.DocumentID), append(c.reverses, p.ReversesID)
	c.occurred.add(p.OccurredAt)
	c.recorded.add(recorded)
}

func (c *postingColumns) args() []any {
	return []any{
		c.id, c.kind, c.operation, c.actor, c.reason, c.note, c.request, c.base, c.document, c.reverses,
		c.occurred.texts, c.recorded.texts,
	}
}

type movementColumns struct {
	posting, warehouse, stock                                            ints
	sku, batch, kind, currency                                           pq.StringArray
	occurred, recorded                                                   instants
	physical, allocated, damaged, hold, transit                          ints
	physicalAfter, allocatedAfter, damagedAfter, holdAfter, transitAfter ints
	version, rate, value                                                 ints
	unitCost, costQuantity, costValue, costVersion                       maybeInts
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
	c.occurred.add(m.OccurredAt)
	c.recorded.add(m.RecordedAt)
}

func (c *movementColumns) args() []any {
	return []any{
		c.posting, c.warehouse, c.stock, c.sku, c.batch, c.kind,
		c.physical, c.allocated, c.damaged, c.hold, c.transit,
		c.physicalAfter, c.allocatedAfter, c.damagedAfter, c.holdAfter, c.transitAfter, c.version,
		c.unitCost, c.currency, c.rate, c.value, c.costQuantity, c.costValue, c.costVersion,
		c.occurred.texts, c.recorded.texts,
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

// costKeyArgs are never NULL, which no count would equal.
func costKeyArgs(keys []costKey) []any {
	w, s := make(ints, len(keys)), make(pq.StringArray, len(keys))
	for i, k := range keys {
		w[i], s[i] = k.warehouseID, k.sku
	}
	return []any{w, s}
}
