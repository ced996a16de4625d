package ledger_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// model is what the ledger should be, kept in memory.
type model struct {
	now      map[ledger.Key]ledger.Balance
	recorded []moment
	happened map[ledger.Key][]event
}

// moment is every balance after a posting was recorded.
type moment struct {
	at  time.Time
	now map[ledger.Key]ledger.Balance
}

type event struct {
	at    time.Time
	delta ledger.Delta
}

func negative(q ledger.Quantities) bool {
	return min(q.Physical, q.Available, q.Allocated, q.Damaged, q.OnHold, q.InTransit) < 0
}

// fits says whether the moves, summed per stock, may be posted.
func (m *model) fits(moves []ledger.Move) bool {
	sums := map[ledger.Key]ledger.Delta{}
	for _, mv := range moves {
		sums[mv.Key] = sums[mv.Key].Plus(mv.Delta)
		if v := mv.ExpectedVersion; v != nil && *v != m.now[mv.Key].Version {
			return false
		}
	}
	for k, d := range sums {
		if negative(m.now[k].Add(d)) {
			return false
		}
	}
	return true
}

// accept is which moves stay when each is decided in order.
func (m *model) accept(moves []ledger.Move) (accepted []ledger.Move) {
	running := map[ledger.Key]ledger.Quantities{}
	for _, mv := range moves {
		q, ok := running[mv.Key]
		if !ok {
			q = m.now[mv.Key].Quantities
		}
		if v := mv.ExpectedVersion; negative(q.Add(mv.Delta)) || v != nil && *v != m.now[mv.Key].Version {
			continue
		}
		running[mv.Key] = q.Add(mv.Delta)
		accepted = append(accepted, mv)
	}
	return accepted
}

func (m *model) post(moves []ledger.Move, recorded, occurred time.Time) {
	touched := map[ledger.Key]bool{}
	for _, mv := range moves {
		b := m.now[mv.Key]
		b.Quantities = b.Add(mv.Delta)
		if !touched[mv.Key] {
			b.Version++
		}
		touched[mv.Key] = true
		m.now[mv.Key] = b
		m.happened[mv.Key] = append(m.happened[mv.Key], event{occurred, mv.Delta})
	}
	m.recorded = append(m.recorded, moment{recorded, maps.Clone(m.now)})
}

// Random interleavings of postings, partial postings and reversals leave the
// ledger as a plain model has it, now and as of any time, by either basis.
func TestLedgerAgreesWithModel(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			walk(rt, b, fmt.Sprintf("run %d ", run))
		})
		b.verify()
	})
}

func walk(rt *rapid.T, b *bundle, namespace string) {
	ctx := b.t.Context()
	m := &model{now: map[ledger.Key]ledger.Balance{}, happened: map[ledger.Key][]event{}}
	clock := start
	small := rapid.Int64Range(-3, 5)
	drawKey := func() ledger.Key {
		return b.key(rapid.IntRange(0, 1).Draw(rt, "warehouse"), rapid.IntRange(0, 1).Draw(rt, "sku"),
			namespace+rapid.SampledFrom([]string{"a", "B"}).Draw(rt, "batch"))
	}
	drawMoves := func() []ledger.Move {
		moves := make([]ledger.Move, rapid.IntRange(1, 4).Draw(rt, "lines"))
		for i := range moves {
			moves[i] = b.move(drawKey(), ledger.Delta{
				Physical: small.Draw(rt, "physical"), Allocated: small.Draw(rt, "allocated") / 2, Damaged: small.Draw(rt, "damaged") / 2,
				OnHold: small.Draw(rt, "on hold") / 2, InTransit: small.Draw(rt, "in transit"),
			})
			if rapid.IntRange(0, 9).Draw(rt, "guarded") == 0 {
				moves[i].ExpectedVersion = ptr(m.now[moves[i].Key].Version + rapid.Int64Range(-1, 0).Draw(rt, "stale"))
			}
			if moves[i].Delta.Physical > 0 && rapid.Bool().Draw(rt, "costed") {
				moves[i].UnitCost = ptr(money.Amount(rapid.Int64Range(0, 99_999).Draw(rt, "cost")))
			}
		}
		return moves
	}
	var open []ledger.Posted
	if rapid.Bool().Draw(rt, "several") {
		open = together(rt, b, m, clock, drawMoves)
	}
	for range rapid.IntRange(1, 12).Draw(rt, "postings") {
		clock = clock.Add(time.Duration(rapid.IntRange(0, 2).Draw(rt, "seconds")) * time.Second)
		p := b.posting(drawMoves()...)
		p.Now = clock
		p.OccurredAt = clock.Add(-time.Duration(rapid.IntRange(0, 20).Draw(rt, "late")) * time.Second)
		reversing := len(open) > 0 && rapid.IntRange(0, 4).Draw(rt, "reverse") == 0
		if reversing {
			p.Moves = ledger.Reversal(open[0].Movements)
			p.ReversesID = &open[0].ID
		}
		var posted ledger.Posted
		partly := !reversing && rapid.IntRange(0, 2).Draw(rt, "partly") == 0
		err := b.db.InTx(ctx, func(tx store.Tx) (err error) {
			if partly {
				accepted, _, err := ledger.Decide(ctx, tx, p.Moves)
				if err != nil {
					return err
				}
				if got, want := len(accepted), len(m.accept(p.Moves)); got != want {
					rt.Fatalf("%d lines accepted, the model accepts %d", got, want)
				}
				if p.Moves = accepted; len(accepted) == 0 {
					return nil
				}
			}
			posted, err = ledger.Post(ctx, tx, p)
			return err
		})
		if len(p.Moves) == 0 {
			continue
		}
		want := m.fits(p.Moves)
		if refused := errors.As(err, new(ledger.Refused)); err != nil && !refused || refused == want {
			rt.Fatalf("posting: %v, the model says %v", err, want)
		}
		if err != nil {
			continue
		}
		m.post(p.Moves, clock, p.OccurredAt)
		if reversing {
			open = open[1:]
		} else {
			open = append(open, posted)
		}
	}
	m.compare(rt, b, clock)
}

// together posts several postings in one go: when the model takes them one after
// the other they go through, and otherwise none does.
func together(rt *rapid.T, b *bundle, m *model, clock time.Time, drawMoves func() []ledger.Move) []ledger.Posted {
	ctx := b.t.Context()
	postings := make([]ledger.Posting, rapid.IntRange(2, 5).Draw(rt, "postings together"))
	trial := &model{now: maps.Clone(m.now), happened: maps.Clone(m.happened)}
	fits := true
	for i := range postings {
		postings[i] = b.posting(drawMoves()...)
		postings[i].Now, postings[i].OccurredAt = clock, clock
		if fits = fits && trial.fits(postings[i].Moves); fits {
			trial.post(postings[i].Moves, clock, clock)
		}
	}
	var posted []ledger.Posted
	err := b.db.InTx(ctx, func(tx store.Tx) (err error) {
		posted, err = ledger.PostAll(ctx, tx, postings)
		return err
	})
	if errors.Is(err, ledger.ErrTogether) == fits || err != nil && !errors.Is(err, ledger.ErrTogether) {
		rt.Fatalf("together: %v, the model says %v", err, fits)
	}
	if err == nil {
		m.now, m.happened, m.recorded = trial.now, trial.happened, trial.recorded
	}
	return posted
}

func (m *model) compare(rt *rapid.T, b *bundle, clock time.Time) {
	ctx := b.t.Context()
	for k, want := range m.now {
		if got := b.balance(k); got != want {
			rt.Fatalf("%v is %+v, the model has %+v", k, got, want)
		}
		at := clock.Add(-time.Duration(rapid.IntRange(-1, 20).Draw(rt, "as of")) * time.Second)
		var recorded, occurred ledger.Quantities
		for _, r := range m.recorded {
			if !r.at.After(at) {
				recorded = r.now[k].Quantities
			}
		}
		for _, e := range m.happened[k] {
			if !e.at.After(at) {
				occurred = occurred.Add(e.delta)
			}
		}
		for basis, want := range map[ledger.Basis]ledger.Quantities{ledger.Recorded: recorded, ledger.Occurred: occurred} {
			got, err := ledger.AsOf(ctx, b.db, ledger.AsOfQuery{Key: k, At: at, Basis: basis})
			if err != nil || got != want {
				rt.Fatalf("%v as of %v by %s is %+v, the model has %+v (%v)", k, at, basis, got, want, err)
			}
		}
	}
}
