package demo_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/demo"
	"entrepot/internal/document"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// A Friday evening in Shenzhen, a Friday night in Los Angeles.
var friday = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

func still(t time.Time) func() time.Time { return func() time.Time { return t } }

// prepare makes the user that the demo company is loaded as.
func prepare(t *testing.T, db *store.DB) {
	t.Helper()
	users, err := auth.New(db, []byte(strings.Repeat("demo-test-secret", 2)), time.Hour, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := users.Bootstrap(t.Context(), "demo-test-password"); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, db *store.DB, now time.Time) demo.Summary {
	t.Helper()
	began := time.Now()
	sum, err := demo.Load(t.Context(), demo.New(db, "CNY", still(now)))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s in %s", sum, time.Since(began).Round(time.Millisecond))
	return sum
}

func verify(t *testing.T, db *store.DB) {
	t.Helper()
	r, err := ledger.Verify(t.Context(), db, document.Rules()...)
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() {
		raw, _ := json.MarshalIndent(r.Checks, "", " ")
		t.Errorf("the ledger is broken: %s", raw)
	}
}

func count(t *testing.T, db *store.DB, query string, args ...any) (n int) {
	t.Helper()
	var got sql.NullInt64
	if err := db.SQL().QueryRowContext(t.Context(), query, args...).Scan(&got); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return int(got.Int64)
}

func TestTheDemoCompanyIsWhatItPromises(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		prepare(t, db)
		sum := load(t, db, friday)
		verify(t, db)
		for _, c := range []struct {
			what        string
			got         int
			least, most int
		}{
			{"warehouses", sum.Warehouses, 7, 7},
			{"SKUs", sum.SKUs, 250, 350},
			{"locations", sum.Locations, 500, 1200},
			{"documents", sum.Documents, 350, 600},
			{"units", int(sum.Units), 50_000, 120_000},
			{"locked locations", count(t, db, "SELECT count(*) FROM warehouse_locations WHERE is_locked"), 2, 2},
			{"kinds of locations", count(t, db, "SELECT count(DISTINCT type) FROM warehouse_locations"), 7, 7},
			{"batches", count(t, db, "SELECT count(*) FROM batches WHERE produced_on IS NOT NULL AND expires_on IS NOT NULL"), 15, 100},
			{"batches about to expire", count(t, db, "SELECT count(*) FROM batches WHERE expires_on < $1", friday.AddDate(0, 0, 45)), 2, 5},
			{"SKUs below their least stock", count(t, db, `SELECT count(*) FROM (SELECT p.sku FROM products p JOIN stocks s ON s.sku = p.sku
				GROUP BY p.sku, p.min_stock HAVING sum(s.available_quantity) < p.min_stock) low`), 5, 40},
			{"damaged units", count(t, db, "SELECT CAST(sum(damaged_quantity) AS bigint) FROM stocks"), 50, 1000},
			{"units on hold", count(t, db, "SELECT CAST(sum(hold_quantity) AS bigint) FROM stocks"), 5, 100},
			{"rejected units", count(t, db, "SELECT CAST(sum(rejected_quantity) AS bigint) FROM documents"), 10, 100},
			{"rates of postings", count(t, db, "SELECT count(DISTINCT exchange_rate) FROM stock_movements"), 10, 40},
			{"documents waiting for today and tomorrow", count(t, db,
				"SELECT count(*) FROM documents WHERE state = 'APPROVED' AND expected_at < $1", friday.AddDate(0, 0, 2)), 15, 30},
			{"reversals", count(t, db, "SELECT count(*) FROM documents WHERE reverses_id IS NOT NULL"), 1, 1},
			{"cancelled and kept", count(t, db, "SELECT count(*) FROM documents WHERE state = 'CANCELLED' AND executed_quantity > 0"), 1, 5},
			{"movements in the future", count(t, db, "SELECT count(*) FROM postings WHERE occurred_at > $1", friday), 0, 0},
			{"documents in the future", count(t, db, "SELECT count(*) FROM documents WHERE occurred_at > $1", friday), 0, 0},
		} {
			if c.got < c.least || c.got > c.most {
				t.Errorf("%s: %d, want %d to %d", c.what, c.got, c.least, c.most)
			}
		}
		var kinds []string
		for _, d := range documents(t, db) {
			kinds = append(kinds, string(d.Kind)+" "+string(d.State))
		}
		slices.Sort(kinds)
		for _, kind := range []stock.DocumentKind{stock.DocumentInbound, stock.DocumentOutbound} {
			for _, state := range stock.DocumentState("").Values() {
				if !slices.Contains(kinds, string(kind)+" "+state) {
					t.Errorf("there is no %s that is %s", kind, state)
				}
			}
		}
		for _, want := range []string{"ADJUSTMENT DRAFT", "ADJUSTMENT APPROVED", "ADJUSTMENT COMPLETED"} {
			if !slices.Contains(kinds, want) {
				t.Errorf("there is no %s", want)
			}
		}
	})
}

func documents(t *testing.T, db *store.DB) []*ent.Document {
	t.Helper()
	docs, err := db.Ent().Document.Query().WithLines().WithEvents().All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// What left Shenzhen for another warehouse is what is announced there.
func TestTransfersAddUp(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		prepare(t, db)
		load(t, db, friday)
		sent, told := map[string]string{}, map[string]string{}
		for _, d := range documents(t, db) {
			var lines []string
			for _, l := range d.Edges.Lines {
				lines = append(lines, fmt.Sprintf("%s %s %d", l.Sku, l.BatchNo, l.Quantity))
			}
			slices.Sort(lines)
			switch d.ReasonCode {
			case "TRANSFER_OUT":
				sent[d.ExternalNo] = strings.Join(lines, ", ")
			case "TRANSFER_IN":
				told[d.ExternalNo] = strings.Join(lines, ", ")
			}
		}
		if len(sent) == 0 || !maps.Equal(sent, told) {
			t.Errorf("sent %v\nannounced %v", sent, told)
		}
	})
}
