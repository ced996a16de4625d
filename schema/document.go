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

// Document is a stock document with lines and a life.
type Document struct{ ent.Schema }

// Mixin of Document.
func (Document) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}} }

// Annotations of Document.
func (Document) Annotations() []schema.Annotation {
	return []schema.Annotation{table("documents", nil)}
}

// Fields of Document.
func (Document) Fields() []ent.Field {
	return []ent.Field{
		field.String("no").MaxLen(maxCode).NotEmpty().Unique().Immutable(),
		field.Enum("kind").GoType(stock.DocumentKind("")).Immutable(),
		field.Enum("state").GoType(stock.DocumentState("")).Default(string(stock.DocumentDraft)),
		field.Int64("warehouse_id").Immutable(),
		field.Int64("target_warehouse_id").Optional().Nillable().Immutable(),
		field.String("reason_code").MaxLen(maxCode).Default(""),
		field.String("external_no").MaxLen(100).Default("").Comment("number at the shop, supplier or 3PL"),
		field.String("note").MaxLen(500).Default(""),
		field.Time("occurred_at").Optional().Nillable(),
		field.Int64("created_by").Immutable(),
		field.Int64("approved_by").Optional().Nillable(),
		field.Int64("reverses_id").Optional().Nillable().Immutable().Unique(),
		field.Int64("version").Default(1),
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
		index.Fields("external_no").StorageKey("documents_external_no"),
	}
}

// DocumentLine is one line of a document.
type DocumentLine struct{ ent.Schema }

// Mixin of DocumentLine.
func (DocumentLine) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of DocumentLine.
func (DocumentLine) Annotations() []schema.Annotation {
	return []schema.Annotation{table("document_lines", map[string]string{
		"document_lines_quantities": "executed_quantity >= 0 AND rejected_quantity >= 0",
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
		field.Int64("quantity").Comment("units; signed on an adjustment"),
		field.Int64("executed_quantity").Default(0),
		field.Int64("rejected_quantity").Default(0),
		field.Int64("unit_cost").GoType(money.Amount(0)).Optional().Nillable(),
		field.String("currency").MaxLen(3).Default(""),
	}
}

// Edges of DocumentLine.
func (DocumentLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("document", Document.Type).Ref("lines").Unique().Required().Immutable().Field("document_id"),
	}
}

// Indexes of DocumentLine.
func (DocumentLine) Indexes() []ent.Index {
	return []ent.Index{index.Fields("document_id", "line_no").Unique().StorageKey("document_lines_key")}
}

// DocumentEvent tells one transition of a document and who made it.
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
		field.String("event").MaxLen(maxCode).Immutable(),
		field.Enum("from_state").GoType(stock.DocumentState("")).Optional().Nillable().Immutable(),
		field.Enum("to_state").GoType(stock.DocumentState("")).Immutable(),
		field.Int64("actor_id").Immutable(),
		field.String("note").MaxLen(500).Default("").Immutable(),
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
	return []ent.Index{index.Fields("document_id", "id").StorageKey("document_events_document_id_id")}
}
