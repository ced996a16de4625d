package catalog

import (
	"context"
	"math/bits"

	"entrepot/ent"
	"entrepot/ent/carrier"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// ShippingWeight is what a carrier charges for goods of these dimensions: the
// larger of what they weigh and of what their volume weighs.
type ShippingWeight struct {
	// VolumeMm3 is the sum of length × width × height; packing is the packer's.
	VolumeMm3                         int64
	ActualG, VolumetricG, ChargeableG int64
	// Incomplete says that a weight or a dimension is not known, and counts as 0.
	Incomplete bool
}

// maxParcels bounds the units of an estimate.
const maxParcels = 1_000_000

// MaxEstimate is the most lines of one estimate.
const MaxEstimate = 250

// EstimateLine is so many units of a SKU.
type EstimateLine struct {
	SKU      string
	Quantity int64
}

// weigh weighs lines by the rule of air freight: volumetric weight in kilograms is
// the volume in cm³ by the carrier's divisor (6000 in IATA's TACT rules §3.9, 5000
// with the express carriers), and the larger weight is charged, rounded up to the
// carrier's step. A divisor d is cm³ per kg, so V mm³ weigh V ÷ d grams (V/1000
// cm³ by d kg is V/(1000·d)·1000 g). The volume of the whole is divided, not that
// of each piece, and rounded up once. ok is false when it leaves 64 bits.
func weigh(c *ent.Carrier, lines []weighed) (w ShippingWeight, ok bool) {
	ok = true
	for _, l := range lines {
		p := l.product
		w.Incomplete = w.Incomplete || p.WeightG == 0 || p.LengthMm == 0 || p.WidthMm == 0 || p.HeightMm == 0
		w.ActualG = plus(&ok, w.ActualG, times(&ok, p.WeightG, l.quantity))
		w.VolumeMm3 = plus(&ok, w.VolumeMm3, times(&ok, times(&ok, times(&ok, p.LengthMm, p.WidthMm), p.HeightMm), l.quantity))
	}
	w.VolumetricG = ceilDiv(w.VolumeMm3, c.VolumetricDivisor)
	w.ChargeableG = times(&ok, ceilDiv(max(w.ActualG, w.VolumetricG), c.WeightStepG), c.WeightStepG)
	return w, ok
}

type weighed struct {
	product  *ent.Product
	quantity int64
}

// times and plus are of numbers that are not negative; ok falls when the result
// leaves 63 bits.
func times(ok *bool, a, b int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	if high != 0 || int64(low) < 0 {
		*ok = false
		return 0
	}
	return int64(low)
}

func plus(ok *bool, a, b int64) int64 {
	if a+b < 0 {
		*ok = false
		return 0
	}
	return a + b
}

func ceilDiv(a, b int64) int64 {
	n := a / b
	if a%b != 0 {
		n++
	}
	return n
}

// WeightOf is what a carrier charges for units of one product; nil when there is
// no such carrier in use. Ends with BadRequest for a quantity outside 1 to a million.
func WeightOf(ctx context.Context, c *ent.Carrier, p *ent.Product, quantity int64) (*ShippingWeight, error) {
	if c == nil || c.Status == stock.StatusArchived {
		return nil, nil
	}
	if quantity < 1 || quantity > maxParcels {
		return nil, fault.Stop(fault.BadRequest, "quantity is 1 to %d, not %d", maxParcels, quantity)
	}
	return told(weigh(c, []weighed{{p, quantity}}))
}

func told(w ShippingWeight, ok bool) (*ShippingWeight, error) {
	if !ok {
		return nil, fault.Stop(fault.BadRequest, "so many units of these products are out of range; ask for fewer")
	}
	return &w, nil
}

// Estimate is what a carrier charges for lines sent together; nil when there is no
// such carrier in use. Ends with Forbidden without product:view, with BadRequest
// for lines outside their limits and for SKUs that do not exist.
func Estimate(ctx context.Context, db *store.DB, carrierCode string, lines []EstimateLine) (_ *ShippingWeight, err error) {
	defer fault.Wrap(&err, "catalog.Estimate")
	if _, err := auth.Require(ctx, auth.ProductView); err != nil {
		return nil, err
	}
	if len(lines) == 0 || len(lines) > MaxEstimate {
		return nil, fault.Stop(fault.BadRequest, "an estimate takes 1 to %d lines, not %d", MaxEstimate, len(lines))
	}
	c, err := db.Ent().Carrier.Query().Where(carrier.Code(SKU(carrierCode)), carrier.StatusEQ(stock.StatusActive)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	skus := make([]string, len(lines))
	for i, l := range lines {
		skus[i] = SKU(l.SKU)
	}
	found, err := BySKU(ctx, db, skus)
	if err != nil {
		return nil, err
	}
	products := make(map[string]*ent.Product, len(found))
	for _, p := range found {
		products[p.Sku] = p
	}
	parts := make([]weighed, len(lines))
	for i, l := range lines {
		parts[i] = weighed{products[skus[i]], l.Quantity}
		switch {
		case parts[i].product == nil:
			return nil, fault.Stop(fault.BadRequest, "lines[%d]: there is no SKU %q", i, command.Short(skus[i]))
		case l.Quantity < 1 || l.Quantity > maxParcels:
			return nil, fault.Stop(fault.BadRequest, "lines[%d]: quantity is 1 to %d, not %d", i, maxParcels, l.Quantity)
		}
	}
	return told(weigh(c, parts))
}
