package main_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

const (
	excerpt     = "../../internal/exchange/testdata/online-retail-excerpt.csv"
	importKills = 10
)

// The import is killed ten times, somewhere, while each start has some more
// files than the one before. In the end every order is booked once, and nothing
// was received twice.
func TestAKilledImportLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	binary := build(t)
	for name, url := range map[string]func(testing.TB) string{"sqlite": testdb.SQLiteURL, "postgres": testdb.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := url(t)
			s := &server{t: t, binary: binary, dir: t.TempDir(), env: []string{
				"DATABASE_URL=" + database, "ENTREPOT_SECRET=" + strings.Repeat("kill-test-secret", 2), "ENTREPOT_ADMIN_PASSWORD=kill-test-password",
			}}
			s.run("demo")
			db, err := store.Open(t.Context(), store.Config{URL: database, MaxConns: 2})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			parts, moved, orders, opening := split(t, s.dir)
			others := sums(t, db, "SALE", "RETURN") // the demo company sells other goods
			args := []string{
				"import", "sales", "--warehouse", "SZ01", "--currency", "GBP", "--time-zone", "Europe/London",
				"--cancel-prefix", "C", "--opening", "--rejects", "rejects.csv",
			}
			killed := 0
			for _, part := range parts {
				args = append(args, "--file", part)
				if s.importAndKill(db, args) {
					killed++
				}
				movements(t, s.run("verify"))
			}
			s.run(args...)
			movements(t, s.run("verify"))
			again := s.run(args...)
			if !strings.Contains(strings.Join(strings.Fields(again), " "), fmt.Sprintf("orders booked 0 of them returns 0 orders known %d orders refused 0", orders)) {
				t.Errorf("the last time:\n%s", again)
			}
			got := sums(t, db, "SALE", "RETURN")
			equal(t, "moved", got, moved)
			equal(t, "moved before", got, others)
			if want := len(moved) + len(others); len(got) != want {
				t.Errorf("%d SKUs moved, want %d", len(got), want)
			}
			// The demo company has an opening of its own.
			equal(t, "received", sums(t, db, "OPENING"), opening)
			if killed == 0 {
				t.Error("every import ended before it was killed")
			}
			t.Logf("killed %d of %d times", killed, importKills)
		})
	}
}

// importAndKill starts an import and kills it after some commits and some time
// more; false when it was faster.
func (s *server) importAndKill(db *store.DB, args []string) bool {
	s.t.Helper()
	cmd := s.command(args...)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	commits, looks := rand.IntN(5), rand.IntN(30)
	for before := rows(s.t, db); ; {
		select {
		case err := <-ended:
			if err != nil {
				s.t.Errorf("the import failed: %v", err)
			}
			return false
		default:
		}
		switch now := rows(s.t, db); {
		case commits > 0 && now != before:
			commits, before = commits-1, now
		case commits == 0 && looks > 0:
			looks--
		case commits == 0:
			_ = cmd.Process.Kill()
			<-ended
			return true
		}
	}
}

// rows counts what an import makes.
func rows(t *testing.T, db *store.DB) (n int64) {
	t.Helper()
	if err := db.SQL().QueryRowContext(t.Context(), "SELECT (SELECT count(*) FROM products) + (SELECT count(*) FROM documents) + (SELECT count(*) FROM stock_movements)").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// split cuts the excerpt into files between orders, and tells what must come of
// it: the change of each SKU, the number of orders, and what must be received,
// since the orders stand in the order of time.
func split(t *testing.T, dir string) (parts []string, moved map[string]int64, orders int, opening map[string]int64) {
	t.Helper()
	raw, err := os.ReadFile(excerpt)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	header, records := records[0], records[1:]
	moved, opening = map[string]int64{}, map[string]int64{}
	booked := map[string]bool{}
	for begin, part := 0, 1; begin < len(records); part++ {
		end := min(len(records), part*(len(records)/importKills+1))
		for end < len(records) && records[end][0] == records[end-1][0] {
			end++
		}
		path := filepath.Join(dir, fmt.Sprintf("part-%02d.csv", part))
		var text strings.Builder
		out := csv.NewWriter(&text)
		_ = out.Write(header)
		_ = out.WriteAll(records[begin:end])
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		parts, begin = append(parts, path), end
	}
	for _, r := range records {
		if price, err := strconv.ParseFloat(r[5], 64); err != nil || price <= 0 {
			continue
		}
		quantity, err := strconv.ParseInt(r[3], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sku := strings.ToUpper(strings.TrimSpace(r[1]))
		moved[sku] -= quantity
		if short := -moved[sku] - opening[sku]; short > 0 {
			opening[sku] += short
		}
		booked[r[0]] = true
	}
	return parts, moved, len(booked), opening
}

// sums is the change of each SKU by postings of these reasons.
func sums(t *testing.T, db *store.DB, reasons ...string) map[string]int64 {
	t.Helper()
	rows, err := db.SQL().QueryContext(context.WithoutCancel(t.Context()), `SELECT m.sku, CAST(sum(m.quantity_delta) AS bigint)
FROM stock_movements m JOIN postings p ON p.id = m.posting_id WHERE p.reason_code IN ('`+strings.Join(reasons, "', '")+`') GROUP BY m.sku`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var sku string
		var n int64
		if err := rows.Scan(&sku, &n); err != nil {
			t.Fatal(err)
		}
		out[sku] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// equal compares what the books say of the SKUs that are wanted.
func equal(t *testing.T, what string, got, want map[string]int64) {
	t.Helper()
	for sku, n := range want {
		if got[sku] != n {
			t.Errorf("%s of %s: %d, want %d", what, sku, got[sku], n)
		}
	}
}
