package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/money"
)

// WarehouseSnapshot is what a warehouse held when a day ended there, at midnight
// in its time zone, by what was recorded until then. A row says that the day has
// been taken; no row is ever changed.
type WarehouseSnapshot struct{ ent.Schema }

// Mixin of WarehouseSnapshot.
func (WarehouseSnapshot) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of WarehouseSnapshot.
func (WarehouseSnapshot) Annotations() []schema.Annotation {
	return []schema.Annotation{table("warehouse_snapshots", nil)}
}

// Fields of WarehouseSnapshot.
func (WarehouseSnapshot) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("warehouse_id").Immutable(),
		field.Time("day").SchemaType(dateType).Immutable().Comment("the day that ended, by the warehouse's calendar"),
		field.Time("as_of").Immutable().Comment("the instant at which it ended: what was recorded until then counts"),
		field.Time("taken_at").Immutable(),
		field.Int64("sku_count").Immutable().Comment("SKUs with physical units"),
		field.Int64("physical_quantity").Immutable(),
		field.Int64("available_quantity").Immutable(),
		field.Int64("allocated_quantity").Immutable(),
		field.Int64("damaged_quantity").Immutable(),
		field.Int64("hold_quantity").Immutable(),
		field.Int64("in_transit_quantity").Immutable(),
		field.Int64("value").GoType(money.Amount(0)).Immutable().Comment("of the physical units × 10^4, in currency"),
		field.String("currency").MaxLen(3).Immutable(),
	}
}

// Indexes of WarehouseSnapshot.
func (WarehouseSnapshot) Indexes() []ent.Index {
	return []ent.Index{index.Fields("warehouse_id", "day").Unique().StorageKey("warehouse_snapshots_key")}
}

// StockSnapshot is what a stock held when a day ended, for days on which it
// changed only: on any other day it held what its latest row before tells. So
// the table grows with what moves, not with the calendar.
type StockSnapshot struct{ ent.Schema }

// Mixin of StockSnapshot.
func (StockSnapshot) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of StockSnapshot.
func (StockSnapshot) Annotations() []schema.Annotation {
	return []schema.Annotation{table("stock_snapshots", nil)}
}

// Fields of StockSnapshot.
func (StockSnapshot) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("warehouse_id").Immutable(),
		field.Int64("stock_id").Immutable(),
		field.Time("day").SchemaType(dateType).Immutable(),
		skuField(),
		batchField(),
		field.Int64("physical_quantity").Immutable(),
		field.Int64("available_quantity").Immutable(),
		field.Int64("allocated_quantity").Immutable(),
		field.Int64("damaged_quantity").Immutable(),
		field.Int64("hold_quantity").Immutable(),
		field.Int64("in_transit_quantity").Immutable(),
	}
}

// Indexes of StockSnapshot.
func (StockSnapshot) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("stock_id", "day").Unique().StorageKey("stock_snapshots_key"),
		index.Fields("warehouse_id", "day").StorageKey("stock_snapshots_warehouse_id_day"),
	}
}

// CostSnapshot is what a SKU was worth in a warehouse when a day ended, for days
// on which that changed only, like StockSnapshot.
type CostSnapshot struct{ ent.Schema }

// Mixin of CostSnapshot.
func (CostSnapshot) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of CostSnapshot.
func (CostSnapshot) Annotations() []schema.Annotation {
	return []schema.Annotation{table("cost_snapshots", nil)}
}

// Fields of CostSnapshot.
func (CostSnapshot) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("warehouse_id").Immutable(),
		skuField(),
		field.Time("day").SchemaType(dateType).Immutable(),
		field.Int64("quantity").Immutable().Comment("physical units"),
		field.Int64("value").GoType(money.Amount(0)).Immutable().Comment("× 10^4, in the warehouse's currency"),
	}
}

// Indexes of CostSnapshot.
func (CostSnapshot) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("warehouse_id", "sku", "day").Unique().StorageKey("cost_snapshots_key"),
		index.Fields("warehouse_id", "day").StorageKey("cost_snapshots_warehouse_id_day"),
	}
}
