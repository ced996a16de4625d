package document

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"entrepot/ent"
	entbarcode "entrepot/ent/barcode"
	entproduct "entrepot/ent/product"
	"entrepot/ent/stocktakeline"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/catalog"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// where is what tells one line of a stocktake from another.
type where struct {
	location   int64 // 0: none
	sku, batch string
}

func whereOf(l *ent.StocktakeLine) where {
	w := where{sku: l.Sku, batch: l.BatchNo}
	if l.LocationID != nil {
		w.location = *l.LocationID
	}
	return w
}

// findLines finds the lines that the input names, in its order, and makes those of
// goods that were not expected where they lie.
func (in StocktakeCountInput) findLines(ctx context.Context, tx store.Tx, doc *ent.Document, take *ent.Stocktake, now time.Time) ([]counted, error) {
	rows := make([]counted, len(in.Lines))
	var numbers []int
	for i, l := range in.Lines {
		rows[i] = counted{in: l, at: fault.Input.At("lines").Item(i), quantity: l.Quantity, moment: moment(l.CountedAt, now)}
		if l.LineNo != nil {
			numbers = append(numbers, *l.LineNo)
		}
	}
	var faults fault.List
	byNo, err := byNumber(ctx, tx, doc, numbers)
	if err != nil {
		return nil, err
	}
	places, err := in.places(ctx, tx, doc, take, rows, &faults)
	if err != nil {
		return nil, err
	}
	byPlace, err := byPlace(ctx, tx, doc, places)
	if err != nil {
		return nil, err
	}
	var found []*ent.StocktakeLine
	seen := map[where]bool{}
	for i := range rows {
		r := &rows[i]
		if no := r.in.LineNo; no != nil {
			if r.line = byNo[*no]; r.line == nil {
				faults.Add(fault.NotFound, r.at.At("lineNo"), "stocktake %s has no line %d", doc.No, *no)
			}
		} else if at := places[i]; at.sku != "" {
			if r.line = byPlace[at]; r.line == nil {
				r.line = &ent.StocktakeLine{DocumentID: doc.ID, Sku: at.sku, BatchNo: at.batch, Found: true}
				if at.location != 0 {
					r.line.LocationID = &at.location
				}
				byPlace[at] = r.line
				found = append(found, r.line)
			}
		}
		if r.line == nil {
			continue
		}
		if w := whereOf(r.line); seen[w] {
			faults.Add(fault.Invalid, r.at, "this line is counted twice here: add up what you counted")
		} else {
			seen[w] = true
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return rows, enterFound(ctx, tx, doc, found, rows, now)
}

func byNumber(ctx context.Context, tx store.Tx, doc *ent.Document, numbers []int) (map[int]*ent.StocktakeLine, error) {
	lines, err := numbered(ctx, tx, doc.ID, numbers)
	out := make(map[int]*ent.StocktakeLine, len(lines))
	for _, l := range lines {
		out[l.LineNo] = l
	}
	return out, err
}

func byPlace(ctx context.Context, tx store.Tx, doc *ent.Document, places map[int]where) (map[where]*ent.StocktakeLine, error) {
	var skus []string
	for _, w := range places {
		skus = append(skus, w.sku)
	}
	lines, err := tx.Ent.StocktakeLine.Query().Where(stocktakeline.DocumentID(doc.ID), page.In(stocktakeline.FieldSku, skus)).All(ctx)
	out := make(map[where]*ent.StocktakeLine, len(lines))
	for _, l := range lines {
		out[whereOf(l)] = l
	}
	return out, err
}

// places are what the rows that are not numbered name, by their places; those of
// which nothing is known are left out, with a fault. A barcode makes packs units.
func (in StocktakeCountInput) places(ctx context.Context, tx store.Tx, doc *ent.Document, take *ent.Stocktake, rows []counted, faults *fault.List) (map[int]where, error) {
	var codes, skus, bins []string
	for _, r := range rows {
		codes, skus, bins = append(codes, strings.TrimSpace(r.in.Barcode)), append(skus, catalog.SKU(r.in.SKU)), append(bins, number(r.in.LocationCode))
	}
	scans, err := tx.Ent.Barcode.Query().Where(page.In(entbarcode.FieldBarcode, codes)).All(ctx)
	if err != nil {
		return nil, err
	}
	known, err := tx.Ent.Product.Query().Where(page.In(entproduct.FieldSku, skus)).Select(entproduct.FieldSku).Strings(ctx)
	if err != nil {
		return nil, err
	}
	locations, err := warehouse.LocationsByCode(ctx, tx, doc.WarehouseID, bins)
	if err != nil {
		return nil, err
	}
	byCode := make(map[string]*ent.Barcode, len(scans))
	for _, b := range scans {
		byCode[b.Barcode] = b
	}
	out := map[int]where{}
	for i := range rows {
		r := &rows[i]
		if r.in.LineNo != nil {
			continue
		}
		before := len(*faults)
		w := where{sku: skus[i], batch: strings.TrimSpace(r.in.BatchNo)}
		switch b := byCode[codes[i]]; {
		case codes[i] == "" && !slices.Contains(known, w.sku):
			faults.Add(fault.NotFound, r.at.At("sku"), "there is no SKU %q", command.Short(r.in.SKU))
		case codes[i] != "" && b == nil:
			faults.Add(fault.NotFound, r.at.At("barcode"), "no product bears the barcode %q", command.Short(codes[i]))
		case codes[i] != "" && r.quantity > MaxQuantity/b.PackQuantity:
			faults.Add(fault.Invalid, r.at.At("quantity"), "%d packs of %d are more than %d units", r.quantity, b.PackQuantity, int64(MaxQuantity))
		case codes[i] != "":
			w.sku, r.quantity = b.Sku, r.quantity*b.PackQuantity
		}
		switch l := locations[bins[i]]; {
		case !take.ByLocation && bins[i] != "":
			faults.Add(fault.Invalid, r.at.At("locationCode"), "this stocktake counts no bins: leave the location out")
		case take.ByLocation && bins[i] == "":
			faults.Add(fault.Required, r.at.At("locationCode"), "say in which location it lies")
		case take.ByLocation && l == nil:
			faults.Add(fault.NotFound, r.at.At("locationCode"), "there is no location %q in this warehouse", command.Short(bins[i]))
		case take.ByLocation:
			w.location = l.ID
		}
		if len(*faults) == before {
			out[i] = w
		}
	}
	return out, nil
}

// enterFound writes lines of goods that were not expected, with the batches that
// they are the first to name.
func enterFound(ctx context.Context, tx store.Tx, doc *ent.Document, found []*ent.StocktakeLine, rows []counted, now time.Time) error {
	if len(found) == 0 {
		return nil
	}
	at := make(map[*ent.StocktakeLine]fault.Path, len(rows))
	for _, r := range rows {
		at[r.line] = r.at
	}
	last, err := tx.Ent.StocktakeLine.Query().Where(stocktakeline.DocumentID(doc.ID)).Count(ctx) // numbered without a gap
	if err != nil {
		return err
	}
	if last+len(found) > MaxLines {
		return fault.New(fault.TooMany, at[found[0]], "a stocktake has at most %d lines; count what was found with another one", MaxLines)
	}
	var batches []catalog.NewBatch
	var batchAt []fault.Path
	numbers := make([]int, len(found))
	for i, l := range found {
		l.LineNo = last + 1 + i
		numbers[i] = l.LineNo
		if l.BatchNo != "" {
			batches, batchAt = append(batches, catalog.NewBatch{SKU: l.Sku, BatchNo: l.BatchNo}), append(batchAt, at[l])
		}
	}
	if len(batches) > 0 {
		var faults fault.List
		if err := catalog.EnsureBatches(ctx, tx, now, batches, func(i int) fault.Path { return batchAt[i] }, &faults); err != nil {
			return err
		}
		if err := faults.Err(); err != nil {
			return err
		}
	}
	// Kept as in [countedWarehouse]: another stocktake may be about to count the same.
	if _, err := tx.Ent.Warehouse.Query().Where(entwarehouse.ID(doc.WarehouseID), store.Lock).Only(ctx); err != nil {
		return err
	}
	if err := store.InsertRows(ctx, tx, "stocktake_lines", foundColumns, found); err != nil {
		return fmt.Errorf("write found lines: %w", err)
	}
	written, err := numbered(ctx, tx, doc.ID, numbers)
	if err != nil {
		return err
	}
	for i, l := range written {
		*found[i] = *l
	}
	return notCountedElsewhere(ctx, tx, doc, fault.Input.At("lines"))
}
