package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// ApprovalRule says who may approve documents of a kind, in a warehouse, from a value on.
type ApprovalRule struct{ ent.Schema }

// Mixin of ApprovalRule.
func (ApprovalRule) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}, versioned{}} }

// Annotations of ApprovalRule.
func (ApprovalRule) Annotations() []schema.Annotation {
	return []schema.Annotation{table("approval_rules", map[string]string{
		"approval_rules_min_value": "min_value >= 0",
	})}
}

// Fields of ApprovalRule.
func (ApprovalRule) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").MaxLen(maxCode).NotEmpty().Immutable().Comment("upper case"),
		field.String("name").MaxLen(100),
		field.Enum("kind").GoType(stock.DocumentKind("")).Optional().Nillable().Comment("NULL is every kind"),
		field.Int64("warehouse_id").Optional().Nillable().Comment("NULL is every warehouse"),
		field.Int64("min_value").GoType(money.Amount(0)).Default(0).Comment("× 10^4 in the base currency: documents of less are not concerned"),
		field.Bool("separate").Default(false).Comment("who made the document cannot approve it"),
		field.String("role").MaxLen(maxCode).Default("").Comment("the role that the approver must have; empty is anyone with document:approve"),
		field.Enum("status").GoType(stock.Status("")).Default(string(stock.StatusActive)),
	}
}

// Indexes of ApprovalRule.
func (ApprovalRule) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("code").Unique().StorageKey("approval_rules_code_key"),
	}
}
