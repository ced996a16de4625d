package catalog

import (
	"context"
	"strings"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/barcode"
	"entrepot/ent/batch"
	"entrepot/ent/predicate"
	"entrepot/ent/product"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// SKU is a SKU code as it is stored, from what a person typed.
func SKU(typed string) string { return strings.ToUpper(strings.TrimSpace(typed)) }

// SKUs is SKU for many.
func SKUs(typed []string) []string {
	out := make([]string, len(typed))
	for i, s := range typed {
		out[i] = SKU(s)
	}
	return out
}

// BySKU finds products by code as stored, in no order. It reads these columns
// only, or all when none are named. People without product:view get none.
func BySKU(ctx context.Context, db *store.DB, skus []string, columns ...string) (_ []*ent.Product, err error) {
	defer fault.Wrap(&err, "catalog.BySKU")
	if !auth.From(ctx).Can(auth.ProductView) {
		return nil, nil
	}
	query := db.Ent().Product.Query().Where(page.In(product.FieldSku, skus))
	if len(columns) > 0 {
		return query.Select(columns...).All(ctx)
	}
	return query.All(ctx)
}

// ByID finds products by key, in no order. People without product:view get none.
func ByID(ctx context.Context, db *store.DB, ids []int64) (_ []*ent.Product, err error) {
	defer fault.Wrap(&err, "catalog.ByID")
	if !auth.From(ctx).Can(auth.ProductView) {
		return nil, nil
	}
	return db.Ent().Product.Query().Where(page.In(product.FieldID, ids)).All(ctx)
}

// Find reads one product by its code, its id or a barcode on it; nil when there
// is none. Ends with Forbidden without product:view, with BadRequest unless
// exactly one is given.
func Find(ctx context.Context, db *store.DB, sku *string, id *page.ID, code *string) (_ *ent.Product, err error) {
	defer fault.Wrap(&err, "catalog.Find")
	if _, err := auth.Require(ctx, auth.ProductView); err != nil {
		return nil, err
	}
	query := db.Ent().Product.Query()
	given := 0
	if sku != nil {
		given++
		query.Where(product.Sku(SKU(*sku)))
	}
	if id != nil {
		given++
		query.Where(product.ID(id.Of("Product")))
	}
	if code != nil {
		given++
		query.Where(bears(page.In(barcode.FieldBarcode, []string{strings.TrimSpace(*code)})))
	}
	if given != 1 {
		return nil, fault.Stop(fault.BadRequest, "give exactly one of sku, id and barcode")
	}
	p, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return p, err
}

// bears finds products by their barcodes.
func bears(which func(*sql.Selector)) predicate.Product {
	return func(s *sql.Selector) {
		t := sql.Dialect(s.Dialect()).Select(barcode.FieldSku).From(sql.Table(barcode.Table))
		which(t)
		s.Where(page.InFound(s, product.FieldSku, t))
	}
}

// BatchKey names a batch.
type BatchKey struct{ SKU, BatchNo string }

// BatchesByKey finds batches, in no order. People without product:view get none.
func BatchesByKey(ctx context.Context, db *store.DB, keys []BatchKey) (_ []*ent.Batch, err error) {
	defer fault.Wrap(&err, "catalog.BatchesByKey")
	if !auth.From(ctx).Can(auth.ProductView) {
		return nil, nil
	}
	skus, numbers := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		skus[i], numbers[i] = k.SKU, k.BatchNo
	}
	return db.Ent().Batch.Query().Where(page.InPairs(batch.FieldSku, batch.FieldBatchNo, skus, numbers)).All(ctx)
}

// Pack is what a scan of a barcode counts: Quantity base units of SKU, in a pack
// called Unit.
type Pack struct {
	SKU, Unit string
	Quantity  int64
}

// Packs are what barcodes, exactly as scanned, count. Those that no product bears
// are not in the map.
func Packs(ctx context.Context, tx store.Tx, codes []string) (_ map[string]Pack, err error) {
	defer fault.Wrap(&err, "catalog.Packs")
	rows, err := tx.Ent.Barcode.Query().Where(page.In(barcode.FieldBarcode, codes)).All(ctx)
	out := make(map[string]Pack, len(rows))
	for _, b := range rows {
		out[b.Barcode] = Pack{SKU: b.Sku, Unit: b.Unit, Quantity: b.PackQuantity}
	}
	return out, err
}

// PackOf is what a scan of one barcode counts; nil when no product bears it. Ends
// with Forbidden without product:view.
func PackOf(ctx context.Context, db *store.DB, code string) (_ *ent.Barcode, err error) {
	defer fault.Wrap(&err, "catalog.PackOf")
	if _, err := auth.Require(ctx, auth.ProductView); err != nil {
		return nil, err
	}
	b, err := db.Ent().Barcode.Query().Where(barcode.Barcode(strings.TrimSpace(code))).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return b, err
}
