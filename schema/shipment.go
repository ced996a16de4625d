package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
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
		"shipments_quantities": "accepted_quantity >= 0 AND rejected_quantity >= 0 AND missing_quantity >= 0 AND accepted_quantity + rejected_quantity + missing_quantity <= quantity",
	})}
}

// Fields of Shipment.
func (Shipment) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("document_id").Immutable(),
		field.Int("shipment_no").Immutable().Comment("from 1 within the transfer"),
		field.Enum("state").GoType(stock.ShipmentState("")).Default(string(stock.ShipmentInTransit)),
		field.String("carrier").MaxLen(100).Default(""),
		field.String("tracking_no").MaxLen(100).Default(""),
		field.Time("eta").Optional().Nillable().Comment("when it is expected"),
		field.Time("dispatched_at").Immutable(),
		field.String("note").MaxLen(500).Default(""),
		field.Int64("posting_id").Immutable(),
		field.Int64("created_by").Immutable(),
		field.Int64("quantity").Immutable(),
		field.Int64("accepted_quantity").Default(0),
		field.Int64("rejected_quantity").Default(0),
		field.Int64("missing_quantity").Default(0).Comment("given up, with a reason"),
	}
}

// Indexes of Shipment.
func (Shipment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("document_id", "shipment_no").Unique().StorageKey("shipments_key"),
		index.Fields("state", "eta").StorageKey("shipments_state_eta"),
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
		"shipment_lines_quantities": "quantity > 0 AND accepted_quantity >= 0 AND rejected_quantity >= 0 AND missing_quantity >= 0 AND accepted_quantity + rejected_quantity + missing_quantity <= quantity AND value >= 0",
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
		field.String("missing_reason").MaxLen(maxCode).Default(""),
		field.Int64("value").GoType(money.Amount(0)).Immutable().Comment("× 10^4, in currency, of all units as they left"),
		field.String("currency").MaxLen(3).Immutable(),
		field.Int64("exchange_rate").GoType(money.Rate(0)).Immutable().Comment("into the base currency as they left"),
	}
}

// Indexes of ShipmentLine.
func (ShipmentLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("shipment_id", "line_no", "batch_no").Unique().StorageKey("shipment_lines_key"),
		index.Fields("sku").StorageKey("shipment_lines_sku"),
	}
}
