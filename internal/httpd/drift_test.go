package httpd

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

func (f *front) exec(statement string) {
	f.t.Helper()
	err := f.opts.DB.InTx(f.t.Context(), func(tx store.Tx) error {
		_, err := tx.SQL.ExecContext(f.t.Context(), statement)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

// sweep makes a whole pass at noon.
func (f *front) sweep() {
	f.t.Helper()
	noon := func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }
	if _, err := ledger.Sweep(f.t.Context(), f.opts.DB, noon, nil); err != nil {
		f.t.Fatal(err)
	}
}

func TestDriftIsTold(t *testing.T) {
	t.Parallel()
	f := setup(t)
	status := func(code int, want string) {
		t.Helper()
		if w := f.do(http.MethodGet, "/health/ledger", ""); w.Code != code || !strings.HasPrefix(w.Body.String(), `{"status":"`+want+`"`) {
			t.Errorf("%d %s, want %d %s", w.Code, w.Body, code, want)
		}
	}
	metrics := func(want ...string) {
		t.Helper()
		text := f.do(http.MethodGet, "/metrics", "").Body.String()
		for _, line := range want {
			if !strings.Contains(text, "\n"+line+"\n") {
				t.Errorf("no %s", line)
			}
		}
	}
	status(200, "unknown")
	f.sweep()
	status(200, "ok")
	metrics(`entrepot_ledger_drifted_balances{balances="stocks",pass="last"} 0`, `entrepot_ledger_compared_balances{balances="stocks",pass="last"} 0`)

	// A stock from air: the ledger knows nothing of it.
	f.exec(`INSERT INTO warehouses (code, name, currency, created_at, updated_at) VALUES ('W', 'W', 'CNY', '2026-11-20 00:00:00+00:00', '2026-11-20 00:00:00+00:00')`)
	f.exec(`INSERT INTO products (sku, name, created_at, updated_at) VALUES ('P', 'P', '2026-11-20 00:00:00+00:00', '2026-11-20 00:00:00+00:00')`)
	f.exec(`INSERT INTO stocks (warehouse_id, sku, changed_at, physical_quantity, available_quantity) VALUES (1, 'P', '2026-11-20 00:00:00+00:00', 3, 3)`)
	f.sweep()
	status(503, "drift")
	metrics(`entrepot_ledger_drifted_balances{balances="stocks",pass="last"} 1`, `entrepot_ledger_compared_balances{balances="stocks",pass="last"} 1`,
		`entrepot_ledger_drifted_balances{balances="stocks",pass="running"} 0`, `entrepot_ledger_drifted_balances{balances="costs",pass="last"} 0`,
		`entrepot_ledger_last_pass_timestamp_seconds{balances="stocks"} 1.795176e+09`, `entrepot_ledger_last_sweep_timestamp_seconds{balances="bins"} 1.795176e+09`)
	if w := f.do(http.MethodGet, "/health", ""); w.Code != 200 {
		t.Errorf("the process itself is well, restarting it would mend nothing: %d", w.Code)
	}
	body := f.do(http.MethodGet, "/health/ledger", "").Body.String()
	if want := `"stocks":{"drifted":1,"compared":1,"lastPass":"2026-11-20T12:00:00Z","runningDrifted":0,"runningCompared":0,"lastSweep":"2026-11-20T12:00:00Z"}`; !strings.Contains(body, want) {
		t.Errorf("%s\nhas no %s", body, want)
	}

	f.exec(`DELETE FROM stocks`)
	f.sweep()
	status(200, "ok")
	// It is told while the pass runs, too.
	f.exec(`UPDATE ledger_sweeps SET drifted = 1 WHERE balances = 'costs'`)
	status(503, "drift")
	f.exec(`UPDATE ledger_sweeps SET drifted = 0, finished_at = NULL WHERE balances = 'costs'`)
	status(200, "unknown")

	if err := f.opts.DB.Close(); err != nil {
		t.Fatal(err)
	}
	status(503, "down")
	if w := f.do(http.MethodGet, "/metrics", ""); w.Code != 200 || strings.Contains(w.Body.String(), "entrepot_ledger_drifted") || !strings.Contains(w.Body.String(), "go_goroutines") {
		t.Errorf("metrics without a database: %d", w.Code)
	}
}
