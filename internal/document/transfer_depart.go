package document

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// prepare resolves what the departure needs and adds what forbids it now.
func (s *Service) prepare(ctx context.Context, tx store.Tx, d *departure) error {
	for id, code := range map[int64]*string{d.doc.WarehouseID: &d.source, *d.doc.TargetWarehouseID: &d.target} {
		house, err := tx.Ent.Warehouse.Get(ctx, id)
		if err != nil {
			return err
		}
		*code = house.Code
	}
	d.codes = lookup.In(s.baseCurrency)
	var err error
	if d.posting, err = d.codes.Resolve(ctx, tx, fx.Day(d.at), append(targets(d.source, d.doc), lookup.Target{WarehouseCode: d.target}), nil); err != nil {
		return err
	}
	var faults fault.List
	for _, code := range []string{d.source, d.target} {
		d.codes.CheckWarehouse(&faults, d.field, code)
		d.codes.CheckRate(&faults, d.field, code)
	}
	if err := d.bins(ctx, tx, &faults); err != nil {
		return err
	}
	return faults.Err()
}

// bins finds the bins of the source that the lines name.
func (d *departure) bins(ctx context.Context, tx store.Tx, faults *fault.List) error {
	var codes []string
	for _, l := range d.leaving {
		if l.code != "" {
			codes = append(codes, l.code)
		}
	}
	if len(codes) == 0 {
		return nil
	}
	found, err := warehouse.LocationsByCode(ctx, tx, d.doc.WarehouseID, codes)
	if err != nil {
		return err
	}
	for i, l := range d.leaving {
		if l.code == "" {
			continue
		}
		at, bin := l.at.At("locationCode"), found[l.code]
		if bin == nil {
			faults.Add(fault.NotFound, at, "there is no location %q in warehouse %s", command.Short(l.code), d.source)
			continue
		}
		checkBin(faults, at, bin)
		d.leaving[i].bin = &bin.ID
	}
	return nil
}

// carry are the lines of the shipment: one for each line of the transfer and batch,
// with what its units were worth. What a stock lost in value is shared by units among
// the lines that it went to; the last of them takes what is left.
func (d *departure) carry(p ledger.Posted) ([]*ent.ShipmentLine, error) {
	type place struct {
		line  int
		batch string
	}
	byPlace, lines := map[place]*ent.ShipmentLine{}, []*ent.ShipmentLine{}
	for _, t := range d.taken {
		l := d.leaving[t.part].line
		at := place{l.LineNo, t.batch}
		if byPlace[at] == nil {
			byPlace[at] = &ent.ShipmentLine{LineNo: l.LineNo, Sku: l.Sku, BatchNo: t.batch}
			lines = append(lines, byPlace[at])
		}
		byPlace[at].Quantity += t.quantity
	}
	left := make(map[ledger.Key]*ent.StockMovement, len(p.Movements))
	for _, m := range p.Movements {
		left[ledger.Key{WarehouseID: m.WarehouseID, SKU: m.Sku, BatchNo: m.BatchNo}] = m
	}
	upTo := map[ledger.Key]int64{}
	for _, l := range lines {
		key := ledger.Key{WarehouseID: d.doc.WarehouseID, SKU: l.Sku, BatchNo: l.BatchNo}
		m := left[key]
		before, err := money.MulDiv(-int64(m.ValueDelta), upTo[key], -m.QuantityDelta)
		if err != nil {
			return nil, err
		}
		upTo[key] += l.Quantity
		after, err := money.MulDiv(-int64(m.ValueDelta), upTo[key], -m.QuantityDelta)
		if err != nil {
			return nil, err
		}
		l.Value, l.Currency, l.ExchangeRate = money.Amount(after-before), m.Currency, m.ExchangeRate
	}
	return lines, nil
}

// depart posts the departure: what the promise gives leaves the source and is in
// transit to the target.
func (s *Service) depart(ctx context.Context, tx store.Tx, now time.Time, d *departure) (ledger.Posted, error) {
	consumption, err := s.consume(ctx, tx, now, d)
	if err != nil {
		return ledger.Posted{}, err
	}
	moves := make([]ledger.Move, 0, 2*len(consumption.Moves))
	for i, m := range consumption.Moves {
		m.LocationID = consumption.Taken[i].LocationID
		moves = append(moves, m)
		n := -m.Delta.Physical
		d.taken = append(d.taken, taken{part: m.Line, batch: m.BatchNo, quantity: n})
		to := d.codes.Start(m.Line, lookup.Target{SKU: m.SKU, WarehouseCode: d.target, BatchNo: m.BatchNo})
		to.Delta = ledger.In(stock.BucketInTransit, n)
		moves = append(moves, to)
	}
	posted, err := ledger.Post(ctx, tx, ledger.Posting{
		ID: d.posting, Kind: stock.MovementTransfer, Operation: "transferDispatch", ActorID: auth.From(ctx).UserID, ReasonCode: d.doc.ReasonCode,
		Note: d.note, RequestID: fault.RequestID(ctx), BaseCurrency: s.baseCurrency, DocumentID: &d.doc.ID, OccurredAt: d.at, Moves: moves,
	})
	var refused ledger.Refused
	if errors.As(err, &refused) {
		var faults fault.List
		for _, r := range refused {
			for _, i := range r.Lines {
				l := d.leaving[i]
				lookup.Refuse(&faults, l.at, "quantity", fmt.Sprintf("line %d, SKU %s", l.line.LineNo, l.line.Sku), r)
			}
		}
		return ledger.Posted{}, faults
	}
	if err != nil {
		return ledger.Posted{}, err
	}
	return posted, consumption.Record(ctx, tx, posted.ID)
}
