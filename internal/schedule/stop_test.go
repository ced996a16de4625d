package schedule

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// started is a Runner that gocron drives.
func started(t *testing.T, db *store.DB, clock clockwork.Clock, jobs ...Job) *Runner {
	t.Helper()
	r, err := New(Options{DB: db, Jobs: jobs, Log: slog.New(slog.DiscardHandler), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTicksRunWhatIsDue(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		clock := clockwork.NewFakeClockAt(start)
		ran := make(chan time.Time, 10)
		job := Job{Name: "minutely", Cadence: Every(time.Minute), Run: func(_ context.Context, l *Lease) (int64, error) {
			ran <- l.Slot
			return 0, nil
		}}
		a, b := started(t, db, clock, job), started(t, db, clock, job)
		for i := range 3 {
			if slot := <-ran; !slot.Equal(time.Date(2026, 11, 20, 8, i, 0, 0, time.UTC)) {
				t.Errorf("run %d was for %s", i, slot)
			}
			await(t, func() bool { return slots(t, db)[i].FinishedAt != nil })
			for range 4 { // gocron waits on the clock again after each look
				if err := clock.BlockUntilContext(t.Context(), 2); err != nil {
					t.Fatal(err)
				}
				clock.Advance(maxLook)
			}
		}
		for _, r := range []*Runner{a, b} {
			if err := r.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestStoppingLetsARunFinish(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		p := newPaused(db)
		r := started(t, db, clockwork.NewRealClock(), p.job())
		<-p.began
		stopped := make(chan error)
		go func() { stopped <- r.Stop(t.Context()) }()
		await(t, r.isStopping)
		p.goOn <- struct{}{}
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		if rows := slots(t, db); len(rows) != 1 || OutcomeOf(rows[0]) != Done || len(notes(t, db)) != 1 {
			t.Errorf("%+v", rows)
		}
	})
}

func TestARunThatDoesNotFinishInTimeIsGivenBack(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		clock := clockwork.NewFakeClockAt(start)
		p, q := newPaused(db), newPaused(db)
		r := started(t, db, clock, p.job())
		<-p.began
		none, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.Stop(none); err != nil {
			t.Error(err)
		}
		// Nobody waits for the lease to end.
		next := started(t, db, clock, q.job())
		if l := <-q.began; l.Attempt != 2 {
			t.Errorf("%+v", l)
		}
		q.goOn <- struct{}{}
		if err := next.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if rows := slots(t, db); len(rows) != 1 || OutcomeOf(rows[0]) != Done || rows[0].Holder != next.holder {
			t.Errorf("%+v", rows)
		}
	})
}

func TestJobsHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, jobs := range [][]Job{{{Name: "a"}, {Name: "a"}}, {{Name: ""}}} {
		if _, err := New(Options{Jobs: jobs}); err == nil {
			t.Error("taken")
		}
	}
	r, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Stop(t.Context()); err != nil {
		t.Errorf("one that was never started: %v", err)
	}
}
