package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/stock"
)

// Stocktake is what a stocktake document counts, and how.
type Stocktake struct{ ent.Schema }

// Mixin of Stocktake.
func (Stocktake) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of Stocktake.
func (Stocktake) Annotations() []schema.Annotation {
	return []schema.Annotation{table("stocktakes", map[string]string{
		"stocktakes_counters": "counters BETWEEN 1 AND 5",
	})}
}

// Fields of Stocktake.
func (Stocktake) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("document_id").Immutable(),
		field.Text("scope").Default("").Immutable().Comment("JSON: zones, bins, SKUs or classes, as asked"),
		field.Bool("blind").Immutable().Comment("counters are not told what the books say"),
		field.Int("counters").Default(1).Immutable().Comment("how many people count each line"),
		field.Int64("recount_over").Optional().Nillable().Immutable().Comment("a difference of more units than this is counted again; NULL never"),
		field.Bool("by_location").Immutable().Comment("lines are bins; else stocks"),
		field.Enum("when_moved").GoType(stock.WhenMoved("")).Default(string(stock.MovedRebase)).Immutable().Comment("what becomes of lines that moved since they were counted"),
		field.Bool("lock_bins").Default(false).Immutable().Comment("its bins are locked until it ends"),
	}
}

// Indexes of Stocktake.
func (Stocktake) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("document_id").Unique().StorageKey("stocktakes_key"),
	}
}

// StocktakeLine is one stock, or the part of it in one bin, that is counted.
type StocktakeLine struct{ ent.Schema }

// Mixin of StocktakeLine.
func (StocktakeLine) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of StocktakeLine.
func (StocktakeLine) Annotations() []schema.Annotation {
	return []schema.Annotation{table("stocktake_lines", map[string]string{
		"stocktake_lines_counted": "counted_quantity IS NULL OR counted_quantity >= 0",
	})}
}

// Fields of StocktakeLine.
func (StocktakeLine) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("document_id").Immutable(),
		field.Int("line_no").Immutable(),
		field.Int64("location_id").Optional().Nillable().Immutable(),
		skuField(),
		batchField(),
		field.Enum("state").GoType(stock.CountState("")).Default(string(stock.CountOpen)),
		field.Int("round").Default(1).Comment("rises with every recount"),
		field.Int("counts_from").Default(1).Comment("the counts of earlier rounds are void"),
		field.Int64("book_quantity").Optional().Nillable().Comment("by the books at the moment of the count that holds"),
		field.Int64("counted_quantity").Optional().Nillable(),
		field.Time("counted_at").Optional().Nillable(),
		field.Int64("posted_quantity").Default(0).Comment("signed difference that was posted"),
		field.Bool("found").Default(false).Immutable().Comment("it was not expected there"),
	}
}

// Indexes of StocktakeLine.
func (StocktakeLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("document_id", "line_no").Unique().StorageKey("stocktake_lines_key"),
		index.Fields("document_id", "location_id", "sku", "batch_no").StorageKey("stocktake_lines_place"),
	}
}

// StocktakeCount is what one person counted on one line in one round. Immutable:
// triggers refuse every change; who errs counts again.
type StocktakeCount struct{ ent.Schema }

// Mixin of StocktakeCount.
func (StocktakeCount) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of StocktakeCount.
func (StocktakeCount) Annotations() []schema.Annotation {
	return []schema.Annotation{table("stocktake_counts", map[string]string{
		"stocktake_counts_quantity": "quantity >= 0",
	})}
}

// Fields of StocktakeCount.
func (StocktakeCount) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("document_id").Immutable(),
		field.Int64("line_id").Immutable(),
		field.Int("line_no").Immutable(),
		field.Int("round").Immutable(),
		field.Int64("counter_id").Immutable(),
		field.Int64("quantity").Immutable(),
		field.Int64("book_quantity").Immutable().Comment("by the books at counted_at"),
		field.Time("counted_at").Immutable(),
		field.Time("recorded_at").Immutable(),
		field.String("note").MaxLen(500).Default("").Immutable(),
	}
}

// Indexes of StocktakeCount.
func (StocktakeCount) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("line_id", "id").StorageKey("stocktake_counts_line"),
	}
}
