package document

import (
	"context"
	"slices"
	"time"

	"entrepot/ent"
	entlocation "entrepot/ent/location"
	"entrepot/internal/catalog"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/lookup"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// ready resolves what the work needs and adds what forbids it now, although it
// was allowed when the document was made: archived products and warehouses,
// locked bins. It enters batches that nobody named before.
func (s *Service) ready(ctx context.Context, tx store.Tx, now time.Time, w *work) error {
	house, err := tx.Ent.Warehouse.Get(ctx, w.doc.WarehouseID)
	if err != nil {
		return err
	}
	w.site = house.Code
	w.codes = lookup.In(s.baseCurrency)
	ids, err := w.codes.ResolveAll(ctx, tx, fx.Day(w.at), targets(w.site, w.doc), w.currencies(), 1)
	if err != nil {
		return err
	}
	w.posting = ids[0]
	var faults fault.List
	w.codes.CheckWarehouse(&faults, w.siteAt, w.site)
	for _, p := range w.parts {
		w.codes.CheckProduct(&faults, p.at, p.line.Sku, arrives(w.doc.Kind, p.line.Quantity) && p.quantity > 0)
	}
	if err := w.findReturnBin(ctx, tx, house); err != nil {
		return err
	}
	if err := w.findBins(ctx, tx, &faults); err != nil {
		return err
	}
	if err := faults.Err(); err != nil {
		return err
	}
	if w.bears, err = bearings(ctx, tx, w.doc, w.parts); err != nil {
		return err
	}
	if err := w.enterBatches(ctx, tx, now); err != nil {
		return err
	}
	return holdArrivals(ctx, tx, []*work{w})
}

// holdArrivals sends to ON_HOLD what would arrive available of batches that may not
// be promised. The states of these batches stay so until the transaction ends. It
// comes before any stock is locked, once for all works.
func holdArrivals(ctx context.Context, tx store.Tx, works []*work) error {
	var keys []catalog.BatchKey
	var parts []*part
	for _, w := range works {
		for i := range w.parts {
			if p := &w.parts[i]; p.batch != "" && p.quantity > 0 && arrives(w.doc.Kind, p.line.Quantity) {
				keys, parts = append(keys, catalog.BatchKey{SKU: p.line.Sku, BatchNo: p.batch}), append(parts, p)
			}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	held, err := lookup.HeldBatches(ctx, tx, keys)
	for i, p := range parts {
		p.bucket = lookup.ArrivalBucket(p.bucket, held[keys[i]])
	}
	return err
}

// currencies are those that costs of the parts are given in.
func (w *work) currencies() []string {
	seen, out := map[string]bool{"": true}, []string{}
	for _, p := range w.parts {
		if p.cost != nil && !seen[p.currency] {
			seen[p.currency] = true
			out = append(out, p.currency)
		}
	}
	return out
}

// findReturnBin finds where goods that come back wait to be inspected, in
// warehouses that keep their stock by bin: the first open bin for returns.
func (w *work) findReturnBin(ctx context.Context, tx store.Tx, house *ent.Warehouse) error {
	if !house.TracksLocations || !slices.ContainsFunc(w.parts, w.returning) {
		return nil
	}
	bin, err := tx.Ent.Location.Query().Where(entlocation.WarehouseID(house.ID), entlocation.TypeEQ(stock.LocationReturn),
		entlocation.StatusEQ(stock.StatusActive), entlocation.IsLocked(false)).Order(ent.Asc(entlocation.FieldCode)).First(ctx)
	if ent.IsNotFound(err) {
		return nil // the ledger finds a bin for what comes in
	}
	if err == nil {
		w.returnBin = &bin.ID
	}
	return err
}

// returning says that goods come back on hold.
func (w *work) returning(p part) bool {
	return w.doc.Kind == stock.DocumentInbound && w.doc.ReasonCode == reasonReturn && p.bucket == stock.BucketOnHold && p.quantity > 0 && p.bin == nil
}

// findBins finds the bins that the parts name by code, and asks of all bins
// whether goods may be put there or taken.
func (w *work) findBins(ctx context.Context, tx store.Tx, faults *fault.List) error {
	var ids []int64
	var codes []string
	for _, p := range w.parts {
		if p.bin != nil {
			ids = append(ids, *p.bin)
		}
		if code := text(p.told.LocationCode); code != "" {
			codes = append(codes, code)
		}
	}
	if len(ids)+len(codes) == 0 && w.returnBin == nil {
		return nil
	}
	rows, err := tx.Ent.Location.Query().Where(page.In(entlocation.FieldID, ids)).All(ctx)
	if err != nil {
		return err
	}
	byID := map[int64]*ent.Location{}
	for _, r := range rows {
		byID[r.ID] = r
	}
	byCode, err := warehouse.LocationsByCode(ctx, tx, w.doc.WarehouseID, codes)
	if err != nil {
		return err
	}
	for i := range w.parts {
		p := &w.parts[i]
		at := p.at
		var bin *ent.Location
		switch code := text(p.told.LocationCode); {
		case p.bin != nil:
			bin = byID[*p.bin]
		case code == "" && !w.returning(*p):
			continue
		case code == "":
			p.bin = w.returnBin
			continue
		default:
			at = at.At("locationCode")
			if bin = byCode[code]; bin == nil {
				faults.Add(fault.NotFound, at, "there is no location %q in this warehouse", command.Short(code))
				continue
			}
			p.bin = &bin.ID
		}
		if p.quantity > 0 {
			checkBin(faults, at, bin)
		}
	}
	return nil
}

// enterBatches makes the batches that arriving parts are the first to name.
func (w *work) enterBatches(ctx context.Context, tx store.Tx, now time.Time) error {
	var batches []catalog.NewBatch
	var at []fault.Path
	for _, p := range w.parts {
		if p.batch == "" || p.told.BatchNo == nil || p.quantity == 0 || !arrives(w.doc.Kind, p.line.Quantity) {
			continue
		}
		batches = append(batches, catalog.NewBatch{SKU: p.line.Sku, BatchNo: p.batch, ProducedOn: p.told.ProducedOn, ExpiresOn: p.told.ExpiresOn})
		at = append(at, p.at)
	}
	if len(batches) == 0 {
		return nil
	}
	var faults fault.List
	if err := catalog.EnsureBatches(ctx, tx, now, batches, func(i int) fault.Path { return at[i] }, &faults); err != nil {
		return err
	}
	return faults.Err()
}
