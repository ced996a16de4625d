package catalog

import (
	"entrepot/internal/command"
	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// Limits told in the graph's descriptions.
const (
	// MaxSKU is the most bytes of a SKU code.
	MaxSKU      = 64
	maxBarcodes = 50
	maxPack     = 1_000_000
	maxAmount   = 1_000_000_000 // units and grams of one product
	// maxLength is in millimetres. Nothing that is stocked is longer, and a volume
	// that left 64 bits would end every summary in which it stands.
	maxLength = 100_000
	// maxPerKit is the most base units of one component in a kit.
	maxPerKit = 1_000_000
	// maxShelfLife is in days: a hundred years.
	maxShelfLife = 36_500
)

// Fields is what can be told of a product. What is not given stays as it is,
// or is empty on a new product. The json names are part of the hash behind an
// idempotency key.
type Fields struct {
	Name          *string        `json:"name,omitempty"`
	EnglishName   *string        `json:"englishName,omitempty"`
	Description   *string        `json:"description,omitempty"`
	Category      *string        `json:"category,omitempty"`
	Brand         *string        `json:"brand,omitempty"`
	Spec          *string        `json:"spec,omitempty"`
	Unit          *string        `json:"unit,omitempty"`
	Price         *money.Amount  `json:"price,omitempty"`
	ClearPrice    bool           `json:"clearPrice,omitempty"`
	PriceCurrency *string        `json:"priceCurrency,omitempty"`
	MinStock      *int64         `json:"minStock,omitempty"`
	MaxStock      *int64         `json:"maxStock,omitempty"`
	ClearMaxStock bool           `json:"clearMaxStock,omitempty"`
	WeightG       *int64         `json:"weightG,omitempty"`
	LengthMm      *int64         `json:"lengthMm,omitempty"`
	WidthMm       *int64         `json:"widthMm,omitempty"`
	HeightMm      *int64         `json:"heightMm,omitempty"`
	Barcodes      []BarcodeInput `json:"barcodes,omitzero"` // nil stays, an empty list takes all away

	Kind              *stock.ProductKind    `json:"kind,omitempty"`
	Components        []ComponentInput      `json:"components,omitzero"` // as Barcodes
	HSCode            *string               `json:"hsCode,omitempty"`
	OriginCountry     *string               `json:"originCountry,omitempty"`
	CustomsValue      *money.Amount         `json:"customsValue,omitempty"`
	ClearCustomsValue bool                  `json:"clearCustomsValue,omitempty"`
	CustomsCurrency   *string               `json:"customsCurrency,omitempty"`
	AllocationRule    *stock.AllocationRule `json:"allocationRule,omitempty"`
	MinShelfLifeDays  *int64                `json:"minShelfLifeDays,omitempty"`
}

// ComponentInput is a part of a kit: so many base units of it make one kit.
type ComponentInput struct {
	SKU      string `json:"sku,omitempty"`
	Quantity int64  `json:"quantity,omitempty"`
}

// BarcodeInput is a code on a product or on a pack of it.
type BarcodeInput struct {
	Barcode      string `json:"barcode,omitempty"`
	PackQuantity int64  `json:"packQuantity,omitempty"`
	Unit         string `json:"unit,omitempty"`
}

// CreateInput makes a product.
type CreateInput struct {
	command.Intent
	SKU string `json:"sku,omitempty"`
	Fields
}

// UpdateInput changes a product.
type UpdateInput struct {
	command.Intent
	SKU             string `json:"sku,omitempty"`
	ExpectedVersion *int64 `json:"expectedVersion,omitempty"`
	Fields
}

// StatusInput archives a product, or takes that back.
type StatusInput struct {
	command.Intent
	SKU             string `json:"sku,omitempty"`
	ExpectedVersion *int64 `json:"expectedVersion,omitempty"`
}

// ImportInput makes and changes many products.
type ImportInput struct {
	command.Import
	Rows []ImportRow `json:"rows,omitempty"`
}

// ImportRow is one of them.
type ImportRow struct {
	SKU             string `json:"sku,omitempty"`
	ExpectedVersion *int64 `json:"expectedVersion,omitempty"`
	Fields
}
