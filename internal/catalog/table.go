package catalog

import (
	"context"

	"entrepot/ent"
	"entrepot/ent/product"
	"entrepot/internal/command"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

var products = command.Table[ent.Product]{
	Name: product.Table,
	Columns: []store.Column[*ent.Product]{
		{Name: product.FieldSku, Type: "text", Once: true, Value: func(p *ent.Product) any { return p.Sku }},
		{Name: product.FieldCreatedAt, Type: "timestamptz", Once: true, Value: func(p *ent.Product) any { return p.CreatedAt }},
		{Name: product.FieldUpdatedAt, Type: "timestamptz", Value: func(p *ent.Product) any { return p.UpdatedAt }},
		{Name: product.FieldName, Type: "text", Value: func(p *ent.Product) any { return p.Name }},
		{Name: product.FieldEnglishName, Type: "text", Value: func(p *ent.Product) any { return p.EnglishName }},
		{Name: product.FieldDescription, Type: "text", Value: func(p *ent.Product) any { return p.Description }},
		{Name: product.FieldCategory, Type: "text", Value: func(p *ent.Product) any { return p.Category }},
		{Name: product.FieldBrand, Type: "text", Value: func(p *ent.Product) any { return p.Brand }},
		{Name: product.FieldSpec, Type: "text", Value: func(p *ent.Product) any { return p.Spec }},
		{Name: product.FieldUnit, Type: "text", Value: func(p *ent.Product) any { return p.Unit }},
		{Name: product.FieldPrice, Type: "bigint", Value: func(p *ent.Product) any { return p.Price }},
		{Name: product.FieldPriceCurrency, Type: "text", Value: func(p *ent.Product) any { return p.PriceCurrency }},
		{Name: product.FieldMinStock, Type: "bigint", Value: func(p *ent.Product) any { return p.MinStock }},
		{Name: product.FieldMaxStock, Type: "bigint", Value: func(p *ent.Product) any { return p.MaxStock }},
		{Name: product.FieldWeightG, Type: "bigint", Value: func(p *ent.Product) any { return p.WeightG }},
		{Name: product.FieldLengthMm, Type: "bigint", Value: func(p *ent.Product) any { return p.LengthMm }},
		{Name: product.FieldWidthMm, Type: "bigint", Value: func(p *ent.Product) any { return p.WidthMm }},
		{Name: product.FieldHeightMm, Type: "bigint", Value: func(p *ent.Product) any { return p.HeightMm }},
		{Name: product.FieldKind, Type: "text", Value: func(p *ent.Product) any { return p.Kind }},
		{Name: product.FieldHsCode, Type: "text", Value: func(p *ent.Product) any { return p.HsCode }},
		{Name: product.FieldOriginCountry, Type: "text", Value: func(p *ent.Product) any { return p.OriginCountry }},
		{Name: product.FieldCustomsValue, Type: "bigint", Value: func(p *ent.Product) any { return p.CustomsValue }},
		{Name: product.FieldCustomsCurrency, Type: "text", Value: func(p *ent.Product) any { return p.CustomsCurrency }},
		{Name: product.FieldAllocationRule, Type: "text", Value: func(p *ent.Product) any { return p.AllocationRule }},
		{Name: product.FieldMinShelfLifeDays, Type: "bigint", Value: func(p *ent.Product) any { return p.MinShelfLifeDays }},
		{Name: product.FieldStatus, Type: "text", Value: func(p *ent.Product) any { return p.Status }},
	},
	Head: func(p *ent.Product) command.Head {
		return command.Head{ID: &p.ID, Version: &p.Version, CreatedAt: &p.CreatedAt, UpdatedAt: &p.UpdatedAt}
	},
	ByID: func(ctx context.Context, tx store.Tx, ids []int64) ([]*ent.Product, error) {
		return tx.Ent.Product.Query().Where(page.In(product.FieldID, ids)).All(ctx)
	},
}

// bySKU finds products by SKU as stored, and locks them in the order of their
// SKUs: a kit is edited together with its components.
func bySKU(ctx context.Context, tx store.Tx, skus []string) (map[string]*ent.Product, error) {
	rows, err := tx.Ent.Product.Query().Where(page.In(product.FieldSku, skus), store.Lock).Order(ent.Asc(product.FieldSku)).All(ctx)
	found := make(map[string]*ent.Product, len(rows))
	for _, p := range rows {
		found[p.Sku] = p
	}
	return found, err
}
