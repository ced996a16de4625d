//go:build linux

package main

import (
	"strconv"
	"testing"
	"time"

	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// What bench starts from must be what the ledger would have written, or proving
// the ledger after a run proves nothing.
func TestSeedHoldsAllRulesOfTheLedger(t *testing.T) {
	t.Parallel()
	db := testdb.Postgres(t)
	const skus = 65
	if err := db.InTx(t.Context(), func(tx store.Tx) error { return seed(t.Context(), tx.SQL, skus) }); err != nil {
		t.Fatal(err)
	}
	report := prove(t, db)
	const stocks = skus * warehouses
	if report.Stocks != stocks || report.Costs != stocks {
		t.Errorf("seeded %d stocks and %d worths, want %d of each", report.Stocks, report.Costs, stocks)
	}
	if want := int64(2*stocks - 2 + busyMovements); report.Movements != want {
		t.Errorf("seeded %d movements, want %d: two of each stock but the busy one", report.Movements, want)
	}
	// Deliveries of 20, 20, 20 and 5 products, orders of 4 products.
	if want := int64(warehouses*(4+5+5+5+2) + busyMovements - 1); report.Postings != want {
		t.Errorf("seeded %d postings, want %d", report.Postings, want)
	}
	year(t, db)
}

// year holds the seed to what is asked about it: a year without a gap in the order
// of ids, one busy stock, and some products of which there is too little.
func year(t *testing.T, db *store.DB) {
	t.Helper()
	for _, c := range []struct {
		what, query string
		want        int64
	}{
		{"movements recorded before the one ahead", `SELECT count(*) FROM (
  SELECT recorded_at < lag(recorded_at) OVER (ORDER BY id) OR occurred_at < lag(occurred_at) OVER (ORDER BY id) AS back FROM stock_movements) m WHERE back`, 0},
		{"days with far more or fewer movements than others", `SELECT count(*) FROM (
  SELECT count(*) AS n, avg(count(*)) OVER () AS usual FROM stock_movements
  WHERE recorded_at::date > now()::date - 365 AND recorded_at::date < now()::date GROUP BY recorded_at::date) d WHERE n NOT BETWEEN usual / 3 AND usual * 3`, 0},
		{"days with movements, but for the first and the last", `SELECT count(DISTINCT recorded_at::date) FROM stock_movements
  WHERE recorded_at::date > now()::date - 365 AND recorded_at::date < now()::date`, 364},
		{"movements of the busy stock", `SELECT count(*) FROM stock_movements m JOIN warehouses w ON w.id = m.warehouse_id
  WHERE w.code = '` + busyWarehouse + `' AND m.sku = '` + strconv.Itoa(busySKU) + `'`, busyMovements},
		{"products below their minimum", `SELECT count(*) FROM products p WHERE min_stock > (SELECT sum(available_quantity) FROM stocks WHERE sku = p.sku)`, 1},
		{"kinds of movements", `SELECT count(DISTINCT kind) FROM stock_movements`, 3},
	} {
		var got int64
		if err := db.SQL().QueryRowContext(t.Context(), c.query).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
}

// A company that grew, and was worked in meanwhile, is proved at the end as well.
func TestGrowthHoldsAllRulesOfTheLedger(t *testing.T) {
	t.Parallel()
	db := testdb.Postgres(t)
	all := stages(10_000)
	from, last := stage{}, all[len(all)-1]
	for _, to := range all {
		if err := db.InTx(t.Context(), func(tx store.Tx) error { return seedGrowth(t.Context(), tx.SQL, from, to, last) }); err != nil {
			t.Fatal(err)
		}
		from = to
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			_, err := ledger.Post(t.Context(), tx, ledger.Posting{
				Kind: stock.MovementAdjustment, Operation: "test", ActorID: 1, BaseCurrency: "CNY", OccurredAt: time.Now(),
				Moves: []ledger.Move{{
					Key: ledger.Key{WarehouseID: 3, SKU: strconv.Itoa(firstSKU)}, Delta: ledger.Delta{Physical: -1},
					Currency: "CNY", Rate: money.ParityRate,
				}},
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	report := prove(t, db)
	if want := int64(last.movements + len(all)); report.Movements != want || report.Stocks != int64(last.skus*warehouses) {
		t.Errorf("it has %d movements of %d stocks, want %d of %d", report.Movements, report.Stocks, want, last.skus*warehouses)
	}
}

func prove(t *testing.T, db *store.DB) ledger.Report {
	t.Helper()
	report, err := ledger.Verify(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range report.Checks {
		if c.Count > 0 {
			t.Errorf("%s: %d, such as %s", c.Rule, c.Count, c.Broken[0])
		}
	}
	return report
}
