package demo

import (
	"context"
	"fmt"
	"math"

	"entrepot/internal/fx"
	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// What one unit was worth in CNY, × 10^4, from a day of the story on.
var rates = []struct {
	day      int
	usd, eur int64
}{
	{-31, 71143, 82356},
	{-27, 71208, 82410},
	{-23, 71185, 82597},
	{-19, 71092, 82733},
	{-15, 71016, 82654},
	{-11, 70958, 82481},
	{-8, 71027, 82395},
	{-5, 71110, 82302},
	{-2, 71154, 82418},
	{0, 71131, 82467},
}

// enterRates enters the rates to the currency that the books are kept in.
func (b *books) enterRates(ctx context.Context) error {
	today := fx.Day(b.now)
	for _, r := range rates {
		inYuan := map[string]int64{"CNY": 10_000, "USD": r.usd, "EUR": r.eur}
		base := inYuan[b.BaseCurrency]
		if base == 0 {
			return fmt.Errorf("the demo company keeps its books in CNY, USD or EUR, not in %s", b.BaseCurrency)
		}
		day := today.AddDate(0, 0, r.day)
		for _, from := range []string{"CNY", "EUR", "USD"} {
			if from == b.BaseCurrency {
				continue
			}
			rate := money.Rate(math.Round(float64(inYuan[from]) / float64(base) * math.Pow10(money.RateScale)))
			if _, err := b.Rates.Set(ctx, fx.SetInput{FromCurrency: from, ToCurrency: b.BaseCurrency, Date: &day, Rate: rate}); err != nil {
				return err
			}
		}
	}
	return nil
}

// What traders reckon with when they set prices and order goods: it does not
// move with the day.
var reckoned = map[string]money.Amount{"CNY": 100, "USD": 710, "EUR": 825}

// costIn is what a part costs, reckoned in a currency, to the cent.
func (p part) costIn(currency string) *money.Amount {
	cost := p.cost * 100 / reckoned[currency] / 100 * 100
	return &cost
}

// priceIn is what a part is sold for: dearer abroad, and ending in 99.
func (p part) priceIn(currency string) *money.Amount {
	times := money.Amount(30)
	if currency == "CNY" {
		times = 17
	}
	price := (p.cost*times*10/reckoned[currency]/yuan+1)*yuan - 100
	return &price
}

// landed is what a part has cost when it lies in a warehouse, in CNY.
func (p part) landed(site string) *money.Amount {
	cost := p.costIn("CNY")
	for _, w := range warehouses {
		if w.code == site && w.location == stock.WarehouseOverseas {
			*cost += freight(p)
		}
	}
	return cost
}

// freight is what carrying one unit abroad adds to its cost, in CNY.
func freight(p part) money.Amount {
	return money.Amount(max(p.grams/1000, p.length*p.width*p.height/6_000_000)+1) * 9 * yuan / 10
}
