package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// Product is what is stocked, known by its SKU code.
type Product struct{ ent.Schema }

// Mixin of Product.
func (Product) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}, versioned{}} }

// Annotations of Product.
func (Product) Annotations() []schema.Annotation {
	return []schema.Annotation{table("products", map[string]string{
		"products_stock_bounds": "min_stock >= 0 AND (max_stock IS NULL OR max_stock >= min_stock)",
	})}
}

// Fields of Product.
func (Product) Fields() []ent.Field {
	return []ent.Field{
		field.String("sku").MaxLen(maxSKU).NotEmpty().Unique().Immutable().
			Comment("upper case; never changes and is never used again"),
		field.String("name").MaxLen(200).NotEmpty(),
		field.String("english_name").MaxLen(200).Default(""),
		field.String("description").MaxLen(2000).Default(""),
		field.String("category").MaxLen(100).Default(""),
		field.String("brand").MaxLen(100).Default(""),
		field.String("spec").MaxLen(200).Default(""),
		field.String("unit").MaxLen(20).Default("PCS").Comment("base unit; the ledger counts nothing else"),
		field.Int64("price").GoType(money.Amount(0)).Optional().Nillable().Comment("list price × 10^4"),
		field.String("price_currency").MaxLen(3).Default(""),
		field.Int64("min_stock").Default(0),
		field.Int64("max_stock").Optional().Nillable(),
		field.Int64("weight_g").Default(0).Comment("grams"),
		field.Int64("length_mm").Default(0),
		field.Int64("width_mm").Default(0),
		field.Int64("height_mm").Default(0),
		field.Enum("kind").GoType(stock.ProductKind("")).Default(string(stock.ProductStandard)),
		field.String("hs_code").MaxLen(20).Default("").Comment("digits of the customs tariff number"),
		field.String("origin_country").MaxLen(2).Default("").Comment("ISO 3166 alpha-2"),
		field.Int64("customs_value").GoType(money.Amount(0)).Optional().Nillable().Comment("declared per unit × 10^4"),
		field.String("customs_currency").MaxLen(3).Default(""),
		field.Enum("allocation_rule").GoType(stock.AllocationRule("")).Default(string(stock.AllocateFEFO)),
		field.Int64("min_shelf_life_days").Default(0).Comment("days that a batch must still have when it ships"),
		field.Enum("status").GoType(stock.Status("")).Default(string(stock.StatusActive)),
	}
}

// Barcode is a code on a product or on a pack of it. A scan of it counts
// pack_quantity base units.
type Barcode struct{ ent.Schema }

// Mixin of Barcode.
func (Barcode) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of Barcode.
func (Barcode) Annotations() []schema.Annotation {
	return []schema.Annotation{table("product_barcodes", map[string]string{
		"product_barcodes_pack": "pack_quantity > 0",
	})}
}

// Fields of Barcode.
func (Barcode) Fields() []ent.Field {
	return []ent.Field{
		skuField(),
		field.String("barcode").MaxLen(maxSKU).NotEmpty().Unique().Immutable().Comment("as scanned; of one product only"),
		field.Int64("pack_quantity").Default(1).Comment("base units in the pack that bears it"),
		field.String("unit").MaxLen(20).Default("").Comment("what the pack is called, such as BOX"),
	}
}

// Indexes of Barcode.
func (Barcode) Indexes() []ent.Index {
	return []ent.Index{index.Fields("sku", "id").StorageKey("product_barcodes_sku_id")}
}

// Batch is one production lot of a product.
type Batch struct{ ent.Schema }

// Mixin of Batch.
func (Batch) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}, versioned{}} }

// Annotations of Batch.
func (Batch) Annotations() []schema.Annotation { return []schema.Annotation{table("batches", nil)} }

// Fields of Batch.
func (Batch) Fields() []ent.Field {
	return []ent.Field{
		skuField(),
		field.String("batch_no").MaxLen(maxBatch).NotEmpty().Immutable(),
		field.Enum("state").GoType(stock.BatchState("")).Default(string(stock.BatchAvailable)),
		field.Time("produced_on").Optional().Nillable().SchemaType(dateType),
		field.Time("expires_on").Optional().Nillable().SchemaType(dateType),
	}
}

// Indexes of Batch.
func (Batch) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("sku", "batch_no").Unique().StorageKey("batches_sku_batch_no_key"),
		index.Fields("expires_on", "id").StorageKey("batches_expiring").
			Annotations(entsql.IndexWhere("expires_on IS NOT NULL AND state <> 'EXPIRED'")),
	}
}
