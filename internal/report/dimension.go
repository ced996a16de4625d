package report

import (
	"strconv"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/internal/store"
)

// StockDimension is what a summary can group by.
type StockDimension string

// The values of StockDimension.
const (
	BySKU          StockDimension = "SKU"
	ByWarehouse    StockDimension = "WAREHOUSE"
	ByBatch        StockDimension = "BATCH"
	ByCategory     StockDimension = "CATEGORY"
	ByBrand        StockDimension = "BRAND"
	ByLocationType StockDimension = "LOCATION_TYPE"
	ByOwnership    StockDimension = "OWNERSHIP"
	ByBusinessType StockDimension = "BUSINESS_TYPE"
	ByCurrency     StockDimension = "CURRENCY"
	ByExpiry       StockDimension = "EXPIRES_ON"
	ByAge          StockDimension = "AGE"
)

// The expressions of ByExpiry and ByAge depend on the database and the question.
var dimensions = map[StockDimension]dimension[StockGroup]{
	BySKU:          byText("sku", "u.sku", 0, func(g *StockGroup) *string { return &g.sku }),
	ByWarehouse:    byNumber("warehouse_id", "u.warehouse_id", 0, func(g *StockGroup) *int64 { return &g.warehouseID }),
	ByBatch:        byText("batch_no", "u.batch_no", needBatch, func(g *StockGroup) *string { return &g.batchNo }),
	ByCategory:     byText("category", "pr.category", needProduct, func(g *StockGroup) *string { return &g.category }),
	ByBrand:        byText("brand", "pr.brand", needProduct, func(g *StockGroup) *string { return &g.brand }),
	ByLocationType: byText("location_type", "w.location_type", needPlace, func(g *StockGroup) *string { return &g.locationType }),
	ByOwnership:    byText("ownership_type", "w.ownership_type", needPlace, func(g *StockGroup) *string { return &g.ownership }),
	ByBusinessType: byText("business_type", "w.business_type", needPlace, func(g *StockGroup) *string { return &g.businessType }),
	ByCurrency:     byText("currency", "w.currency", needPlace, func(g *StockGroup) *string { return &g.currency }),
	ByExpiry:       byText("expires_on", "", needBatch|needLot, func(g *StockGroup) *string { return &g.expiresOn }),
	ByAge:          byNumber("age", "", needLayer, func(g *StockGroup) *int64 { return &g.age }),
}

// noExpiry stands for goods that do not expire, behind all that do.
const noExpiry = "9999-12-31"

func expiryExpr(d string) string {
	day := store.DateText(d, "b.expires_on")
	if d == dialect.SQLite {
		day = "substr(b.expires_on, 1, 10)" // there a date has a time of day
	}
	return "coalesce(" + day + ", '" + noExpiry + "')"
}

// ageExpr is the number of the band in which a layer lies, from 0: band i ends
// after bounds[i] whole days, the last one never.
func ageExpr(p *store.Params, bounds []int, now time.Time) string {
	if len(bounds) == 0 {
		return "0"
	}
	expr := "CASE"
	for i, days := range bounds {
		expr += " WHEN u.received_at > " + p.Add(now.AddDate(0, 0, -days-1)) + " THEN " + strconv.Itoa(i)
	}
	return expr + " ELSE " + strconv.Itoa(len(bounds)) + " END"
}
