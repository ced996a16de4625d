package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// Posting is a group of movements that happen together or not at all.
// Immutable: triggers refuse every change.
type Posting struct{ ent.Schema }

// Mixin of Posting.
func (Posting) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of Posting.
func (Posting) Annotations() []schema.Annotation { return []schema.Annotation{table("postings", nil)} }

// Fields of Posting.
func (Posting) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").GoType(stock.MovementKind("")).Immutable(),
		field.String("operation").MaxLen(maxCode).Immutable().Comment("the command, such as stockAdjust"),
		field.Int64("actor_id").Immutable().Comment("users.id"),
		field.String("reason_code").MaxLen(maxCode).Default("").Immutable(),
		field.String("note").MaxLen(500).Default("").Immutable(),
		field.String("request_id").MaxLen(64).Default("").Immutable(),
		field.String("base_currency").MaxLen(3).Immutable().
			Comment("the company's currency at the time: what the exchange rates of its movements lead to"),
		field.Int64("document_id").Optional().Nillable().Immutable(),
		field.Int64("reverses_id").Optional().Nillable().Immutable().
			Comment("the posting that this one takes back; a posting is reversed at most once"),
		field.Time("occurred_at").Immutable().Comment("when it happened on the floor"),
		field.Time("recorded_at").Immutable().Comment("the latest recorded_at of its movements"),
		field.Int64("transaction_id").Immutable().
			Comment("PostgreSQL's pg_current_xact_id: commit order is not id order; 0 on SQLite, where it is"),
	}
}

// Edges of Posting.
func (Posting) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("movements", StockMovement.Type),
	}
}

// Indexes of Posting.
func (Posting) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("document_id").StorageKey("postings_document_id").
			Annotations(entsql.IndexWhere("document_id IS NOT NULL")),
		index.Fields("reverses_id").Unique().StorageKey("postings_reverses_id_key").
			Annotations(entsql.IndexWhere("reverses_id IS NOT NULL")),
		index.Fields("transaction_id", "id").StorageKey("postings_transaction_id_id"),
	}
}

// StockMovement is one immutable ledger row: how one posting changed one
// stock, as the signed change of every bucket and the values after it.
type StockMovement struct{ ent.Schema }

// Mixin of StockMovement.
func (StockMovement) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of StockMovement.
func (StockMovement) Annotations() []schema.Annotation {
	return []schema.Annotation{table("stock_movements", map[string]string{
		"stock_movements_identity":       "available_delta = quantity_delta - allocated_delta - damaged_delta - hold_delta",
		"stock_movements_identity_after": "available_after = physical_after - allocated_after - damaged_after - hold_after",
		"stock_movements_not_negative": "physical_after >= 0 AND available_after >= 0 AND allocated_after >= 0" +
			" AND damaged_after >= 0 AND hold_after >= 0 AND in_transit_after >= 0",
		"stock_movements_worth": "cost_version IS NOT NULL OR (quantity_delta = 0 AND value_delta = 0)",
	})}
}

// Fields of StockMovement.
func (StockMovement) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("posting_id").Immutable(),
		field.Int64("warehouse_id").Immutable(),
		field.Int64("stock_id").Immutable(),
		skuField(),
		batchField(),
		field.Enum("kind").GoType(stock.MovementKind("")).Immutable(),

		field.Int64("quantity_delta").Immutable().Comment("change of the physical quantity"),
		field.Int64("available_delta").Immutable(),
		field.Int64("allocated_delta").Immutable(),
		field.Int64("damaged_delta").Immutable(),
		field.Int64("hold_delta").Immutable(),
		field.Int64("in_transit_delta").Immutable(),

		field.Int64("physical_after").Immutable(),
		field.Int64("available_after").Immutable(),
		field.Int64("allocated_after").Immutable(),
		field.Int64("damaged_after").Immutable(),
		field.Int64("hold_after").Immutable(),
		field.Int64("in_transit_after").Immutable(),
		field.Int64("stock_version").Immutable().Comment("version of the stock after: a chain without gap or repeat"),

		field.Int64("unit_cost").GoType(money.Amount(0)).Optional().Nillable().Immutable().
			Comment("× 10^4, in currency; NULL while no cost is known"),
		field.String("currency").MaxLen(3).Immutable(),
		field.Int64("exchange_rate").GoType(money.Rate(0)).Immutable().
			Comment("base currency per unit of currency × 10^10, as of the posting"),
		field.Int64("value_delta").GoType(money.Amount(0)).Immutable().Comment("× 10^4"),
		// NULL on a row that leaves the worth of the SKU alone (a promise, goods in transit).
		field.Int64("cost_quantity_after").Optional().Nillable().Immutable().Comment("stock_costs.quantity after"),
		field.Int64("cost_value_after").GoType(money.Amount(0)).Optional().Nillable().Immutable().
			Comment("stock_costs.value after"),
		field.Int64("cost_version").Optional().Nillable().Immutable().Comment("stock_costs.version after"),

		field.Time("occurred_at").Immutable(),
		field.Time("recorded_at").Immutable().Comment("never runs against stock_version"),
	}
}

// Edges of StockMovement.
func (StockMovement) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("posting", Posting.Type).Ref("movements").Unique().Required().Immutable().Field("posting_id"),
	}
}

// Indexes of StockMovement.
func (StockMovement) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("stock_id", "stock_version").Unique().StorageKey("stock_movements_chain"),
		index.Fields("posting_id").StorageKey("stock_movements_posting_id"),
		index.Fields("sku", "id").StorageKey("stock_movements_sku_id"),
		index.Fields("warehouse_id", "sku", "id").StorageKey("stock_movements_warehouse_id_sku_id"),
		index.Fields("warehouse_id", "id").StorageKey("stock_movements_warehouse_id_id"),
		// Rows lie in the order of entry, so on PostgreSQL a few bytes for each
		// stretch of pages find a period.
		index.Fields("recorded_at").StorageKey("stock_movements_recorded_at").Annotations(byStretch()),
		index.Fields("occurred_at").StorageKey("stock_movements_occurred_at").Annotations(byStretch()),
		// What came in, for the age of what lies there: read newest first, by index alone.
		index.Fields("stock_id", "occurred_at", "stock_version", "quantity_delta", "posting_id").StorageKey("stock_movements_receipts").
			Annotations(entsql.IndexWhere("quantity_delta > 0 AND kind <> 'REVERSAL'")),
	}
}

func byStretch() *entsql.IndexAnnotation {
	return entsql.IndexTypes(map[string]string{dialect.Postgres: "BRIN"})
}

// LocationMovement is one row of the bins' own journal: a bin-to-bin move
// changes no stock. Immutable like StockMovement.
type LocationMovement struct{ ent.Schema }

// Mixin of LocationMovement.
func (LocationMovement) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of LocationMovement.
func (LocationMovement) Annotations() []schema.Annotation {
	return []schema.Annotation{table("stock_location_movements", map[string]string{
		"stock_location_movements_not_negative": "quantity_after >= 0",
	})}
}

// Fields of LocationMovement.
func (LocationMovement) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("posting_id").Immutable(),
		field.Int64("warehouse_id").Immutable(),
		field.Int64("location_id").Immutable(),
		field.Int64("stock_id").Immutable(),
		field.Int64("quantity_delta").Immutable(),
		field.Int64("quantity_after").Immutable(),
		field.Int64("location_version").Immutable(),
		field.Time("occurred_at").Immutable(),
		field.Time("recorded_at").Immutable(),
	}
}

// Indexes of LocationMovement.
func (LocationMovement) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("location_id", "stock_id", "location_version").Unique().StorageKey("stock_location_movements_chain"),
		index.Fields("posting_id").StorageKey("stock_location_movements_posting_id"),
		index.Fields("location_id", "id").StorageKey("stock_location_movements_location_id"),
		index.Fields("stock_id", "id").StorageKey("stock_location_movements_stock_id"),
	}
}
