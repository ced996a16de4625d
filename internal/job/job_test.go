package job_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/job"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// person is somebody who may run jobs.
func person(t *testing.T, db *store.DB, name string, may ...auth.Permission) context.Context {
	t.Helper()
	var u *ent.User
	perms := make([]string, len(may))
	for i, p := range may {
		perms[i] = string(p)
	}
	if err := db.InTx(t.Context(), func(tx store.Tx) error {
		now := store.Moment(time.Now())
		r, err := tx.Ent.Role.Create().SetName("role of " + name).SetPermissions(perms).SetCreatedAt(now).SetUpdatedAt(now).Save(t.Context())
		if err != nil {
			return err
		}
		u, err = tx.Ent.User.Create().SetUsername(name).SetPasswordHash("x").SetCreatedAt(now).SetUpdatedAt(now).AddRoles(r).Save(t.Context())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	p, err := auth.ByID(t.Context(), db, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	return auth.With(t.Context(), p)
}

func runner(t *testing.T, db *store.DB, lease time.Duration, kinds ...job.Kind) *job.Runner {
	t.Helper()
	r, err := job.NewRunner(job.Options{
		DB: db, Kinds: kinds, Log: slog.New(slog.DiscardHandler), Now: time.Now, Lease: lease, Poll: 50 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func start(t *testing.T, r *job.Runner) {
	t.Helper()
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, r) })
}

func stop(t *testing.T, r *job.Runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func enqueue(t *testing.T, ctx context.Context, db *store.DB, n job.New) (row *ent.Job) {
	t.Helper()
	if err := db.InTx(ctx, func(tx store.Tx) (err error) {
		row, err = job.Enqueue(ctx, tx, time.Now(), n)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return row
}

// await polls until a job has come to a state.
func await(t *testing.T, ctx context.Context, db *store.DB, id int64, want stock.JobState) *ent.Job {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		row, err := db.Ent().Job.Get(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if row.State == want {
			return row
		}
		if row.State == stock.JobFailed || row.State == stock.JobCompleted {
			t.Fatalf("the job is %s (%s), want %s", row.State, row.Error, want)
		}
		<-tick.C
	}
}

// counting counts to ten, one step at a time.
type place struct{ At int64 }

func counting(do func(at int64) error) job.Kind {
	return job.Kind{Name: "counting", Handle: func(ctx context.Context, r *job.Run) error {
		var p place
		if _, err := r.Checkpoint(&p); err != nil {
			return err
		}
		for total := int64(10); p.At < total; {
			if err := do(p.At); err != nil {
				return err
			}
			p.At++
			if err := r.Step(ctx, func(tx store.Tx) error {
				return r.Save(ctx, tx, job.Progress{Checkpoint: p, Total: &total, Done: p.At})
			}); err != nil {
				return err
			}
		}
		return nil
	}}
}

func TestAJobRunsOnceAmongReplicas(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ctx := person(t, db, "ann", auth.JobRun)
		var steps atomic.Int64
		for range 2 {
			start(t, runner(t, db, time.Minute, counting(func(int64) error { steps.Add(1); return nil })))
		}
		var ids []int64
		for range 5 {
			ids = append(ids, enqueue(t, ctx, db, job.New{Kind: "counting", Title: "count"}).ID)
		}
		for _, id := range ids {
			row := await(t, ctx, db, id, stock.JobCompleted)
			if row.DoneRows != 10 || *row.TotalRows != 10 || row.Attempt != 1 || row.FinishedAt == nil {
				t.Errorf("the job ended as %+v", row)
			}
		}
		if steps.Load() != 50 {
			t.Errorf("%d steps were done, want 50", steps.Load())
		}
	})
}

func TestARolledBackRequestHasNoJob(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ctx := person(t, db, "ann", auth.JobRun)
		err := db.InTx(ctx, func(tx store.Tx) error {
			if _, err := job.Enqueue(ctx, tx, time.Now(), job.New{Kind: "counting"}); err != nil {
				return err
			}
			return store.Rollback()
		})
		if err != nil {
			t.Fatal(err)
		}
		var left int
		if err := db.SQL().QueryRowContext(ctx, `SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM river_job)`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d rows are left: %v", left, err)
		}
	})
}

func TestAJobGoesOnFromItsCheckpoint(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ctx := person(t, db, "ann", auth.JobRun)
		begun, seen := make(chan struct{}), make(chan int64, 100)
		hang := job.Kind{Name: "counting", Handle: func(ctx context.Context, r *job.Run) error {
			return counting(func(at int64) error {
				if at < 4 {
					return nil
				}
				close(begun)
				<-ctx.Done()
				return ctx.Err()
			}).Handle(ctx, r)
		}}
		one := runner(t, db, time.Minute, hang)
		if err := one.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		id := enqueue(t, ctx, db, job.New{Kind: "counting"}).ID
		<-begun
		stop(t, one)
		if row := await(t, ctx, db, id, stock.JobQueued); row.DoneRows != 4 || row.Attempt != 0 {
			t.Errorf("a job that was broken off stands at %+v", row)
		}
		start(t, runner(t, db, time.Minute, counting(func(at int64) error { seen <- at; return nil })))
		await(t, ctx, db, id, stock.JobCompleted)
		close(seen)
		if at := <-seen; at != 4 {
			t.Errorf("it went on at %d, want 4", at)
		}
	})
}

func TestAReplicaThatLostItsJobWritesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ctx := person(t, db, "ann", auth.JobRun)
		held, goOn, wrote := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		zombie := job.Kind{Name: "counting", Handle: func(ctx context.Context, r *job.Run) error {
			if r.Job.Attempt > 1 {
				return nil
			}
			close(held)
			<-goOn
			err := r.Step(context.WithoutCancel(ctx), func(tx store.Tx) error {
				return r.Save(ctx, tx, job.Progress{Done: 99})
			})
			wrote <- err
			return err
		}}
		start(t, runner(t, db, time.Minute, zombie))
		id := enqueue(t, ctx, db, job.New{Kind: "counting"}).ID
		<-held
		// Its lease ends, as if its replica had been away, and another takes over.
		if err := db.InTx(ctx, func(tx store.Tx) error {
			return tx.Ent.Job.UpdateOneID(id).SetLeaseUntil(store.Moment(time.Now().Add(-time.Second))).Exec(ctx)
		}); err != nil {
			t.Fatal(err)
		}
		start(t, runner(t, db, 2*time.Second, zombie))
		row := await(t, ctx, db, id, stock.JobCompleted)
		close(goOn)
		if err := <-wrote; !errors.Is(err, job.ErrReplaced) {
			t.Errorf("it wrote, or said %v", err)
		}
		if row.Attempt != 2 || row.DoneRows != 0 {
			t.Errorf("the job ended as %+v", row)
		}
	})
}

func TestCancelledJobsStop(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ann, bob, boss := person(t, db, "ann", auth.JobRun), person(t, db, "bob", auth.JobRun), person(t, db, "boss", auth.JobRun, auth.JobView)
		held, goOn := make(chan struct{}), make(chan struct{})
		start(t, runner(t, db, time.Minute, counting(func(at int64) error {
			if at == 3 {
				close(held)
				<-goOn
			}
			return nil
		})))
		id := enqueue(t, ann, db, job.New{Kind: "counting"}).ID
		<-held
		var faults fault.List
		if _, err := job.Cancel(bob, db, time.Now, job.CancelInput{JobID: id}); !errors.As(err, &faults) || faults[0].Code != fault.NotFound {
			t.Errorf("somebody else cancelled it: %v", err)
		}
		for range 2 {
			if res, err := job.Cancel(boss, db, time.Now, job.CancelInput{JobID: id}); err != nil || res.Job.State != stock.JobCancelled {
				t.Errorf("cancelled: %+v, %v", res.Job, err)
			}
		}
		close(goOn)
		next := enqueue(t, ann, db, job.New{Kind: "unknown"}).ID
		await(t, ann, db, next, stock.JobFailed) // by then the other worker has seen its end
		if row := await(t, ann, db, id, stock.JobCancelled); row.DoneRows != 3 {
			t.Errorf("a cancelled job did %d rows more", row.DoneRows-3)
		}
		if _, err := job.Cancel(ann, db, time.Now, job.CancelInput{JobID: next}); !errors.As(err, &faults) || faults[0].Code != fault.InvalidTransition {
			t.Errorf("a job that failed was cancelled: %v", err)
		}
		list, err := job.List(bob, db, nil, page.Args{})
		if err != nil || len(list.Nodes) != 0 {
			t.Errorf("bob sees %d jobs of ann: %v", len(list.Nodes), err)
		}
		if list, err = job.List(boss, db, nil, page.Args{}); err != nil || len(list.Nodes) != 2 {
			t.Errorf("who may see all sees %d: %v", len(list.Nodes), err)
		}
	})
}

func TestJobsFail(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ann, gone := person(t, db, "ann", auth.JobRun), person(t, db, "gone", auth.JobRun)
		tried := make(chan struct{}, job.MaxAttempts)
		start(t, runner(t, db, time.Minute,
			job.Kind{Name: "refused", Handle: func(context.Context, *job.Run) error {
				return fault.New(fault.Invalid, fault.Input, "row 7 is no row")
			}},
			job.Kind{Name: "panics", Handle: func(context.Context, *job.Run) error { tried <- struct{}{}; panic("oops") }},
			job.Kind{Name: "archives", Handle: func(ctx context.Context, r *job.Run) error {
				if _, err := auth.Require(ctx, auth.StockAdjust); err != nil {
					return err
				}
				return nil
			}},
		))
		if err := db.InTx(ann, func(tx store.Tx) error {
			return tx.Ent.User.UpdateOneID(auth.From(gone).UserID).SetStatus(stock.StatusArchived).Exec(ann)
		}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			ctx        context.Context
			kind, says string
		}{
			{ann, "refused", "row 7 is no row"},
			{ann, "archives", "stock:adjust"},
			{ann, "nothing", "does not know jobs"},
			{gone, "refused", "archived"},
		} {
			id := enqueue(t, c.ctx, db, job.New{Kind: c.kind}).ID
			if row := await(t, ann, db, id, stock.JobFailed); !strings.Contains(row.Error, c.says) || row.Attempt != 1 {
				t.Errorf("%s failed in attempt %d with %q", c.kind, row.Attempt, row.Error)
			}
		}
		// What is not a fault is tried again, later.
		id := enqueue(t, ann, db, job.New{Kind: "panics"}).ID
		<-tried
		if row := await(t, ann, db, id, stock.JobQueued); row.Error == "" || strings.Contains(row.Error, "oops") {
			t.Errorf("people read %q of what panicked", row.Error)
		}
	})
}
