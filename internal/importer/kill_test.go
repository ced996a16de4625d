package importer_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/catalog"
	"entrepot/internal/document"
	"entrepot/internal/importer"
	"entrepot/internal/job"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
	"entrepot/internal/warehouse"
)

// workerOf is set in a process that does nothing but the jobs of that database, until
// it is killed.
const workerOf = "ENTREPOT_TEST_WORKER_OF"

func TestMain(m *testing.M) {
	if url := os.Getenv(workerOf); url != "" {
		if err := worker(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func worker(url string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Config{URL: url, MaxConns: 8})
	if err != nil {
		return err
	}
	s := importer.New(db, catalog.New(db, time.Now), warehouse.New(db, time.Now), document.New(db, "CNY", time.Now), time.Now)
	r, err := job.NewRunner(job.Options{
		DB: db, Kinds: s.Jobs(), Log: slog.New(slog.DiscardHandler), Now: time.Now, Lease: 2 * time.Second, Poll: 50 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	if err := r.Start(ctx); err != nil {
		return err
	}
	select {}
}

// spawn starts a worker; the process is ended with the test at the latest.
func spawn(t *testing.T, url string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this very binary
	c.Env = append(os.Environ(), workerOf+"="+url)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill() // unless it was killed already
		_ = c.Wait()
	})
	return c
}

// A job whose process is killed at any point, more than once, does what it would have
// done in one go.
func TestAnImportThatIsKilledDoublesNothing(t *testing.T) {
	t.Parallel()
	for dialect, url := range map[string]func(testing.TB) string{"sqlite": testdb.SQLiteURL, "postgres": testdb.PostgresURL} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			url := url(t)
			db, err := store.Open(t.Context(), store.Config{URL: url, MaxConns: 8})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			g := graphtest.New(t, db)
			g.Warehouses(t, "SZ01")
			const rows, skus = 6000, 300
			var names []string
			for i := range skus {
				names = append(names, fmt.Sprintf("K-%03d", i))
			}
			g.Products(t, names...)
			var opening, orders strings.Builder
			opening.WriteString("warehouseCode,sku,quantity,unitCost\n")
			orders.WriteString("externalNo,warehouseCode,sku,quantity\n")
			for i := range rows {
				sku := names[i%skus]
				if i%1000 == 999 {
					sku = "NONE" // refused, and so is its order
				}
				fmt.Fprintf(&opening, "SZ01,%s,%d,1.5\n", sku, 1+i%7)
				fmt.Fprintf(&orders, "PO-%d,SZ01,%s,1\n", i/20, sku)
			}
			manager := g.SignIn(t, auth.RoleManager)
			var ids []string
			for kind, table := range map[string]string{"OPENING_STOCK": opening.String(), "INBOUND": orders.String()} {
				in := map[string]any{"idempotencyKey": kind, "kind": kind, "fileId": g.Upload(t, manager, kind+".csv", []byte(table))}
				if kind == "INBOUND" {
					in["advanceTo"] = "COMPLETED"
				}
				id, refused := g.Start(t, manager, "importStart", in)
				if refused != "" {
					t.Fatal(refused)
				}
				ids = append(ids, id)
			}
			progress := func() (done int64) {
				for _, id := range ids {
					j := g.ReadJob(t, manager, id)
					done += j.Progress.Done + j.Progress.Failed
				}
				return done
			}
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for kills, reach := 0, int64(800); kills < 3; kills, reach = kills+1, reach+1700 {
				w := spawn(t, url)
				for progress() < reach {
					<-tick.C
				}
				if err := w.Process.Kill(); err != nil { // SIGKILL
					t.Fatal(err)
				}
				_ = w.Wait()
			}
			if done := progress(); done >= 2*rows {
				t.Fatalf("it was killed after its end, at %d rows", done)
			}
			spawn(t, url)
			for _, id := range ids {
				j := g.Await(t, manager, id)
				failed := int64(6)
				if j.Kind == "import.inbound" {
					failed = 6 * 20
				}
				if j.State != "COMPLETED" || j.Progress.Done != rows-failed || j.Progress.Failed != failed || int64(j.Errors.TotalCount) != failed || j.Attempt < 2 {
					t.Errorf("%s ended as %s in attempt %d with %d and %d rows: %s", j.Kind, j.State, j.Attempt, j.Progress.Done, j.Progress.Failed, j.Error)
				}
			}
			// Exactly what one import would have made.
			want := int64(0)
			for i := range rows {
				if i%1000 != 999 {
					want += int64(1 + i%7)
				}
			}
			want += rows - 6*20
			for query, want := range map[string]int64{
				`SELECT sum(physical_quantity) FROM stocks`:                                want,
				`SELECT count(*) FROM documents WHERE kind = 'INBOUND'`:                    rows/20 - 6,
				`SELECT count(*) FROM documents WHERE reason_code = 'OPENING'`:             rows / 250,
				`SELECT sum(line_count) FROM documents WHERE reason_code = 'OPENING'`:      rows - 6,
				`SELECT count(DISTINCT external_no) FROM documents WHERE kind = 'INBOUND'`: rows/20 - 6,
			} {
				var got int64
				if err := db.SQL().QueryRowContext(t.Context(), query).Scan(&got); err != nil || got != want {
					t.Errorf("%s: %d, want %d (%v)", query, got, want, err)
				}
			}
			report, err := ledger.Verify(t.Context(), db, document.Rules()...)
			if err != nil || !report.OK() {
				t.Errorf("the ledger: %+v %v", report, err)
			}
		})
	}
}
