package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// LandedCost is freight, duty or another cost spread over a receipt. Immutable but for
// what takes it back.
type LandedCost struct{ ent.Schema }

// Mixin of LandedCost.
func (LandedCost) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of LandedCost.
func (LandedCost) Annotations() []schema.Annotation {
	return []schema.Annotation{table("landed_costs", map[string]string{
		"landed_costs_amount": "amount > 0 AND exchange_rate > 0",
	})}
}

// Fields of LandedCost.
func (LandedCost) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("document_id").Immutable(),
		field.Enum("kind").GoType(stock.LandedCostKind("")).Immutable(),
		field.Enum("basis").GoType(stock.CostBasis("")).Immutable(),
		field.Int64("amount").GoType(money.Amount(0)).Immutable().Comment("× 10^4, in currency"),
		field.String("currency").MaxLen(3).Immutable(),
		field.Int64("exchange_rate").GoType(money.Rate(0)).Immutable().Comment("of currency into the base currency on the day"),
		field.String("note").MaxLen(500).Default("").Immutable(),
		field.Int64("posting_id").Optional().Nillable().Immutable(),
		field.Time("reversed_at").Optional().Nillable().Comment("when it was taken back, by itself or with its receipt"),
		field.Int64("created_by").Immutable(),
		field.Time("created_at").Immutable(),
	}
}

// Indexes of LandedCost.
func (LandedCost) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("document_id").StorageKey("landed_costs_document_id"),
	}
}

// LandedCostLine is the share of one stock that the receipt brought: what of it raised
// the worth of goods that are still there, and what belongs to goods that have left.
type LandedCostLine struct{ ent.Schema }

// Mixin of LandedCostLine.
func (LandedCostLine) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of LandedCostLine.
func (LandedCostLine) Annotations() []schema.Annotation {
	return []schema.Annotation{table("landed_cost_lines", map[string]string{
		"landed_cost_lines_amounts": "capitalized >= 0 AND expensed >= 0",
	})}
}

// Fields of LandedCostLine.
func (LandedCostLine) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("landed_cost_id").Immutable(),
		field.Int("line_no").Immutable(),
		skuField(),
		batchField(),
		field.Int64("capitalized").GoType(money.Amount(0)).Immutable().Comment("× 10^4, in the warehouse's currency"),
		field.Int64("expensed").GoType(money.Amount(0)).Immutable(),
	}
}

// Indexes of LandedCostLine.
func (LandedCostLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("landed_cost_id", "line_no").Unique().StorageKey("landed_cost_lines_key"),
	}
}
