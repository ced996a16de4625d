//go:build linux

package main

import (
	"testing"

	"entrepot/internal/ledger"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// What bench starts from must be what the ledger would have written, or proving
// the ledger after a run proves nothing.
func TestSeedHoldsAllRulesOfTheLedger(t *testing.T) {
	t.Parallel()
	db := testdb.Postgres(t)
	const skus = 45
	if err := db.InTx(t.Context(), func(tx store.Tx) error { return seed(t.Context(), tx.SQL, skus) }); err != nil {
		t.Fatal(err)
	}
	report, err := ledger.Verify(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range report.Checks {
		if c.Count > 0 {
			t.Errorf("%s: %d, such as %s", c.Rule, c.Count, c.Broken[0])
		}
	}
	const stocks = skus * warehouses
	if report.Stocks != stocks || report.Costs != stocks {
		t.Errorf("seeded %d stocks and %d worths, want %d of each", report.Stocks, report.Costs, stocks)
	}
	if want := int64(2*stocks - 2 + busyMovements); report.Movements != want {
		t.Errorf("seeded %d movements, want %d: two of each stock but the busy one", report.Movements, want)
	}
	// Deliveries of 20, 20 and 5 products, orders of 4 products.
	if want := int64(warehouses*(3+5+5+2) + busyMovements - 1); report.Postings != want {
		t.Errorf("seeded %d postings, want %d", report.Postings, want)
	}
}
