package document

import (
	"context"
	"fmt"
	"slices"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	"entrepot/ent/documentline"
	entposting "entrepot/ent/posting"
	"entrepot/ent/stockmovement"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// reasonReturn is goods that a customer sends back.
const reasonReturn = "RETURN"

// uninspected puts the goods of a return on hold until somebody has looked at them.
// What is executed as it is made is a fact, told with its buckets.
func (in *CreateInput) uninspected() bool {
	return in.Kind == stock.DocumentInbound && in.ReasonCode == reasonReturn && in.AdvanceTo != stock.DocumentCompleted
}

func (in *CreateInput) checkReturn(faults *fault.List, at fault.Path) {
	if in.ReturnOf == "" {
		return
	}
	if in.Kind != stock.DocumentInbound {
		faults.Add(fault.Invalid, at.At("returnOf"), "only goods that come in can be a return")
	}
	if in.ReasonCode != reasonReturn {
		faults.Add(fault.Invalid, at.At("reasonCode"), "goods that come back have the reason %s, not %s", reasonReturn, in.ReasonCode)
	}
}

// shipment is what an outbound document sent away of one SKU.
type shipment struct {
	units int64 // that were sent and are not on their way back
	cost  *money.Amount
}

// linkReturn ties the draft of a return to the outbound document that it names:
// of each SKU at most what that shipped and no other return brings back, at what
// it left at. The outbound document is held until the transaction ends, so two
// returns of it do not share the same goods.
func (d *draft) linkReturn(ctx context.Context, tx store.Tx, faults *fault.List) error {
	field := d.at.At("returnOf")
	if d.doc.ReturnOfID == nil {
		out, err := tx.Ent.Document.Query().Where(entdocument.No(number(d.in.ReturnOf)), store.Lock).Only(ctx)
		if ent.IsNotFound(err) {
			faults.Add(fault.NotFound, field, "there is no such document")
			return nil
		}
		if err != nil {
			return err
		}
		if out.Kind != stock.DocumentOutbound || out.ReversesID != nil {
			faults.Add(fault.Invalid, field, "document %s sent nothing away: a return is of an outbound document", out.No)
			return nil
		}
		d.doc.ReturnOfID = &out.ID
	} else if err := hold(ctx, tx, *d.doc.ReturnOfID); err != nil {
		return err
	}
	by, err := tx.Ent.Document.Query().Where(entdocument.ReversesID(*d.doc.ReturnOfID)).Only(ctx)
	if err == nil {
		faults.Add(fault.Invalid, field, "what it sent was taken back already, by document %s", by.No)
		return nil
	}
	if !ent.IsNotFound(err) {
		return err
	}
	sent, currency, err := shipped(ctx, tx, *d.doc.ReturnOfID, d.doc.ID)
	if err != nil {
		return err
	}
	for i, l := range d.doc.Edges.Lines {
		was := sent[l.Sku]
		left := was.units
		if l.Quantity > left {
			more := l.Quantity - left
			f := faults.Add(fault.ExceedsOutstanding, d.line(i).At("quantity"), "SKU %s: %d units of that document have not come back, which is %d too few", l.Sku, left, more)
			f.CurrentQuantity, f.ShortBy = &left, &more
			continue
		}
		was.units -= l.Quantity
		sent[l.Sku] = was
		if l.UnitCost == nil && was.cost != nil {
			l.UnitCost, l.Currency = was.cost, currency
		}
	}
	return nil
}

func hold(ctx context.Context, tx store.Tx, id int64) error {
	_, err := tx.Ent.Document.Query().Where(entdocument.ID(id), store.Lock).Only(ctx)
	return err
}

// shipped is what the outbound document sent away, by SKU, less what returns
// other than except bring back, and the currency of its costs.
func shipped(ctx context.Context, tx store.Tx, outbound, except int64) (sent map[string]shipment, currency string, err error) {
	postings, err := tx.Ent.Posting.Query().Where(entposting.DocumentID(outbound)).IDs(ctx)
	if err != nil {
		return nil, "", err
	}
	moves, err := tx.Ent.StockMovement.Query().Where(page.In(stockmovement.FieldPostingID, postings), stockmovement.QuantityDeltaNEQ(0)).All(ctx)
	if err != nil {
		return nil, "", err
	}
	type sum struct{ units, value int64 }
	gone := map[string]sum{}
	for _, m := range moves {
		s := gone[m.Sku]
		s.units, s.value = s.units-m.QuantityDelta, s.value-int64(m.ValueDelta)
		gone[m.Sku], currency = s, m.Currency
	}
	sent = make(map[string]shipment, len(gone))
	for sku, s := range gone {
		if s.units <= 0 {
			continue // it was cancelled
		}
		each, err := money.Amount(s.value).Share(1, s.units)
		if err != nil {
			return nil, "", fmt.Errorf("unit cost of %s: %w", sku, err)
		}
		sent[sku] = shipment{units: s.units, cost: &each}
	}
	back, err := comingBack(ctx, tx, outbound, except)
	for sku, n := range back {
		s := sent[sku]
		s.units = max(s.units-n, 0)
		sent[sku] = s
	}
	return sent, currency, err
}

// comingBack is what returns of an outbound document have brought back or may
// still bring, by SKU: of open ones what is not rejected, of ended ones what came.
func comingBack(ctx context.Context, tx store.Tx, outbound, except int64) (map[string]int64, error) {
	returns, err := standingReturns(ctx, tx, outbound)
	if err != nil {
		return nil, err
	}
	ended, ids := map[int64]bool{}, make([]int64, 0, len(returns))
	for _, r := range returns {
		if r.ID != except {
			ids, ended[r.ID] = append(ids, r.ID), r.State == stock.DocumentCompleted || r.State == stock.DocumentCancelled
		}
	}
	lines, err := tx.Ent.DocumentLine.Query().Where(page.In(documentline.FieldDocumentID, ids)).All(ctx)
	back := map[string]int64{}
	for _, l := range lines {
		if ended[l.DocumentID] {
			back[l.Sku] += l.ExecutedQuantity
		} else {
			back[l.Sku] += l.Quantity - l.RejectedQuantity
		}
	}
	return back, err
}

// standingReturns are the returns of an outbound document that nobody took back.
func standingReturns(ctx context.Context, tx store.Tx, outbound int64) ([]*ent.Document, error) {
	returns, err := tx.Ent.Document.Query().Where(entdocument.ReturnOfID(outbound)).Order(ent.Asc(entdocument.FieldID)).All(ctx)
	if err != nil || len(returns) == 0 {
		return nil, err
	}
	ids := make([]int64, len(returns))
	for i, r := range returns {
		ids[i] = r.ID
	}
	reversals, err := tx.Ent.Document.Query().Where(page.In(entdocument.FieldReversesID, ids)).All(ctx)
	taken := map[int64]bool{}
	for _, r := range reversals {
		taken[*r.ReversesID] = true
	}
	return slices.DeleteFunc(returns, func(r *ent.Document) bool { return taken[r.ID] }), err
}

// checkNoReturns refuses to take back what an outbound document sent while some of
// it came back by a return: it would come twice.
func checkNoReturns(ctx context.Context, tx store.Tx, doc *ent.Document, field fault.Path) error {
	if doc.Kind != stock.DocumentOutbound {
		return nil
	}
	returns, err := standingReturns(ctx, tx, doc.ID)
	if err != nil {
		return err
	}
	for _, r := range returns {
		if r.State != stock.DocumentCancelled || r.ExecutedQuantity > 0 {
			return fault.New(fault.Invalid, field, "goods of document %s come back by document %s: cancel or reverse that one first", doc.No, r.No)
		}
	}
	return nil
}
