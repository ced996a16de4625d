package exporter

import (
	"context"

	"entrepot/ent"
	"entrepot/internal/catalog"
	"entrepot/internal/document"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/report"
	"entrepot/internal/warehouse"
)

var productList = of[*ent.Product]{
	read: func(ctx context.Context, s *Service, f Filters, a page.Args) (*page.Connection[*ent.Product], error) {
		return catalog.List(ctx, s.db, f.Products, nil, a)
	},
	cols: []column[*ent.Product]{
		{name: "sku", english: "SKU", chinese: "货号", value: func(_ *names, p *ent.Product) any { return p.Sku }},
		{name: "name", english: "Name", chinese: "名称", value: func(_ *names, p *ent.Product) any { return p.Name }},
		{name: "englishName", english: "English name", chinese: "英文名称", value: func(_ *names, p *ent.Product) any { return p.EnglishName }},
		{name: "category", english: "Category", chinese: "类别", value: func(_ *names, p *ent.Product) any { return p.Category }},
		{name: "brand", english: "Brand", chinese: "品牌", value: func(_ *names, p *ent.Product) any { return p.Brand }},
		{name: "spec", english: "Specification", chinese: "规格", value: func(_ *names, p *ent.Product) any { return p.Spec }},
		{name: "unit", english: "Unit", chinese: "单位", value: func(_ *names, p *ent.Product) any { return p.Unit }},
		{name: "price", english: "Price", chinese: "价格", value: func(_ *names, p *ent.Product) any { return amount(p.Price) }},
		{name: "priceCurrency", english: "Currency", chinese: "币种", value: func(_ *names, p *ent.Product) any { return p.PriceCurrency }},
		{name: "minStock", english: "Minimum stock", chinese: "最低库存", value: func(_ *names, p *ent.Product) any { return p.MinStock }},
		{name: "maxStock", english: "Maximum stock", chinese: "最高库存", value: func(_ *names, p *ent.Product) any { return number(p.MaxStock) }},
		{name: "weightG", english: "Weight (g)", chinese: "重量(克)", value: func(_ *names, p *ent.Product) any { return p.WeightG }},
		{name: "lengthMm", english: "Length (mm)", chinese: "长(毫米)", value: func(_ *names, p *ent.Product) any { return p.LengthMm }},
		{name: "widthMm", english: "Width (mm)", chinese: "宽(毫米)", value: func(_ *names, p *ent.Product) any { return p.WidthMm }},
		{name: "heightMm", english: "Height (mm)", chinese: "高(毫米)", value: func(_ *names, p *ent.Product) any { return p.HeightMm }},
		{name: "status", english: "Status", chinese: "状态", value: func(_ *names, p *ent.Product) any { return string(p.Status) }},
		{name: "description", english: "Description", chinese: "描述", value: func(_ *names, p *ent.Product) any { return p.Description }},
	},
}

var warehouseList = of[*ent.Warehouse]{
	read: func(ctx context.Context, s *Service, f Filters, a page.Args) (*page.Connection[*ent.Warehouse], error) {
		return warehouse.List(ctx, s.db, f.Warehouses, nil, a)
	},
	cols: []column[*ent.Warehouse]{
		{name: "code", english: "Code", chinese: "仓库编码", value: func(_ *names, w *ent.Warehouse) any { return w.Code }},
		{name: "name", english: "Name", chinese: "名称", value: func(_ *names, w *ent.Warehouse) any { return w.Name }},
		{name: "category", english: "Category", chinese: "类别", value: func(_ *names, w *ent.Warehouse) any { return string(w.Category) }},
		{name: "locationType", english: "Where", chinese: "境内外", value: func(_ *names, w *ent.Warehouse) any { return string(w.LocationType) }},
		{name: "ownershipType", english: "Ownership", chinese: "归属", value: func(_ *names, w *ent.Warehouse) any { return string(w.OwnershipType) }},
		{name: "businessType", english: "Business", chinese: "业务类型", value: func(_ *names, w *ent.Warehouse) any { return string(w.BusinessType) }},
		{name: "currency", english: "Currency", chinese: "币种", value: func(_ *names, w *ent.Warehouse) any { return w.Currency }},
		{name: "timeZone", english: "Time zone", chinese: "时区", value: func(_ *names, w *ent.Warehouse) any { return w.TimeZone }},
		{name: "capacity", english: "Capacity (units)", chinese: "容量(件)", value: func(_ *names, w *ent.Warehouse) any { return w.Capacity }},
		{name: "maxVolumeCm3", english: "Volume (cm³)", chinese: "容积(立方厘米)", value: func(_ *names, w *ent.Warehouse) any { return w.MaxVolumeCm3 }},
		{name: "status", english: "Status", chinese: "状态", value: func(_ *names, w *ent.Warehouse) any { return string(w.Status) }},
	},
}

var locationList = of[*ent.Location]{
	read: func(ctx context.Context, s *Service, f Filters, a page.Args) (*page.Connection[*ent.Location], error) {
		return warehouse.ListLocations(ctx, s.db, f.Locations, nil, a)
	},
	look: func(ctx context.Context, n *names, rows []*ent.Location) error {
		return lookWarehouses(ctx, n, rows, func(l *ent.Location) int64 { return l.WarehouseID })
	},
	cols: []column[*ent.Location]{
		{name: "warehouseCode", english: "Warehouse", chinese: "仓库编码", value: func(n *names, l *ent.Location) any { return n.warehouse(l.WarehouseID) }},
		{name: "code", english: "Location", chinese: "库位编码", value: func(_ *names, l *ent.Location) any { return l.Code }},
		{name: "type", english: "Type", chinese: "库位类型", value: func(_ *names, l *ent.Location) any { return string(l.Type) }},
		{name: "isLocked", english: "Locked", chinese: "锁定", value: func(_ *names, l *ent.Location) any { return l.IsLocked }},
		{name: "allowMixing", english: "Mixing allowed", chinese: "允许混放", value: func(_ *names, l *ent.Location) any { return l.AllowMixing }},
		{name: "maxVolumeCm3", english: "Volume (cm³)", chinese: "最大体积(立方厘米)", value: func(_ *names, l *ent.Location) any { return l.MaxVolumeCm3 }},
		{name: "status", english: "Status", chinese: "状态", value: func(_ *names, l *ent.Location) any { return string(l.Status) }},
	},
}

var stockList = of[*ent.Stock]{
	read: func(ctx context.Context, s *Service, f Filters, a page.Args) (*page.Connection[*ent.Stock], error) {
		return ledger.ListStocks(ctx, s.db, f.Stocks, nil, a)
	},
	look: func(ctx context.Context, n *names, rows []*ent.Stock) error {
		if err := lookWarehouses(ctx, n, rows, func(s *ent.Stock) int64 { return s.WarehouseID }); err != nil {
			return err
		}
		return lookProducts(ctx, n, rows, func(s *ent.Stock) string { return s.Sku })
	},
	cols: []column[*ent.Stock]{
		{name: "warehouseCode", english: "Warehouse", chinese: "仓库编码", value: func(n *names, s *ent.Stock) any { return n.warehouse(s.WarehouseID) }},
		{name: "sku", english: "SKU", chinese: "货号", value: func(_ *names, s *ent.Stock) any { return s.Sku }},
		{name: "productName", english: "Product", chinese: "名称", value: func(n *names, s *ent.Stock) any { return n.product(s.Sku) }},
		{name: "batchNo", english: "Batch", chinese: "批次", value: func(_ *names, s *ent.Stock) any { return s.BatchNo }},
		{name: "physical", english: "Physical", chinese: "实物库存", value: func(_ *names, s *ent.Stock) any { return s.PhysicalQuantity }},
		{name: "available", english: "Available", chinese: "可用库存", value: func(_ *names, s *ent.Stock) any { return s.AvailableQuantity }},
		{name: "allocated", english: "Allocated", chinese: "已分配", value: func(_ *names, s *ent.Stock) any { return s.AllocatedQuantity }},
		{name: "damaged", english: "Damaged", chinese: "残损", value: func(_ *names, s *ent.Stock) any { return s.DamagedQuantity }},
		{name: "onHold", english: "On hold", chinese: "冻结", value: func(_ *names, s *ent.Stock) any { return s.HoldQuantity }},
		{name: "inTransit", english: "In transit", chinese: "在途", value: func(_ *names, s *ent.Stock) any { return s.InTransitQuantity }},
		{name: "version", english: "Version", chinese: "版本", value: func(_ *names, s *ent.Stock) any { return s.Version }},
		{name: "changedAt", english: "Changed at (UTC)", chinese: "变更时间(UTC)", value: func(_ *names, s *ent.Stock) any { return s.ChangedAt }},
	},
}

// movementList is in the order of entry: what is booked meanwhile comes at its end.
var movementList = of[*ent.StockMovement]{
	read: func(ctx context.Context, s *Service, f Filters, a page.Args) (*page.Connection[*ent.StockMovement], error) {
		return ledger.ListMovements(ctx, s.db, f.StockMovements, &ledger.MovementOrder{Field: ledger.MovementsByID, Direction: page.Asc}, a)
	},
	look: func(ctx context.Context, n *names, rows []*ent.StockMovement) error {
		if err := lookWarehouses(ctx, n, rows, func(m *ent.StockMovement) int64 { return m.WarehouseID }); err != nil {
			return err
		}
		return lookPostings(ctx, n, rows, func(m *ent.StockMovement) int64 { return m.PostingID })
	},
	cols: []column[*ent.StockMovement]{
		{name: "occurredAt", english: "Occurred at (UTC)", chinese: "发生时间(UTC)", value: func(_ *names, m *ent.StockMovement) any { return m.OccurredAt }},
		{name: "recordedAt", english: "Recorded at (UTC)", chinese: "记账时间(UTC)", value: func(_ *names, m *ent.StockMovement) any { return m.RecordedAt }},
		{name: "warehouseCode", english: "Warehouse", chinese: "仓库编码", value: func(n *names, m *ent.StockMovement) any { return n.warehouse(m.WarehouseID) }},
		{name: "sku", english: "SKU", chinese: "货号", value: func(_ *names, m *ent.StockMovement) any { return m.Sku }},
		{name: "batchNo", english: "Batch", chinese: "批次", value: func(_ *names, m *ent.StockMovement) any { return m.BatchNo }},
		{name: "kind", english: "Kind", chinese: "类型", value: func(_ *names, m *ent.StockMovement) any { return string(m.Kind) }},
		{name: "physicalDelta", english: "Physical ±", chinese: "实物变动", value: func(_ *names, m *ent.StockMovement) any { return m.QuantityDelta }},
		{name: "availableDelta", english: "Available ±", chinese: "可用变动", value: func(_ *names, m *ent.StockMovement) any { return m.AvailableDelta }},
		{name: "allocatedDelta", english: "Allocated ±", chinese: "已分配变动", value: func(_ *names, m *ent.StockMovement) any { return m.AllocatedDelta }},
		{name: "damagedDelta", english: "Damaged ±", chinese: "残损变动", value: func(_ *names, m *ent.StockMovement) any { return m.DamagedDelta }},
		{name: "onHoldDelta", english: "On hold ±", chinese: "冻结变动", value: func(_ *names, m *ent.StockMovement) any { return m.HoldDelta }},
		{name: "inTransitDelta", english: "In transit ±", chinese: "在途变动", value: func(_ *names, m *ent.StockMovement) any { return m.InTransitDelta }},
		{name: "physicalAfter", english: "Physical after", chinese: "变动后实物", value: func(_ *names, m *ent.StockMovement) any { return m.PhysicalAfter }},
		{name: "availableAfter", english: "Available after", chinese: "变动后可用", value: func(_ *names, m *ent.StockMovement) any { return m.AvailableAfter }},
		{name: "reasonCode", english: "Reason", chinese: "原因", value: func(n *names, m *ent.StockMovement) any { return n.posting(m.PostingID).ReasonCode }},
		{name: "note", english: "Note", chinese: "备注", value: func(n *names, m *ent.StockMovement) any { return n.posting(m.PostingID).Note }},
		{name: "actor", english: "By", chinese: "操作人", value: func(n *names, m *ent.StockMovement) any { return n.users[n.posting(m.PostingID).ActorID] }},
		{name: "currency", english: "Currency", chinese: "币种", cost: true, value: func(_ *names, m *ent.StockMovement) any { return m.Currency }},
		{name: "unitCost", english: "Unit cost", chinese: "单位成本", cost: true, value: func(_ *names, m *ent.StockMovement) any { return amount(m.UnitCost) }},
		{name: "valueDelta", english: "Value ±", chinese: "金额变动", cost: true, value: func(_ *names, m *ent.StockMovement) any { return amount(&m.ValueDelta) }},
	},
}

var lowList = of[*report.LowStock]{
	read: func(ctx context.Context, s *Service, f Filters, a page.Args) (*page.Connection[*report.LowStock], error) {
		p, err := report.LowStocks(ctx, s.db, f.LowStock, nil, a)
		if err != nil {
			return nil, err
		}
		return p.Connection, nil
	},
	look: func(ctx context.Context, n *names, rows []*report.LowStock) error {
		return lookProducts(ctx, n, rows, func(l *report.LowStock) string { return l.SKU })
	},
	cols: []column[*report.LowStock]{
		{name: "sku", english: "SKU", chinese: "货号", value: func(_ *names, l *report.LowStock) any { return l.SKU }},
		{name: "productName", english: "Product", chinese: "名称", value: func(n *names, l *report.LowStock) any { return n.product(l.SKU) }},
		{name: "state", english: "State", chinese: "状态", value: func(_ *names, l *report.LowStock) any { return string(l.State) }},
		{name: "minStock", english: "Minimum", chinese: "最低库存", value: func(_ *names, l *report.LowStock) any { return l.Min }},
		{name: "maxStock", english: "Maximum", chinese: "最高库存", value: func(_ *names, l *report.LowStock) any { return number(l.Max) }},
		{name: "physical", english: "Physical", chinese: "实物库存", value: func(_ *names, l *report.LowStock) any { return l.Physical }},
		{name: "available", english: "Available", chinese: "可用库存", value: func(_ *names, l *report.LowStock) any { return l.Available }},
		{name: "inTransit", english: "In transit", chinese: "在途", value: func(_ *names, l *report.LowStock) any { return l.InTransit }},
		{name: "shortBy", english: "Short by", chinese: "缺少", value: func(_ *names, l *report.LowStock) any { return l.ShortBy }},
		{name: "excess", english: "Excess", chinese: "超出", value: func(_ *names, l *report.LowStock) any { return l.Excess }},
	},
}

var documentList = of[*ent.Document]{
	read: readDocuments,
	look: func(ctx context.Context, n *names, rows []*ent.Document) error {
		if err := lookWarehouses(ctx, n, rows, func(d *ent.Document) int64 { return d.WarehouseID }); err != nil {
			return err
		}
		return lookUsers(ctx, n, rows, func(d *ent.Document) int64 { return d.CreatedBy })
	},
	cols: []column[*ent.Document]{
		{name: "no", english: "Number", chinese: "单号", value: func(_ *names, d *ent.Document) any { return d.No }},
		{name: "kind", english: "Kind", chinese: "类型", value: func(_ *names, d *ent.Document) any { return string(d.Kind) }},
		{name: "state", english: "State", chinese: "状态", value: func(_ *names, d *ent.Document) any { return string(d.State) }},
		{name: "warehouseCode", english: "Warehouse", chinese: "仓库编码", value: func(n *names, d *ent.Document) any { return n.warehouse(d.WarehouseID) }},
		{name: "reasonCode", english: "Reason", chinese: "原因", value: func(_ *names, d *ent.Document) any { return d.ReasonCode }},
		{name: "externalNo", english: "External number", chinese: "外部单号", value: func(_ *names, d *ent.Document) any { return d.ExternalNo }},
		{name: "party", english: "Party", chinese: "往来单位", value: func(_ *names, d *ent.Document) any { return d.Party }},
		{name: "country", english: "Country", chinese: "国家", value: func(_ *names, d *ent.Document) any { return d.Country }},
		{name: "occurredAt", english: "Occurred at (UTC)", chinese: "发生时间(UTC)", value: func(_ *names, d *ent.Document) any { return d.OccurredAt }},
		{name: "expectedAt", english: "Expected at (UTC)", chinese: "预计时间(UTC)", value: func(_ *names, d *ent.Document) any { return moment(d.ExpectedAt) }},
		{name: "lineCount", english: "Lines", chinese: "行数", value: func(_ *names, d *ent.Document) any { return int64(d.LineCount) }},
		{name: "quantity", english: "Quantity", chinese: "数量", value: func(_ *names, d *ent.Document) any { return d.Quantity }},
		{name: "executedQuantity", english: "Executed", chinese: "已执行", value: func(_ *names, d *ent.Document) any { return d.ExecutedQuantity }},
		{name: "rejectedQuantity", english: "Rejected", chinese: "已拒收", value: func(_ *names, d *ent.Document) any { return d.RejectedQuantity }},
		{name: "createdBy", english: "Created by", chinese: "创建人", value: func(n *names, d *ent.Document) any { return n.users[d.CreatedBy] }},
		{name: "createdAt", english: "Created at (UTC)", chinese: "创建时间(UTC)", value: func(_ *names, d *ent.Document) any { return d.CreatedAt }},
		{name: "note", english: "Note", chinese: "备注", value: func(_ *names, d *ent.Document) any { return d.Note }},
	},
}

// readDocuments reads them in the order of entry: what is made meanwhile comes at the
// end.
func readDocuments(ctx context.Context, s *Service, f Filters, a page.Args) (*page.Connection[*ent.Document], error) {
	return document.List(ctx, s.db, f.Documents, &document.Order{Field: document.ByEntry, Direction: page.Asc}, a)
}
