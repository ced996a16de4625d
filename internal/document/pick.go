package document

import (
	"context"

	"entrepot/ent"
	"entrepot/ent/documentline"
	"entrepot/internal/auth"
	"entrepot/internal/bin"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Pick is units that one line of an outbound document takes from one place.
type Pick struct {
	LineNo int
	// SKU is, of a kit, a component; Quantity are base units of it.
	SKU, BatchNo string
	Bucket       stock.Bucket
	// LocationID is the bin; nil where stock is not kept by bin, or no open bin
	// holds so many.
	LocationID *int64
	Quantity   int64
}

// PickList is what is to be picked for an outbound document, in the order in which
// a person walks the bins: what is promised to it and outstanding. What no open bin
// holds comes last, without one. Nothing is held. It is nil when there is no such
// document. Ends with Forbidden without document:view and stock:view, with
// BadRequest unless exactly one of no and id is given, or for another kind.
func PickList(ctx context.Context, db *store.DB, no *string, id *page.ID) (_ []*Pick, err error) {
	defer fault.Wrap(&err, "document.PickList")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	doc, err := Find(ctx, db, no, id)
	if err != nil || doc == nil {
		return nil, err
	}
	if doc.Kind != stock.DocumentOutbound {
		return nil, fault.Stop(fault.BadRequest, "document %s sends nothing away: only outbound documents are picked", doc.No)
	}
	var out []*Pick
	err = db.InTx(ctx, func(tx store.Tx) error {
		list, err := pickList(ctx, tx, doc)
		if err != nil {
			return err
		}
		out = append([]*Pick{}, list...) // nil is no document
		return store.Rollback()          // it only read
	})
	return out, err
}

func pickList(ctx context.Context, tx store.Tx, doc *ent.Document) ([]*Pick, error) {
	lines, err := tx.Ent.DocumentLine.Query().Where(documentline.DocumentID(doc.ID)).Order(ent.Asc(documentline.FieldLineNo)).All(ctx)
	if err != nil || !pickable(doc.State) {
		return nil, err
	}
	var h *promise
	if doc.ReservationID != nil {
		if h, err = promiseOf(ctx, tx, doc); err != nil {
			return nil, err
		}
	}
	house, err := tx.Ent.Warehouse.Get(ctx, doc.WarehouseID)
	if err != nil {
		return nil, err
	}
	var wanted []*Pick
	taken := map[int64]int64{}
	for _, l := range lines {
		wanted = append(wanted, wants(h, l, taken)...)
	}
	if !house.TracksLocations {
		return wanted, nil
	}
	return inBins(ctx, tx, doc.WarehouseID, wanted)
}

func pickable(s stock.DocumentState) bool {
	return s == stock.DocumentDraft || s == stock.DocumentApproved || s == stock.DocumentExecuting
}

// wants are the stocks that a line is outstanding of; taken is what other lines
// have of the same allocations.
func wants(h *promise, l *ent.DocumentLine, taken map[int64]int64) (out []*Pick) {
	n := Outstanding(l)
	if n <= 0 {
		return nil
	}
	if h == nil || !promised(l) {
		return []*Pick{{LineNo: l.LineNo, SKU: l.Sku, BatchNo: l.BatchNo, Bucket: l.Bucket, LocationID: l.LocationID, Quantity: n}}
	}
	rest := map[string]int64{} // by component
	for _, a := range h.open(l) {
		if _, known := rest[a.Sku]; !known {
			rest[a.Sku] = n * a.PerUnit
		}
		q := min(left(a)-taken[a.ID], rest[a.Sku])
		if q <= 0 {
			continue
		}
		taken[a.ID] += q
		rest[a.Sku] -= q
		out = append(out, &Pick{LineNo: l.LineNo, SKU: a.Sku, BatchNo: a.BatchNo, Bucket: l.Bucket, LocationID: l.LocationID, Quantity: q})
	}
	return out
}

// inBins says from which bins the wanted stocks are picked. Lines that name a bin
// keep it, and what is damaged lies where damaged goods do: nobody is led there.
func inBins(ctx context.Context, tx store.Tx, warehouse int64, wanted []*Pick) ([]*Pick, error) {
	var asked []bin.Want
	var rest []*Pick
	for i, w := range wanted {
		if w.LocationID != nil || w.Bucket == stock.BucketDamaged {
			rest = append(rest, w)
			continue
		}
		asked = append(asked, bin.Want{Line: i, SKU: w.SKU, BatchNo: w.BatchNo, Quantity: w.Quantity})
	}
	picks, short, err := bin.Plan(ctx, tx, warehouse, asked)
	if err != nil {
		return nil, err
	}
	var out []*Pick
	for _, p := range picks {
		if p.Quantity == 0 {
			continue
		}
		one := *wanted[p.Line]
		one.LocationID, one.Quantity = &p.LocationID, p.Quantity
		out = append(out, &one)
	}
	for i, w := range wanted {
		if n := short[i]; n > 0 {
			one := *w
			one.Quantity = n
			rest = append(rest, &one)
		}
	}
	return append(out, rest...), nil
}
