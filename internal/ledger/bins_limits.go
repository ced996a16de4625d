package ledger

import (
	"context"
	"math/big"
	"slices"

	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// crowd is what shares bins, and how large goods are.
type crowd struct {
	lies    map[int64][]lodger // by location, only what lies there
	volumes map[string]int64   // mm³ of one unit by SKU, 0: nobody knows
}

// lodger is what lies of a stock in a bin.
type lodger struct {
	stock    int64
	sku      string
	quantity int64
}

// limits refuses what came into bins that were named although they take one SKU
// only or have no room. The bins are held alone, and are read after that.
func (h *handling) limits(ctx context.Context, tx store.Tx, errands []errand) (Refused, error) {
	var bins []int64
	var skus []string
	for p, came := range h.arrived {
		if h.bins[p.location].limited() && h.now[p] > h.held[p].quantity {
			bins, skus = append(bins, p.location), append(skus, came[0].SKU)
		}
	}
	if len(bins) == 0 {
		return nil, nil
	}
	slices.Sort(bins)
	slices.Sort(skus)
	c, err := writerFor(tx).shared(ctx, tx, slices.Compact(bins), slices.Compact(skus))
	if err != nil {
		return nil, err
	}
	ours := map[int64]string{}
	for _, e := range errands {
		ours[e.stock] = e.SKU
	}
	var refused Refused
	for _, id := range slices.Compact(bins) {
		refused = append(refused, h.limit(h.bins[id], h.full(c, id, ours), c.volumes)...)
	}
	slices.SortStableFunc(refused, func(a, b Refusal) int { return a.Compare(b.Key) })
	return refused, nil
}

// full is what will lie in a bin.
func (h *handling) full(c crowd, id int64, ours map[int64]string) []lodger {
	var out []lodger
	for _, l := range c.lies[id] {
		if _, changed := ours[l.stock]; !changed {
			out = append(out, l)
		}
	}
	for stockID, sku := range ours {
		if n := h.now[place{id, stockID}]; n > 0 {
			out = append(out, lodger{stockID, sku, n})
		}
	}
	return out
}

func (h *handling) limit(b bin, lie []lodger, volumes map[string]int64) Refused {
	var refused Refused
	over := new(big.Int).Neg(millimetres(b.maxVolume, 1000))
	for _, l := range lie {
		over.Add(over, millimetres(l.quantity, volumes[l.sku]))
	}
	for p, came := range h.arrived {
		if p.location != b.id || h.now[p] <= h.held[p].quantity {
			continue
		}
		e := came[len(came)-1]
		with := slices.IndexFunc(lie, func(l lodger) bool { return l.sku != e.SKU })
		each := volumes[e.SKU]
		switch {
		case !b.mixing && with >= 0:
			refused = append(refused, *e.refuse(fault.Mixing, BinRefusal{Code: b.code, Arriving: true, With: lie[with].sku}))
		case b.maxVolume > 0 && over.Sign() > 0 && each > 0:
			// So many units would have to stay away, rounded up.
			n := new(big.Int).Add(over, big.NewInt(each-1))
			short := n.Div(n, big.NewInt(each)).Int64()
			fits := max(e.units-short, 0)
			r := e.refuse(fault.Capacity, BinRefusal{Code: b.code, Arriving: true, Has: fits})
			r.ShortBy = e.units - fits
			refused = append(refused, *r)
		}
	}
	return refused
}

func millimetres(a, b int64) *big.Int { return new(big.Int).Mul(big.NewInt(a), big.NewInt(b)) }
