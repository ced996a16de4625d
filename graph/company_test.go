package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/ent"
	entstock "entrepot/ent/stock"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// company is a database of rows of every kind with many ties in every order, and
// times that differ by a microsecond.
type company struct {
	*graphtest.Graph
	who, other *auth.Principal

	warehouses []*ent.Warehouse
	locations  []*ent.Location
	products   []*ent.Product
	batches    []*ent.Batch
	stocks     []*ent.Stock
	documents  []*ent.Document
	postings   []*ent.Posting
	movements  []*ent.StockMovement
	rates      []*ent.ExchangeRate
}

var dawn = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// tick is the i-th of four moments that lie a microsecond apart.
func tick(i int) time.Time { return dawn.Add(time.Duration(i%4) * time.Microsecond) }

func pick[T any](i int, from ...T) T { return from[i%len(from)] }

func found(t *testing.T, db *store.DB) *company {
	t.Helper()
	g := graphtest.New(t, db)
	c := &company{Graph: g, who: g.SignIn(t, auth.RoleAdmin), other: g.SignIn(t, auth.RoleManager)}
	if err := db.InTx(t.Context(), func(tx store.Tx) error {
		for _, step := range []func(*testing.T, *ent.Client) error{c.places, c.goods, c.papers, c.ledger, c.money} {
			if err := step(t, tx.Ent); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *company) places(t *testing.T, e *ent.Client) error {
	var rows []*ent.WarehouseCreate
	for i := range 6 {
		rows = append(rows, e.Warehouse.Create().SetCode(fmt.Sprintf("W%d", i)).SetName("House "+pick(i, "B", "A")).
			SetCategory(pick(i, stock.WarehousePhysical, stock.WarehousePhysical, stock.WarehouseVirtual)).
			SetLocationType(pick(i, stock.WarehouseDomestic, stock.WarehouseOverseas)).
			SetOwnershipType(pick(i, stock.WarehouseSelf, stock.WarehouseSelf, stock.WarehouseThirdParty)).
			SetBusinessType(pick(i, stock.WarehouseStandard, stock.WarehouseFBA, stock.WarehouseBonded)).
			SetCurrency(pick(i, "CNY", "USD", "CNY")).SetCapacity(int64(i%2*100)).SetCreatedAt(tick(i)).SetUpdatedAt(tick(i+1)))
	}
	var err error
	if c.warehouses, err = e.Warehouse.CreateBulk(rows...).Save(t.Context()); err != nil {
		return err
	}
	var bins []*ent.LocationCreate
	for i := range 30 {
		bins = append(bins, e.Location.Create().SetWarehouseID(c.warehouses[i%3].ID).SetCode(fmt.Sprintf("%s-%02d", pick(i, "A", "B"), i/3)).
			SetType(pick(i, stock.LocationStorage, stock.LocationPick, stock.LocationStorage)).SetIsLocked(i%5 == 0).SetAllowMixing(i%4 == 0).
			SetStatus(pick(i, stock.StatusActive, stock.StatusActive, stock.StatusArchived)).SetCreatedAt(dawn).SetUpdatedAt(tick(i)))
	}
	c.locations, err = e.Location.CreateBulk(bins...).Save(t.Context())
	return err
}

func (c *company) goods(t *testing.T, e *ent.Client) (err error) {
	var products []*ent.ProductCreate
	var codes []*ent.BarcodeCreate
	var batches []*ent.BatchCreate
	for i := range 20 {
		sku := fmt.Sprintf("SKU-%02d", i)
		products = append(products, e.Product.Create().SetSku(sku).SetName("Thing "+pick(i, "X", "Y", "Z")).SetEnglishName(pick(i, "", "Lamp")).
			SetCategory(pick(i, "C", "A", "B")).SetBrand(pick(i, "Osram", "Bosch")).SetSpec(pick(i, "", "", "12V")).SetMinStock(pick(i, int64(0), 4, 30)).
			SetStatus(pick(i, stock.StatusActive, stock.StatusActive, stock.StatusActive, stock.StatusArchived)).
			SetCreatedAt(tick(i)).SetUpdatedAt(tick(i+2)))
		if i%3 == 0 {
			codes = append(codes, e.Barcode.Create().SetSku(sku).SetBarcode(fmt.Sprint("69", i)))
		}
		for n, no := range []string{"B1", "B2"} {
			b := e.Batch.Create().SetSku(sku).SetBatchNo(no).SetState(pick(i+n, stock.BatchAvailable, stock.BatchHold, stock.BatchExpired)).
				SetCreatedAt(dawn).SetUpdatedAt(dawn)
			if i%4 != 0 {
				b.SetExpiresOn(dawn.Truncate(24*time.Hour).AddDate(0, 0, i%2))
			}
			batches = append(batches, b)
		}
	}
	if c.products, err = e.Product.CreateBulk(products...).Save(t.Context()); err != nil {
		return err
	}
	if err := e.Barcode.CreateBulk(codes...).Exec(t.Context()); err != nil {
		return err
	}
	if c.batches, err = e.Batch.CreateBulk(batches...).Save(t.Context()); err != nil {
		return err
	}
	var stocks []*ent.StockCreate
	var costs []*ent.StockCostCreate
	for w := range 4 {
		for p := range 15 {
			sku, total := c.products[(p+w)%20].Sku, int64(0)
			for n, no := range []string{"", "B1", "B2"}[:1+(p+w)%3] {
				i := w*45 + p*3 + n
				available, damaged, hold, allocated := pick(i, int64(0), 3, 1), pick(i, int64(0), 0, 2), pick(i/2, int64(0), 1), pick(i/3, int64(0), 4)
				if p == 7 {
					available, damaged, hold, allocated = 0, 0, 0, 0
				}
				physical := available + damaged + hold + allocated
				total += physical
				stocks = append(stocks, e.Stock.Create().SetWarehouseID(c.warehouses[w].ID).SetSku(sku).SetBatchNo(no).SetPhysicalQuantity(physical).
					SetAvailableQuantity(available).SetDamagedQuantity(damaged).SetHoldQuantity(hold).SetAllocatedQuantity(allocated).
					SetInTransitQuantity(pick(i, int64(0), 0, 0, 5)).SetChangedAt(tick(i)))
			}
			if total > 0 {
				costs = append(costs, e.StockCost.Create().SetWarehouseID(c.warehouses[w].ID).SetSku(sku).SetQuantity(total).SetValue(100_003))
			}
		}
	}
	if c.stocks, err = e.Stock.CreateBulk(stocks...).Save(t.Context()); err != nil {
		return err
	}
	return e.StockCost.CreateBulk(costs...).Exec(t.Context())
}

func (c *company) papers(t *testing.T, e *ent.Client) error {
	var lines []*ent.DocumentLineCreate
	for i := range 40 {
		quantity := int64(1 + i%3)
		d := e.Document.Create().SetNo(fmt.Sprintf("%s-W%d-%03d", pick(i, "IN", "OUT"), i%4, i*7%40)).SetKind(pick(i, stock.DocumentInbound, stock.DocumentOutbound)).
			SetState(stock.DocumentState(pick(i, stock.DocumentState("").Values()...))).SetWarehouseID(c.warehouses[i%4].ID).
			SetReasonCode(pick(i, "", "SALE", "FOUND")).SetExternalNo(pick(i, "", "PO-1", "PO-2", "X1")).SetParty(pick(i, "Bosch GmbH", "", "Osram")).
			SetCountry(pick(i, "Germany", "France")).SetOccurredAt(tick(i)).SetCreatedAt(tick(i / 2)).SetUpdatedAt(tick(i / 3)).SetVersion(1).
			SetCreatedBy(pick(i, c.who, c.other, c.who).UserID).SetLineCount(1).SetQuantity(quantity).SetExecutedQuantity(min(quantity, int64(i%2)))
		if i%3 == 0 {
			d.SetExpectedAt(tick(i / 3)).SetApprovedBy(pick(i/3, c.who, c.other).UserID)
		}
		if i%9 == 8 {
			d.SetReversesID(c.documents[i-8].ID)
		}
		row, err := d.Save(t.Context())
		if err != nil {
			return err
		}
		c.documents = append(c.documents, row)
		lines = append(lines, e.DocumentLine.Create().SetDocumentID(row.ID).SetLineNo(1).SetSku(c.products[i%5].Sku).SetQuantity(quantity))
	}
	return e.DocumentLine.CreateBulk(lines...).Exec(t.Context())
}

func (c *company) ledger(t *testing.T, e *ent.Client) error {
	version := map[int64]int64{}
	for i := range 30 {
		p := e.Posting.Create().SetKind(pick(i, stock.MovementInbound, stock.MovementOutbound)).SetOperation(pick(i, "stockAdjust", "documentExecute", "stockSet")).
			SetActorID(pick(i, c.who, c.other).UserID).SetReasonCode(pick(i, "SALE", "FOUND", "")).SetBaseCurrency("CNY").
			SetOccurredAt(tick(i)).SetRecordedAt(tick(i)).SetTransactionID(0)
		if i%3 == 1 {
			p.SetDocumentID(c.documents[i%7].ID)
		}
		kind := pick(i, stock.MovementInbound, stock.MovementOutbound, stock.MovementMove)
		if i%6 == 5 {
			kind = stock.MovementReversal
			p.SetReversesID(c.postings[i-5].ID)
		}
		row, err := p.Save(t.Context())
		if err != nil {
			return err
		}
		c.postings = append(c.postings, row)
		for n := range 3 {
			s, delta := c.stocks[(i*3+n)*11%len(c.stocks)], pick(i+n, int64(2), -1, 0)
			version[s.ID]++
			m, err := e.StockMovement.Create().SetPostingID(row.ID).SetWarehouseID(s.WarehouseID).SetStockID(s.ID).SetSku(s.Sku).SetBatchNo(s.BatchNo).SetKind(kind).
				SetQuantityDelta(delta).SetAvailableDelta(delta).SetAllocatedDelta(0).SetDamagedDelta(0).SetHoldDelta(0).SetInTransitDelta(0).
				SetPhysicalAfter(5).SetAvailableAfter(5).SetAllocatedAfter(0).SetDamagedAfter(0).SetHoldAfter(0).SetInTransitAfter(0).
				SetStockVersion(version[s.ID]).SetCurrency("CNY").SetExchangeRate(1).SetValueDelta(0).SetCostVersion(1).
				SetOccurredAt(tick(i + n)).SetRecordedAt(tick(i / 8)).Save(t.Context())
			if err != nil {
				return err
			}
			c.movements = append(c.movements, m)
		}
	}
	for _, s := range c.stocks {
		s.Version = version[s.ID]
		if err := e.Stock.Update().Where(entstock.ID(s.ID)).SetVersion(s.Version).Exec(t.Context()); err != nil {
			return err
		}
	}
	return nil
}

func (c *company) money(t *testing.T, e *ent.Client) (err error) {
	var rates []*ent.ExchangeRateCreate
	for i := range 24 {
		rates = append(rates, e.ExchangeRate.Create().SetFromCurrency(pick(i, "USD", "EUR", "GBP")).SetToCurrency(pick(i/3, "CNY", "JPY")).
			SetRateDate(dawn.Truncate(24*time.Hour).AddDate(0, 0, i/6)).SetRate(7).SetSource(pick(i, "manual", "ecb")).SetRecordedAt(tick(i)))
	}
	c.rates, err = e.ExchangeRate.CreateBulk(rates...).Save(t.Context())
	return err
}

func (c *company) warehouse(id int64) *ent.Warehouse {
	return c.warehouses[slices.IndexFunc(c.warehouses, func(w *ent.Warehouse) bool { return w.ID == id })]
}

func (c *company) product(sku string) *ent.Product {
	return c.products[slices.IndexFunc(c.products, func(p *ent.Product) bool { return p.Sku == sku })]
}

// batch of a stock; nil for goods without one.
func (c *company) batch(sku, no string) *ent.Batch {
	i := slices.IndexFunc(c.batches, func(b *ent.Batch) bool { return b.Sku == sku && b.BatchNo == no })
	if i < 0 {
		return nil
	}
	return c.batches[i]
}

func (c *company) posting(id int64) *ent.Posting {
	return c.postings[slices.IndexFunc(c.postings, func(p *ent.Posting) bool { return p.ID == id })]
}

// sum adds up what stocks hold.
func (c *company) sum(keep func(*ent.Stock) bool, of func(*ent.Stock) int64) (sum int64) {
	for _, s := range c.stocks {
		if keep(s) {
			sum += of(s)
		}
	}
	return sum
}

func (c *company) available(s *ent.Stock) int64 { return s.AvailableQuantity }

// at is a moment as a GraphQL literal.
func at(i int) string { return `"` + tick(i).Format(time.RFC3339Nano) + `"` }

func fold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}
