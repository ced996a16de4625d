package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/stock"
)

// DocumentExecution is what was done of one line at once: one line may be executed in
// several goes, from several batches and bins. Immutable: triggers refuse every change.
type DocumentExecution struct{ ent.Schema }

// Mixin of DocumentExecution.
func (DocumentExecution) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of DocumentExecution.
func (DocumentExecution) Annotations() []schema.Annotation {
	return []schema.Annotation{table("document_executions", map[string]string{
		"document_executions_quantities": "quantity >= 0 AND rejected_quantity >= 0 AND quantity + rejected_quantity > 0 AND line_quantity >= 0",
	})}
}

// Fields of DocumentExecution.
func (DocumentExecution) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("document_id").Immutable().Comment("of the line"),
		field.Int64("line_id").Immutable(),
		field.Int("line_no").Immutable(),
		field.Int64("version").Immutable().Comment("the document's version after the step"),
		field.Int64("posting_id").Optional().Nillable().Immutable(),
		skuField(),
		batchField(),
		field.Enum("bucket").GoType(stock.Bucket("")).Default(string(stock.BucketAvailable)).Immutable(),
		field.Enum("from_bucket").GoType(stock.Bucket("")).Optional().Nillable().Immutable().
			Comment("the bucket that the goods changed from; NULL when they came or left"),
		field.Int64("location_id").Optional().Nillable().Immutable(),
		field.Int64("quantity").Immutable().Comment("units that moved, whichever way"),
		field.Int64("rejected_quantity").Default(0).Immutable(),
		field.Int64("line_quantity").Immutable().
			Comment("units of the line that were done with it: of a kit one row counts them and its others are 0"),
		field.String("reason_code").MaxLen(maxCode).Default("").Immutable().Comment("why units were rejected, or are fewer"),
	}
}

// Edges of DocumentExecution.
func (DocumentExecution) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("line", DocumentLine.Type).Ref("executions").Unique().Required().Immutable().Field("line_id"),
	}
}

// Indexes of DocumentExecution.
func (DocumentExecution) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("document_id", "id").StorageKey("document_executions_document_id"),
		index.Fields("line_id", "id").StorageKey("document_executions_line_id"),
	}
}
