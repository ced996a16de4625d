package ledger

import (
	"context"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent/batch"
	"entrepot/ent/predicate"
	"entrepot/ent/product"
	entstock "entrepot/ent/stock"
	"entrepot/ent/warehouse"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// StockFilter narrows ListStocks. All conditions must hold.
type StockFilter struct {
	// Of the warehouse.
	WarehouseCodes    []string
	WarehouseCategory *stock.WarehouseCategory
	LocationType      *stock.WarehouseLocationType
	OwnershipType     *stock.WarehouseOwnership
	BusinessType      *stock.WarehouseBusinessType

	// Of the product.
	SKUs []string
	// IncludeInterchange asks for what stands in for SKUs too: whoever knows
	// that, which is package catalog, adds it to them.
	IncludeInterchange bool
	SKUPrefix          *string
	Search             *string
	Categories         []string
	Brands             []string
	// BelowMinimum asks for what is low in its warehouse, over all batches, or
	// for what is not.
	BelowMinimum *bool

	// Of the batch.
	BatchNo       *string
	BatchNos      []string
	BatchPrefix   *string
	BatchStates   []stock.BatchState
	ExpiresBefore *time.Time

	// NonZero asks for stocks with units in any bucket, or for those without.
	NonZero          *bool
	AvailableAtLeast *int64
	AvailableAtMost  *int64
	Quantities       []QuantityRange
	ChangedSince     *time.Time
}

// QuantityRange bounds the units in one bucket, both ends included.
type QuantityRange struct {
	Bucket  stock.Bucket
	AtLeast *int64
	AtMost  *int64
}

// maxRanges allows each bucket twice.
const maxRanges = 12

var bucketColumns = map[stock.Bucket]string{
	stock.BucketPhysical:  entstock.FieldPhysicalQuantity,
	stock.BucketAvailable: entstock.FieldAvailableQuantity,
	stock.BucketAllocated: entstock.FieldAllocatedQuantity,
	stock.BucketDamaged:   entstock.FieldDamagedQuantity,
	stock.BucketOnHold:    entstock.FieldHoldQuantity,
	stock.BucketInTransit: entstock.FieldInTransitQuantity,
}

// predicates are the conditions but for those that warehouses answers, and SKUs.
func (f *StockFilter) predicates() (where []predicate.Stock, err error) {
	for field, n := range map[string]int{
		"warehouseCodes": len(f.WarehouseCodes), "skus": len(f.SKUs), "categories": len(f.Categories), "brands": len(f.Brands),
		"batchNos": len(f.BatchNos), "batchStates": len(f.BatchStates),
	} {
		if err := page.Keys("filter."+field, n); err != nil {
			return nil, err
		}
	}
	if f.SKUPrefix != nil {
		where = append(where, page.StartsWith(entstock.FieldSku, stored(*f.SKUPrefix)))
	}
	if f.BatchNo != nil {
		where = append(where, entstock.BatchNo(strings.TrimSpace(*f.BatchNo)))
	}
	if f.BatchNos != nil {
		where = append(where, page.In(entstock.FieldBatchNo, trimmed(f.BatchNos)))
	}
	if f.BatchPrefix != nil {
		where = append(where, page.StartsWith(entstock.FieldBatchNo, strings.TrimSpace(*f.BatchPrefix)))
	}
	if f.NonZero != nil {
		where = append(where, nonZero(*f.NonZero))
	}
	if f.ChangedSince != nil {
		where = append(where, entstock.ChangedAtGTE(store.Moment(*f.ChangedSince)))
	}
	if f.BelowMinimum != nil {
		where = append(where, belowMinimum(*f.BelowMinimum))
	}
	for _, more := range []func() ([]predicate.Stock, error){f.ofQuantities, f.ofProduct, f.ofBatch} {
		p, err := more()
		if err != nil {
			return nil, err
		}
		where = append(where, p...)
	}
	return where, nil
}

func (f *StockFilter) ofQuantities() (where []predicate.Stock, err error) {
	if len(f.Quantities) > maxRanges {
		return nil, fault.Stop(fault.BadRequest, "filter.quantities takes at most %d values, not %d", maxRanges, len(f.Quantities))
	}
	available := QuantityRange{stock.BucketAvailable, f.AvailableAtLeast, f.AvailableAtMost}
	for _, r := range slices.Concat(f.Quantities, []QuantityRange{available}) {
		column := bucketColumns[r.Bucket]
		if r.AtLeast != nil {
			where = append(where, func(s *sql.Selector) { s.Where(sql.GTE(s.C(column), *r.AtLeast)) })
		}
		if r.AtMost != nil {
			where = append(where, func(s *sql.Selector) { s.Where(sql.LTE(s.C(column), *r.AtMost)) })
		}
	}
	return where, nil
}

func (f *StockFilter) ofProduct() (where []predicate.Stock, err error) {
	var of []predicate.Product
	if f.Categories != nil {
		of = append(of, page.In(product.FieldCategory, f.Categories))
	}
	if f.Brands != nil {
		of = append(of, page.In(product.FieldBrand, f.Brands))
	}
	if f.Search != nil && *f.Search != "" {
		if err := page.Search("filter.search", *f.Search); err != nil {
			return nil, err
		}
		of = append(of, product.Or(
			page.StartsWith(product.FieldSku, stored(*f.Search)),
			product.NameContainsFold(*f.Search),
			product.EnglishNameContainsFold(*f.Search),
			product.BrandContainsFold(*f.Search),
			product.SpecContainsFold(*f.Search),
		))
	}
	if of == nil {
		return nil, nil
	}
	return []predicate.Stock{func(s *sql.Selector) {
		p := sql.Dialect(s.Dialect()).Select(product.FieldSku).From(sql.Table(product.Table))
		product.And(of...)(p)
		s.Where(sql.In(s.C(entstock.FieldSku), p))
	}}, nil
}

func (f *StockFilter) ofBatch() (where []predicate.Stock, err error) {
	var of []predicate.Batch
	if f.BatchStates != nil {
		of = append(of, page.InEnum(batch.FieldState, f.BatchStates))
	}
	if f.ExpiresBefore != nil {
		of = append(of, batch.ExpiresOnLT(f.ExpiresBefore.UTC().Truncate(24*time.Hour)))
	}
	if of == nil {
		return nil, nil
	}
	return []predicate.Stock{func(s *sql.Selector) {
		b := sql.Dialect(s.Dialect()).Select(batch.FieldID).From(sql.Table(batch.Table))
		b.Where(sql.And(
			sql.ColumnsEQ(b.C(batch.FieldSku), s.C(entstock.FieldSku)),
			sql.ColumnsEQ(b.C(batch.FieldBatchNo), s.C(entstock.FieldBatchNo)),
		))
		batch.And(of...)(b)
		s.Where(sql.Exists(b))
	}}, nil
}

// nonZero: whether the stock holds units in any bucket.
func nonZero(yes bool) predicate.Stock {
	// No other bucket holds units when neither of these does.
	empty := entstock.And(entstock.PhysicalQuantity(0), entstock.InTransitQuantity(0))
	if yes {
		return entstock.Not(empty)
	}
	return empty
}

// belowMinimum: whether all batches of the SKU in the warehouse together have
// fewer available units than the product's minimum.
func belowMinimum(yes bool) predicate.Stock {
	return func(s *sql.Selector) {
		all := sql.Table(entstock.Table).As("alike")
		sum := sql.Dialect(s.Dialect()).Select(sql.Sum(all.C(entstock.FieldAvailableQuantity))).From(all).Where(sql.And(
			sql.ColumnsEQ(all.C(entstock.FieldWarehouseID), s.C(entstock.FieldWarehouseID)),
			sql.ColumnsEQ(all.C(entstock.FieldSku), s.C(entstock.FieldSku)),
		))
		p := sql.Dialect(s.Dialect()).Select(product.FieldID).From(sql.Table(product.Table))
		p.Where(sql.And(
			sql.ColumnsEQ(p.C(product.FieldSku), s.C(entstock.FieldSku)),
			sql.GT(p.C(product.FieldMinStock), 0), // most have none: nothing is summed up for them
			sql.P(func(b *sql.Builder) {
				b.Ident(p.C(product.FieldMinStock)).WriteOp(sql.OpGT).Wrap(func(b *sql.Builder) { b.Join(sum) })
			}),
		))
		if yes {
			s.Where(sql.Exists(p))
		} else {
			s.Where(sql.NotExists(p))
		}
	}
}

// warehouses are those that the filter admits, when it narrows them: as keys, so
// that the query proper carries the column that stocks are partitioned by.
func (f *StockFilter) warehouses(ctx context.Context, db *store.DB) (ids []int64, narrowed bool, err error) {
	var where []predicate.Warehouse
	if f.WarehouseCodes != nil {
		where = append(where, page.In(warehouse.FieldCode, storedAll(f.WarehouseCodes)))
	}
	if f.WarehouseCategory != nil {
		where = append(where, warehouse.CategoryEQ(*f.WarehouseCategory))
	}
	if f.LocationType != nil {
		where = append(where, warehouse.LocationTypeEQ(*f.LocationType))
	}
	if f.OwnershipType != nil {
		where = append(where, warehouse.OwnershipTypeEQ(*f.OwnershipType))
	}
	if f.BusinessType != nil {
		where = append(where, warehouse.BusinessTypeEQ(*f.BusinessType))
	}
	if where == nil {
		return nil, false, nil
	}
	ids, err = db.Ent().Warehouse.Query().Where(where...).IDs(ctx)
	return ids, true, err
}

// warehouseIDs turns codes into keys. Unknown codes have none.
func warehouseIDs(ctx context.Context, db *store.DB, codes ...string) ([]int64, error) {
	return db.Ent().Warehouse.Query().Where(page.In(warehouse.FieldCode, storedAll(codes))).IDs(ctx)
}

// stored is a code as it is stored, from what a person typed.
func stored(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

func storedAll(codes []string) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = stored(c)
	}
	return out
}

func trimmed(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.TrimSpace(s)
	}
	return out
}
