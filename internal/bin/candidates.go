package bin

import (
	"cmp"
	"context"
	"math"
	"slices"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/location"
	"entrepot/ent/locationstock"
	"entrepot/ent/predicate"
	"entrepot/ent/product"
	entstock "entrepot/ent/stock"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// shelfTypes are the types of bins that goods are put away to, the better ones first.
var shelfTypes = []stock.LocationType{stock.LocationPick, stock.LocationStorage}

// candidates are the bins that may take some of the SKUs, in the order of
// preference, with what lies there; and the size of a unit of each SKU in mm³.
func candidates(ctx context.Context, db *store.DB, warehouseID int64, skus []string) ([]*shelf, map[string]int64, error) {
	open := func(more ...predicate.Location) *ent.LocationQuery {
		return db.Ent().Location.Query().Where(location.WarehouseID(warehouseID), page.InEnum(location.FieldType, shelfTypes),
			location.StatusEQ(stock.StatusActive), location.IsLocked(false)).Where(more...).Order(ent.Asc(location.FieldType, location.FieldCode))
	}
	same, err := open(lies(skus)).All(ctx)
	if err != nil {
		return nil, nil, err
	}
	// PICK sorts before STORAGE, as it should.
	empty, err := open(location.Not(lies(nil))).Limit(maxCandidates).All(ctx)
	if err != nil {
		return nil, nil, err
	}
	mixed, err := open(location.AllowMixing(true), lies(nil)).Limit(maxCandidates).All(ctx)
	if err != nil {
		return nil, nil, err
	}
	byID := map[int64]*shelf{}
	for _, l := range slices.Concat(same, empty, mixed) {
		byID[l.ID] = &shelf{Location: l}
	}
	volumes, err := fill(ctx, db, byID, skus)
	shelves := make([]*shelf, 0, len(byID))
	for _, s := range byID {
		shelves = append(shelves, s)
	}
	slices.SortFunc(shelves, func(a, b *shelf) int {
		return cmp.Or(cmp.Compare(slices.Index(shelfTypes, a.Type), slices.Index(shelfTypes, b.Type)), cmp.Compare(a.Code, b.Code))
	})
	return shelves, volumes, err
}

// lies finds locations where one of the SKUs lies; any, when skus is nil.
func lies(skus []string) predicate.Location {
	return func(s *sql.Selector) {
		held := sql.Dialect(s.Dialect()).Select(locationstock.FieldLocationID).From(sql.Table(locationstock.Table))
		held.Where(sql.GT(held.C(locationstock.FieldQuantity), 0))
		if skus == nil {
			held.Where(sql.ColumnsEQ(held.C(locationstock.FieldLocationID), s.C(location.FieldID)))
			s.Where(sql.Exists(held))
			return
		}
		of := sql.Dialect(s.Dialect()).Select(entstock.FieldID).From(sql.Table(entstock.Table))
		page.In(entstock.FieldSku, skus)(of)
		s.Where(sql.In(s.C(location.FieldID), held.Where(sql.In(held.C(locationstock.FieldStockID), of))))
	}
}

// fill tells shelves what lies in them, and returns the size of a unit of each SKU.
func fill(ctx context.Context, db *store.DB, shelves map[int64]*shelf, skus []string) (map[string]int64, error) {
	ids := make([]int64, 0, len(shelves))
	for id := range shelves {
		ids = append(ids, id)
	}
	held, err := db.Ent().LocationStock.Query().Where(page.In(locationstock.FieldLocationID, ids), locationstock.QuantityGT(0)).
		Order(ent.Asc(locationstock.FieldID)).All(ctx)
	if err != nil {
		return nil, err
	}
	stocks := make([]int64, len(held))
	for i, h := range held {
		stocks[i] = h.StockID
	}
	found, err := db.Ent().Stock.Query().Where(page.In(entstock.FieldID, stocks)).Select(entstock.FieldID, entstock.FieldSku).All(ctx)
	if err != nil {
		return nil, err
	}
	skuOf := make(map[int64]string, len(found))
	for _, s := range found {
		skuOf[s.ID] = s.Sku
		skus = append(skus, s.Sku)
	}
	products, err := db.Ent().Product.Query().Where(page.In(product.FieldSku, skus)).
		Select(product.FieldSku, product.FieldLengthMm, product.FieldWidthMm, product.FieldHeightMm).All(ctx)
	volumes := make(map[string]int64, len(products))
	for _, p := range products {
		volumes[p.Sku] = p.LengthMm * p.WidthMm * p.HeightMm
	}
	for _, h := range held {
		s, sku := shelves[h.LocationID], skuOf[h.StockID]
		if !slices.Contains(s.skus, sku) {
			s.skus = append(s.skus, sku)
		}
		if each := volumes[sku]; each > 0 && h.Quantity > (math.MaxInt64-s.used)/each {
			s.used = math.MaxInt64
		} else {
			s.used += h.Quantity * each
		}
	}
	return volumes, err
}
