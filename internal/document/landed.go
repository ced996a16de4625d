package document

import (
	"context"
	"fmt"
	"time"

	"entrepot/ent"
	"entrepot/ent/landedcost"
	entproduct "entrepot/ent/product"
	"entrepot/ent/stockcost"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// MaxLandedCosts is how many costs one document bears.
const MaxLandedCosts = 50

// LandedCostInput is a cost on top of the price of what a document brought.
type LandedCostInput struct {
	command.Intent
	Which
	Kind     stock.LandedCostKind `json:"kind,omitempty"`
	Basis    stock.CostBasis      `json:"basis,omitempty"`
	Amount   money.Amount         `json:"amount,omitempty"`
	Currency string               `json:"currency,omitempty"`
	Note     string               `json:"note,omitempty"`
	// OccurredAt is the time of the bill, whose day's rate counts; nil is now.
	OccurredAt *time.Time `json:"occurredAt,omitempty"`
}

// AddLandedCost spreads freight, duty and the like over the goods that a document
// brought, as movements that change nothing but worth. What belongs to goods that have
// left already does not raise the worth of those that are still there: it is kept
// as expensed. Costs come when their bills do, so the document may be completed.
//
// It needs cost:edit. Beside NOT_FOUND, STALE_VERSION and INVALID_TRANSITION it
// returns INVALID for a document that brings nothing or was taken back, or a basis that says nothing of
// its goods, TOO_MANY, and RATE_MISSING.
func (s *Service) AddLandedCost(ctx context.Context, in LandedCostInput) (Result, error) {
	input := in
	in.Currency = command.Currency(in.Currency)
	return s.change(ctx, edit{
		operation: "landedCostAdd", needs: auth.CostEdit, intent: in.Intent, which: in.Which, input: input,
		check: in.check,
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
			if _, err := step(doc, stock.DocumentLandedCost); err != nil {
				return nil, err
			}
			return s.addLandedCost(ctx, tx, now, in, doc)
		},
	})
}

func (in LandedCostInput) check(faults *fault.List, now time.Time) {
	checkNote(in.Note)(faults, now)
	if in.Amount <= 0 {
		faults.Add(fault.Invalid, fault.Input.At("amount"), "a cost is above zero; take one back with landedCostReverse")
	}
	command.CheckCurrency(faults, fault.Input.At("currency"), in.Currency)
	if in.OccurredAt != nil {
		command.CheckOccurred(faults, fault.Input.At("occurredAt"), *in.OccurredAt, now)
	}
}

func (s *Service) addLandedCost(ctx context.Context, tx store.Tx, now time.Time, in LandedCostInput, doc *ent.Document) ([]ledger.Posted, error) {
	at, ok := receivingAt(doc)
	if !ok {
		return nil, fault.New(fault.Invalid, in.field(), "document %s brings no goods; a landed cost belongs to an inbound or a transfer", doc.No)
	}
	if err := stillThere(ctx, tx, doc, in.field()); err != nil {
		return nil, err
	}
	if n, err := tx.Ent.LandedCost.Query().Where(landedcost.DocumentID(doc.ID)).Count(ctx); err != nil || n >= MaxLandedCosts {
		if err != nil {
			return nil, err
		}
		return nil, fault.New(fault.TooMany, in.field(), "document %s bears %d costs already, which is the most: put several bills together", doc.No, n)
	}
	goods, err := goodsOf(ctx, tx, doc.ID, at)
	if err != nil {
		return nil, err
	}
	house, err := tx.Ent.Warehouse.Get(ctx, at)
	if err != nil {
		return nil, err
	}
	codes := lookup.In(s.baseCurrency)
	ids, err := codes.ResolveAll(ctx, tx, fx.Day(moment(in.OccurredAt, now)), []lookup.Target{{WarehouseCode: house.Code}}, []string{in.Currency}, 1)
	if err != nil {
		return nil, err
	}
	var faults fault.List
	codes.CheckWarehouse(&faults, in.field(), house.Code)
	codes.CheckRate(&faults, in.field(), house.Code)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	own, rate, _ := codes.Convert(&faults, fault.Input, "amount", codes.Start(0, lookup.Target{WarehouseCode: house.Code}), in.Amount, in.Currency)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	shares, err := spread(own, in.Basis, goods, doc.No)
	if err != nil {
		return nil, err
	}
	if err := capitalize(ctx, tx, at, shares); err != nil {
		return nil, err
	}
	post := ledger.Posting{
		ID: ids[0], Kind: stock.MovementRevaluation, Operation: "landedCostAdd", ActorID: auth.From(ctx).UserID,
		ReasonCode: string(in.Kind), Note: in.Note, RequestID: fault.RequestID(ctx), BaseCurrency: s.baseCurrency,
		DocumentID: &doc.ID, OccurredAt: moment(in.OccurredAt, now),
	}
	for i, share := range shares {
		if share.capitalized == 0 {
			continue
		}
		m := codes.Start(i, lookup.Target{SKU: share.sku, WarehouseCode: house.Code, BatchNo: share.batchNo})
		m.Value = &share.capitalized
		post.Moves = append(post.Moves, m)
	}
	row := &ent.LandedCost{
		DocumentID: doc.ID, Kind: in.Kind, Basis: in.Basis, Amount: in.Amount, Currency: in.Currency, ExchangeRate: rate,
		Note: in.Note, CreatedBy: auth.From(ctx).UserID, CreatedAt: now,
	}
	var posted []ledger.Posted
	if len(post.Moves) > 0 {
		one, err := ledger.Post(ctx, tx, post)
		if err != nil {
			return nil, err
		}
		posted, row.PostingID = append(posted, one), &one.ID
	}
	if err := keepLandedCost(ctx, tx, row, shares); err != nil {
		return nil, err
	}
	var posting int64
	if row.PostingID != nil {
		posting = *row.PostingID
	}
	tell(ctx, doc, stock.DocumentLandedCost, doc.State, posting, in.Note, now)
	return posted, nil
}

// receivingAt is the warehouse that a document brings goods to.
func receivingAt(doc *ent.Document) (int64, bool) {
	switch {
	case doc.ReversesID != nil:
		return 0, false
	case doc.Kind == stock.DocumentInbound:
		return doc.WarehouseID, true
	case doc.Kind == stock.DocumentTransfer && doc.TargetWarehouseID != nil:
		return *doc.TargetWarehouseID, true
	}
	return 0, false
}

// goodsOf are the stocks that a document brought to a warehouse, less what of it was
// taken back, with what spreads a cost over them.
func goodsOf(ctx context.Context, tx store.Tx, document, at int64) ([]goods, error) {
	rows, err := tx.SQL.QueryContext(ctx, `SELECT m.sku, m.batch_no, sum(m.quantity_delta), sum(m.value_delta)
FROM postings p JOIN stock_movements m ON m.posting_id = p.id
WHERE p.document_id = $1 AND m.warehouse_id = $2 AND m.quantity_delta <> 0
GROUP BY m.sku, m.batch_no HAVING sum(m.quantity_delta) > 0 ORDER BY m.sku, m.batch_no`, document, at)
	if err != nil {
		return nil, fmt.Errorf("goods of the document: %w", err)
	}
	defer rows.Close()
	var out []goods
	var skus []string
	for rows.Next() {
		var g goods
		if err := rows.Scan(&g.sku, &g.batchNo, &g.units, &g.value); err != nil {
			return nil, err
		}
		out, skus = append(out, g), append(skus, g.sku)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	products, err := tx.Ent.Product.Query().Where(page.In(entproduct.FieldSku, skus)).All(ctx)
	if err != nil {
		return nil, err
	}
	bySKU := make(map[string]*ent.Product, len(products))
	for _, p := range products {
		bySKU[p.Sku] = p
	}
	for i := range out {
		p := bySKU[out[i].sku]
		out[i].grams, out[i].mm = p.WeightG, [3]int64{p.LengthMm, p.WidthMm, p.HeightMm}
	}
	return out, nil
}

// capitalize splits every share into what goods that are still there bear and what
// left with the others. The stocks and worths stay locked, in their order: nothing
// leaves before the posting. Nobody knows which units of a SKU left, so what is there
// counts as of this receipt as far as it can.
func capitalize(ctx context.Context, tx store.Tx, at int64, shares []*share) error {
	keys, skus := make([]ledger.Key, len(shares)), make([]string, len(shares))
	received := map[string]int64{}
	for i, s := range shares {
		keys[i], skus[i] = ledger.Key{WarehouseID: at, SKU: s.sku, BatchNo: s.batchNo}, s.sku
		received[s.sku] += s.units
	}
	if _, err := ledger.Lock(ctx, tx, keys); err != nil {
		return err
	}
	if err := ledger.LockWorths(ctx, tx, keys); err != nil {
		return err
	}
	worths, err := tx.Ent.StockCost.Query().Where(stockcost.WarehouseID(at), page.In(stockcost.FieldSku, skus)).All(ctx)
	if err != nil {
		return err
	}
	there := map[string]int64{}
	for _, w := range worths {
		there[w.Sku] = w.Quantity
	}
	for _, s := range shares {
		n := received[s.sku]
		if s.capitalized, err = s.amount.Share(min(there[s.sku], n), n); err != nil {
			return err
		}
	}
	return nil
}
