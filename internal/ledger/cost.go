package ledger

import (
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

// valued is what a change does to the worth of its SKU.
type valued struct {
	value    money.Amount
	unitCost *money.Amount
	after    worth
}

// appraise applies one posting's part to the worth of its SKU by the moving average
// and returns the value that goes with it. Arrivals come first: then goods
// that arrive and leave in one posting leave at the average that includes them.
//
// Leaving goods take the share of the value that their quantity has of the
// whole, rounded half away from zero, and the last ones take what is left, so
// that no cent stays behind on an empty shelf.
func appraise(w worth, c part) (valued, error) {
	v := valued{after: w}
	known := false
	for _, arriving := range []bool{true, false} {
		for _, m := range c.moves {
			n := m.Delta.Physical
			if n == 0 && m.Value == nil || (n >= 0) != arriving {
				continue
			}
			d, ok, err := v.after.apply(m)
			if err != nil {
				return v, err
			}
			known = known || ok
			v.value += d
		}
	}
	v.after.version++
	if n := c.delta.Physical; n != 0 && known {
		u, err := v.value.Share(1, n)
		if err != nil {
			return v, err
		}
		v.unitCost = &u
	}
	return v, nil
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
