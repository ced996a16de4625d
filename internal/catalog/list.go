package catalog

import (
	"context"
	"time"

	"entrepot/ent"
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
	SKUs   []string
	Search *string
	Status *stock.Status
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
	ProductsByUpdatedAt ProductOrderField = "UPDATED_AT"
)

var productFields = page.Fields[ProductOrderField, *ent.Product]{
	Name: "products", ID: func(p *ent.Product) int64 { return p.ID },
	Keys: map[ProductOrderField]page.Key[*ent.Product]{
		ProductsBySKU:       page.Text(product.FieldSku, func(p *ent.Product) string { return p.Sku }),
		ProductsByName:      page.Text(product.FieldName, func(p *ent.Product) string { return p.Name }),
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
	if f.SKUs != nil {
		if err := page.Keys("filter.skus", len(f.SKUs)); err != nil {
			return nil, err
		}
		where = append(where, page.In(product.FieldSku, SKUs(f.SKUs)))
	}
	if f.Status != nil {
		where = append(where, product.StatusEQ(*f.Status))
	}
	if f.Search == nil || *f.Search == "" {
		return where, nil
	}
	if err := page.Search(*f.Search); err != nil {
		return nil, err
	}
	return append(where, product.Or(
		page.StartsWith(product.FieldSku, SKU(*f.Search)),
		product.NameContainsFold(*f.Search),
		product.EnglishNameContainsFold(*f.Search),
	)), nil
}
