package document

import (
	"math/big"

	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// goods are what a document brought of one stock, and what a cost can be spread by.
type goods struct {
	sku, batchNo string
	units        int64
	value        money.Amount // in the warehouse's currency
	grams        int64        // of one unit
	mm           [3]int64     // of one unit: length, width, height
}

// share is what goods bear of a cost, in the warehouse's currency.
type share struct {
	goods
	amount      money.Amount
	capitalized money.Amount // of it, what goods that are still there bear
}

// weight is what the goods count by a basis. Volumes leave 64 bits early.
func (g goods) weight(basis stock.CostBasis) *big.Int {
	switch basis {
	case stock.BasisValue:
		return big.NewInt(int64(g.value))
	case stock.BasisWeight:
		return times(g.units, g.grams)
	case stock.BasisVolume:
		return times(g.units, g.mm[0], g.mm[1], g.mm[2])
	default:
		return big.NewInt(g.units)
	}
}

func times(factors ...int64) *big.Int {
	p := big.NewInt(1)
	for _, f := range factors {
		p.Mul(p, big.NewInt(f))
	}
	return p
}

// spread divides a cost over goods by a basis, to the last digit: the shares up to
// each of them together are the cost's part up to there, cut off, so that they add up
// to the whole of it. Goods that count nothing by the basis are named and refused:
// they would bear nothing, unseen.
func spread(cost money.Amount, basis stock.CostBasis, brought []goods, no string) ([]*share, error) {
	if len(brought) == 0 {
		return nil, fault.New(fault.Invalid, fault.Input.At("no"), "document %s has brought nothing yet", no)
	}
	total := new(big.Int)
	weights := make([]*big.Int, len(brought))
	var faults fault.List
	for i, g := range brought {
		if weights[i] = g.weight(basis); weights[i].Sign() <= 0 {
			faults.Add(fault.Invalid, fault.Input.At("basis"), "SKU %s has no %s to spread by: give the product one, or choose another basis", g.sku, measures[basis])
		}
		total.Add(total, weights[i])
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	shares := make([]*share, len(brought))
	upTo, given := new(big.Int), int64(0)
	for i, g := range brought {
		upTo.Add(upTo, weights[i])
		part := new(big.Int).Mul(big.NewInt(int64(cost)), upTo)
		until := part.Quo(part, total).Int64()
		shares[i] = &share{goods: g, amount: money.Amount(until - given)}
		given = until
	}
	return shares, nil
}

var measures = map[stock.CostBasis]string{
	stock.BasisValue: "value", stock.BasisQuantity: "quantity", stock.BasisWeight: "weight", stock.BasisVolume: "dimensions",
}
