package ledger

import (
	"context"
	"slices"
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/ent/ledgersweep"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

const (
	// sweepTime is after how long a step begins no further statement.
	sweepTime = time.Second
	// maxSwept bounds how many balances that differ are named, so that the names
	// fit their column.
	maxSwept = 10
)

// Sweep compares some of the balances with the journal, from where the last call
// stopped, for about a second, and keeps how far it has come and what differs in
// ledger_sweeps. It is [Verify] in small steps, for balances alone, so that drift is
// seen while the system works: each statement sees balances and movements as of one
// moment, whoever posts meanwhile. A pass ends when no balance is left, and the next
// call begins another.
//
// It returns how many balances it compared. Guard is asked in every transaction
// before it writes, and what it returns ends the sweep; nil asks nobody. Only one
// may sweep at a time.
func Sweep(ctx context.Context, db *store.DB, now func() time.Time, guard func(context.Context, store.Tx) error) (compared int64, err error) {
	defer fault.Wrap(&err, "ledger.Sweep")
	start := now()
	left, err := sweepsFrom(ctx, db, store.Moment(start))
	if err != nil {
		return 0, err
	}
	// In turns, and each at least once: a million stocks do not keep worths waiting.
	for {
		for _, s := range slices.Clone(left) {
			found, err := compare(ctx, db, s.Balances, s.Position)
			if err != nil {
				return compared, err
			}
			compared += found.compared
			if step(s, found, store.Moment(now())) {
				left = slices.DeleteFunc(left, func(x *ent.LedgerSweep) bool { return x == s })
			}
			if err := keep(ctx, db, s, guard); err != nil {
				return compared, err
			}
		}
		if len(left) == 0 || now().Sub(start) >= sweepTime {
			return compared, nil
		}
	}
}

// SweepState is how the sweep stands, by sort of balance; none before its first
// step.
func SweepState(ctx context.Context, db *store.DB) (_ []*ent.LedgerSweep, err error) {
	defer fault.Wrap(&err, "ledger.SweepState")
	return db.Ent().LedgerSweep.Query().Order(ledgersweep.ByID()).All(ctx)
}

// sweepsFrom is how the sweep of every sort of balance stands, also of those that
// were never swept.
func sweepsFrom(ctx context.Context, db *store.DB, now time.Time) ([]*ent.LedgerSweep, error) {
	rows, err := SweepState(ctx, db)
	out := make([]*ent.LedgerSweep, len(swept))
	for i, sort := range swept {
		out[i] = &ent.LedgerSweep{Balances: sort.balances, StartedAt: now}
		for _, r := range rows {
			if r.Balances == sort.balances {
				out[i] = r
			}
		}
	}
	return out, err
}

// step adds what a statement found; ended says that the pass is over, and the row
// then stands before the next one.
func step(s *ent.LedgerSweep, found slice, now time.Time) (ended bool) {
	s.SteppedAt = now
	if found.compared == 0 {
		s.LastCompared, s.LastDrifted, s.LastNamed, s.FinishedAt = s.Compared, s.Drifted, s.Named, &now
		s.Position, s.Compared, s.Drifted, s.Named, s.StartedAt = 0, 0, 0, "", now
		return true
	}
	s.Position = found.last
	s.Compared += found.compared
	s.Drifted += int64(len(found.drifted))
	named := slices.DeleteFunc(append(strings.Split(s.Named, "\n"), found.drifted...), func(n string) bool { return n == "" })
	s.Named = strings.Join(named[:min(len(named), maxSwept)], "\n")
	return false
}

func keep(ctx context.Context, db *store.DB, s *ent.LedgerSweep, guard func(context.Context, store.Tx) error) error {
	return db.InTx(ctx, func(tx store.Tx) error {
		if guard != nil {
			if err := guard(ctx, tx); err != nil {
				return err
			}
		}
		_, err := tx.SQL.ExecContext(ctx, `
INSERT INTO ledger_sweeps (balances, position, compared, drifted, named, started_at, stepped_at, finished_at, last_compared, last_drifted, last_named)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (balances) DO UPDATE SET position = excluded.position, compared = excluded.compared, drifted = excluded.drifted,
  named = excluded.named, started_at = excluded.started_at, stepped_at = excluded.stepped_at, finished_at = excluded.finished_at,
  last_compared = excluded.last_compared, last_drifted = excluded.last_drifted, last_named = excluded.last_named`,
			s.Balances, s.Position, s.Compared, s.Drifted, s.Named, s.StartedAt, s.SteppedAt, s.FinishedAt,
			s.LastCompared, s.LastDrifted, s.LastNamed)
		return err
	})
}
