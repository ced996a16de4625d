package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// Shipment is one dispatch of a transfer, on its way to the target warehouse.
type Shipment struct{ ent.Schema }

// Mixin of Shipment.
func (Shipment) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}, versioned{}} }

// Annotations of Shipment.
func (Shipment) Annotations() []schema.Annotation {
	return []schema.Annotation{table("shipments", map[string]string{
		"shipments_quantities": "accepted_quantity >= 0 AND rejected_quantity >= 0 AND missing_quantity >= 0 AND returned_quantity >= 0 AND accepted_quantity + rejected_quantity + missing_quantity + returned_quantity <= quantity",
	})}
}

// Fields of Shipment.
func (Shipment) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("document_id").Immutable(),
		field.Int("shipment_no").Immutable().Comment("from 1 within the transfer"),
		field.Int64("warehouse_id").Immutable().Comment("the transfer's, where the goods left"),
		field.Int64("target_warehouse_id").Immutable().Comment("the transfer's, where they are in transit to"),
		field.Enum("state").GoType(stock.ShipmentState("")).Default(string(stock.ShipmentInTransit)),
		field.String("carrier").MaxLen(100).Default(""),
		field.String("tracking_no").MaxLen(100).Default(""),
		field.Time("eta").Optional().Nillable().Comment("when it is expected"),
		field.Time("dispatched_at").Immutable(),
		field.Time("closed_at").Optional().Nillable().Comment("since when nothing of it is outstanding"),
		field.String("note").MaxLen(500).Default(""),
		field.Int64("posting_id").Immutable(),
		field.Int64("created_by").Immutable(),
		field.Int64("quantity").Immutable(),
		field.Int64("accepted_quantity").Default(0),
		field.Int64("rejected_quantity").Default(0),
		field.Int64("missing_quantity").Default(0).Comment("given up, with a reason"),
		field.Int64("returned_quantity").Default(0).Comment("called back: the dispatch was reversed"),
	}
}

// Edges of Shipment.
func (Shipment) Edges() []ent.Edge {
	return []ent.Edge{edge.To("lines", ShipmentLine.Type).StorageKey(edge.Symbol("shipment_lines_shipment_id"))}
}

// Indexes of Shipment.
func (Shipment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("document_id", "shipment_no").Unique().StorageKey("shipments_key"),
		index.Fields("state", "eta").StorageKey("shipments_state_eta"),
		index.Fields("target_warehouse_id", "state").StorageKey("shipments_target_warehouse_id_state"),
		index.Fields("warehouse_id", "state").StorageKey("shipments_warehouse_id_state"),
		index.Fields("closed_at").StorageKey("shipments_closed_at"),
	}
}

// ShipmentLine is what of one line and batch a shipment carries, and what it was worth
// when it left: the target takes it in at that.
type ShipmentLine struct{ ent.Schema }

// Mixin of ShipmentLine.
func (ShipmentLine) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of ShipmentLine.
func (ShipmentLine) Annotations() []schema.Annotation {
	return []schema.Annotation{table("shipment_lines", map[string]string{
		"shipment_lines_quantities": "quantity > 0 AND accepted_quantity >= 0 AND rejected_quantity >= 0 AND missing_quantity >= 0 AND returned_quantity >= 0 AND accepted_quantity + rejected_quantity + missing_quantity + returned_quantity <= quantity AND value >= 0",
	})}
}

// Fields of ShipmentLine.
func (ShipmentLine) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("shipment_id").Immutable(),
		field.Int("line_no").Immutable().Comment("the document's line"),
		skuField(),
		batchField(),
		field.Int64("quantity").Immutable(),
		field.Int64("accepted_quantity").Default(0),
		field.Int64("rejected_quantity").Default(0),
		field.Int64("missing_quantity").Default(0),
		field.Int64("returned_quantity").Default(0),
		field.Int64("value").GoType(money.Amount(0)).Immutable().Comment("× 10^4, in currency, of all units as they left"),
		field.String("currency").MaxLen(3).Immutable(),
		field.Int64("exchange_rate").GoType(money.Rate(0)).Immutable().Comment("into the base currency as they left"),
	}
}

// Edges of ShipmentLine.
func (ShipmentLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("shipment", Shipment.Type).Ref("lines").Unique().Required().Immutable().Field("shipment_id"),
		edge.To("entries", ShipmentEntry.Type).StorageKey(edge.Symbol("shipment_entries_shipment_line_id")),
	}
}

// Indexes of ShipmentLine.
func (ShipmentLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("shipment_id", "line_no", "batch_no").Unique().StorageKey("shipment_lines_key"),
		index.Fields("sku").StorageKey("shipment_lines_sku"),
	}
}

// ShipmentEntry is how one step changed one line of a shipment: the shipments' own
// journal, from which what was on its way at any time is told. Immutable: triggers
// refuse every change.
type ShipmentEntry struct{ ent.Schema }

// Mixin of ShipmentEntry.
func (ShipmentEntry) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of ShipmentEntry.
func (ShipmentEntry) Annotations() []schema.Annotation {
	return []schema.Annotation{table("shipment_entries", map[string]string{
		"shipment_entries_quantities": "accepted_delta >= 0 AND rejected_delta >= 0 AND returned_delta >= 0" +
			" AND (accepted_delta + rejected_delta + returned_delta > 0 OR missing_delta > 0)",
	})}
}

// Fields of ShipmentEntry.
func (ShipmentEntry) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("shipment_line_id").Immutable(),
		field.Int64("version").Immutable().Comment("the document's version after the step"),
		field.Int64("posting_id").Immutable(),
		field.Int64("accepted_delta").Immutable(),
		field.Int64("rejected_delta").Immutable(),
		field.Int64("missing_delta").Immutable().Comment("below zero: they turned up after they had been given up"),
		field.Int64("returned_delta").Immutable(),
		field.Enum("rejected_bucket").GoType(stock.Bucket("")).Optional().Nillable().Immutable().Comment("where rejected goods went"),
		field.Int64("location_id").Optional().Nillable().Immutable().Comment("the bin that was named"),
		field.String("reason_code").MaxLen(maxCode).Default("").Immutable().Comment("why units were rejected, given up or called back"),
		field.Time("occurred_at").Immutable(),
	}
}

// Edges of ShipmentEntry.
func (ShipmentEntry) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("line", ShipmentLine.Type).Ref("entries").Unique().Required().Immutable().Field("shipment_line_id"),
	}
}

// Indexes of ShipmentEntry.
func (ShipmentEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("shipment_line_id", "id").StorageKey("shipment_entries_shipment_line_id_id"),
		index.Fields("posting_id").StorageKey("shipment_entries_posting_id"),
	}
}
