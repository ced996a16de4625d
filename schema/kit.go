package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// KitComponent is one part of a kit: so many base units of it make one unit of the
// kit. A kit contains no kit.
type KitComponent struct{ ent.Schema }

// Mixin of KitComponent.
func (KitComponent) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of KitComponent.
func (KitComponent) Annotations() []schema.Annotation {
	return []schema.Annotation{table("kit_components", map[string]string{
		"kit_components_quantity": "quantity > 0 AND sku <> kit_sku",
	})}
}

// Fields of KitComponent.
func (KitComponent) Fields() []ent.Field {
	return []ent.Field{
		field.String("kit_sku").MaxLen(maxSKU).NotEmpty().Immutable(),
		skuField(),
		field.Int64("quantity").Comment("base units of the part in one unit of the kit"),
	}
}

// Indexes of KitComponent.
func (KitComponent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("kit_sku", "sku").Unique().StorageKey("kit_components_key"),
		index.Fields("sku").StorageKey("kit_components_sku"),
	}
}
