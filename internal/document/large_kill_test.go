package document_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"entrepot/internal/document"
	"entrepot/internal/job"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
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
	r, err := replica(db, document.New(db, "CNY", time.Now).Jobs()...)
	if err != nil {
		return err
	}
	if err := r.Start(ctx); err != nil {
		return err
	}
	select {}
}

// replica is a runner whose jobs others take over after two seconds without a sign of it.
func replica(db *store.DB, kinds ...job.Kind) (*job.Runner, error) {
	return job.NewRunner(job.Options{
		DB: db, Kinds: kinds, Log: slog.New(slog.DiscardHandler), Now: time.Now, Lease: 2 * time.Second, Poll: 50 * time.Millisecond,
	})
}

// begin starts a replica until the test ends.
func (f *floor) begin(kinds ...job.Kind) *job.Runner {
	f.t.Helper()
	r, err := replica(f.db, kinds...)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := r.Start(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { f.end(r) })
	return r
}

func (f *floor) end(r *job.Runner) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(f.t.Context()), 20*time.Second)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		f.t.Error(err)
	}
}

// A large transfer whose process is killed while it is booked is booked once, by another.
func TestALargeTransferThatIsKilledIsBookedOnce(t *testing.T) {
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
			f := setup(t, db)
			const n = 2000
			d := f.wide(n, 2)
			_, id := f.queued("transferDispatch", vars{"no": d.No, "lines": named(n, vars{"quantity": 1})})

			w := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this very binary
			w.Env, w.Stderr = append(os.Environ(), workerOf+"="+url), os.Stderr
			if err := w.Start(); err != nil {
				t.Fatal(err)
			}
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for f.ReadJob(t, f.manager, id).State == "QUEUED" {
				<-tick.C
			}
			if err := w.Process.Kill(); err != nil { // SIGKILL
				t.Fatal(err)
			}
			_ = w.Wait()
			if j := f.ReadJob(t, f.manager, id); j.State != "RUNNING" {
				t.Fatalf("it was killed after its end: %+v", j)
			}
			f.begin(document.New(db, "CNY", time.Now).Jobs()...)
			if j := f.Await(t, f.manager, id); j.State != "COMPLETED" || j.Attempt != 2 || j.Progress.Done != n {
				t.Errorf("%+v", j)
			}
			if got := f.inTransit(); got != n {
				t.Errorf("%d units are in transit", got)
			}
			if got := f.read(d.No); got.ExecutedQuantity != n || f.count("SELECT count(*) FROM shipments") != 1 {
				t.Errorf("%d units left", got.ExecutedQuantity)
			}
			f.verify()
		})
	}
}

// A process that ends between a booking, or its refusal, and the end of the job leaves
// nothing to do but to say so.
func TestALargeTransferThatIsBrokenOffAfterItsBooking(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		const n = 251
		d := f.wide(n, 3)
		kinds := document.New(db, "CNY", time.Now).Jobs()
		for _, want := range []string{"COMPLETED", "FAILED"} {
			_, id := f.queued("transferDispatch", vars{"no": d.No, "expectedVersion": f.read(d.No).Version, "lines": named(n, vars{"quantity": 1})})
			if want == "FAILED" {
				f.mustShip("transferDispatch", vars{"no": d.No, "lines": []vars{{"lineNo": 251, "quantity": 2}}})
			}
			done := make(chan struct{})
			stuck := kinds[0]
			stuck.Handle = func(ctx context.Context, r *job.Run) error {
				_ = kinds[0].Handle(ctx, r)
				close(done)
				<-ctx.Done()
				return ctx.Err()
			}
			first := f.begin(stuck)
			<-done
			f.end(first)
			left := f.inTransit()
			second := f.begin(kinds...)
			j := f.Await(t, f.manager, id)
			f.end(second)
			if j.State != want || f.inTransit() != left {
				t.Errorf("%d units are in transit, not %d: %+v", f.inTransit(), left, j)
			}
			if want == "FAILED" && (left != n+2 || j.Error == "") {
				t.Errorf("%d units are in transit: %q", left, j.Error)
			}
		}
		f.verify()
	})
}
