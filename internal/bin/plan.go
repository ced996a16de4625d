package bin

import (
	"context"

	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

// Want is units of one stock of a warehouse that are to be picked.
type Want struct {
	// Line is the caller's number for it.
	Line         int
	SKU, BatchNo string
	Quantity     int64
}

// Pick is units to take from one bin.
type Pick struct {
	Want
	LocationID int64
	// LocationCode is the bin's.
	LocationCode string
}

// Plan says from which bins the wanted units would be picked, in the order of
// [Path], and which lines are short by how much because no open bin holds so many.
// PICK bins come before STORAGE, then STAGE, RETURN and RECEIVE; locked, DAMAGED
// and LOST ones are left out. It is what a posting that names no bin takes: a list
// that is worked off as printed needs no bin to be typed. Nothing is held, so
// others may take the goods before.
func Plan(ctx context.Context, tx store.Tx, warehouseID int64, wants []Want) (_ []Pick, short map[int]int64, err error) {
	defer fault.Wrap(&err, "bin.Plan")
	asked := make([]ledger.Want, len(wants))
	for i, w := range wants {
		asked[i] = ledger.Want{Key: ledger.Key{WarehouseID: warehouseID, SKU: w.SKU, BatchNo: w.BatchNo}, Line: w.Line, Quantity: w.Quantity}
	}
	found, short, err := ledger.Departures(ctx, tx, asked)
	if err != nil {
		return nil, nil, err
	}
	picks := make([]Pick, len(found))
	for i, d := range found {
		picks[i] = Pick{Want{d.Line, d.SKU, d.BatchNo, d.Quantity}, d.LocationID, d.Code}
	}
	return Path(picks, func(p Pick) string { return p.LocationCode }), short, nil
}
