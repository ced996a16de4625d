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

func TestStocksAreFilteredAndOrderedAsALoopWould(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		c := found(t, db)
		of := func(keep func(*ent.Warehouse) bool) func(*ent.Stock) bool {
			return func(s *ent.Stock) bool { return keep(c.warehouse(s.WarehouseID)) }
		}
		goods := func(keep func(*ent.Product) bool) func(*ent.Stock) bool {
			return func(s *ent.Stock) bool { return keep(c.product(s.Sku)) }
		}
		low := func(s *ent.Stock) bool {
			alike := func(o *ent.Stock) bool { return o.WarehouseID == s.WarehouseID && o.Sku == s.Sku }
			return c.sum(alike, c.available) < c.product(s.Sku).MinStock
		}
		day := dawn.Truncate(24 * time.Hour)
		naive[*ent.Stock]{
			list: "stocks", rows: c.stocks,
			filters: map[string]func(*ent.Stock) bool{
				`warehouseCodes: ["w0", " W2 ", "nope"]`:               of(func(w *ent.Warehouse) bool { return w.Code == "W0" || w.Code == "W2" }),
				`warehouseCategory: VIRTUAL`:                           of(func(w *ent.Warehouse) bool { return w.Category == stock.WarehouseVirtual }),
				`locationType: OVERSEAS`:                               of(func(w *ent.Warehouse) bool { return w.LocationType == stock.WarehouseOverseas }),
				`ownershipType: THIRD_PARTY`:                           of(func(w *ent.Warehouse) bool { return w.OwnershipType == stock.WarehouseThirdParty }),
				`businessType: FBA`:                                    of(func(w *ent.Warehouse) bool { return w.BusinessType == stock.WarehouseFBA }),
				`locationType: DOMESTIC, warehouseCodes: ["W0", "W1"]`: of(func(w *ent.Warehouse) bool { return w.Code == "W0" }),
				`skus: ["sku-03", "SKU-04", "SKU-03"]`:                 func(s *ent.Stock) bool { return s.Sku == "SKU-03" || s.Sku == "SKU-04" },
				`skus: ["SKU-03", "SKU-05"], warehouseCodes: ["W1", "W2"]`: func(s *ent.Stock) bool {
					return (s.Sku == "SKU-03" || s.Sku == "SKU-05") && (c.warehouse(s.WarehouseID).Code == "W1" || c.warehouse(s.WarehouseID).Code == "W2")
				},
				`skuPrefix: "sku-1"`:     func(s *ent.Stock) bool { return strings.HasPrefix(s.Sku, "SKU-1") },
				`search: "lamp"`:         goods(func(p *ent.Product) bool { return fold(p.EnglishName, "lamp") }),
				`search: "OSR"`:          goods(func(p *ent.Product) bool { return fold(p.Brand, "osr") }),
				`search: "12v"`:          goods(func(p *ent.Product) bool { return fold(p.Spec, "12v") }),
				`search: "sku-0"`:        goods(func(p *ent.Product) bool { return strings.HasPrefix(p.Sku, "SKU-0") }),
				`categories: ["A", "B"]`: goods(func(p *ent.Product) bool { return p.Category != "C" }),
				`brands: ["Bosch"]`:      goods(func(p *ent.Product) bool { return p.Brand == "Bosch" }),
				`belowMinimum: true`:     low,
				`belowMinimum: false`:    func(s *ent.Stock) bool { return !low(s) },
				`batchNo: ""`:            func(s *ent.Stock) bool { return s.BatchNo == "" },
				`batchNos: ["", "B2"]`:   func(s *ent.Stock) bool { return s.BatchNo != "B1" },
				`batchPrefix: "B"`:       func(s *ent.Stock) bool { return s.BatchNo != "" },
				`batchStates: [HOLD, EXPIRED]`: func(s *ent.Stock) bool {
					b := c.batch(s.Sku, s.BatchNo)
					return b != nil && b.State != stock.BatchAvailable
				},
				`expiresBefore: "2026-11-21"`: func(s *ent.Stock) bool {
					b := c.batch(s.Sku, s.BatchNo)
					return b != nil && b.ExpiresOn != nil && b.ExpiresOn.Before(day.AddDate(0, 0, 1))
				},
				`nonZero: false`: func(s *ent.Stock) bool { return s.PhysicalQuantity == 0 && s.InTransitQuantity == 0 },
				`availableAtLeast: 1, availableAtMost: 2`:                                     func(s *ent.Stock) bool { return s.AvailableQuantity == 1 },
				`quantities: [{bucket: DAMAGED, atLeast: 1}]`:                                 func(s *ent.Stock) bool { return s.DamagedQuantity > 0 },
				`quantities: [{bucket: ON_HOLD, atLeast: 1}, {bucket: ALLOCATED, atMost: 0}]`: func(s *ent.Stock) bool { return s.HoldQuantity > 0 && s.AllocatedQuantity == 0 },
				`quantities: [{bucket: IN_TRANSIT, atLeast: 5, atMost: 5}, {bucket: PHYSICAL, atLeast: 1}, {bucket: AVAILABLE, atLeast: 0}]`: func(s *ent.Stock) bool {
					return s.InTransitQuantity == 5 && s.PhysicalQuantity > 0
				},
				`changedSince: ` + at(2): func(s *ent.Stock) bool { return !s.ChangedAt.Before(tick(2)) },
				`search: "thing", warehouseCodes: ["W1"], belowMinimum: true, batchStates: [AVAILABLE, HOLD]`: func(s *ent.Stock) bool {
					b := c.batch(s.Sku, s.BatchNo)
					return c.warehouse(s.WarehouseID).Code == "W1" && low(s) && b != nil && b.State != stock.BatchExpired
				},
			},
			within: []string{`warehouseCodes: ["w0", " W2 ", "nope"]`, `skus: ["sku-03", "SKU-04", "SKU-03"]`, `batchPrefix: "B"`},
			orders: map[string]func(a, b *ent.Stock) int{
				"ID":  func(a, b *ent.Stock) int { return 0 },
				"SKU": func(a, b *ent.Stock) int { return cmp.Compare(a.Sku, b.Sku) },
				"WAREHOUSE": func(a, b *ent.Stock) int {
					return cmp.Or(cmp.Compare(a.WarehouseID, b.WarehouseID), cmp.Compare(a.Sku, b.Sku), cmp.Compare(a.BatchNo, b.BatchNo))
				},
				"AVAILABLE":  func(a, b *ent.Stock) int { return cmp.Compare(a.AvailableQuantity, b.AvailableQuantity) },
				"PHYSICAL":   func(a, b *ent.Stock) int { return cmp.Compare(a.PhysicalQuantity, b.PhysicalQuantity) },
				"ALLOCATED":  func(a, b *ent.Stock) int { return cmp.Compare(a.AllocatedQuantity, b.AllocatedQuantity) },
				"DAMAGED":    func(a, b *ent.Stock) int { return cmp.Compare(a.DamagedQuantity, b.DamagedQuantity) },
				"ON_HOLD":    func(a, b *ent.Stock) int { return cmp.Compare(a.HoldQuantity, b.HoldQuantity) },
				"IN_TRANSIT": func(a, b *ent.Stock) int { return cmp.Compare(a.InTransitQuantity, b.InTransitQuantity) },
				"CHANGED_AT": func(a, b *ent.Stock) int { return a.ChangedAt.Compare(b.ChangedAt) },
			},
		}.hold(t, c.Graph, c.who)
	})
}

func TestMovementsAreFilteredAndOrderedAsALoopWould(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		c := found(t, db)
		code := func(m *ent.StockMovement) string { return c.warehouse(m.WarehouseID).Code }
		posted := func(keep func(*ent.Posting) bool) func(*ent.StockMovement) bool {
			return func(m *ent.StockMovement) bool { return keep(c.posting(m.PostingID)) }
		}
		reversed := posted(func(p *ent.Posting) bool {
			return slices.ContainsFunc(c.postings, func(r *ent.Posting) bool { return r.ReversesID != nil && *r.ReversesID == p.ID })
		})
		doc := c.documents[1]
		ofDoc := posted(func(p *ent.Posting) bool { return p.DocumentID != nil && *p.DocumentID == doc.ID })
		sku := c.movements[0].Sku
		naive[*ent.StockMovement]{
			list: "stockMovements", rows: c.movements,
			filters: map[string]func(*ent.StockMovement) bool{
				`sku: "` + sku + `"`:                   func(m *ent.StockMovement) bool { return m.Sku == sku },
				`skus: ["sku-02", "SKU-04", "SKU-06"]`: func(m *ent.StockMovement) bool { return m.Sku == "SKU-02" || m.Sku == "SKU-04" || m.Sku == "SKU-06" },
				`skuPrefix: "sku-1"`:                   func(m *ent.StockMovement) bool { return strings.HasPrefix(m.Sku, "SKU-1") },
				`warehouseCode: "w1"`:                  func(m *ent.StockMovement) bool { return code(m) == "W1" },
				`warehouseCodes: ["w1", "W3", "W1"]`:   func(m *ent.StockMovement) bool { return code(m) == "W1" || code(m) == "W3" },
				`skus: ["SKU-02", "SKU-04", "SKU-06"], warehouseCode: "W1"`: func(m *ent.StockMovement) bool {
					return (m.Sku == "SKU-02" || m.Sku == "SKU-04" || m.Sku == "SKU-06") && code(m) == "W1"
				},
				`skuPrefix: "SKU-0", warehouseCodes: ["W0", "W1", "W2"], sku: "SKU-04"`: func(m *ent.StockMovement) bool { return m.Sku == "SKU-04" && code(m) != "W3" },
				`batchNo: "B1"`:          func(m *ent.StockMovement) bool { return m.BatchNo == "B1" },
				`batchNos: ["B1", "B2"]`: func(m *ent.StockMovement) bool { return m.BatchNo != "" },
				`kinds: [INBOUND, MOVE]`: func(m *ent.StockMovement) bool {
					return m.Kind == stock.MovementInbound || m.Kind == stock.MovementMove
				},
				`direction: IN`:  func(m *ent.StockMovement) bool { return m.QuantityDelta > 0 },
				`direction: OUT`: func(m *ent.StockMovement) bool { return m.QuantityDelta < 0 },
				`postingId: "` + c.postings[4].GlobalID().String() + `"`: func(m *ent.StockMovement) bool { return m.PostingID == c.postings[4].ID },
				`documentId: "` + doc.GlobalID().String() + `"`:          ofDoc,
				`documentNo: "` + strings.ToLower(doc.No) + `"`:          ofDoc,
				`actors: ["MANAGER", "nobody"]`:                          posted(func(p *ent.Posting) bool { return p.ActorID == c.other.UserID }),
				`reasonCodes: ["SALE", ""]`:                              posted(func(p *ent.Posting) bool { return p.ReasonCode != "FOUND" }),
				`operations: ["stockSet"]`:                               posted(func(p *ent.Posting) bool { return p.Operation == "stockSet" }),
				`actors: ["manager"], operations: ["stockSet", "stockAdjust"], warehouseCodes: ["W0", "W1"]`: func(m *ent.StockMovement) bool {
					p := c.posting(m.PostingID)
					return p.ActorID == c.other.UserID && p.Operation != "documentExecute" && (code(m) == "W0" || code(m) == "W1")
				},
				`reversal: true`:  func(m *ent.StockMovement) bool { return m.Kind == stock.MovementReversal },
				`reversal: false`: func(m *ent.StockMovement) bool { return m.Kind != stock.MovementReversal },
				`reversed: true`:  reversed,
				`reversed: false`: func(m *ent.StockMovement) bool { return !reversed(m) },
				`recordedFrom: ` + at(1) + `, recordedTo: ` + at(3): func(m *ent.StockMovement) bool { return !m.RecordedAt.Before(tick(1)) && m.RecordedAt.Before(tick(3)) },
				`occurredFrom: ` + at(2):                            func(m *ent.StockMovement) bool { return !m.OccurredAt.Before(tick(2)) },
				`occurredTo: ` + at(2):                              func(m *ent.StockMovement) bool { return m.OccurredAt.Before(tick(2)) },
			},
			within: []string{
				`skus: ["sku-02", "SKU-04", "SKU-06"]`, `occurredFrom: ` + at(2),
				`skus: ["SKU-02", "SKU-04", "SKU-06"], warehouseCode: "W1"`,
			},
			notAlone: []string{"OCCURRED_AT"},
			orders: map[string]func(a, b *ent.StockMovement) int{
				"ID":          func(a, b *ent.StockMovement) int { return 0 },
				"OCCURRED_AT": func(a, b *ent.StockMovement) int { return a.OccurredAt.Compare(b.OccurredAt) },
			},
		}.hold(t, c.Graph, c.who)
		for _, filter := range []string{`warehouseCodes: ["w1", "W3"]`, `direction: IN`} {
			if code := c.Do(t, c.who, `{ stockMovements(filter: {`+filter+`}, orderBy: {field: OCCURRED_AT}) { nodes { id } } }`, nil).Code(); code != "BAD_REQUEST" {
				t.Errorf("the whole ledger by OCCURRED_AT within %s: %q", filter, code)
			}
		}
	})
}

func TestMovementsInWarehousesComeInOneOrder(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		c := found(t, db)
		filter := `warehouseCodes: ["w1", "W3", "W1"]`
		naive[*ent.StockMovement]{
			list: "stockMovements", rows: c.movements, within: []string{filter},
			filters: map[string]func(*ent.StockMovement) bool{filter: func(m *ent.StockMovement) bool {
				code := c.warehouse(m.WarehouseID).Code
				return code == "W1" || code == "W3"
			}},
			orders: map[string]func(a, b *ent.StockMovement) int{"ID": func(a, b *ent.StockMovement) int { return 0 }},
		}.hold(t, c.Graph, c.who)
	})
}
