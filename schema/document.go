package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// Document is a stock document with lines and a life.
type Document struct{ ent.Schema }

// Mixin of Document.
func (Document) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}, versioned{}} }

// Annotations of Document.
func (Document) Annotations() []schema.Annotation {
	return []schema.Annotation{table("documents", map[string]string{
		"documents_totals": "executed_quantity >= 0 AND rejected_quantity >= 0 AND executed_quantity + rejected_quantity <= quantity",
	})}
}

// Fields of Document. The version rises by one with every event.
func (Document) Fields() []ent.Field {
	return []ent.Field{
		field.String("no").MaxLen(maxNo).NotEmpty().Unique().Immutable().Comment("kind, warehouse, day there and a rising number"),
		field.Enum("kind").GoType(stock.DocumentKind("")).Immutable(),
		field.Enum("state").GoType(stock.DocumentState("")).Default(string(stock.DocumentDraft)),
		field.Int64("warehouse_id").Immutable(),
		field.Int64("target_warehouse_id").Optional().Nillable().Immutable(),
		field.String("reason_code").MaxLen(maxCode).Default(""),
		field.String("external_no").MaxLen(maxNo).Default("").Comment("number at the shop, supplier or 3PL"),
		field.String("party").MaxLen(100).Default("").Comment("customer or supplier"),
		field.String("country").MaxLen(60).Default("").Comment("of the party, as it was told"),
		field.String("currency").MaxLen(3).Default("").Comment("of the unit prices of its lines"),
		field.String("note").MaxLen(500).Default(""),
		field.Time("occurred_at").Comment("the time of the business, such as of the order; postings have their own"),
		field.Time("expected_at").Optional().Nillable().Comment("when the goods are expected to come or go"),
		field.Int64("created_by").Immutable(),
		field.Int64("approved_by").Optional().Nillable(),
		field.Int64("reverses_id").Optional().Nillable().Immutable().Unique(),
		field.Int64("return_of_id").Optional().Nillable().Immutable().Comment("the outbound document whose goods come back"),
		field.Int64("reservation_id").Optional().Nillable().Comment("what is promised to it"),
		field.Int("line_count").Comment("of its lines, as are the sums below: lists show them without reading lines"),
		field.Int64("quantity").Comment("units of all lines, whichever way they go"),
		field.Int64("executed_quantity").Default(0),
		field.Int64("rejected_quantity").Default(0),
	}
}

// Edges of Document.
func (Document) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("lines", DocumentLine.Type),
		edge.To("events", DocumentEvent.Type),
	}
}

// Indexes of Document.
func (Document) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("warehouse_id", "id").StorageKey("documents_warehouse_id_id"),
		index.Fields("state", "id").StorageKey("documents_state_id"),
		index.Fields("occurred_at", "id").StorageKey("documents_occurred_at_id"),
		index.Fields("external_no").StorageKey("documents_external_no"),
		index.Fields("reservation_id").StorageKey("documents_reservation_id").Annotations(entsql.IndexWhere("reservation_id IS NOT NULL")),
		index.Fields("return_of_id").StorageKey("documents_return_of_id").Annotations(entsql.IndexWhere("return_of_id IS NOT NULL")),
	}
}

// DocumentLine is one line of a document. Lines are numbered from 1 without a
// gap, so that a page of them is a range of numbers.
type DocumentLine struct{ ent.Schema }

// Mixin of DocumentLine.
func (DocumentLine) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of DocumentLine.
func (DocumentLine) Annotations() []schema.Annotation {
	return []schema.Annotation{table("document_lines", map[string]string{
		"document_lines_quantities": "quantity <> 0 AND executed_quantity >= 0 AND rejected_quantity >= 0" +
			" AND executed_quantity + rejected_quantity <= abs(quantity)",
	})}
}

// Fields of DocumentLine.
func (DocumentLine) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("document_id").Immutable(),
		field.Int("line_no").Immutable(),
		skuField(),
		batchField(),
		field.Enum("bucket").GoType(stock.Bucket("")).Default(string(stock.BucketAvailable)),
		field.Int64("location_id").Optional().Nillable().Comment("the bin that the goods go to or come from"),
		field.Int64("quantity").Comment("units; signed on an adjustment"),
		field.Int64("executed_quantity").Default(0).Comment("units that moved, whichever way"),
		field.Int64("rejected_quantity").Default(0).Comment("units that came and were refused"),
		field.Int64("unit_cost").GoType(money.Amount(0)).Optional().Nillable().Comment("× 10^4, in currency"),
		field.String("currency").MaxLen(3).Default("").Comment("of unit_cost; empty is the warehouse's"),
		field.Int64("unit_price").GoType(money.Amount(0)).Optional().Nillable().Comment("× 10^4, in the document's currency"),
	}
}

// Edges of DocumentLine.
func (DocumentLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("document", Document.Type).Ref("lines").Unique().Required().Immutable().Field("document_id"),
		edge.To("executions", DocumentExecution.Type).StorageKey(edge.Symbol("document_executions_line_id")),
	}
}

// Indexes of DocumentLine.
func (DocumentLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("document_id", "line_no").Unique().StorageKey("document_lines_key"),
		index.Fields("sku", "document_id").StorageKey("document_lines_sku_document_id"),
	}
}

// DocumentEvent tells one step in the life of a document and who made it. Its
// version is the document's after the step: a chain from 1 without a gap.
// Immutable: triggers refuse every change.
type DocumentEvent struct{ ent.Schema }

// Mixin of DocumentEvent.
func (DocumentEvent) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of DocumentEvent.
func (DocumentEvent) Annotations() []schema.Annotation {
	return []schema.Annotation{table("document_events", nil)}
}

// Fields of DocumentEvent.
func (DocumentEvent) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("document_id").Immutable(),
		field.Int64("version").Immutable(),
		field.Enum("action").GoType(stock.DocumentAction("")).Immutable(),
		field.Enum("from_state").GoType(stock.DocumentState("")).Optional().Nillable().Immutable(),
		field.Enum("to_state").GoType(stock.DocumentState("")).Immutable(),
		field.Int64("posting_id").Optional().Nillable().Immutable().Comment("what the step posted, if anything"),
		field.Int64("actor_id").Immutable(),
		field.String("note").MaxLen(500).Default("").Immutable(),
		field.String("request_id").MaxLen(64).Default("").Immutable(),
		field.Time("recorded_at").Immutable(),
	}
}

// Edges of DocumentEvent.
func (DocumentEvent) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("document", Document.Type).Ref("events").Unique().Required().Immutable().Field("document_id"),
	}
}

// Indexes of DocumentEvent.
func (DocumentEvent) Indexes() []ent.Index {
	return []ent.Index{index.Fields("document_id", "version").Unique().StorageKey("document_events_chain")}
}

// DocumentNumber is the last number given to a document of a kind, in a
// warehouse, on a day there. It is counted outside of the documents'
// transactions, so that nobody waits for another's document: numbers rise, and
// those of documents that were never written are missing.
type DocumentNumber struct{ ent.Schema }

// Mixin of DocumentNumber.
func (DocumentNumber) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of DocumentNumber.
func (DocumentNumber) Annotations() []schema.Annotation {
	return []schema.Annotation{table("document_numbers", nil)}
}

// Fields of DocumentNumber.
func (DocumentNumber) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("warehouse_id").Immutable(),
		field.Enum("kind").GoType(stock.DocumentKind("")).Immutable(),
		field.String("day").MaxLen(8).Immutable().Comment("YYYYMMDD in the warehouse's time zone"),
		field.Int64("last"),
	}
}

// Indexes of DocumentNumber.
func (DocumentNumber) Indexes() []ent.Index {
	return []ent.Index{index.Fields("warehouse_id", "kind", "day").Unique().StorageKey("document_numbers_key")}
}
