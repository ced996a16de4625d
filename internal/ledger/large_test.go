package ledger_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// nth is one of many stocks: the batches make them, and i says nothing of the
// order of the keys.
func (b *bundle) nth(i int) ledger.Key {
	return b.key(i%2, i/2%skus, fmt.Sprintf("%x-%d", i*7919%1000, i))
}

// fill gives n stocks ten available units each.
func (b *bundle) fill(n int) {
	b.t.Helper()
	moves := make([]ledger.Move, n)
	for i := range moves {
		moves[i] = b.arrive(b.nth(i), 10, money.Amount(10_000+i))
	}
	b.must(moves...)
}

func TestEveryShortStockOfALargePostingIsNamed(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		const n = 600
		b.fill(n)
		want := map[ledger.Key]fault.Code{}
		var moves []ledger.Move
		for i := range n {
			m := b.move(b.nth(i), ledger.In(stock.BucketAvailable, -1))
			switch i % 100 {
			case 7: // more than there is, in two lines
				moves = append(moves, b.move(m.Key, ledger.In(stock.BucketAvailable, -10)))
				want[m.Key] = fault.InsufficientStock
			case 8:
				m.ExpectedVersion = ptr(int64(2))
				want[m.Key] = fault.StaleVersion
			case 9: // there is none
				m.Key.BatchNo += "?"
				want[m.Key] = fault.InsufficientStock
			}
			moves = append(moves, m)
		}
		_, err := b.post(t.Context(), b.posting(moves...))
		var refused ledger.Refused
		if !errors.As(err, &refused) || len(refused) != len(want) {
			t.Fatalf("%d of %d refusals: %v", len(refused), len(want), err)
		}
		for _, r := range refused {
			if want[r.Key] != r.Code {
				t.Errorf("%v: %s, want %q", r.Key, r.Code, want[r.Key])
			}
		}
		if !slices.IsSortedFunc(refused, func(a, b ledger.Refusal) int { return a.Compare(b.Key) }) {
			t.Error("refusals are not in the order of the locks")
		}
		err = db.InTx(t.Context(), func(tx store.Tx) error {
			_, err := ledger.PostAll(t.Context(), tx, []ledger.Posting{b.posting(moves[:300]...), b.posting(moves[300:]...)})
			return err
		})
		if !errors.Is(err, ledger.ErrTogether) {
			t.Errorf("several at once: %v", err)
		}
		if r := b.verify(); r.Stocks != n || r.Movements != n {
			t.Errorf("a refused posting left rows: %+v", r)
		}
	})
}

func TestLargePostingKeepsVersionsAndTime(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		const n = 300
		late, early := start.Add(time.Hour), start.Add(time.Minute)
		for version, now := range []time.Time{late, early} { // the clock runs back
			moves := make([]ledger.Move, n)
			for i := range moves {
				moves[i] = b.move(b.nth(i), ledger.In(stock.BucketAvailable, int64(i+1)))
				moves[i].ExpectedVersion = ptr(int64(version))
			}
			if version > 0 { // new stocks among them, whose time is the clock's
				moves = append(moves, b.move(b.nth(n), ledger.In(stock.BucketAvailable, 1)))
			}
			p := b.posting(moves...)
			p.Now = now
			posted, err := b.post(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range posted.Movements {
				want := late
				if m.BatchNo == b.nth(n).BatchNo {
					want = early
				} else if m.StockVersion != int64(version+1) || m.PhysicalAfter != m.QuantityDelta*int64(version+1) {
					t.Errorf("movement %+v", m)
				}
				if !m.RecordedAt.Equal(want) {
					t.Errorf("recorded at %v, want %v", m.RecordedAt, want)
				}
			}
		}
		b.verify()
	})
}

func TestStatementsOfAPostingDoNotGrowWithItsLines(t *testing.T) {
	t.Parallel()
	b := setup(t, testdb.Postgres(t))
	count := func(lines int) int64 {
		moves := make([]ledger.Move, lines)
		for i := range moves {
			moves[i] = b.move(b.nth(i), ledger.In(stock.BucketAvailable, 1))
		}
		ctx, n := store.CountStatements(t.Context())
		if _, err := b.post(ctx, b.posting(moves...)); err != nil {
			t.Fatal(err)
		}
		return n.Load()
	}
	if few, many := count(100), count(5000); few != many || many > 6 {
		t.Errorf("%d statements for 100 lines, %d for 5,000", few, many)
	}
	b.verify()
}

// Large and small postings, and postings of one line, over the same stocks, of
// which most come into being meanwhile.
func TestLargeAndSmallPostingsNeverDeadlock(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.fill(2 * skus) // a worth that appears meanwhile means to start over
		const clientsAtOnce, rounds, window = 12, 8, 150
		sizes := []int{1, 2, 5, 31, 32, 60, 120}
		before := b.tries.Load()
		clients(clientsAtOnce, func(client int) {
			r := rand.New(rand.NewPCG(2, uint64(client)))
			for round := range rounds {
				var moves []ledger.Move
				for range sizes[r.IntN(len(sizes))] {
					k := b.nth(round*window/2 + r.IntN(window))
					moves = append(moves, b.move(k, ledger.In(stock.BucketAvailable, int64(r.IntN(3)))))
				}
				slices.SortFunc(moves, func(a, b ledger.Move) int { return b.Compare(a.Key) }) // the wrong way
				if r.IntN(3) == 0 {
					moves[0].Delta = ledger.In(stock.BucketAvailable, -1)
				}
				if _, err := b.post(t.Context(), b.posting(moves...)); err != nil && !errors.As(err, new(ledger.Refused)) {
					t.Errorf("%v", err)
				}
			}
		})
		// InTx would hide a deadlock by trying again.
		if n := b.tries.Load() - before; n != clientsAtOnce*rounds {
			t.Errorf("%d transactions ran for %d postings", n, clientsAtOnce*rounds)
		}
		b.verify()
	})
}

// Many postings of many lines in one go are what the model makes of them one
// after the other; and when the model refuses one, all are.
func TestLargePostingsAgreeWithModel(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		r := rand.New(rand.NewPCG(3, 4))
		m := &model{now: map[ledger.Key]ledger.Balance{}, happened: map[ledger.Key][]event{}}
		together := 0
		for range 24 {
			postings := make([]ledger.Posting, 1+r.IntN(12))
			trial := &model{now: maps.Clone(m.now), happened: map[ledger.Key][]event{}}
			fits := true
			for i := range postings {
				postings[i] = b.posting(b.drawMany(r, trial)...)
				if fits = fits && trial.fits(postings[i].Moves); fits {
					trial.post(postings[i].Moves, start, start)
				}
			}
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				_, err := ledger.PostAll(t.Context(), tx, postings)
				return err
			})
			refused := errors.Is(err, ledger.ErrTogether) || errors.As(err, new(ledger.Refused))
			if refused == fits || err != nil && !refused {
				t.Fatalf("together: %v, the model says %v", err, fits)
			}
			if fits {
				together++
				m.now = trial.now
			}
		}
		if together == 0 || together == 24 {
			t.Errorf("%d of 24 fitted", together)
		}
		var now map[ledger.Key]ledger.Balance
		err := db.InTx(t.Context(), func(tx store.Tx) (err error) {
			now, err = ledger.Lock(t.Context(), tx, slices.Collect(maps.Keys(m.now)))
			return err
		})
		if err != nil || !maps.Equal(now, m.now) {
			t.Errorf("the balances are not the model's: %v", err)
		}
		b.verify()
	})
}

func (b *bundle) drawMany(r *rand.Rand, m *model) []ledger.Move {
	moves := make([]ledger.Move, 1+r.IntN(60))
	for i := range moves {
		k := b.nth(r.IntN(200))
		d := ledger.Delta{Physical: r.Int64N(9), InTransit: r.Int64N(3)}
		if have := m.now[k]; r.IntN(3) == 0 && have.Available > 2 {
			d = ledger.Delta{Physical: -1, Damaged: r.Int64N(2), Allocated: -min(have.Allocated, 1)}
		} else if r.IntN(1500) == 0 {
			d = ledger.Delta{Physical: -1000}
		}
		moves[i] = b.move(k, d)
		if r.IntN(20) == 0 {
			moves[i].ExpectedVersion = ptr(m.now[k].Version)
		}
		if d.Physical > 0 && r.IntN(2) == 0 {
			moves[i].UnitCost = ptr(money.Amount(r.Int64N(99_999)))
		}
	}
	return moves
}
