package demo

import (
	"context"

	"entrepot/internal/command"
	"entrepot/internal/stock"
	"entrepot/internal/warehouse"
)

// A warehouse of every kind in the original requirements.
var warehouses = []struct {
	code, name         string
	category           stock.WarehouseCategory
	location           stock.WarehouseLocationType
	ownership          stock.WarehouseOwnership
	business           stock.WarehouseBusinessType
	currency, timeZone string
	cubicMetres        int64
	parent             string
}{
	{"SZ01", "深圳自营总仓 Shenzhen main", stock.WarehousePhysical, stock.WarehouseDomestic, stock.WarehouseSelf, stock.WarehouseStandard, "CNY", "Asia/Shanghai", 12_000, ""},
	{"LA01", "洛杉矶自营仓 Los Angeles", stock.WarehousePhysical, stock.WarehouseOverseas, stock.WarehouseSelf, stock.WarehouseStandard, "USD", "America/Los_Angeles", 6_000, "SZ01"},
	{"DE01", "谷仓德国仓 GoodCang Germany", stock.WarehousePhysical, stock.WarehouseOverseas, stock.WarehouseThirdParty, stock.WarehouseStandard, "EUR", "Europe/Berlin", 0, "SZ01"},
	{"FBA-US", "亚马逊美国 Amazon FBA US", stock.WarehousePhysical, stock.WarehouseOverseas, stock.WarehouseThirdParty, stock.WarehouseFBA, "USD", "America/New_York", 0, "SZ01"},
	{"NB-BOND", "宁波保税仓 Ningbo bonded", stock.WarehousePhysical, stock.WarehouseDomestic, stock.WarehouseThirdParty, stock.WarehouseBonded, "CNY", "Asia/Shanghai", 1_500, "SZ01"},
	{"V-SHOP", "独立站销售虚拟仓 Web shop pool", stock.WarehouseVirtual, stock.WarehouseOverseas, stock.WarehouseSelf, stock.WarehouseStandard, "USD", "UTC", 0, "LA01"},
	{"V-BUY", "采购虚拟仓 Purchase pool", stock.WarehouseVirtual, stock.WarehouseDomestic, stock.WarehouseSelf, stock.WarehouseStandard, "CNY", "Asia/Shanghai", 0, "SZ01"},
}

func (b *books) openWarehouses(ctx context.Context) error {
	in := warehouse.ImportInput{Import: creating("warehouses")}
	for _, w := range warehouses {
		volume := w.cubicMetres * 1_000_000
		row := warehouse.ImportRow{Code: w.code, Fields: warehouse.Fields{
			Name: &w.name, Category: &w.category, LocationType: &w.location, OwnershipType: &w.ownership, BusinessType: &w.business,
			Currency: &w.currency, TimeZone: &w.timeZone, MaxVolumeCm3: &volume,
		}}
		if w.parent != "" {
			row.ParentCodes = []string{w.parent}
		}
		in.Rows = append(in.Rows, row)
	}
	done, err := b.Warehouses.Import(ctx, in)
	return onlyTaken(done.UserErrors, err)
}

// creating makes what is missing, and refuses the rows that are there.
func creating(key string) command.Import {
	return command.Import{Intent: intent(key), Mode: command.Create, ErrorPolicy: command.RejectFailedRows}
}

func intent(key string) command.Intent { return command.Intent{IdempotencyKey: keys + key} }
