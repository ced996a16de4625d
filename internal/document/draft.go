package document

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/internal/catalog"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// draft is a document that is about to be written. at leads to it in the input.
type draft struct {
	in  CreateInput
	at  fault.Path
	doc *ent.Document // with its lines in Edges
	// fact says that another system tells of what happened: see [Service.Record].
	fact bool
	// reserve promises what is executed at once before it is taken.
	reserve bool
}

// newDraft makes the rows of a tidy, checked input; codes are still to be settled.
func newDraft(in CreateInput, at fault.Path, no string, actor int64, now time.Time) *draft {
	doc := &ent.Document{
		No: no, Kind: in.Kind, State: stock.DocumentDraft, Version: 1, ReasonCode: in.ReasonCode, ExternalNo: in.ExternalNo,
		Party: in.Party, Country: in.Country, Currency: in.Currency, Note: in.Note,
		OccurredAt: moment(in.OccurredAt, now), ExpectedAt: in.ExpectedAt, CreatedBy: actor, CreatedAt: now, UpdatedAt: now,
	}
	d := &draft{in: in, at: at, doc: doc}
	d.setLines()
	return d
}

func (d *draft) setLines() {
	d.doc.LineCount, d.doc.Quantity = len(d.in.Lines), 0
	d.doc.Edges.Lines = make([]*ent.DocumentLine, len(d.in.Lines))
	for i, l := range d.in.Lines {
		d.doc.Edges.Lines[i] = &ent.DocumentLine{
			LineNo: i + 1, Sku: l.SKU, BatchNo: l.BatchNo, Bucket: l.Bucket, Quantity: l.Quantity,
			UnitCost: l.UnitCost, Currency: l.Currency, UnitPrice: l.UnitPrice,
		}
		d.doc.Quantity += max(l.Quantity, -l.Quantity)
	}
}

func (d *draft) line(i int) fault.Path { return d.at.At("lines").Item(i) }

// targets are the stocks of documents, each SKU once.
func targets(code string, docs ...*ent.Document) []lookup.Target {
	seen := map[string]bool{}
	out := []lookup.Target{{WarehouseCode: code}}
	for _, d := range docs {
		for _, l := range d.Edges.Lines {
			if !seen[l.Sku] {
				seen[l.Sku] = true
				out = append(out, lookup.Target{SKU: l.Sku, WarehouseCode: code})
			}
		}
	}
	return out
}

// currencies are those that costs of the lines are given in.
func currencies(docs ...*ent.Document) []string {
	seen, out := map[string]bool{"": true}, []string{}
	for _, d := range docs {
		for _, l := range d.Edges.Lines {
			if l.UnitCost != nil && !seen[l.Currency] {
				seen[l.Currency] = true
				out = append(out, l.Currency)
			}
		}
	}
	return out
}

// settle finds what the codes of the draft mean, and makes batches that it is
// the first to name. Faults go to the fields that hold the codes.
func (d *draft) settle(ctx context.Context, tx store.Tx, now time.Time, codes lookup.Codes, faults *fault.List) error {
	before := len(*faults)
	codes.CheckWarehouse(faults, d.at.At("warehouseCode"), d.in.WarehouseCode)
	if len(*faults) > before {
		return nil // without the warehouse its bins mean nothing
	}
	d.doc.WarehouseID = codes.Warehouse(d.in.WarehouseCode)
	if code := d.in.TargetWarehouseCode; code != "" {
		if codes.CheckWarehouse(faults, d.at.At("targetWarehouseCode"), code); len(*faults) > before {
			return nil
		}
		d.doc.TargetWarehouseID = new(codes.Warehouse(code))
	}
	var bins []string
	var batches []catalog.NewBatch
	var batchAt []int
	doc, in := d.doc, d.in.Lines
	for i, l := range doc.Edges.Lines {
		arriving := arrives(doc.Kind, l.Quantity)
		codes.CheckProduct(faults, d.line(i).At("sku"), l.Sku, arriving)
		if in[i].LocationCode != "" {
			bins = append(bins, in[i].LocationCode)
		}
		if l.BatchNo != "" && arriving {
			batches = append(batches, catalog.NewBatch{SKU: l.Sku, BatchNo: l.BatchNo, ProducedOn: in[i].ProducedOn, ExpiresOn: in[i].ExpiresOn})
			batchAt = append(batchAt, i)
		}
	}
	if in := d.in; in.ReturnOf != "" || doc.ReturnOfID != nil {
		if err := d.linkReturn(ctx, tx, faults); err != nil {
			return err
		}
	}
	if len(bins) > 0 {
		found, err := warehouse.LocationsByCode(ctx, tx, doc.WarehouseID, bins)
		if err != nil {
			return err
		}
		for i, l := range doc.Edges.Lines {
			code := in[i].LocationCode
			if code == "" {
				continue
			}
			bin := found[code]
			if bin == nil {
				faults.Add(fault.NotFound, d.line(i).At("locationCode"), "there is no location %q in this warehouse", command.Short(code))
				continue
			}
			checkBin(faults, d.line(i).At("locationCode"), bin)
			l.LocationID = &bin.ID
		}
	}
	if len(batches) == 0 || len(*faults) > before {
		return nil // a batch of an unknown SKU could not be written
	}
	return catalog.EnsureBatches(ctx, tx, now, batches, func(i int) fault.Path { return d.line(batchAt[i]) }, faults)
}

func checkBin(faults *fault.List, at fault.Path, bin *ent.Location) {
	switch {
	case bin.Status == stock.StatusArchived:
		faults.Add(fault.Archived, at, "location %s is archived", bin.Code)
	case bin.IsLocked:
		faults.Add(fault.Locked, at, "location %s is locked: choose another one, or unlock it with locationUpdate", bin.Code)
	}
}
