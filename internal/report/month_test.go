package report_test

import (
	"errors"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/report"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Every row of a month adds up, and is what the journal says row by row and the ledger
// as of the month's ends, in the zone of each warehouse.
func TestAMonthAddsUpAndAgreesWithTheJournal(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.keep(900) // into the next month
		b.reverse(9)
		journal := b.journal()
		s := report.New(db, "CNY", time.Now)
		rows := 0
		for _, w := range b.warehouses {
			for _, day := range []time.Time{opened.AddDate(0, -1, 0), opened, opened.AddDate(0, 1, 0)} {
				from, to, err := report.MonthOf(w, day)
				if err != nil {
					t.Fatal(err)
				}
				got := map[string]report.MonthRow{}
				last := ""
				if err := s.Month(b.ctx, w, day, func(r report.MonthRow) error {
					if r.SKU <= last {
						t.Errorf("%s comes behind %s", r.SKU, last)
					}
					last, got[r.SKU] = r.SKU, r
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				for _, sku := range b.skus {
					r := got[sku]
					want := naiveMonth(journal, w, sku, from, to)
					if r.Opening != want.Opening || r.In != want.In || r.Out != want.Out || r.Adjusted != want.Adjusted || r.Closing != want.Closing {
						t.Errorf("%s %s %s: %+v, want %+v", w.Code, day.Format("2006-01"), sku, r, want)
					}
					if minus := (report.MonthAmount{Units: -r.Out.Units, Value: -r.Out.Value}); r.Opening.Plus(r.In).Plus(minus).Plus(r.Adjusted) != r.Closing {
						t.Errorf("%s %s %s does not add up: %+v", w.Code, day.Format("2006-01"), sku, r)
					}
					for at, units := range map[time.Time]int64{from: r.Opening.Units, to: r.Closing.Units} {
						is, err := ledger.AsOf(b.ctx, db, ledger.AsOfQuery{
							Key: ledger.Key{WarehouseID: w.ID, SKU: sku}, AllBatches: true, At: at.Add(-time.Microsecond), Basis: ledger.Recorded,
						})
						if err != nil || is.Physical != units {
							t.Errorf("%s %s: %d units as of %s, the report says %d (%v)", w.Code, sku, is.Physical, at, units, err)
						}
					}
					rows++
				}
			}
		}
		if rows == 0 {
			t.Error("nothing was compared")
		}
		var stop *fault.Error
		blind := auth.With(t.Context(), &auth.Principal{Permissions: []auth.Permission{auth.StockView}})
		if err := s.Month(blind, b.warehouses[0], opened, nil); !errors.As(err, &stop) || stop.Code != fault.Forbidden {
			t.Errorf("people without cost:view are told costs: %v", err)
		}
	})
}

func naiveMonth(journal []*ent.StockMovement, w *ent.Warehouse, sku string, from, to time.Time) (r report.MonthRow) {
	for _, m := range journal {
		if m.WarehouseID != w.ID || m.Sku != sku || !m.RecordedAt.Before(to) {
			continue
		}
		a := report.MonthAmount{Units: m.QuantityDelta, Value: m.ValueDelta}
		r.Closing = r.Closing.Plus(a)
		comes := a.Units > 0 || a.Units == 0 && a.Value > 0
		switch flow := m.Kind == stock.MovementInbound || m.Kind == stock.MovementOutbound; {
		case m.RecordedAt.Before(from):
			r.Opening = r.Opening.Plus(a)
		case flow && comes:
			r.In = r.In.Plus(a)
		case flow:
			r.Out = r.Out.Plus(report.MonthAmount{Units: -a.Units, Value: money.Amount(-a.Value)})
		default:
			r.Adjusted = r.Adjusted.Plus(a)
		}
	}
	return r
}
