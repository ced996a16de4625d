// Package fx keeps exchange rates. A rate has a day, and what is posted keeps
// the rate it was posted at; a rate that is missing or stale blocks the posting
// and never counts as 1.
//
// Rates are entered by hand ([Service.Set]) or come from a feed ([Service.Pull]),
// of which package ecb has two. What a person entered for a day stands: a feed
// never changes it.
package fx

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	"entrepot/ent/exchangerate"
	"entrepot/ent/predicate"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// How many days a rate holds when no later one comes. Beyond that it is stale and
// counts as missing.
const (
	// FeedDays outlast the longest time without a quote, such as over Christmas, but
	// not a feed that died unseen.
	FeedDays = 10
	// ManualDays is for rates that a person entered: who keeps the books at one
	// rate enters it anew every year at least.
	ManualDays = 366
)

// LatestSQL is a scalar subquery: the rate from one currency to another that holds
// on a day, NULL when there is none or the latest is stale. The arguments are SQL
// expressions.
func LatestSQL(d, from, to, day string) string {
	age := fmt.Sprintf("%s::date - rate_date", day)
	if d == dialect.SQLite {
		age = fmt.Sprintf("julianday(%s) - julianday(rate_date)", day)
	}
	return fmt.Sprintf(`(SELECT CASE WHEN %s <= CASE source WHEN '%s' THEN %d ELSE %d END THEN rate END FROM exchange_rates
  WHERE from_currency = %s AND to_currency = %s AND rate_date <= %s ORDER BY rate_date DESC LIMIT 1)`,
		age, manual, ManualDays, FeedDays, from, to, day)
}

// Day is the day of a moment, as rates are kept by: UTC.
func Day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// manual is the source of rates that a person entered.
const manual = "manual"

// SetInput gives the rate of a day.
type SetInput struct {
	command.Intent
	FromCurrency string `json:"fromCurrency,omitempty"`
	ToCurrency   string `json:"toCurrency,omitempty"`
	// Date is the day from which the rate holds; nil is today (UTC).
	Date *time.Time `json:"date,omitempty"`
	Rate money.Rate `json:"rate,omitempty"`
}

// SetResult is the rate as it stands now, or in a dry run as it would.
type SetResult struct {
	command.Done
	Rate *ent.ExchangeRate
}

// Service keeps the rates.
type Service struct {
	db  *store.DB
	now func() time.Time
}

// New is a Service over db with the clock now.
func New(db *store.DB, now func() time.Time) *Service { return &Service{db, now} }

// Set enters or corrects the rate of a day by hand. What is posted already
// keeps the rate that it was posted at. It needs rate:edit, and returns the fault
// INVALID for a currency that is no three-letter code or a rate not above zero.
// Setting the same rate again does no harm, so the key may be left out.
func (s *Service) Set(ctx context.Context, in SetInput) (res SetResult, err error) {
	input := in
	in.FromCurrency, in.ToCurrency = command.Currency(in.FromCurrency), command.Currency(in.ToCurrency)
	res.Done, err = command.Run(ctx, s.db, s.now, command.Work[int64]{
		Operation: "exchangeRateSet", Needs: auth.RateEdit, Intent: in.Intent, KeyOptional: true, Input: input,
		Check: func(faults *fault.List, _ time.Time) { in.check(faults) },
		Do: func(ctx context.Context, tx store.Tx, now time.Time) (_ int64, err error) {
			if res.Rate, err = in.write(ctx, tx, now); err != nil {
				return 0, err
			}
			return res.Rate.ID, nil
		},
		Again: func(ctx context.Context, tx store.Tx, id int64) (err error) {
			res.Rate, err = tx.Ent.ExchangeRate.Get(ctx, id)
			return err
		},
	})
	if res.DryRun && res.Rate != nil {
		res.Rate.ID = 0 // a row that a dry run would make has no id
	}
	return res, err
}

func (in SetInput) check(faults *fault.List) {
	command.CheckCurrency(faults, fault.Input.At("fromCurrency"), in.FromCurrency)
	command.CheckCurrency(faults, fault.Input.At("toCurrency"), in.ToCurrency)
	if in.FromCurrency == in.ToCurrency {
		faults.Add(fault.Invalid, fault.Input.At("toCurrency"), "a currency is always worth 1 of itself")
	}
	if in.Rate <= 0 {
		faults.Add(fault.Invalid, fault.Input.At("rate"), "a rate is above zero")
	}
}

func (in SetInput) write(ctx context.Context, tx store.Tx, now time.Time) (*ent.ExchangeRate, error) {
	day := Day(now)
	if in.Date != nil {
		day = Day(*in.Date)
	}
	ofDay := []predicate.ExchangeRate{exchangerate.FromCurrency(in.FromCurrency), exchangerate.ToCurrency(in.ToCurrency), exchangerate.RateDate(day)}
	n, err := tx.Ent.ExchangeRate.Update().Where(ofDay...).SetRate(in.Rate).SetSource(manual).SetMethod(stock.RateDirect).SetVia("").SetRecordedAt(now).Save(ctx)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		return tx.Ent.ExchangeRate.Query().Where(ofDay...).Only(ctx)
	}
	row, err := tx.Ent.ExchangeRate.Create().SetFromCurrency(in.FromCurrency).SetToCurrency(in.ToCurrency).
		SetRateDate(day).SetRate(in.Rate).SetSource(manual).SetRecordedAt(now).Save(ctx)
	if store.Duplicate(err) {
		return nil, store.ErrRetry // somebody entered it just now: correct theirs
	}
	return row, err
}
