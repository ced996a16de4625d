package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/money"
)

// Stock is the balance of one SKU, in one warehouse, of one batch. Only the
// ledger writes it. In PostgreSQL the table is LIST-partitioned by warehouse
// with the key (warehouse_id, id).
type Stock struct{ ent.Schema }

// Mixin of Stock.
func (Stock) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of Stock.
func (Stock) Annotations() []schema.Annotation {
	return []schema.Annotation{table("stocks", map[string]string{
		"stocks_identity": "available_quantity = physical_quantity - allocated_quantity - damaged_quantity - hold_quantity",
		"stocks_not_negative": "physical_quantity >= 0 AND available_quantity >= 0 AND allocated_quantity >= 0" +
			" AND damaged_quantity >= 0 AND hold_quantity >= 0 AND in_transit_quantity >= 0",
	})}
}

// Fields of Stock.
func (Stock) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("warehouse_id").Immutable(),
		skuField(),
		batchField(),
		field.Int64("physical_quantity").Default(0),
		field.Int64("available_quantity").Default(0),
		field.Int64("allocated_quantity").Default(0),
		field.Int64("damaged_quantity").Default(0),
		field.Int64("hold_quantity").Default(0),
		field.Int64("in_transit_quantity").Default(0),
		field.Int64("version").Default(0).Comment("rises by one with every change"),
		field.Time("changed_at").Comment("recorded_at of the last movement"),
	}
}

// Indexes of Stock.
func (Stock) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("warehouse_id", "sku", "batch_no").Unique().StorageKey("stocks_key"),
		index.Fields("sku", "id").StorageKey("stocks_sku_id"),
		index.Fields("warehouse_id", "id").StorageKey("stocks_warehouse_id_id"),
	}
}

// LocationStock is the part of a stock that lies in one bin.
type LocationStock struct{ ent.Schema }

// Mixin of LocationStock.
func (LocationStock) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of LocationStock.
func (LocationStock) Annotations() []schema.Annotation {
	return []schema.Annotation{table("location_stocks", map[string]string{
		"location_stocks_not_negative": "quantity >= 0",
	})}
}

// Fields of LocationStock.
func (LocationStock) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("warehouse_id").Immutable(),
		field.Int64("location_id").Immutable(),
		field.Int64("stock_id").Immutable(),
		field.Int64("quantity").Default(0),
		field.Int64("version").Default(0),
		field.Time("changed_at"),
	}
}

// Indexes of LocationStock.
func (LocationStock) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("location_id", "stock_id").Unique().StorageKey("location_stocks_key"),
		index.Fields("stock_id").StorageKey("location_stocks_stock_id"),
		index.Fields("warehouse_id", "id").StorageKey("location_stocks_warehouse_id"),
	}
}

// StockCost is what the goods of one SKU in one warehouse are worth, over all
// batches: the moving average is value / quantity.
type StockCost struct{ ent.Schema }

// Mixin of StockCost.
func (StockCost) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of StockCost.
func (StockCost) Annotations() []schema.Annotation {
	return []schema.Annotation{table("stock_costs", map[string]string{
		"stock_costs_not_negative": "quantity >= 0 AND value >= 0",
		"stock_costs_empty":        "quantity > 0 OR value = 0",
	})}
}

// Fields of StockCost.
func (StockCost) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("warehouse_id").Immutable(),
		skuField(),
		field.Int64("quantity").Default(0).Comment("physical units"),
		field.Int64("value").GoType(money.Amount(0)).Default(0).Comment("in the warehouse's currency × 10^4"),
		field.Int64("version").Default(0),
	}
}

// Indexes of StockCost.
func (StockCost) Indexes() []ent.Index {
	return []ent.Index{index.Fields("warehouse_id", "sku").Unique().StorageKey("stock_costs_key")}
}
