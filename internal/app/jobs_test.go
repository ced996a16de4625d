package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/ent/scheduleslot"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func await(t *testing.T, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !so(); {
		if time.Now().After(deadline) {
			t.Fatal("it never happened")
		}
	}
}

func TestItSweepsTheLedgerAndKeepsHouse(t *testing.T) {
	t.Parallel()
	c := testConfig(t)
	a := start(t, c)
	await(t, func() bool {
		code, body := get(t, a, "/health/ledger")
		return code == 200 && strings.HasPrefix(body, `{"status":"ok"`)
	})
	for _, job := range []string{"ledger-sweep", "housekeeping"} {
		await(t, func() bool {
			rows := a.DB.Ent().ScheduleSlot.Query().Where(scheduleslot.Job(job), scheduleslot.Outcome("DONE")).AllX(t.Context())
			return len(rows) > 0
		})
	}
}

func TestAReplicaMayServeWithoutRunningJobs(t *testing.T) {
	t.Parallel()
	c := testConfig(t)
	c.Jobs = false
	a, err := New(t.Context(), c, quiet(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	await(t, func() bool { code, _ := get(t, a, "/health"); return code == 200 })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	// Whatever had begun would have been let finish.
	if n := a.DB.Ent().ScheduleSlot.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d runs", n)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestHousekeepingForgetsWhatIsOld(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
		err := db.InTx(ctx, func(tx store.Tx) error {
			var keys []*ent.IdempotencyKeyCreate
			for i := range 2_500 {
				keys = append(keys, tx.Ent.IdempotencyKey.Create().SetID(fmt.Sprint("user:1/op/", i)).SetInputHash([]byte("x")).SetCreatedAt(now.AddDate(0, 0, -31)))
			}
			keys = append(keys,
				tx.Ent.IdempotencyKey.Create().SetID("fact:orders/W/1").SetInputHash([]byte("x")).SetCreatedAt(now.AddDate(-5, 0, 0)),
				tx.Ent.IdempotencyKey.Create().SetID("user:1/op/new").SetInputHash([]byte("x")).SetCreatedAt(now.AddDate(0, 0, -29)))
			for chunk := range slices.Chunk(keys, 1_000) {
				if err := tx.Ent.IdempotencyKey.CreateBulk(chunk...).Exec(ctx); err != nil {
					return err
				}
			}
			run := func(slot time.Time) *ent.ScheduleSlotCreate {
				return tx.Ent.ScheduleSlot.Create().SetJob("j").SetSlot(slot).SetHolder("h").SetLeaseUntil(slot).SetStartedAt(slot)
			}
			old, recent := now.AddDate(0, 0, -91), now.AddDate(0, 0, -89)
			return tx.Ent.ScheduleSlot.CreateBulk(
				run(old).SetFinishedAt(old).SetOutcome("DONE"), run(recent).SetFinishedAt(recent).SetOutcome("FAILED"), run(old.Add(time.Hour))).Exec(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		asked := 0
		n, err := clean(ctx, db, now, func(context.Context, store.Tx) error { asked++; return nil })
		if err != nil || n != 2_501 || asked != 8 {
			t.Errorf("%d removed in %d transactions, %v", n, asked, err)
		}
		if got := db.Ent().IdempotencyKey.Query().IDsX(ctx); len(got) != 2 {
			t.Errorf("left: %q", got)
		}
		if got := db.Ent().ScheduleSlot.Query().CountX(ctx); got != 2 {
			t.Errorf("%d runs left", got)
		}
	})
}

func TestDriftIsLogged(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		exec(t, db, `INSERT INTO ledger_sweeps (balances, started_at, stepped_at, last_drifted, last_named) VALUES
			('stocks', '2026-11-20 00:00:00+00:00', '2026-11-20 00:00:00+00:00', 2, 'stock 7'), ('costs', '2026-11-20 00:00:00+00:00', '2026-11-20 00:00:00+00:00', 0, '')`)
		var out strings.Builder
		if err := tellDrift(t.Context(), db, slog.New(slog.NewTextHandler(&out, nil))); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); strings.Count(text, "level=ERROR") != 1 || !strings.Contains(text, `balances=stocks count=2 first="stock 7"`) {
			t.Error(text)
		}
	})
}
