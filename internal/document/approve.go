package document

import (
	"context"
	"math"
	"time"

	"entrepot/ent"
	"entrepot/ent/stockcost"
	"entrepot/internal/approval"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Approve lets a draft be executed. Approving twice does no harm. It needs
// document:approve and returns NOT_FOUND, STALE_VERSION and INVALID_TRANSITION,
// APPROVAL_SEPARATE and APPROVAL_ROLE for the rules that stand against it, and
// RATE_MISSING when a rule asks for its value and that cannot be told.
//
// What is approved of a stocktake is its result, see [Service.ApproveStocktake].
func (s *Service) Approve(ctx context.Context, in ApproveInput) (Result, error) {
	c := &conclusion{operation: "documentApprove", field: in.field(), note: in.Note}
	res, err := s.change(ctx, edit{
		operation: "documentApprove", needs: auth.DocumentApprove, intent: in.Intent, which: in.Which, input: in,
		check: checkNote(in.Note),
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
			if doc.Kind == stock.DocumentStocktake {
				return s.conclude(ctx, tx, now, doc, c)
			}
			to, err := step(doc, stock.DocumentApprove)
			if err != nil || to == doc.State {
				return nil, err
			}
			if err := s.checkApproval(ctx, tx, doc, in.field(), s.valueOf(tx, doc, in.field())); err != nil {
				return nil, err
			}
			posted, err := s.hooksOf(doc.Kind).approve.run(ctx, tx, now, doc)
			if err != nil {
				return nil, err
			}
			tell(ctx, doc, stock.DocumentApprove, to, 0, in.Note, now)
			return posted, nil
		},
		counted: func() []*ent.StocktakeLine { return c.lines },
	})
	return s.seen(ctx, res, err)
}

// checkApproval asks the rules whether the person who acts may approve doc; at
// leads to the field that approves it, and value tells what it is worth in the base
// currency when a rule depends on that.
func (s *Service) checkApproval(ctx context.Context, tx store.Tx, doc *ent.Document, at fault.Path, value func(context.Context) (money.Amount, error)) error {
	return approval.Check(ctx, tx, approval.Ask{
		No: doc.No, Kind: doc.Kind, WarehouseID: doc.WarehouseID, CreatedBy: doc.CreatedBy, At: at, Value: value,
	})
}

// valueOf is what the lines of a document are worth in the base currency, whichever
// way they go: at the cost that they give, else at the moving average of the
// warehouse. Goods of no known cost are worth nothing.
func (s *Service) valueOf(tx store.Tx, doc *ent.Document, at fault.Path) func(context.Context) (money.Amount, error) {
	return func(ctx context.Context) (money.Amount, error) {
		house, err := tx.Ent.Warehouse.Get(ctx, doc.WarehouseID)
		if err != nil {
			return 0, err
		}
		codes := lookup.In(s.baseCurrency)
		if _, err := codes.ResolveAll(ctx, tx, fx.Day(doc.OccurredAt), targets(house.Code, doc), currencies(doc), 0); err != nil {
			return 0, err
		}
		skus := make([]string, len(doc.Edges.Lines))
		for i, l := range doc.Edges.Lines {
			skus[i] = l.Sku
		}
		rows, err := tx.Ent.StockCost.Query().Where(stockcost.WarehouseID(house.ID), page.In(stockcost.FieldSku, skus), stockcost.QuantityGT(0)).All(ctx)
		if err != nil {
			return 0, err
		}
		worths := make(map[string]*ent.StockCost, len(rows))
		for _, r := range rows {
			worths[r.Sku] = r
		}
		var faults fault.List
		codes.CheckRate(&faults, at, house.Code)
		if err := faults.Err(); err != nil {
			return 0, err
		}
		var sum money.Amount
		for _, l := range doc.Edges.Lines {
			m := codes.Start(0, lookup.Target{SKU: l.Sku, WarehouseCode: house.Code})
			n, value := max(l.Quantity, -l.Quantity), money.Amount(0)
			if cost := codes.Cost(&faults, at, m, l.UnitCost, l.Currency, n); cost != nil {
				value, err = cost.Times(n)
			} else if w := worths[l.Sku]; w != nil {
				value, err = w.Value.Share(n, w.Quantity)
			}
			if err != nil || value > mostWorth-sum {
				return mostWorth, faults.Err()
			}
			sum += value
		}
		if err := faults.Err(); err != nil {
			return 0, err
		}
		value, err := sum.Convert(codes.Start(0, lookup.Target{WarehouseCode: house.Code}).Rate)
		if err != nil {
			return mostWorth, nil
		}
		return value, nil
	}
}

// mostWorth stands for what is beyond the range of an amount: no rule asks for more.
const mostWorth = money.Amount(math.MaxInt64)
