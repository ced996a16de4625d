package ledger

import (
	"slices"
	"strings"
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// A slice must cost what its own movements cost. SQLite has no statistics to go
// by: an index of the warehouse alone would do as well, as far as it knows.
func TestASweepReachesTheJournalByKey(t *testing.T) {
	t.Parallel()
	db := testdb.SQLite(t)
	by := map[string]string{
		"stocks": "(stock_id=?)", "costs": "(warehouse_id=? AND sku=?)", "bins": "(location_id=? AND stock_id=?)",
	}
	for _, sort := range swept {
		plan := planOf(t, db, sort.sql(db.Dialect()))
		if !slices.ContainsFunc(plan, func(step string) bool {
			return strings.HasPrefix(step, "SEARCH j USING") && strings.HasSuffix(step, by[sort.balances])
		}) {
			t.Errorf("%s:\n%s", sort.balances, strings.Join(plan, "\n"))
		}
	}
}

func planOf(t *testing.T, db *store.DB, query string) (plan []string) {
	t.Helper()
	rows, err := db.SQL().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan
}
