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
		lines[i].Tidy()
		lines[i].Currency = command.Currency(lines[i].Currency)
	}
	targets, currencies := make([]Target, len(lines)), []string{}
	for i, l := range lines {
		targets[i] = l.Target
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
		targets: targets, currencies: currencies,
		moves: func(r lookup.Codes, faults *fault.List) []ledger.Move { return adjustMoves(r, lines, faults) },
	}
	if in.IfPromised != nil && *in.IfPromised == ShortenReservations {
		w.loses = func(i int) bool { return lines[i].Bucket == stock.BucketAvailable }
	}
	return s.run(ctx, w)
}

func adjustMoves(refs lookup.Codes, lines []AdjustLine, faults *fault.List) []ledger.Move {
	moves := make([]ledger.Move, 0, len(lines))
	for i, l := range lines {
		path := fault.Input.At("changes").Item(i)
		m, ok := refs.Move(faults, path, i, l.Target, l.Delta > 0)
		if !ok {
			continue
		}
		n := len(*faults)
		m.Delta = ledger.In(l.Bucket, l.Delta)
		m.ExpectedVersion = l.ExpectedVersion
		m.UnitCost = refs.Cost(faults, path, m, l.UnitCost, l.Currency, l.Delta)
		if len(*faults) == n {
			moves = append(moves, m)
		}
	}
	return moves
}

func (l AdjustLine) check(faults *fault.List, path fault.Path) {
	l.Target.Check(faults, path)
	switch l.Bucket {
	case stock.BucketAvailable, stock.BucketDamaged, stock.BucketOnHold:
	default:
		faults.Add(fault.Invalid, path.At("bucket"), "%s changes by documents and reservations only; adjust AVAILABLE, DAMAGED or ON_HOLD", l.Bucket)
	}
	if l.Delta == 0 {
		faults.Add(fault.Invalid, path.At("delta"), "a delta of zero changes nothing")
	}
	checkQuantity(faults, path.At("delta"), l.Delta)
	checkVersion(faults, path, l.ExpectedVersion)
	checkCost(faults, path, l.UnitCost, l.Currency, l.Delta)
}
