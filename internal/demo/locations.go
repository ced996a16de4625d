package demo

import (
	"context"
	"fmt"

	"entrepot/internal/stock"
	"entrepot/internal/warehouse"
)

// A zone is a part of a warehouse that the numbers of its bins are generated for.
type zone struct {
	site, name                string
	kind                      stock.LocationType
	aisles, levels, positions int
	mixing                    bool
	litres                    int64 // in one bin
}

// A holds what is picked often, B pallets, C what is long or bulky.
var zones = []zone{
	{"SZ01", "A", stock.LocationPick, 6, 5, 12, false, 3_000},
	{"SZ01", "B", stock.LocationStorage, 4, 4, 10, true, 15_000},
	{"SZ01", "C", stock.LocationStorage, 2, 3, 10, true, 60_000},
	{"LA01", "A", stock.LocationPick, 4, 3, 12, true, 3_000},
	{"LA01", "B", stock.LocationStorage, 3, 3, 10, true, 60_000},
}

var bins = []struct {
	site, code string
	kind       stock.LocationType
}{
	{"SZ01", "RECEIVE-01", stock.LocationReceive},
	{"SZ01", "RECEIVE-02", stock.LocationReceive},
	{"SZ01", "RETURN-01", stock.LocationReturn},
	{"SZ01", "STAGE-01", stock.LocationStage},
	{"SZ01", "STAGE-02", stock.LocationStage},
	{"SZ01", "DAMAGED-01", stock.LocationDamaged},
	{"SZ01", "LOST-01", stock.LocationLost},
	{"LA01", "RECEIVE-01", stock.LocationReceive},
	{"LA01", "RETURN-01", stock.LocationReturn},
	{"LA01", "STAGE-01", stock.LocationStage},
	{"LA01", "DAMAGED-01", stock.LocationDamaged},
	{"LA01", "LOST-01", stock.LocationLost},
}

// These two are closed: a broken beam, a leaking sprinkler. No part lives there.
var locked = []struct{ site, code string }{{"SZ01", "B-04-04-10"}, {"SZ01", "C-02-03-10"}}

func (b *books) numberBins(ctx context.Context) error {
	for _, z := range zones {
		volume := z.litres * 1000
		if _, err := b.Warehouses.Generate(ctx, warehouse.GenerateInput{
			Intent: intent("bins-" + z.site + "-" + z.name), WarehouseCode: z.site, Zones: []string{z.name},
			Aisles: warehouse.Range{From: 1, To: z.aisles}, Levels: warehouse.Range{From: 1, To: z.levels}, Positions: warehouse.Range{From: 1, To: z.positions},
			LocationFields: warehouse.LocationFields{Type: &z.kind, AllowMixing: &z.mixing, MaxVolumeCm3: &volume},
		}); err != nil {
			return err
		}
	}
	in := warehouse.LocationImportInput{Import: creating("bins")}
	mixing, closed := true, true
	for _, l := range bins {
		in.Rows = append(in.Rows, warehouse.LocationRow{
			WarehouseCode: l.site, Code: l.code, LocationFields: warehouse.LocationFields{Type: &l.kind, AllowMixing: &mixing},
		})
	}
	done, err := b.Warehouses.ImportLocations(ctx, in)
	if err := onlyTaken(done.UserErrors, err); err != nil {
		return err
	}
	for _, l := range locked {
		in := warehouse.LocationInput{Intent: intent("lock-" + l.code), LocationRow: warehouse.LocationRow{
			WarehouseCode: l.site, Code: l.code, LocationFields: warehouse.LocationFields{IsLocked: &closed},
		}}
		if _, err := b.Warehouses.UpdateLocation(ctx, in); err != nil {
			return err
		}
	}
	return nil
}

// zone is where a part lives by its size.
func (p part) zone() string {
	switch volume := p.length * p.width * p.height / 1000; {
	case p.length >= 700 || volume > 40_000:
		return "C"
	case volume > 4_000:
		return "B"
	}
	return "A"
}

// bin is the place of a part in a warehouse, "" where we do not keep any. Zones
// with fewer bins than parts have mixed ones; the last bin stays free.
func (p part) bin(site string) string {
	var home *zone
	for i, z := range zones {
		if z.site == site && z.name <= p.zone() {
			home = &zones[i]
		}
	}
	if home == nil {
		return ""
	}
	n := p.number % (home.aisles*home.levels*home.positions - 1)
	perAisle := home.levels * home.positions
	return fmt.Sprintf("%s-%02d-%02d-%02d", home.name, n/perAisle+1, n%perAisle/home.positions+1, n%home.positions+1)
}
