package posting_test

import (
	"errors"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/internal/fx"
	"entrepot/internal/money"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// A missing rate blocks; a posting keeps the rate it was posted at, whatever
// becomes of the rate; 0.00017 survives.
func TestRatesAreKeptAsPostedAndNeverGuessed(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		now := store.Moment(time.Now())
		if err := db.InTx(t.Context(), func(tx store.Tx) error {
			return tx.Ent.Warehouse.CreateBulk(warehouseIn(tx, "US01", "USD", now), warehouseIn(tx, "ID01", "IDR", now), warehouseIn(tx, "VN01", "VND", now)).Exec(t.Context())
		}); err != nil {
			t.Fatal(err)
		}
		in := vars{"changes": []vars{line("LAMP-1", "US01", vars{"delta": 10, "unitCost": "14", "currency": "CNY"})}}
		f.expect("without a rate", f.send(f.manager, "stockAdjust", in), "RATE_MISSING input.changes.0.warehouseCode")

		f.rate("usd", "7", daysAgo(300))
		m := f.must("stockAdjust", in).Movements[0]
		if *m.UnitCost != "2" || *m.ValueDelta != "20" || *m.Currency != "USD" || m.ExchangeRate != "7" {
			t.Errorf("%s %s %s at %s", *m.UnitCost, *m.ValueDelta, *m.Currency, m.ExchangeRate)
		}
		before := f.posted()
		f.rate("USD", "7.5", daysAgo(300))
		f.rate("USD", "8", daysAgo(100))
		if after := f.posted(); after != before {
			t.Errorf("posted rows changed with the rate: %s, %s", before, after)
		}
		backdated := vars{"occurredAt": daysAgo(200) + "T12:00:00Z", "changes": []vars{line("LAMP-1", "US01", vars{"delta": 1})}}
		if m := f.must("stockAdjust", backdated).Movements[0]; m.ExchangeRate != "7.5" {
			t.Errorf("the rate of the day the work was done is 7.5, not %s", m.ExchangeRate)
		}
		f.expect("before the first rate", f.send(f.manager, "stockAdjust", vars{
			"occurredAt": daysAgo(301) + "T12:00:00Z", "changes": []vars{line("LAMP-1", "US01", vars{"delta": 1})},
		}), "RATE_MISSING input.changes.0.warehouseCode")

		// A rate that a person entered holds for 366 days, that of a feed for 10.
		for _, old := range []struct {
			currency string
			days     int
			source   string
			holds    bool
		}{{"SEK", 10, "ecb", true}, {"NOK", 11, "ecb", false}, {"DKK", 366, "manual", true}, {"ISK", 367, "manual", false}} {
			if err := db.InTx(t.Context(), func(tx store.Tx) error {
				return errors.Join(warehouseIn(tx, old.currency, old.currency, now).Exec(t.Context()),
					tx.Ent.ExchangeRate.Create().SetFromCurrency(old.currency).SetToCurrency("CNY").SetRate(money.ParityRate).
						SetRateDate(fx.Day(now).AddDate(0, 0, -old.days)).SetSource(old.source).SetRecordedAt(now).Exec(t.Context()))
			}); err != nil {
				t.Fatal(err)
			}
			in := vars{"changes": []vars{line("LAMP-1", old.currency, vars{"delta": 1})}}
			if old.holds {
				f.must("stockAdjust", in)
			} else {
				f.expect("a stale rate", f.send(f.manager, "stockAdjust", in), "RATE_MISSING input.changes.0.warehouseCode")
			}
		}

		f.rate("IDR", "0.00017", daysAgo(300))
		rupiah := f.must("stockAdjust", vars{"changes": []vars{line("LAMP-1", "ID01", vars{"delta": 1, "unitCost": "17", "currency": "CNY"})}}).Movements[0]
		if rupiah.ExchangeRate != "0.00017" || *rupiah.UnitCost != "100000" {
			t.Errorf("0.00017 did not survive: %s, %s", rupiah.ExchangeRate, *rupiah.UnitCost)
		}
		f.rate("VND", "0.00028", daysAgo(300))
		cross := f.must("stockAdjust", vars{"changes": []vars{line("LAMP-1", "VN01", vars{"delta": 1000000, "unitCost": "1", "currency": "IDR"})}}).Movements[0]
		if *cross.UnitCost != "0.6071" {
			t.Errorf("0.00017 / 0.00028 is rounded once, to 0.6071, not %s", *cross.UnitCost)
		}
		for _, bad := range []vars{
			{"fromCurrency": "USD", "toCurrency": "CNY", "rate": "0"},
			{"fromCurrency": "USD", "toCurrency": "CNY", "rate": "-7"},
			{"fromCurrency": "CNY", "toCurrency": "CNY", "rate": "1"},
			{"fromCurrency": "DOLLAR", "toCurrency": "CNY", "rate": "7"},
		} {
			if p := f.setRate(bad); len(p.UserErrors) != 1 || p.UserErrors[0].Code != "INVALID" {
				t.Errorf("%v: %+v", bad, p.UserErrors)
			}
		}
		f.verify()
	})
}

type ratePayload struct {
	ExchangeRate *struct{ Rate string }
	UserErrors   []userError
}

func (f *floor) setRate(in vars) ratePayload {
	f.t.Helper()
	var data struct{ ExchangeRateSet ratePayload }
	f.Do(f.t, f.manager, `mutation($in: ExchangeRateSetInput!) {
		exchangeRateSet(input: $in) { exchangeRate { rate } userErrors { code message field } } }`, vars{"in": in}).Into(f.t, &data)
	return data.ExchangeRateSet
}

// daysAgo is a day, as people write it.
func daysAgo(n int) string { return time.Now().UTC().AddDate(0, 0, -n).Format(time.DateOnly) }

func (f *floor) rate(from, rate, day string) {
	f.t.Helper()
	p := f.setRate(vars{"fromCurrency": from, "toCurrency": "CNY", "rate": rate, "date": day})
	if len(p.UserErrors) > 0 || p.ExchangeRate.Rate != rate {
		f.t.Fatalf("%+v", p)
	}
}

// posted is every posted cost and rate as one text.
func (f *floor) posted() string {
	f.t.Helper()
	r := f.Do(f.t, f.manager, `{ stockMovements { nodes { id exchangeRate unitCost valueDelta costValueAfter } } }`, nil)
	if len(r.Errors) > 0 {
		f.t.Fatal(r.Errors)
	}
	return string(r.Data)
}

func warehouseIn(tx store.Tx, code, currency string, now time.Time) *ent.WarehouseCreate {
	return tx.Ent.Warehouse.Create().SetCode(code).SetName(code).SetCurrency(currency).SetCreatedAt(now).SetUpdatedAt(now)
}
