package ledger

import (
	"cmp"
	"errors"
	"slices"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/money"
)

// worth is what the goods of one SKU in one warehouse cost, over all batches.
// The moving average is Value / Quantity.
type worth struct {
	id       int64 // 0: no row yet
	quantity int64
	value    money.Amount
	version  int64
}

type costKey struct {
	warehouseID int64
	sku         string
}

// appraisal is a ledger row whose worth is still to be found.
type appraisal struct {
	key   costKey
	row   *ent.StockMovement
	moves []Move
	known bool
}

// appraise values one posting's rows by the moving average and moves worths on.
// The worth belongs to the SKU, not to the batch, so the moves of all stocks of
// a SKU are taken together, those that bring worth first: goods that arrive and
// leave in one posting, or change their batch, leave at the average that
// includes them, whatever the batches are called.
//
// Leaving goods take the share of the value that their quantity has of the
// whole, rounded half away from zero, and the last ones take what is left, so
// that no cent stays behind on an empty shelf.
//
// What was made out of others comes last, once these have left.
func appraise(rows []*appraisal, worths map[costKey]worth) error {
	bySKU := map[costKey][]*appraisal{}
	running := map[costKey]worth{}
	for _, a := range rows {
		bySKU[a.key] = append(bySKU[a.key], a)
		running[a.key] = worths[a.key]
	}
	var left money.Amount // what those that leave were worth
	for key, rows := range bySKU {
		w := running[key]
		for turn := range made {
			for _, a := range rows {
				for _, m := range a.moves {
					if turnOf(m) != turn {
						continue
					}
					d, err := w.take(a, m)
					if err != nil {
						return err
					}
					if turn == leaves {
						left -= d
					}
				}
			}
		}
		running[key] = w
	}
	if err := appraiseMade(rows, left, running); err != nil {
		return err
	}
	for key, rows := range bySKU {
		worths[key] = number(rows, worths[key])
	}
	return nil
}

// appraiseMade gives goods that were made what left for them, to the last digit:
// each gets the part up to it, less what those before it got.
func appraiseMade(rows []*appraisal, left money.Amount, running map[costKey]worth) error {
	var total, upTo int64
	for _, a := range rows {
		for _, m := range a.moves {
			total += m.Made
		}
	}
	var given money.Amount
	for _, a := range rows {
		for _, m := range a.moves {
			if turnOf(m) != made {
				continue
			}
			upTo += m.Made
			until, err := left.Share(upTo, total)
			if err != nil {
				return err
			}
			own := until - given
			m.Value, given = &own, until
			w := running[a.key]
			if _, err := w.take(a, m); err != nil {
				return err
			}
			running[a.key] = w
		}
	}
	return nil
}

// take changes w by one move of a row and returns the value that went with it.
func (w *worth) take(a *appraisal, m Move) (money.Amount, error) {
	d, known, err := w.apply(m)
	if errors.Is(err, money.ErrRange) {
		return 0, fault.New(fault.Invalid, fault.Input, "the value of SKU %s is out of range", a.key.sku)
	}
	if err != nil {
		return 0, err
	}
	a.row.ValueDelta += d
	a.known = a.known || known
	return d, nil
}

// The turns of an appraisal.
const (
	bringsWorth = iota // goods of known cost, or value given back
	arrives            // goods that come in at the average
	leaves
	made  // goods that take on the worth of those that left
	never // neither goods nor value
)

func turnOf(m Move) int {
	switch {
	case m.Made > 0 && m.Delta.Physical > 0:
		return made
	case m.Value != nil && *m.Value < 0 || m.Value == nil && m.Delta.Physical < 0:
		return leaves
	case m.Value == nil && m.UnitCost == nil && m.Delta.Physical > 0:
		return arrives
	case m.Value == nil && m.Delta.Physical == 0:
		return never
	default:
		return bringsWorth
	}
}

// number gives the rows their places in the chain of the worth, those that
// bring goods first, so that it is negative at none of them.
func number(rows []*appraisal, w worth) worth {
	slices.SortStableFunc(rows, func(a, b *appraisal) int { return cmp.Compare(b.row.ValueDelta, a.row.ValueDelta) })
	slices.SortStableFunc(rows, func(a, b *appraisal) int { return cmp.Compare(b.row.QuantityDelta, a.row.QuantityDelta) })
	for _, a := range rows {
		r := a.row
		w.quantity += r.QuantityDelta
		w.value += r.ValueDelta
		w.version++
		quantity, value, version := w.quantity, w.value, w.version
		r.CostQuantityAfter, r.CostValueAfter, r.CostVersion = &quantity, &value, &version
		if r.QuantityDelta == 0 || !a.known {
			continue
		}
		if u, err := r.ValueDelta.Share(1, r.QuantityDelta); err == nil {
			r.UnitCost = &u
		}
	}
	return w
}

// apply changes w by one move and returns the value that went with it; known is
// false when nobody knows what the goods cost: they count as worth nothing
// until a correction says better.
func (w *worth) apply(m Move) (d money.Amount, known bool, err error) {
	n := m.Delta.Physical
	known = true
	switch {
	case m.Value != nil:
		d = *m.Value
	case n > 0 && m.UnitCost != nil:
		d, err = m.UnitCost.Times(n)
	case n > 0 && w.quantity == 0:
		known = false
	default: // the average, both for goods that arrive without a cost and for goods that leave
		d, err = w.value.Share(n, w.quantity)
	}
	if err != nil {
		return 0, false, err
	}
	sum := w.value + d
	if d > 0 && sum < w.value {
		return 0, false, money.ErrRange
	}
	w.quantity += n
	if w.quantity == 0 || sum < 0 {
		sum = 0 // a reversal takes back no more than there is
	}
	d, w.value = sum-w.value, sum
	return d, known, nil
}
