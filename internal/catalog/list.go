package catalog

import (
	"context"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/barcode"
	"entrepot/ent/predicate"
	"entrepot/ent/product"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// ProductFilter narrows List. All conditions must hold.
type ProductFilter struct {
	SKUs       []string
	Barcodes   []string
	SKUPrefix  *string
	Search     *string
	Status     *stock.Status
	Categories []string
	Brands     []string
	Kinds      []stock.ProductKind
	// OriginCountries are codes, "" for products of which nobody said; HSCodePrefix
	// is what customs tariff numbers begin with.
	OriginCountries []string
	HSCodePrefix    *string
	HasBarcode      *bool
	// InStock asks for products with physical units anywhere; BelowMinimum for
	// those with fewer available units, over all warehouses, than their minimum.
	InStock      *bool
	BelowMinimum *bool
	CreatedSince *time.Time
	UpdatedSince *time.Time
}

// ProductOrder orders List.
type ProductOrder struct {
	Field     ProductOrderField
	Direction page.Direction
}

// ProductOrderField is a column that products can be ordered by.
type ProductOrderField string

// The values of ProductOrderField.
const (
	ProductsByID        ProductOrderField = "ID"
	ProductsBySKU       ProductOrderField = "SKU"
	ProductsByName      ProductOrderField = "NAME"
	ProductsByCategory  ProductOrderField = "CATEGORY"
	ProductsByBrand     ProductOrderField = "BRAND"
	ProductsByCreatedAt ProductOrderField = "CREATED_AT"
	ProductsByUpdatedAt ProductOrderField = "UPDATED_AT"
)

var productFields = page.Fields[ProductOrderField, *ent.Product]{
	Name: "products", ID: func(p *ent.Product) int64 { return p.ID },
	Keys: map[ProductOrderField]page.Key[*ent.Product]{
		ProductsBySKU:       page.Text(product.FieldSku, func(p *ent.Product) string { return p.Sku }),
		ProductsByName:      page.Text(product.FieldName, func(p *ent.Product) string { return p.Name }),
		ProductsByCategory:  page.Text(product.FieldCategory, func(p *ent.Product) string { return p.Category }),
		ProductsByBrand:     page.Text(product.FieldBrand, func(p *ent.Product) string { return p.Brand }),
		ProductsByCreatedAt: page.Time(product.FieldCreatedAt, func(p *ent.Product) time.Time { return p.CreatedAt }),
		ProductsByUpdatedAt: page.Time(product.FieldUpdatedAt, func(p *ent.Product) time.Time { return p.UpdatedAt }),
	},
}

// List reads a page of products. Ends with Forbidden without product:view, with
// BadRequest for arguments outside their limits.
func List(ctx context.Context, db *store.DB, f *ProductFilter, o *ProductOrder, a page.Args) (_ *page.Connection[*ent.Product], err error) {
	defer fault.Wrap(&err, "catalog.List")
	if _, err := auth.Require(ctx, auth.ProductView); err != nil {
		return nil, err
	}
	where, err := f.predicates()
	if err != nil {
		return nil, err
	}
	if o == nil {
		o = &ProductOrder{Field: ProductsByID, Direction: page.Asc}
	}
	return page.Read(ctx, a, productFields.Order(o.Field, o.Direction), db.Ent().Product.Query().Where(where...))
}

func (f *ProductFilter) predicates() (where []predicate.Product, err error) {
	if f == nil {
		return nil, nil
	}
	for _, keys := range []struct {
		field string
		given []string
		where func() predicate.Product
	}{
		{"skus", f.SKUs, func() predicate.Product { return page.In(product.FieldSku, SKUs(f.SKUs)) }},
		{"barcodes", f.Barcodes, func() predicate.Product { return bears(page.In(barcode.FieldBarcode, f.Barcodes)) }},
		{"categories", f.Categories, func() predicate.Product { return page.In(product.FieldCategory, f.Categories) }},
		{"brands", f.Brands, func() predicate.Product { return page.In(product.FieldBrand, f.Brands) }},
		{"originCountries", f.OriginCountries, func() predicate.Product { return page.In(product.FieldOriginCountry, SKUs(f.OriginCountries)) }},
	} {
		if keys.given == nil {
			continue
		}
		if err := page.Keys("filter."+keys.field, len(keys.given)); err != nil {
			return nil, err
		}
		where = append(where, keys.where())
	}
	if f.Status != nil {
		where = append(where, product.StatusEQ(*f.Status))
	}
	if f.Kinds != nil {
		if err := page.Keys("filter.kinds", len(f.Kinds)); err != nil {
			return nil, err
		}
		where = append(where, page.InEnum(product.FieldKind, f.Kinds))
	}
	if f.HSCodePrefix != nil {
		where = append(where, product.HsCodeHasPrefix(strings.TrimSpace(*f.HSCodePrefix)))
	}
	if f.UpdatedSince != nil {
		where = append(where, product.UpdatedAtGTE(store.Moment(*f.UpdatedSince)))
	}
	if f.CreatedSince != nil {
		where = append(where, product.CreatedAtGTE(store.Moment(*f.CreatedSince)))
	}
	if f.SKUPrefix != nil {
		where = append(where, page.StartsWith(product.FieldSku, SKU(*f.SKUPrefix)))
	}
	if f.HasBarcode != nil {
		where = append(where, only(*f.HasBarcode, bearsAny))
	}
	if f.InStock != nil {
		where = append(where, only(*f.InStock, inStock))
	}
	if f.BelowMinimum != nil {
		where = append(where, only(*f.BelowMinimum, belowMinimum))
	}
	if f.Search == nil || *f.Search == "" {
		return where, nil
	}
	if err := page.Search("filter.search", *f.Search); err != nil {
		return nil, err
	}
	return append(where, product.Or(
		page.StartsWith(product.FieldSku, SKU(*f.Search)),
		product.NameContainsFold(*f.Search),
		product.EnglishNameContainsFold(*f.Search),
		product.BrandContainsFold(*f.Search),
		product.SpecContainsFold(*f.Search),
		// Not as a range: this column sorts as the database does.
		bears(func(s *sql.Selector) { s.Where(sql.HasPrefix(s.C(barcode.FieldBarcode), strings.TrimSpace(*f.Search))) }),
	)), nil
}
