package posting

import (
	"context"
	"slices"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
)

// Move brings units from one bucket of a stock into another: found damaged, put
// on hold, released. The physical quantity and the worth stay. It needs
// stock:adjust and returns the faults of [Service.Adjust].
func (s *Service) Move(ctx context.Context, in MoveInput) (Result, error) {
	lines := slices.Clone(in.Moves)
	for i := range lines {
		lines[i].Tidy()
	}
	targets := make([]Target, len(lines))
	for i, l := range lines {
		targets[i] = l.Target
	}
	return s.run(ctx, work{
		operation: "stockMove", kind: stock.MovementMove, needs: auth.StockAdjust,
		command: in.Command, input: in,
		lines: "moves", quantity: "quantity", name: func(i int) string { return lines[i].Target.String() },
		check: func(faults *fault.List) {
			if !checkLines(faults, "moves", len(lines)) {
				return
			}
			for i, l := range lines {
				l.check(faults, fault.Input.At("moves").Item(i))
			}
		},
		targets: targets,
		moves:   func(r lookup.Codes, faults *fault.List) []ledger.Move { return moveMoves(r, lines, faults) },
	})
}

func moveMoves(refs lookup.Codes, lines []MoveLine, faults *fault.List) []ledger.Move {
	moves := make([]ledger.Move, 0, len(lines))
	for i, l := range lines {
		if m, ok := refs.Move(faults, fault.Input.At("moves").Item(i), i, l.Target, false); ok {
			m.Delta = ledger.Between(l.From, l.To, l.Quantity)
			m.ExpectedVersion = l.ExpectedVersion
			moves = append(moves, m)
		}
	}
	return moves
}

func (l MoveLine) check(faults *fault.List, path fault.Path) {
	l.Target.Check(faults, path)
	checkMovable(faults, path.At("from"), l.From)
	checkMovable(faults, path.At("to"), l.To)
	if l.From == l.To {
		faults.Add(fault.Invalid, path.At("to"), "from and to are the same bucket")
	}
	if l.Quantity <= 0 {
		faults.Add(fault.Invalid, path.At("quantity"), "move at least one unit")
	}
	checkQuantity(faults, path.At("quantity"), l.Quantity)
	checkVersion(faults, path, l.ExpectedVersion)
}

func checkMovable(faults *fault.List, path fault.Path, b stock.Bucket) {
	switch b {
	case stock.BucketAvailable, stock.BucketDamaged, stock.BucketOnHold:
	default:
		faults.Add(fault.Invalid, path, "%s changes by documents and reservations only; move between AVAILABLE, DAMAGED and ON_HOLD", b)
	}
}
