package report

import "entrepot/internal/page"

// StockSummaryOrder orders the groups of a summary.
type StockSummaryOrder struct {
	Field     StockSummaryOrderField
	Direction page.Direction
}

// StockSummaryOrderField is what groups can be ordered by.
type StockSummaryOrderField string

// The values of StockSummaryOrderField.
const (
	GroupsByKey        StockSummaryOrderField = "GROUP"
	GroupsByPhysical   StockSummaryOrderField = "PHYSICAL"
	GroupsByAvailable  StockSummaryOrderField = "AVAILABLE"
	GroupsByAllocated  StockSummaryOrderField = "ALLOCATED"
	GroupsByInTransit  StockSummaryOrderField = "IN_TRANSIT"
	GroupsByStockCount StockSummaryOrderField = "STOCK_COUNT"
	GroupsBySKUCount   StockSummaryOrderField = "SKU_COUNT"
	GroupsByVolume     StockSummaryOrderField = "VOLUME"
	GroupsByValue      StockSummaryOrderField = "VALUE"
)

var groupKeys = map[StockSummaryOrderField]page.Key[*StockGroup]{
	GroupsByPhysical:   page.Int("physical", func(g *StockGroup) int64 { return g.Quantities.Physical }),
	GroupsByAvailable:  page.Int("available", func(g *StockGroup) int64 { return g.Quantities.Available }),
	GroupsByAllocated:  page.Int("allocated", func(g *StockGroup) int64 { return g.Quantities.Allocated }),
	GroupsByInTransit:  page.Int("in_transit", func(g *StockGroup) int64 { return g.Quantities.InTransit }),
	GroupsByStockCount: page.Int("stocks", func(g *StockGroup) int64 { return g.StockCount }),
	GroupsBySKUCount:   page.Int("skus", func(g *StockGroup) int64 { return g.SKUCount }),
	GroupsByVolume:     page.Int("volume", func(g *StockGroup) int64 { return g.VolumeCm3 }),
	// Groups without a value, for want of a rate, are below all others.
	GroupsByValue: page.Int("ranked_value", func(g *StockGroup) int64 {
		if g.BaseValue == nil {
			return noValue
		}
		return int64(*g.BaseValue)
	}),
}

// noValue ranks below every value.
const noValue = -1 << 62

// bucket says whether f is a bucket that goods of one age do not tell.
func (f StockSummaryOrderField) bucket() bool {
	return f == GroupsByAvailable || f == GroupsByAllocated || f == GroupsByInTransit
}

// measure asks for what f orders by.
func (f StockSummaryOrderField) measure(m *Measures) {
	switch f {
	case GroupsByStockCount:
		m.Stocks = true
	case GroupsBySKUCount:
		m.SKUs = true
	case GroupsByVolume:
		m.Volume = true
	case GroupsByValue:
		m.Value = true
	}
}

func (p *plan) order() page.Order[*StockGroup] {
	o := orderOf("stockSummary", p.by)
	if p.Order != nil {
		o.Name += "." + string(p.Order.Field)
		o.Key, o.Direction = groupKeys[p.Order.Field], p.Order.Direction
	}
	return o
}
