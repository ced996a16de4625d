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
	if want := int64(skus * warehouses); report.Stocks != want || report.Movements != want || report.Costs != want {
		t.Errorf("seeded %d stocks, %d movements and %d worths, want %d of each", report.Stocks, report.Movements, report.Costs, want)
	}
	if want := int64(warehouses * 3); report.Postings != want {
		t.Errorf("seeded %d postings, want %d: deliveries of 20 products", report.Postings, want)
	}
}
