package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"entrepot/ent"
	"entrepot/ent/scheduleslot"
	"entrepot/internal/fault"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

var start = time.Date(2026, 11, 20, 8, 0, 30, 0, time.UTC)

// replica is a Runner that looks when it is told to.
func replica(t *testing.T, db *store.DB, clock clockwork.Clock, jobs ...Job) *Runner {
	t.Helper()
	r, err := New(Options{DB: db, Jobs: jobs, Log: slog.New(slog.DiscardHandler), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	r.ctx, r.cancel = context.WithCancelCause(t.Context())
	return r
}

func slots(t *testing.T, db *store.DB) []*ent.ScheduleSlot {
	t.Helper()
	rows, err := db.Ent().ScheduleSlot.Query().Order(scheduleslot.BySlot()).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// tally counts runs by slot.
type tally struct {
	mu   sync.Mutex
	runs map[time.Time]int
}

func (c *tally) add(slot time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runs == nil {
		c.runs = map[time.Time]int{}
	}
	c.runs[slot]++
}

func TestEachSlotRunsOnceHoweverManyReplicas(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		clock := clockwork.NewFakeClockAt(start)
		var runs tally
		job := func(name string, c Cadence) Job {
			return Job{Name: name, Cadence: c, Run: func(_ context.Context, l *Lease) (int64, error) {
				runs.add(l.Slot)
				return 7, nil
			}}
		}
		var replicas []*Runner
		for range 4 {
			replicas = append(replicas, replica(t, db, clock, job("minutely", Every(time.Minute))))
		}
		for range 5 {
			var all sync.WaitGroup
			for _, r := range replicas {
				for range 3 {
					all.Go(func() { r.look(&looked{Job: r.jobs[0].Job}) })
				}
			}
			all.Wait()
			clock.Advance(time.Minute)
		}
		rows := slots(t, db)
		if len(rows) != 5 || len(runs.runs) != 5 {
			t.Fatalf("%d slots, %d ran", len(rows), len(runs.runs))
		}
		for i, row := range rows {
			want := time.Date(2026, 11, 20, 8, i, 0, 0, time.UTC)
			if !row.Slot.Equal(want) || OutcomeOf(row) != Done || row.RowCount != 7 || row.Fence != 1 || row.FinishedAt == nil || runs.runs[want] != 1 {
				t.Errorf("%s ran %d times: %+v", want, runs.runs[want], row)
			}
		}
	})
}

// paused is a job whose run waits where a test tells it to, and then writes.
type paused struct {
	db      *store.DB
	began   chan *Lease
	goOn    chan struct{}
	refused chan error
}

func newPaused(db *store.DB) *paused {
	return &paused{db, make(chan *Lease, 1), make(chan struct{}), make(chan error, 1)}
}

func (p *paused) job() Job {
	return Job{Name: "paused", Cadence: Every(time.Hour), Run: func(ctx context.Context, l *Lease) (int64, error) {
		p.began <- l
		select {
		case <-p.goOn:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		err := p.db.InTx(ctx, func(tx store.Tx) error {
			if err := note(ctx, tx, l.holder); err != nil { // before it asks: the transaction must roll back
				return err
			}
			return l.Finish(ctx, tx, 1)
		})
		p.refused <- err
		return 1, err
	}}
}

// note writes something of which a test finds out whether it stayed.
func note(ctx context.Context, tx store.Tx, who string) error {
	_, err := tx.SQL.ExecContext(ctx, `INSERT INTO idempotency_keys (id, input_hash, created_at) VALUES ($1, $2, $3)`, who, []byte("x"), start)
	return err
}

func notes(t *testing.T, db *store.DB) []string {
	t.Helper()
	return db.Ent().IdempotencyKey.Query().IDsX(t.Context())
}

func TestTheRunOfAReplicaThatDiesIsTakenOverAndItsLateWritesAreRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		// The machine of the first stands still, with its clock, in the middle of
		// its run. It does not know.
		frozen, clock := clockwork.NewFakeClockAt(start), clockwork.NewFakeClockAt(start)
		p := newPaused(db)
		dead := replica(t, db, frozen, p.job())
		living := replica(t, db, clock, Job{Name: "paused", Cadence: Every(time.Hour), Run: func(ctx context.Context, l *Lease) (int64, error) {
			return 2, db.InTx(ctx, func(tx store.Tx) error {
				return errors.Join(l.Confirm(ctx, tx), note(ctx, tx, l.holder))
			})
		}})
		var all sync.WaitGroup
		all.Go(func() { dead.look(dead.jobs[0]) })
		<-p.began

		living.look(living.jobs[0])
		clock.Advance(leaseTime - time.Second)
		living.look(living.jobs[0])
		if rows := slots(t, db); len(rows) != 1 || rows[0].Holder != dead.holder || rows[0].Fence != 1 {
			t.Fatalf("taken over while its lease lasts: %+v", rows)
		}
		clock.Advance(2 * time.Second)
		living.look(living.jobs[0])
		p.goOn <- struct{}{}
		if err := <-p.refused; !errors.Is(err, ErrReplaced) {
			t.Errorf("the late write: %v", err)
		}
		all.Wait()
		row := slots(t, db)[0]
		if row.Holder != living.holder || row.Fence != 2 || OutcomeOf(row) != Done || row.RowCount != 2 {
			t.Errorf("%+v", row)
		}
		if got := notes(t, db); len(got) != 1 || got[0] != living.holder {
			t.Errorf("written: %q", got)
		}
	})
}

func TestAHeartbeatKeepsALongRunAndEndsOneThatWasReplaced(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		clock := clockwork.NewFakeClockAt(start)
		p := newPaused(db)
		slow, other := replica(t, db, clock, p.job()), replica(t, db, clock, p.job())
		var all sync.WaitGroup
		all.Go(func() { slow.look(slow.jobs[0]) })
		<-p.began
		for range 6 {
			until := slots(t, db)[0].LeaseUntil
			if err := clock.BlockUntilContext(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			clock.Advance(leaseTime / 3)
			await(t, func() bool { return slots(t, db)[0].LeaseUntil.After(until) })
			other.look(other.jobs[0])
		}
		if row := slots(t, db)[0]; row.Fence != 1 || row.FinishedAt != nil {
			t.Fatalf("a living run was replaced: %+v", row)
		}
		// Somebody ends it: the next beat notices.
		err := db.InTx(t.Context(), func(tx store.Tx) error { return tx.Ent.ScheduleSlot.Update().AddFence(1).Exec(t.Context()) })
		if err != nil {
			t.Fatal(err)
		}
		clock.Advance(leaseTime / 3)
		all.Wait()
		if row := slots(t, db)[0]; row.Fence != 2 || row.FinishedAt != nil || len(notes(t, db)) > 0 {
			t.Errorf("the replaced run wrote: %+v", row)
		}
	})
}

// await polls until it is so.
func await(t *testing.T, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !so(); {
		if time.Now().After(deadline) {
			t.Fatal("it never happened")
		}
	}
}

func TestAFailedRunIsTriedAgainLaterAndNotForEver(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		clock := clockwork.NewFakeClockAt(start)
		failures := []error{
			fault.New(fault.RateMissing, fault.Path{}, "no rate of USD"),
			fmt.Errorf("pq: secret of a row: %w", errState{}),
			errors.New("secret"),
			context.DeadlineExceeded,
			nil, // panics
		}
		attempt := 0
		r := replica(t, db, clock, Job{Name: "failing", Cadence: Every(24 * time.Hour), Run: func(context.Context, *Lease) (int64, error) {
			attempt++
			if failures[attempt-1] == nil {
				panic("secret")
			}
			return 3, failures[attempt-1]
		}})
		var wait []time.Duration
		for waited := time.Duration(0); attempt < MaxAttempts; waited += 10 * time.Second {
			before := attempt
			r.look(r.jobs[0])
			if attempt > before {
				wait, waited = append(wait, waited), 0
				row := slots(t, db)[0]
				want := []string{"no rate of USD", "SQLSTATE 23514", "log of its replica", "longer than it may", "log of its replica"}[attempt-1]
				if OutcomeOf(row) != Failed || row.Fence != int64(attempt) || row.FinishedAt == nil || !strings.Contains(row.Error, want) || strings.Contains(row.Error, "secret") {
					t.Errorf("attempt %d: %+v", attempt, row)
				}
			}
			clock.Advance(10 * time.Second)
		}
		for i := 1; i < len(wait); i++ {
			if want := time.Minute << (i - 1); wait[i] < want-10*time.Second || wait[i] > want+10*time.Second {
				t.Errorf("attempt %d came after %s, want %s", i+1, wait[i], want)
			}
		}
		clock.Advance(5 * time.Hour)
		r.look(r.jobs[0])
		if attempt != MaxAttempts || !r.jobs[0].over[start.Truncate(24*time.Hour)] {
			t.Errorf("%d attempts", attempt)
		}
	})
}

type errState struct{}

func (errState) Error() string    { return "secret" }
func (errState) SQLState() string { return "23514" }

func TestMissedSlots(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		clock := clockwork.NewFakeClockAt(start)
		var ran []string
		record := func(_ context.Context, l *Lease) (int64, error) {
			ran = append(ran, l.Job+l.Slot.Format(" 15:04"))
			return 0, nil
		}
		hours := At(time.Minute, func(_ context.Context, now time.Time) (due []time.Time, err error) {
			for h := start.Truncate(time.Hour); !h.After(now); h = h.Add(time.Hour) {
				due = append(due, h)
			}
			return due, nil
		})
		r := replica(t, db, clock, Job{"interval", Every(time.Hour), record}, Job{"due", hours, record})
		for range 2 {
			r.look(r.jobs[0])
			r.look(r.jobs[1])
			clock.Advance(3 * time.Hour)
		}
		want := "[interval 08:00 due 08:00 interval 11:00 due 09:00 due 10:00 due 11:00]"
		if fmt.Sprint(ran) != want {
			t.Errorf("ran %v, want %s", ran, want)
		}
	})
}

func TestARunWhoseReplicasVanishedIsGivenUp(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		clock := clockwork.NewFakeClockAt(start)
		r := replica(t, db, clock, Job{Name: "job", Cadence: Every(time.Hour)})
		slot := start.Truncate(time.Hour)
		for attempt := range int64(MaxAttempts) {
			l, over, err := r.claim(t.Context(), "job", slot)
			if err != nil || over || l == nil || l.Attempt != attempt+1 {
				t.Fatalf("attempt %d: %+v %v %v", attempt+1, l, over, err)
			}
			if again, over, err := r.claim(t.Context(), "job", slot.Add(time.Hour)); again != nil || over || err != nil {
				t.Fatalf("two slots of a job run side by side: %+v %v", again, err)
			}
			clock.Advance(leaseTime)
		}
		if l, over, err := r.claim(t.Context(), "job", slot); l != nil || !over || err != nil {
			t.Errorf("%+v %v %v", l, over, err)
		}
		// One that is not due any more is given up when a later one is begun.
		if l, _, err := r.claim(t.Context(), "job", slot.Add(time.Hour)); l == nil || err != nil {
			t.Fatal(err)
		}
		clock.Advance(leaseTime)
		if l, _, err := r.claim(t.Context(), "job", slot.Add(2*time.Hour)); l == nil || err != nil {
			t.Fatal(err)
		}
		var got []Outcome
		for _, row := range slots(t, db) {
			got = append(got, OutcomeOf(row))
		}
		if fmt.Sprint(got) != "[LOST LOST RUNNING]" {
			t.Error(got)
		}
	})
}
