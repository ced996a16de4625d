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

// Set brings stocks to what was counted, provided that each still has the
// quantity that the person saw: otherwise somebody moved goods in between, and
// the count says nothing about the stock as it is. It needs stock:adjust.
//
// It returns the faults of [Service.Adjust] and STALE_QUANTITY. A count that
// agrees with the books posts nothing; when all do, nothing is posted at all.
//
// What is counted is the truth: when less is there than was promised, reservations
// go short in the same transaction, those of the lowest priority first. More of a
// batch that may not be promised goes on hold, as goods of it that arrive.
func (s *Service) Set(ctx context.Context, in SetInput) (Result, error) {
	lines := slices.Clone(in.Counts)
	for i := range lines {
		lines[i].Tidy()
		lines[i].Currency = command.Currency(lines[i].Currency)
	}
	refs, bins := lookup.In(s.baseCurrency), make([]lookup.Bin, len(lines))
	for i, l := range lines {
		bins[i] = binOf(l.Target, &lines[i].LocationCode)
	}
	var keys []ledger.Key
	return s.run(ctx, work{
		operation: "stockSet", kind: stock.MovementCount, needs: auth.StockAdjust,
		command: in.Command, input: in, decides: true,
		locked: func() []ledger.Key { return keys },
		loses:  func(i int) bool { return lines[i].Bucket == stock.BucketPhysical },
		lines:  "counts", quantity: "quantity", name: func(i int) string { return lines[i].Target.String() },
		check: func(faults *fault.List) {
			if !checkLines(faults, "counts", len(lines)) {
				return
			}
			first := map[Target]int{}
			for i, l := range lines {
				path := fault.Input.At("counts").Item(i)
				l.check(faults, path)
				if j, twice := first[l.Target]; twice {
					faults.Add(fault.Invalid, path, "line %d counts the same stock; count it once, or in two commands", j)
				}
				first[l.Target] = i
			}
		},
		look: looking(&refs, bins, func(ctx context.Context, tx store.Tx) (int64, error) {
			targets, currencies := make([]Target, len(lines)), []string{}
			for i, l := range lines {
				targets[i] = l.Target
				if l.UnitCost != nil && l.Currency != "" {
					currencies = append(currencies, l.Currency)
				}
			}
			return refs.Resolve(ctx, tx, s.day(in.Command), targets, currencies)
		}),
		plan: func(ctx context.Context, tx store.Tx, _ *ledger.Posting, faults *fault.List) (moves []ledger.Move, err error) {
			moves, keys, err = s.planSet(ctx, tx, refs, lines, faults)
			return moves, err
		},
	})
}

// planSet locks the stocks and compares each with what was seen.
func (s *Service) planSet(ctx context.Context, tx store.Tx, refs lookup.Codes, lines []SetLine, faults *fault.List) (counted []ledger.Move, keys []ledger.Key, err error) {
	moves := make([]ledger.Move, 0, len(lines))
	keys = make([]ledger.Key, 0, len(lines))
	for i, l := range lines {
		if m, ok := refs.Move(faults, fault.Input.At("counts").Item(i), i, l.Target, l.Quantity > l.ExpectedQuantity); ok {
			m.Delta = ledger.In(l.Bucket, l.Quantity-l.ExpectedQuantity)
			moves, keys = append(moves, m), append(keys, m.Key)
		}
	}
	if err := lookup.Arrive(ctx, tx, s.time(), moves); err != nil {
		return nil, nil, err
	}
	now, err := ledger.Lock(ctx, tx, keys)
	if err != nil {
		return nil, nil, err
	}
	counted = moves[:0]
	for _, m := range moves {
		l, path := lines[m.Line], fault.Input.At("counts").Item(m.Line)
		n := len(*faults)
		is := now[m.Key]
		if current := is.Of(l.Bucket); current != l.ExpectedQuantity {
			f := faults.Add(fault.StaleQuantity, path.At("expectedQuantity"),
				"%s has %d %s now, not %d: it moved since; count again", l.Target, current, lookup.Words[l.Bucket], l.ExpectedQuantity)
			f.CurrentQuantity, f.CurrentVersion = &current, &is.Version
		}
		// The version holds what was compared: it also guards a stock that did
		// not exist, and so could not be locked.
		m.ExpectedVersion = &is.Version
		m.LocationID = refs.Bin(faults, path.At("locationCode"), lookup.Bin{WarehouseCode: l.WarehouseCode, Code: l.LocationCode})
		m.UnitCost = refs.Cost(faults, path, m, l.UnitCost, l.Currency, l.Quantity-l.ExpectedQuantity)
		if len(*faults) == n && l.Quantity != l.ExpectedQuantity {
			counted = append(counted, m)
		}
	}
	return counted, keys, nil
}

func (l SetLine) check(faults *fault.List, path fault.Path) {
	l.Target.Check(faults, path)
	switch l.Bucket {
	case stock.BucketPhysical, stock.BucketAvailable, stock.BucketDamaged, stock.BucketOnHold:
	default:
		faults.Add(fault.Invalid, path.At("bucket"), "%s cannot be counted; count PHYSICAL, AVAILABLE, DAMAGED or ON_HOLD", l.Bucket)
	}
	if l.Quantity < 0 {
		faults.Add(fault.Invalid, path.At("quantity"), "a quantity on the shelf is not negative")
	}
	if l.ExpectedQuantity < 0 {
		faults.Add(fault.Invalid, path.At("expectedQuantity"), "a quantity on the shelf is not negative")
	}
	checkQuantity(faults, path.At("quantity"), l.Quantity-max(l.ExpectedQuantity, 0))
	checkCost(faults, path, l.UnitCost, l.Currency, l.Quantity-l.ExpectedQuantity)
}
