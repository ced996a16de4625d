package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CodeMapping is what a platform or third party calls one of our SKUs, from one day
// to another, in one warehouse or in all.
type CodeMapping struct{ ent.Schema }

// Mixin of CodeMapping.
func (CodeMapping) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}, versioned{}} }

// Annotations of CodeMapping.
func (CodeMapping) Annotations() []schema.Annotation {
	return []schema.Annotation{table("code_mappings", map[string]string{
		"code_mappings_period": "valid_to IS NULL OR valid_to >= valid_from",
	})}
}

// Fields of CodeMapping.
func (CodeMapping) Fields() []ent.Field {
	return []ent.Field{
		skuField(),
		field.String("platform").MaxLen(maxCode).NotEmpty().Immutable().Comment("upper case, such as AMAZON or GOODCANG"),
		field.Int64("warehouse_id").Optional().Nillable().Immutable().Comment("NULL is every warehouse of the platform"),
		field.String("external_code").MaxLen(100).Immutable().Comment("exactly as the platform writes it"),
		field.Time("valid_from").SchemaType(dateType).Comment("the first day"),
		field.Time("valid_to").SchemaType(dateType).Optional().Nillable().Comment("the last day; NULL is open"),
		field.String("note").MaxLen(500).Default(""),
	}
}

// Indexes of CodeMapping.
func (CodeMapping) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("platform", "external_code", "valid_from").StorageKey("code_mappings_external_code"),
		index.Fields("sku", "platform").StorageKey("code_mappings_sku_platform"),
	}
}
