package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/stock"
)

// Carrier is who ships parcels, and how they weigh volume.
type Carrier struct{ ent.Schema }

// Mixin of Carrier.
func (Carrier) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}, versioned{}} }

// Annotations of Carrier.
func (Carrier) Annotations() []schema.Annotation {
	return []schema.Annotation{table("carriers", map[string]string{
		"carriers_divisor": "volumetric_divisor > 0 AND weight_step_g > 0",
	})}
}

// Fields of Carrier.
func (Carrier) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").MaxLen(maxCode).NotEmpty().Immutable().Comment("upper case"),
		field.String("name").MaxLen(100),
		field.Int64("volumetric_divisor").Comment("cm³ that weigh as one kilogram, such as 5000 or 6000"),
		field.Int64("weight_step_g").Default(1).Comment("weights are rounded up to a multiple of it"),
		field.Enum("status").GoType(stock.Status("")).Default(string(stock.StatusActive)),
	}
}

// Indexes of Carrier.
func (Carrier) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("code").Unique().StorageKey("carriers_code_key"),
	}
}
