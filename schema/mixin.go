package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
)

// identity gives a table its 64-bit key, always drawn by the database: ids
// computed in code collide sooner or later.
type identity struct{ mixin.Schema }

func (identity) Fields() []ent.Field {
	return []ent.Field{field.Int64("id").Immutable()}
}

// stamped adds the two times that a row people edit carries. They are set by
// the command, whose clock is an argument, so there is no default.
type stamped struct{ mixin.Schema }

func (stamped) Fields() []ent.Field {
	return []ent.Field{
		field.Time("created_at").Immutable(),
		field.Time("updated_at"),
	}
}

// versioned counts the edits of a row that people edit, so that an edit of what
// somebody saw can be refused when it has changed since.
type versioned struct{ mixin.Schema }

func (versioned) Fields() []ent.Field {
	return []ent.Field{field.Int64("version").Default(1)}
}

const (
	maxSKU   = 64
	maxCode  = 50
	maxBatch = 50
	maxNo    = 100
)

// skuField is the SKU code as stored wherever a row names a product: upper
// case, never changed, never reused. In PostgreSQL it sorts by bytes
// (COLLATE "C", see the migrations), so that Go and SQL agree on lock order.
func skuField() ent.Field {
	return field.String("sku").MaxLen(maxSKU).NotEmpty().Immutable()
}

// batchField is the batch number, ” for goods without one: a NULL would let
// the unique key of stocks admit duplicates.
func batchField() ent.Field {
	return field.String("batch_no").MaxLen(maxBatch).Default("").Immutable()
}

func table(name string, checks map[string]string) schema.Annotation {
	return entsql.Annotation{Table: name, Checks: checks}
}
