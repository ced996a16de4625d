package document

import (
	"fmt"

	"entrepot/ent"
	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// OnTheWay is how many units of a shipment's line neither came nor were given up
// nor called back.
func OnTheWay(l *ent.ShipmentLine) int64 {
	return l.Quantity - l.AcceptedQuantity - l.RejectedQuantity - l.MissingQuantity - l.ReturnedQuantity
}

// ShipmentOnTheWay is [OnTheWay] of a shipment.
func ShipmentOnTheWay(s *ent.Shipment) int64 {
	return s.Quantity - s.AcceptedQuantity - s.RejectedQuantity - s.MissingQuantity - s.ReturnedQuantity
}

// Carried is what the goods of a line or a shipment were worth when they left, and
// what became of that: Sent is the sum of the others, to the last digit. All are in
// the currency of the warehouse that they left.
type Carried struct {
	// Sent is the value that left.
	Sent money.Amount
	// Arrived entered the target with the units that came, accepted or rejected.
	Arrived money.Amount
	// WrittenOff is the value of the units that were given up as missing.
	WrittenOff money.Amount
	// Returned went back to where it came from.
	Returned money.Amount
	// OnTheWay is the value of the units that are outstanding.
	OnTheWay money.Amount
}

// CarriedOf tells what became of the value of a line. It follows from the line's
// quantities alone: the first n units of q that came carry value × n ÷ q without
// the rest, so that neither the number nor the order of receipts matters and the
// last unit takes what is left. [carriedSQL] is the same in SQL.
func CarriedOf(l *ent.ShipmentLine) (Carried, error) {
	came := l.AcceptedQuantity + l.RejectedQuantity
	arrived, err := carried(l, came)
	if err != nil {
		return Carried{}, err
	}
	given, err := carried(l, came+l.MissingQuantity)
	if err != nil {
		return Carried{}, err
	}
	resolved, err := carried(l, l.Quantity-OnTheWay(l))
	if err != nil {
		return Carried{}, err
	}
	return Carried{Sent: l.Value, Arrived: arrived, WrittenOff: given - arrived, Returned: resolved - given, OnTheWay: l.Value - resolved}, nil
}

// carried is the value of the first n units of a line.
func carried(l *ent.ShipmentLine, n int64) (money.Amount, error) {
	v, err := money.MulDiv(int64(l.Value), n, l.Quantity)
	if err != nil {
		return 0, fmt.Errorf("the value of %d of %d units: %w", n, l.Quantity, err)
	}
	return money.Amount(v), nil
}

// stateOf is where a shipment stands by its quantities.
func stateOf(s *ent.Shipment) stock.ShipmentState {
	switch {
	case ShipmentOnTheWay(s) > 0:
		return stock.ShipmentInTransit
	case s.ReturnedQuantity > 0:
		return stock.ShipmentCancelled
	default:
		return stock.ShipmentReceived
	}
}

// CarriedOfLines is [CarriedOf] of lines together; they are in one currency.
func CarriedOfLines(lines []*ent.ShipmentLine) (sum Carried, err error) {
	for _, l := range lines {
		c, err := CarriedOf(l)
		if err != nil {
			return Carried{}, err
		}
		sum.Sent, sum.Arrived, sum.WrittenOff = sum.Sent+c.Sent, sum.Arrived+c.Arrived, sum.WrittenOff+c.WrittenOff
		sum.Returned, sum.OnTheWay = sum.Returned+c.Returned, sum.OnTheWay+c.OnTheWay
	}
	return sum, nil
}
