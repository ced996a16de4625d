package fx

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"entrepot/ent"
	"entrepot/ent/exchangerate"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Source is a feed of reference rates, all of which price one unit of its base
// currency. It is read by the clock, so it may be slow or away: the rates that
// there are go on holding until they are stale.
type Source interface {
	// Name is kept with every rate that comes from it, such as ecb.
	Name() string
	// Base is the currency that its quotes price.
	Base() string
	// Fetch reads the quotes of the days from since on. Days without a quote, such
	// as weekends, are simply absent.
	Fetch(ctx context.Context, since time.Time) ([]Quote, error)
}

// Quote is what one unit of a source's base currency costs in another on a day.
type Quote struct {
	Day      time.Time
	Currency string
	Rate     money.Rate
}

const (
	// firstFetch is how many days of the past a feed is asked for at first: what
	// postings of the last weeks may need.
	firstFetch = 60
	// overlap is how many days are asked for again: a feed may correct a rate.
	overlap = 5
)

// Pull reads what a feed has new and keeps the rates from every currency that it
// quotes into base, each with the way it was come by: as quoted (DIRECT), turned
// round (INVERSE), or by way of the feed's own base (CROSS). It returns how many
// rates are new or corrected. guard is asked inside the transaction that writes.
//
// Rates that a person entered are left as they are, and so is what was posted.
func (s *Service) Pull(ctx context.Context, source Source, base string, guard func(context.Context, store.Tx) error) (changed int64, err error) {
	defer fault.Wrap(&err, "fx.Pull(%s)", source.Name())
	now := store.Moment(s.now())
	since, err := s.since(ctx, source.Name(), now)
	if err != nil {
		return 0, err
	}
	quotes, err := source.Fetch(ctx, since)
	if err != nil {
		return 0, err
	}
	rates, err := derive(quotes, source.Base(), base)
	if err != nil {
		return 0, err
	}
	for _, r := range rates {
		r.Source, r.RecordedAt = source.Name(), now
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if err := guard(ctx, tx); err != nil {
			return err
		}
		n, err := store.WriteAll(ctx, tx, keepSQL(tx.Dialect), rateColumns, rates)
		changed = int64(n)
		return err
	})
	return changed, err
}

// since is the first day to ask a feed for.
func (s *Service) since(ctx context.Context, name string, now time.Time) (time.Time, error) {
	last, err := s.db.Ent().ExchangeRate.Query().Where(exchangerate.Source(name)).Order(ent.Desc(exchangerate.FieldRateDate)).First(ctx)
	if ent.IsNotFound(err) {
		return Day(now).AddDate(0, 0, -firstFetch), nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return last.RateDate.AddDate(0, 0, -overlap), nil
}

// derive turns quotes of one base currency into rates into another. A day without
// a quote of that one has no rates, unless it is the feed's own.
func derive(quotes []Quote, from, into string) ([]*ent.ExchangeRate, error) {
	if len(quotes) == 0 {
		return nil, errors.New("the feed had no quotes at all")
	}
	byDay := map[time.Time]map[string]money.Rate{}
	for _, q := range quotes {
		if q.Rate <= 0 || !command.IsCurrency(q.Currency) {
			return nil, fmt.Errorf("the feed quotes %q at %s, which is no rate", command.Short(q.Currency), q.Rate)
		}
		day := Day(q.Day)
		if byDay[day] == nil {
			byDay[day] = map[string]money.Rate{from: money.ParityRate}
		}
		byDay[day][q.Currency] = q.Rate
	}
	var rates []*ent.ExchangeRate
	known := false
	for day, quoted := range byDay {
		target, ok := quoted[into]
		known = known || ok
		if !ok {
			continue
		}
		for currency, rate := range quoted {
			if currency == into {
				continue
			}
			own, err := divide(target, rate)
			if err != nil {
				return nil, fmt.Errorf("%s into %s: %w", currency, into, err)
			}
			if own == 0 {
				continue // too little to be told in ten digits: no rate is better than a wrong one
			}
			row := &ent.ExchangeRate{FromCurrency: currency, ToCurrency: into, RateDate: day, Rate: own, Method: stock.RateCross, Via: from}
			switch from {
			case currency:
				row.Method, row.Via = stock.RateDirect, ""
			case into:
				row.Method, row.Via = stock.RateInverse, ""
			}
			rates = append(rates, row)
		}
	}
	if !known {
		return nil, fmt.Errorf("the feed does not quote %s, the base currency: enter rates with exchangeRateSet", into)
	}
	slices.SortFunc(rates, func(a, b *ent.ExchangeRate) int {
		if c := a.RateDate.Compare(b.RateDate); c != 0 {
			return c
		}
		return slices.Compare([]byte(a.FromCurrency), []byte(b.FromCurrency))
	})
	return rates, nil
}

// divide is what one unit of the currency priced at of is worth in the one priced
// at target, rounded half up at the tenth digit, once.
func divide(target, of money.Rate) (money.Rate, error) {
	p := new(big.Int).Mul(big.NewInt(int64(target)), big.NewInt(int64(money.ParityRate)))
	d := big.NewInt(int64(of))
	p.Add(p, new(big.Int).Rsh(d, 1)).Quo(p, d)
	if !p.IsInt64() {
		return 0, money.ErrRange
	}
	return money.Rate(p.Int64()), nil
}

var rateColumns = []store.Column[*ent.ExchangeRate]{
	{Name: "from_currency", Type: "text", Value: func(r *ent.ExchangeRate) any { return r.FromCurrency }},
	{Name: "to_currency", Type: "text", Value: func(r *ent.ExchangeRate) any { return r.ToCurrency }},
	{Name: "rate_date", Type: "date", Value: func(r *ent.ExchangeRate) any { return r.RateDate }},
	{Name: "rate", Type: "bigint", Value: func(r *ent.ExchangeRate) any { return int64(r.Rate) }},
	{Name: "source", Type: "text", Value: func(r *ent.ExchangeRate) any { return r.Source }},
	{Name: "method", Type: "text", Value: func(r *ent.ExchangeRate) any { return string(r.Method) }},
	{Name: "via", Type: "text", Value: func(r *ent.ExchangeRate) any { return r.Via }},
	{Name: "recorded_at", Type: "timestamptz", Value: func(r *ent.ExchangeRate) any { return r.RecordedAt }},
}

// keepSQL writes rates that are new or differ, but over none that was entered by hand.
func keepSQL(d string) string {
	return `INSERT INTO exchange_rates AS r (from_currency, to_currency, rate_date, rate, source, method, via, recorded_at)
SELECT from_currency, to_currency, rate_date, rate, source, method, via, recorded_at FROM ` + store.Table(d, rateColumns) + ` AS x WHERE true
ON CONFLICT (from_currency, to_currency, rate_date) DO UPDATE SET
  rate = excluded.rate, source = excluded.source, method = excluded.method, via = excluded.via, recorded_at = excluded.recorded_at
WHERE r.source <> '` + manual + `' AND r.rate <> excluded.rate`
}
