package document

import (
	"context"
	"maps"
	"slices"

	"entrepot/ent"
	"entrepot/ent/stockcost"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// wholeKits completes what is executed of an assembly: where only kits are named,
// their components go along as they are planned. A component that is named too, to
// say its batch or bin, must add up to what so many kits hold: a kit of which a
// part is missing is none.
func wholeKits(doc *ent.Document, chosen []part) ([]part, error) {
	kit := doc.Edges.Lines[0]
	done := map[int]int64{}
	for _, p := range chosen {
		done[p.line.LineNo] += p.quantity
	}
	kits := done[kit.LineNo]
	if kits == 0 {
		return nil, fault.New(fault.Invalid, fault.Input.At("lines"), "say how many kits: line %d is the kit, %s", kit.LineNo, kit.Sku)
	}
	var faults fault.List
	for _, l := range doc.Edges.Lines[1:] {
		want := magnitude(l.Quantity) / magnitude(kit.Quantity) * kits // a whole number of each makes a kit
		switch got := done[l.LineNo]; got {
		case want:
		case 0:
			chosen = append(chosen, asPlanned(l, fault.Input.At("lines"), want))
		default:
			f := faults.Add(fault.Invalid, fault.Input.At("lines"), "%d kits %s hold %d units of %s, not %d: name as many of line %d, or leave it out", kits, kit.Sku, want, l.Sku, got, l.LineNo)
			f.CurrentQuantity = &want
		}
	}
	return chosen, faults.Err()
}

func magnitude(n int64) int64 { return max(n, -n) }

// bearings are what the arriving parts of an assembly bear of the worth of what was
// used up, in proportion. A kit bears the whole of it. Components of a kit that is
// taken apart bear it by what they are worth at their averages, so that cheap ones do
// not become dear; where one of them has no average, by units.
func bearings(ctx context.Context, tx store.Tx, doc *ent.Document, parts []part) (map[*ent.DocumentLine]int64, error) {
	if doc.Kind != stock.DocumentAssembly {
		return nil, nil
	}
	var skus []string
	perUnit := map[*ent.DocumentLine]int64{}
	for _, p := range parts {
		if arrives(doc.Kind, p.line.Quantity) {
			skus = append(skus, p.line.Sku)
			perUnit[p.line] = 1
		}
	}
	if len(perUnit) == 1 {
		return perUnit, nil
	}
	rows, err := tx.Ent.StockCost.Query().Where(stockcost.WarehouseID(doc.WarehouseID), page.In(stockcost.FieldSku, skus)).All(ctx)
	if err != nil {
		return nil, err
	}
	averages := map[string]money.Amount{}
	for _, c := range rows {
		if a, err := c.Value.Share(1, c.Quantity); err == nil && a > 0 {
			averages[c.Sku] = a
		}
	}
	for l := range perUnit {
		if averages[l.Sku] == 0 {
			return perUnit, nil
		}
	}
	dearest := slices.Max(slices.Collect(maps.Values(averages)))
	for l := range perUnit {
		// In millionths of the dearest: sums over many units stay within 64 bits.
		part, err := averages[l.Sku].Share(1_000_000, int64(dearest))
		if err != nil {
			return nil, err
		}
		perUnit[l] = max(int64(part), 1)
	}
	return perUnit, nil
}
