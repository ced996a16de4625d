package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/stock"
)

// InterchangeGroup is a set of parts that may stand in for each other.
type InterchangeGroup struct{ ent.Schema }

// Mixin of InterchangeGroup.
func (InterchangeGroup) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}, versioned{}} }

// Annotations of InterchangeGroup.
func (InterchangeGroup) Annotations() []schema.Annotation {
	return []schema.Annotation{table("interchange_groups", nil)}
}

// Fields of InterchangeGroup.
func (InterchangeGroup) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").MaxLen(maxCode).NotEmpty().Immutable().Comment("upper case"),
		field.String("name").MaxLen(100).Default(""),
		field.Enum("status").GoType(stock.Status("")).Default(string(stock.StatusActive)),
	}
}

// Indexes of InterchangeGroup.
func (InterchangeGroup) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("code").Unique().StorageKey("interchange_groups_code_key"),
	}
}

// InterchangeMember is one part of a group: the lower its priority, the sooner it
// stands in.
type InterchangeMember struct{ ent.Schema }

// Mixin of InterchangeMember.
func (InterchangeMember) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of InterchangeMember.
func (InterchangeMember) Annotations() []schema.Annotation {
	return []schema.Annotation{table("interchange_members", map[string]string{
		"interchange_members_priority": "priority >= 0",
	})}
}

// Fields of InterchangeMember.
func (InterchangeMember) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("group_id").Immutable(),
		skuField(),
		field.Enum("direction").GoType(stock.InterchangeDirection("")).Default(string(stock.InterchangeBoth)),
		field.Int64("priority").Default(100).Comment("the lowest stands in first"),
	}
}

// Indexes of InterchangeMember.
func (InterchangeMember) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("group_id", "sku").Unique().StorageKey("interchange_members_key"),
		index.Fields("sku").StorageKey("interchange_members_sku"),
	}
}
