package graph_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestProductsAreFilteredAndOrderedAsALoopWould(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		c := found(t, db)
		of := func(p *ent.Product) func(*ent.Stock) bool { return func(s *ent.Stock) bool { return s.Sku == p.Sku } }
		stocked := func(p *ent.Product) bool {
			return c.sum(of(p), func(s *ent.Stock) int64 { return s.PhysicalQuantity }) > 0
		}
		low := func(p *ent.Product) bool { return c.sum(of(p), c.available) < p.MinStock }
		coded := func(p *ent.Product) bool { return slices.Index(c.products, p)%3 == 0 }
		not := func(keep func(*ent.Product) bool) func(*ent.Product) bool {
			return func(p *ent.Product) bool { return !keep(p) }
		}
		naive[*ent.Product]{
			list: "products", rows: c.products,
			filters: map[string]func(*ent.Product) bool{
				`skus: ["sku-01", "SKU-02"]`: func(p *ent.Product) bool { return p.Sku == "SKU-01" || p.Sku == "SKU-02" },
				`skuPrefix: "sku-1"`:         func(p *ent.Product) bool { return strings.HasPrefix(p.Sku, "SKU-1") },
				`barcodes: ["690", "693"]`:   func(p *ent.Product) bool { return p.Sku == "SKU-00" || p.Sku == "SKU-03" },
				`search: "thing y"`:          func(p *ent.Product) bool { return p.Name == "Thing Y" },
				`status: ARCHIVED`:           func(p *ent.Product) bool { return p.Status == stock.StatusArchived },
				`categories: ["A"]`:          func(p *ent.Product) bool { return p.Category == "A" },
				`brands: ["Bosch", "x"]`:     func(p *ent.Product) bool { return p.Brand == "Bosch" },
				`hasBarcode: true`:           coded,
				`hasBarcode: false`:          not(coded),
				`inStock: true`:              stocked,
				`inStock: false`:             not(stocked),
				`belowMinimum: true`:         low,
				`belowMinimum: false`:        not(low),
				`createdSince: ` + at(1):     func(p *ent.Product) bool { return !p.CreatedAt.Before(tick(1)) },
				`updatedSince: ` + at(3):     func(p *ent.Product) bool { return !p.UpdatedAt.Before(tick(3)) },
			},
			within: []string{`brands: ["Bosch", "x"]`},
			orders: map[string]func(a, b *ent.Product) int{
				"ID":         func(a, b *ent.Product) int { return 0 },
				"SKU":        func(a, b *ent.Product) int { return cmp.Compare(a.Sku, b.Sku) },
				"NAME":       func(a, b *ent.Product) int { return cmp.Compare(a.Name, b.Name) },
				"CATEGORY":   func(a, b *ent.Product) int { return cmp.Compare(a.Category, b.Category) },
				"BRAND":      func(a, b *ent.Product) int { return cmp.Compare(a.Brand, b.Brand) },
				"CREATED_AT": func(a, b *ent.Product) int { return a.CreatedAt.Compare(b.CreatedAt) },
				"UPDATED_AT": func(a, b *ent.Product) int { return a.UpdatedAt.Compare(b.UpdatedAt) },
			},
		}.hold(t, c.Graph, c.who)
	})
}

func TestWarehousesAreFilteredAndOrderedAsALoopWould(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		c := found(t, db)
		stocked := func(w *ent.Warehouse) bool {
			return c.sum(func(s *ent.Stock) bool { return s.WarehouseID == w.ID }, func(s *ent.Stock) int64 { return s.PhysicalQuantity }) > 0
		}
		naive[*ent.Warehouse]{
			list: "warehouses", rows: c.warehouses,
			filters: map[string]func(*ent.Warehouse) bool{
				`codes: ["w1", "W2"]`:    func(w *ent.Warehouse) bool { return w.Code == "W1" || w.Code == "W2" },
				`search: "house a"`:      func(w *ent.Warehouse) bool { return w.Name == "House A" },
				`category: VIRTUAL`:      func(w *ent.Warehouse) bool { return w.Category == stock.WarehouseVirtual },
				`currencies: ["usd"]`:    func(w *ent.Warehouse) bool { return w.Currency == "USD" },
				`inStock: true`:          stocked,
				`inStock: false`:         func(w *ent.Warehouse) bool { return !stocked(w) },
				`updatedSince: ` + at(2): func(w *ent.Warehouse) bool { return !w.UpdatedAt.Before(tick(2)) },
			},
			orders: map[string]func(a, b *ent.Warehouse) int{
				"ID":         func(a, b *ent.Warehouse) int { return 0 },
				"CODE":       func(a, b *ent.Warehouse) int { return cmp.Compare(a.Code, b.Code) },
				"NAME":       func(a, b *ent.Warehouse) int { return cmp.Compare(a.Name, b.Name) },
				"CAPACITY":   func(a, b *ent.Warehouse) int { return cmp.Compare(a.Capacity, b.Capacity) },
				"CREATED_AT": func(a, b *ent.Warehouse) int { return a.CreatedAt.Compare(b.CreatedAt) },
				"UPDATED_AT": func(a, b *ent.Warehouse) int { return a.UpdatedAt.Compare(b.UpdatedAt) },
			},
		}.hold(t, c.Graph, c.who)
	})
}

func TestLocationsAreFilteredAndOrderedAsALoopWould(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		c := found(t, db)
		in := `warehouseCodes: ["w0", "W2"]`
		naive[*ent.Location]{
			list: "locations", rows: c.locations,
			filters: map[string]func(*ent.Location) bool{
				in:                        func(l *ent.Location) bool { return c.warehouse(l.WarehouseID).Code != "W1" },
				`codes: ["a-01", "B-02"]`: func(l *ent.Location) bool { return l.Code == "A-01" || l.Code == "B-02" },
				`search: "b-0"`:           func(l *ent.Location) bool { return strings.HasPrefix(l.Code, "B-0") },
				`types: [PICK]`:           func(l *ent.Location) bool { return l.Type == stock.LocationPick },
				`locked: true`:            func(l *ent.Location) bool { return l.IsLocked },
				`allowMixing: true`:       func(l *ent.Location) bool { return l.AllowMixing },
				`status: ARCHIVED`:        func(l *ent.Location) bool { return l.Status == stock.StatusArchived },
				`updatedSince: ` + at(2):  func(l *ent.Location) bool { return !l.UpdatedAt.Before(tick(2)) },
			},
			within: []string{in},
			orders: map[string]func(a, b *ent.Location) int{
				"ID":   func(a, b *ent.Location) int { return 0 },
				"CODE": func(a, b *ent.Location) int { return cmp.Compare(a.Code, b.Code) },
				"WAREHOUSE": func(a, b *ent.Location) int {
					return cmp.Or(cmp.Compare(a.WarehouseID, b.WarehouseID), cmp.Compare(a.Code, b.Code))
				},
				"UPDATED_AT": func(a, b *ent.Location) int { return a.UpdatedAt.Compare(b.UpdatedAt) },
			},
		}.hold(t, c.Graph, c.who)
	})
}

func TestDocumentsAreFilteredAndOrderedAsALoopWould(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		c := found(t, db)
		open := func(d *ent.Document) bool {
			return d.State != stock.DocumentCompleted && d.State != stock.DocumentCancelled
		}
		left := func(d *ent.Document) bool { return open(d) && d.ExecutedQuantity < d.Quantity }
		code := func(d *ent.Document) string { return c.warehouse(d.WarehouseID).Code }
		line := func(d *ent.Document) string { return c.products[slices.Index(c.documents, d)%5].Sku }
		naive[*ent.Document]{
			list: "documents", rows: c.documents,
			filters: map[string]func(*ent.Document) bool{
				`kinds: [INBOUND]`: func(d *ent.Document) bool { return d.Kind == stock.DocumentInbound },
				`states: [DRAFT, COMPLETED]`: func(d *ent.Document) bool {
					return d.State == stock.DocumentDraft || d.State == stock.DocumentCompleted
				},
				`open: true`:                                        open,
				`open: false`:                                       func(d *ent.Document) bool { return !open(d) },
				`open: true, states: [DRAFT, COMPLETED]`:            func(d *ent.Document) bool { return d.State == stock.DocumentDraft },
				`outstanding: true`:                                 left,
				`outstanding: false`:                                func(d *ent.Document) bool { return !left(d) },
				`reversal: true`:                                    func(d *ent.Document) bool { return d.ReversesID != nil },
				`warehouseCodes: ["w1", "W3"]`:                      func(d *ent.Document) bool { return code(d) == "W1" || code(d) == "W3" },
				`warehouseCodes: ["w1", "W3"], open: true`:          func(d *ent.Document) bool { return (code(d) == "W1" || code(d) == "W3") && open(d) },
				`reasonCodes: ["SALE"]`:                             func(d *ent.Document) bool { return d.ReasonCode == "SALE" },
				`sku: "sku-01"`:                                     func(d *ent.Document) bool { return line(d) == "SKU-01" },
				`skus: ["sku-01", "SKU-03"]`:                        func(d *ent.Document) bool { return line(d) == "SKU-01" || line(d) == "SKU-03" },
				`noPrefix: "out-w1"`:                                func(d *ent.Document) bool { return strings.HasPrefix(d.No, "OUT-W1") },
				`externalNo: "PO-1"`:                                func(d *ent.Document) bool { return d.ExternalNo == "PO-1" },
				`externalNos: ["PO-1", "X1"]`:                       func(d *ent.Document) bool { return d.ExternalNo == "PO-1" || d.ExternalNo == "X1" },
				`externalPrefix: "PO-"`:                             func(d *ent.Document) bool { return strings.HasPrefix(d.ExternalNo, "PO-") },
				`party: "bosch"`:                                    func(d *ent.Document) bool { return d.Party == "Bosch GmbH" },
				`countries: ["Germany"]`:                            func(d *ent.Document) bool { return d.Country == "Germany" },
				`createdBy: ["Manager"]`:                            func(d *ent.Document) bool { return d.CreatedBy == c.other.UserID },
				`approvedBy: ["admin"]`:                             func(d *ent.Document) bool { return d.ApprovedBy != nil && *d.ApprovedBy == c.who.UserID },
				`occurredFrom: ` + at(1) + `, occurredTo: ` + at(3): func(d *ent.Document) bool { return !d.OccurredAt.Before(tick(1)) && d.OccurredAt.Before(tick(3)) },
				`createdFrom: ` + at(1) + `, createdTo: ` + at(3):   func(d *ent.Document) bool { return !d.CreatedAt.Before(tick(1)) && d.CreatedAt.Before(tick(3)) },
				`updatedSince: ` + at(1):                            func(d *ent.Document) bool { return !d.UpdatedAt.Before(tick(1)) },
				`expectedFrom: ` + at(1) + `, expectedTo: ` + at(3): func(d *ent.Document) bool {
					return d.ExpectedAt != nil && !d.ExpectedAt.Before(tick(1)) && d.ExpectedAt.Before(tick(3))
				},
			},
			within: []string{`warehouseCodes: ["w1", "W3"]`, `states: [DRAFT, COMPLETED]`, `countries: ["Germany"]`},
			admits: map[string]func(*ent.Document) bool{"EXPECTED_AT": func(d *ent.Document) bool { return d.ExpectedAt != nil }},
			orders: map[string]func(a, b *ent.Document) int{
				"ID":          func(a, b *ent.Document) int { return 0 },
				"OCCURRED_AT": func(a, b *ent.Document) int { return a.OccurredAt.Compare(b.OccurredAt) },
				"UPDATED_AT":  func(a, b *ent.Document) int { return a.UpdatedAt.Compare(b.UpdatedAt) },
				"EXPECTED_AT": func(a, b *ent.Document) int { return a.ExpectedAt.Compare(*b.ExpectedAt) },
				"NO":          func(a, b *ent.Document) int { return cmp.Compare(a.No, b.No) },
				"EXTERNAL_NO": func(a, b *ent.Document) int { return cmp.Compare(a.ExternalNo, b.ExternalNo) },
				"QUANTITY":    func(a, b *ent.Document) int { return cmp.Compare(a.Quantity, b.Quantity) },
			},
		}.hold(t, c.Graph, c.who)
	})
}

func TestRatesAreFilteredAndOrderedAsALoopWould(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		c := found(t, db)
		day := func(r *ent.ExchangeRate) string { return r.RateDate.Format(time.DateOnly) }
		naive[*ent.ExchangeRate]{
			list: "exchangeRates", rows: c.rates,
			filters: map[string]func(*ent.ExchangeRate) bool{
				`fromCurrency: "usd"`:                          func(r *ent.ExchangeRate) bool { return r.FromCurrency == "USD" },
				`toCurrency: "jpy"`:                            func(r *ent.ExchangeRate) bool { return r.ToCurrency == "JPY" },
				`dateFrom: "2026-11-21", dateTo: "2026-11-22"`: func(r *ent.ExchangeRate) bool { return day(r) >= "2026-11-21" && day(r) <= "2026-11-22" },
				`sources: ["ecb", "x"]`:                        func(r *ent.ExchangeRate) bool { return r.Source == "ecb" },
				`recordedSince: ` + at(2):                      func(r *ent.ExchangeRate) bool { return !r.RecordedAt.Before(tick(2)) },
			},
			within: []string{`toCurrency: "jpy"`},
			orders: map[string]func(a, b *ent.ExchangeRate) int{
				"RATE_DATE":   func(a, b *ent.ExchangeRate) int { return a.RateDate.Compare(b.RateDate) },
				"RECORDED_AT": func(a, b *ent.ExchangeRate) int { return a.RecordedAt.Compare(b.RecordedAt) },
				"FROM_CURRENCY": func(a, b *ent.ExchangeRate) int {
					return cmp.Or(cmp.Compare(a.FromCurrency, b.FromCurrency), cmp.Compare(a.ToCurrency, b.ToCurrency), a.RateDate.Compare(b.RateDate))
				},
			},
		}.hold(t, c.Graph, c.who)
	})
}
