package posting

import (
	"context"
	"slices"

	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Adjust changes stocks by deltas, which is what machines should send: two
// deltas never overwrite each other. It needs stock:adjust.
//
// Beside the faults of a malformed input it returns NOT_FOUND and ARCHIVED for
// codes, RATE_MISSING, INSUFFICIENT_STOCK, STALE_VERSION where an expected
// version was given, and IDEMPOTENCY_KEY_REUSED.
func (s *Service) Adjust(ctx context.Context, in AdjustInput) (Result, error) {
	lines := slices.Clone(in.Changes)
	for i := range lines {
		lines[i].Target.Tidy()
		lines[i].Scan.Tidy()
		lines[i].Currency = command.Currency(lines[i].Currency)
	}
	targets, bins, currencies := make([]Target, len(lines)), make([]lookup.Bin, len(lines)), []string{}
	asks := false // the lines cannot be understood without the database
	for i, l := range lines {
		targets[i], bins[i] = l.Target, binOf(l.Target, &lines[i].LocationCode)
		asks = asks || l.Given() || l.BatchNo != "" && l.Delta > 0
		if l.UnitCost != nil && l.Currency != "" {
			currencies = append(currencies, l.Currency)
		}
	}
	w := work{
		operation: "stockAdjust", kind: stock.MovementAdjustment, needs: auth.StockAdjust,
		command: in.Command, input: in,
		lines: "changes", quantity: "delta", name: func(i int) string { return lines[i].Target.String() },
		check: func(faults *fault.List) {
			if !checkLines(faults, "changes", len(lines)) {
				return
			}
			for i, l := range lines {
				l.check(faults, fault.Input.At("changes").Item(i))
			}
		},
		targets: targets, bins: named(bins), currencies: currencies,
		moves: func(r lookup.Codes, faults *fault.List) []ledger.Move { return adjustMoves(r, lines, faults) },
	}
	if in.IfPromised != nil && *in.IfPromised == ShortenReservations {
		w.loses = func(i int) bool { return lines[i].Bucket == stock.BucketAvailable }
	}
	if asks {
		s.asking(&w, lines)
	}
	return s.run(ctx, w)
}

// asking looks up what lines mean that name scans or batches before it plans them.
func (s *Service) asking(w *work, lines []AdjustLine) {
	found := lookup.In(s.baseCurrency)
	var unknown fault.List
	w.look = looking(&found, w.bins, func(ctx context.Context, tx store.Tx) (int64, error) {
		unknown = nil
		if err := unpack(ctx, tx, &unknown, lines); err != nil {
			return 0, err
		}
		for i, l := range lines {
			w.targets[i] = l.Target
		}
		return found.Resolve(ctx, tx, s.day(w.command), w.targets, w.currencies)
	})
	w.plan = func(ctx context.Context, tx store.Tx, _ *ledger.Posting, faults *fault.List) ([]ledger.Move, error) {
		*faults = append(*faults, unknown...)
		moves := adjustMoves(found, lines, faults)
		now, _ := s.clock()
		return moves, lookup.Arrive(ctx, tx, now, moves)
	}
	w.moves = nil
}

func unpack(ctx context.Context, tx store.Tx, faults *fault.List, lines []AdjustLine) error {
	scanned := make([]lookup.Scanned, len(lines))
	for i := range lines {
		l := &lines[i]
		scanned[i] = lookup.Scanned{Scan: l.Scan, At: fault.Input.At("changes").Item(i), SKU: &l.SKU, Units: &l.Delta, Most: MaxQuantity}
	}
	return lookup.Unpack(ctx, tx, faults, scanned)
}

func adjustMoves(refs lookup.Codes, lines []AdjustLine, faults *fault.List) []ledger.Move {
	moves := make([]ledger.Move, 0, len(lines))
	for i, l := range lines {
		if l.SKU == "" {
			continue // its barcode is unknown, and refused
		}
		path := fault.Input.At("changes").Item(i)
		m, ok := refs.Move(faults, path, i, l.Target, l.Delta > 0)
		if !ok {
			continue
		}
		n := len(*faults)
		m.Delta = ledger.In(l.Bucket, l.Delta)
		m.ExpectedVersion = l.ExpectedVersion
		m.LocationID = refs.Bin(faults, path.At("locationCode"), lookup.Bin{WarehouseCode: l.WarehouseCode, Code: l.LocationCode})
		m.UnitCost = refs.Cost(faults, path, m, l.UnitCost, l.Currency, l.Delta)
		if len(*faults) == n {
			moves = append(moves, m)
		}
	}
	return moves
}

func (l AdjustLine) check(faults *fault.List, path fault.Path) {
	units := l.Delta
	if l.Given() {
		units = l.Packs
		l.Scan.Check(faults, path, l.SKU, l.Delta, "delta")
		l.CheckPlace(faults, path)
	} else {
		l.Target.Check(faults, path)
	}
	switch l.Bucket {
	case stock.BucketAvailable, stock.BucketDamaged, stock.BucketOnHold:
	default:
		faults.Add(fault.Invalid, path.At("bucket"), "%s changes by documents and reservations only; adjust AVAILABLE, DAMAGED or ON_HOLD", l.Bucket)
	}
	if units == 0 && !l.Given() {
		faults.Add(fault.Invalid, path.At("delta"), "a delta of zero changes nothing")
	}
	checkQuantity(faults, path.At("delta"), l.Delta)
	checkVersion(faults, path, l.ExpectedVersion)
	checkCost(faults, path, l.UnitCost, l.Currency, units)
}
