package catalog_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/catalog"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func told(faults fault.List) string {
	out := make([]string, len(faults))
	for i, f := range faults {
		out[i] = string(f.Code) + " " + strings.Join(f.Field, ".")
	}
	return strings.Join(out, ", ")
}

func TestEnsureMakesWhatIsMissingAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	price := money.Amount(12_500)
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Products(t, "A")
		ctx := auth.With(t.Context(), p)
		var wg sync.WaitGroup
		made := make([]int, 4)
		for i := range made {
			wg.Go(func() {
				n, err := catalog.Ensure(ctx, db, now, []catalog.Missing{
					{SKU: "a", Name: "Other"}, {SKU: "b ", Name: "B", Price: &price, PriceCurrency: "gbp"}, {SKU: "C", Name: "C"}, {SKU: "c", Name: "C"},
				})
				if err != nil {
					t.Error(err)
				}
				made[i] = n
			})
		}
		wg.Wait()
		if made[0]+made[1]+made[2]+made[3] != 2 {
			t.Errorf("made %v", made)
		}
		rows, err := db.Ent().Product.Query().Order(ent.Asc("sku")).All(t.Context())
		if err != nil || len(rows) != 3 || rows[0].Name != "Product A" || rows[1].Sku != "B" || *rows[1].Price != price || rows[1].PriceCurrency != "GBP" || rows[2].Unit != "PCS" {
			t.Errorf("%v %v", rows, err)
		}
		before := state(t, db)
		_, err = catalog.Ensure(ctx, db, now, []catalog.Missing{{SKU: "D", Name: "D"}, {SKU: "", Name: ""}, {SKU: "E", Name: "E", Price: &price}})
		var faults fault.List
		if !errors.As(err, &faults) || told(faults) != "REQUIRED input.rows.1.sku, REQUIRED input.rows.1.name, REQUIRED input.rows.2.priceCurrency" {
			t.Error(err)
		}
		if _, err := catalog.Ensure(ctx, db, now, make([]catalog.Missing, 251)); !errors.As(err, &faults) || told(faults) != "TOO_MANY input.rows" {
			t.Error(err)
		}
		var stop *fault.Error
		if _, err := catalog.Ensure(auth.With(t.Context(), &auth.Principal{UserID: p.UserID}), db, now, nil); !errors.As(err, &stop) || stop.Code != fault.Forbidden {
			t.Error(err)
		}
		if after := state(t, db); after != before {
			t.Error("refused, and changed")
		}
	})
}

func TestBatchesAreMadeFilledAndHeldToTheirDates(t *testing.T) {
	t.Parallel()
	day := func(s string) *time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return &d
	}
	at := func(i int) fault.Path { return fault.Input.At("lines").Item(i) }
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, _ := open(t, db)
		g.Products(t, "A", "B")
		for i, step := range []struct {
			batches []catalog.NewBatch
			refused string
			want    string
		}{
			{[]catalog.NewBatch{{SKU: "A", BatchNo: "1"}, {SKU: "A", BatchNo: ""}, {SKU: "B", BatchNo: "1", ExpiresOn: day("2027-01-01")}}, "", "A/1 - -, B/1 - 2027-01-01"},
			{[]catalog.NewBatch{{SKU: "A", BatchNo: "1", ProducedOn: day("2026-01-01")}, {SKU: "A", BatchNo: "1", ExpiresOn: day("2028-01-01")}, {SKU: "B", BatchNo: "1"}}, "", "A/1 2026-01-01 2028-01-01, B/1 - 2027-01-01"},
			{
				[]catalog.NewBatch{{SKU: "B", BatchNo: "1", ExpiresOn: day("2027-01-02")}, {SKU: "A", BatchNo: "1", ProducedOn: day("2026-02-01"), ExpiresOn: day("2028-01-01")}},
				"INVALID input.lines.0.expiresOn, INVALID input.lines.1.producedOn", "A/1 2026-01-01 2028-01-01, B/1 - 2027-01-01",
			},
			{[]catalog.NewBatch{{SKU: "B", BatchNo: "2", ProducedOn: day("2027-01-02"), ExpiresOn: day("2027-01-01")}}, "INVALID input.lines.0.expiresOn", "A/1 2026-01-01 2028-01-01, B/1 - 2027-01-01"},
		} {
			var faults fault.List
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				faults = nil
				if err := catalog.EnsureBatches(t.Context(), tx, now, step.batches, at, &faults); err != nil {
					return err
				}
				return faults.Err()
			})
			if told(faults) != step.refused || err != nil && step.refused == "" {
				t.Errorf("%d: %v", i, err)
			}
			rows, err := db.Ent().Batch.Query().Order(ent.Asc("sku", "batch_no")).All(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, b := range rows {
				got = append(got, fmt.Sprintf("%s/%s %s %s", b.Sku, b.BatchNo, date(b.ProducedOn), date(b.ExpiresOn)))
			}
			if strings.Join(got, ", ") != step.want {
				t.Errorf("%d: got %q, want %s", i, got, step.want)
			}
		}
	})
}

func date(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Format(time.DateOnly)
}

func TestTwoReceiptsOfOneNewBatchAgreeOnItsDate(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, _ := open(t, db)
		g.Products(t, "A")
		var wg sync.WaitGroup
		refused := make([]int, 4)
		for i := range refused {
			wg.Go(func() {
				expires := now.AddDate(0, i, 0)
				var faults fault.List
				err := db.InTx(t.Context(), func(tx store.Tx) error {
					faults = nil
					if err := catalog.EnsureBatches(t.Context(), tx, now, []catalog.NewBatch{{SKU: "A", BatchNo: "1", ExpiresOn: &expires}},
						func(int) fault.Path { return fault.Input }, &faults); err != nil {
						return err
					}
					return faults.Err()
				})
				if err != nil {
					refused[i] = len(faults)
				}
			})
		}
		wg.Wait()
		if refused[0]+refused[1]+refused[2]+refused[3] != 3 {
			t.Errorf("refused %v", refused)
		}
	})
}
