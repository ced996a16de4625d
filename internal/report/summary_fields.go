package report

import (
	"slices"
	"time"

	"entrepot/internal/stock"
)

// AgeBand is a stretch of ages in whole days. ToDays is included; nil is any number.
type AgeBand struct {
	FromDays int
	ToDays   *int
}

func (g *StockGroup) has(d StockDimension) bool { return slices.Contains(g.by, d) }

// SKU is the group's, nil when not grouped by it; so are those below.
func (g *StockGroup) SKU() *string { return grouped(g.by, BySKU, g.sku) }

// WarehouseID is the key of the group's warehouse.
func (g *StockGroup) WarehouseID() *int64 { return grouped(g.by, ByWarehouse, g.warehouseID) }

// BatchNo is empty for goods without a batch.
func (g *StockGroup) BatchNo() *string { return grouped(g.by, ByBatch, g.batchNo) }

// Category may be empty.
func (g *StockGroup) Category() *string { return grouped(g.by, ByCategory, g.category) }

// Brand may be empty.
func (g *StockGroup) Brand() *string { return grouped(g.by, ByBrand, g.brand) }

// LocationType is that of the group's warehouses.
func (g *StockGroup) LocationType() *stock.WarehouseLocationType {
	return grouped(g.by, ByLocationType, stock.WarehouseLocationType(g.locationType))
}

// OwnershipType is that of the group's warehouses.
func (g *StockGroup) OwnershipType() *stock.WarehouseOwnership {
	return grouped(g.by, ByOwnership, stock.WarehouseOwnership(g.ownership))
}

// BusinessType is that of the group's warehouses.
func (g *StockGroup) BusinessType() *stock.WarehouseBusinessType {
	return grouped(g.by, ByBusinessType, stock.WarehouseBusinessType(g.businessType))
}

// Currency is what the group's warehouses keep their costs in.
func (g *StockGroup) Currency() *string { return grouped(g.by, ByCurrency, g.currency) }

// ExpiresOn is nil also for goods that do not expire.
func (g *StockGroup) ExpiresOn() (*time.Time, error) {
	if !g.has(ByExpiry) || g.expiresOn == noExpiry {
		return nil, nil
	}
	day, err := time.Parse(time.DateOnly, g.expiresOn)
	return &day, err
}

// Age is how long ago the units came.
func (g *StockGroup) Age() *AgeBand {
	if !g.has(ByAge) {
		return nil
	}
	band := &AgeBand{}
	i := int(g.age)
	if i > 0 {
		band.FromDays = g.bounds[i-1] + 1
	}
	if i < len(g.bounds) {
		band.ToDays = &g.bounds[i]
	}
	return band
}

// Physical is known of every group.
func (g *StockGroup) Physical() int64 { return g.Quantities.Physical }

// Available is nil by age, as are those below.
func (g *StockGroup) Available() *int64 { return g.bucket(g.Quantities.Available) }

// Allocated units are promised.
func (g *StockGroup) Allocated() *int64 { return g.bucket(g.Quantities.Allocated) }

// Damaged units cannot be sold.
func (g *StockGroup) Damaged() *int64 { return g.bucket(g.Quantities.Damaged) }

// OnHold units were set aside by a person.
func (g *StockGroup) OnHold() *int64 { return g.bucket(g.Quantities.OnHold) }

// InTransit units are on their way.
func (g *StockGroup) InTransit() *int64 { return g.bucket(g.Quantities.InTransit) }

func (g *StockGroup) bucket(n int64) *int64 {
	if g.aged {
		return nil
	}
	return &n
}
