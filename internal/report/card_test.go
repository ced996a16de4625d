package report_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/report"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// wantCard is a card as it is found by reading the whole journal.
type wantCard struct {
	opening, closing           ledger.Quantities
	openingValue, closingValue money.Amount
	in, out                    int64
	lines                      []*ent.StockMovement
	after                      []ledger.Quantities
	values                     []money.Amount
}

func naive(journal []*ent.StockMovement, warehouse int64, q report.CardQuery) (w wantCard) {
	add := func(to *ledger.Quantities, m *ent.StockMovement) {
		to.Physical += m.QuantityDelta
		to.Available += m.AvailableDelta
		to.Allocated += m.AllocatedDelta
		to.Damaged += m.DamagedDelta
		to.OnHold += m.HoldDelta
		to.InTransit += m.InTransitDelta
	}
	for _, m := range journal {
		if m.WarehouseID != warehouse || m.Sku != q.SKU || q.BatchNo != nil && m.BatchNo != *q.BatchNo {
			continue
		}
		switch {
		case q.From != nil && m.RecordedAt.Before(*q.From):
			add(&w.opening, m)
			w.openingValue += m.ValueDelta
		case q.To == nil || m.RecordedAt.Before(*q.To):
			w.lines = append(w.lines, m)
			w.in += max(m.QuantityDelta, 0)
			w.out += max(-m.QuantityDelta, 0)
		}
	}
	w.closing, w.closingValue = w.opening, w.openingValue
	for _, m := range w.lines {
		add(&w.closing, m)
		w.closingValue += m.ValueDelta
		w.after, w.values = append(w.after, w.closing), append(w.values, w.closingValue)
	}
	return w
}

// The card of any period agrees with the journal, however postings crossed.
func TestAStockCardRunsFromItsOpeningToItsClosing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.keep(220)
		journal := b.journal()
		for i := range 60 {
			w := b.warehouses[b.rnd.IntN(3)]
			q := report.CardQuery{SKU: b.skus[b.rnd.IntN(5)], WarehouseCode: w.Code}
			if b.rnd.IntN(3) == 0 {
				q.BatchNo = &batches[b.rnd.IntN(3)]
			}
			// Periods that begin and end where movements were recorded, and beside.
			lines := naive(journal, w.ID, q).lines
			times := []time.Time{lines[b.rnd.IntN(len(lines))].RecordedAt, lines[b.rnd.IntN(len(lines))].RecordedAt}
			slices.SortFunc(times, time.Time.Compare)
			times[1] = times[1].Add(time.Duration(i%2) * time.Microsecond)
			if i%4 > 0 {
				q.From = &times[0]
			}
			if i%3 > 0 {
				q.To = &times[1]
			}
			b.compare(fmt.Sprintf("%s %s %v [%v, %v)", q.SKU, w.Code, q.BatchNo, q.From, q.To), w, q, naive(journal, w.ID, q))
		}
	})
}

func (b *books) compare(name string, w *ent.Warehouse, q report.CardQuery, want wantCard) {
	b.t.Helper()
	c, err := report.StockCard(b.ctx, b.db, q)
	if err != nil {
		b.t.Fatalf("%s: %v", name, err)
	}
	if c == nil {
		if len(want.lines) > 0 || want.opening != (ledger.Quantities{}) {
			b.t.Errorf("%s: no card", name)
		}
		return
	}
	for what, at := range map[string]struct {
		read func(context.Context) (*ledger.Quantities, error)
		want ledger.Quantities
		t    *time.Time
	}{"opening": {c.Opening, want.opening, q.From}, "closing": {c.Closing, want.closing, q.To}} {
		got, err := at.read(b.ctx)
		if err != nil || *got != at.want {
			b.t.Errorf("%s: %s %+v, want %+v (%v)", name, what, got, at.want, err)
		}
		if at.t != nil {
			if asOf := b.asOf(w.ID, q, at.t.Add(-time.Microsecond)); asOf != at.want {
				b.t.Errorf("%s: %s is %+v, the ledger has %+v as of then", name, what, at.want, asOf)
			}
		}
	}
	in, err1 := c.UnitsIn(b.ctx)
	out, err2 := c.UnitsOut(b.ctx)
	if err := errors.Join(err1, err2); in != want.in || out != want.out || err != nil {
		b.t.Errorf("%s: in %d, out %d, want %d and %d (%v)", name, in, out, want.in, want.out, err)
	}
	b.compareValues(name, c, want)
	b.compareLines(name, c, want)
}

func (b *books) asOf(warehouse int64, q report.CardQuery, at time.Time) (sum ledger.Quantities) {
	b.t.Helper()
	for _, batch := range batches {
		if q.BatchNo != nil && *q.BatchNo != batch {
			continue
		}
		r, err := ledger.AsOf(b.ctx, b.db, ledger.AsOfQuery{Key: ledger.Key{WarehouseID: warehouse, SKU: q.SKU, BatchNo: batch}, At: at, Basis: ledger.Recorded})
		if err != nil {
			b.t.Fatal(err)
		}
		sum = sum.Add(ledger.Delta{Physical: r.Physical, Allocated: r.Allocated, Damaged: r.Damaged, OnHold: r.OnHold, InTransit: r.InTransit})
	}
	return sum
}

func (b *books) compareValues(name string, c *report.Card, want wantCard) {
	b.t.Helper()
	opening, err1 := c.OpeningValue(b.ctx)
	closing, err2 := c.ClosingValue(b.ctx)
	switch err := errors.Join(err1, err2); {
	case err != nil:
		b.t.Errorf("%s: %v", name, err)
	case c.BatchNo != nil:
		if opening != nil || closing != nil {
			b.t.Errorf("%s: one batch is worth %v and %v", name, opening, closing)
		}
	case *opening != want.openingValue || *closing != want.closingValue:
		b.t.Errorf("%s: values %v and %v, want %v and %v", name, opening, closing, want.openingValue, want.closingValue)
	}
}

func (b *books) compareLines(name string, c *report.Card, want wantCard) {
	b.t.Helper()
	want.lines, want.after, want.values = slices.Clone(want.lines), slices.Clone(want.after), slices.Clone(want.values)
	for _, d := range []page.Direction{page.Asc, page.Desc} {
		if d == page.Desc {
			slices.Reverse(want.lines)
			slices.Reverse(want.after)
			slices.Reverse(want.values)
		}
		list := func(a page.Args) *page.Connection[*report.CardLine] {
			page, err := c.Lines(b.ctx, d, a)
			if err != nil {
				b.t.Fatalf("%s: %v", name, err)
			}
			return page
		}
		if n, err := list(page.Args{}).TotalCount(); n != len(want.lines) || err != nil {
			b.t.Errorf("%s: %d lines, want %d (%v)", name, n, len(want.lines), err)
		}
		b.sameLines(name+" forward "+string(d), c, forward(list, 7), want)
		b.sameLines(name+" backward "+string(d), c, backward(list, 7), want)
	}
}

func (b *books) sameLines(name string, c *report.Card, got []*report.CardLine, want wantCard) {
	b.t.Helper()
	if len(got) != len(want.lines) {
		b.t.Errorf("%s: %d lines, want %d", name, len(got), len(want.lines))
		return
	}
	for i, l := range got {
		after, err := l.After(b.ctx)
		if err != nil {
			b.t.Fatalf("%s: %v", name, err)
		}
		if l.Movement.ID != want.lines[i].ID || *after != want.after[i] {
			b.t.Errorf("%s: line %d is %d after %+v, want %d after %+v", name, i, l.Movement.ID, after, want.lines[i].ID, want.after[i])
		}
		value, err := l.ValueAfter(b.ctx)
		if err != nil || c.BatchNo != nil != (value == nil) || value != nil && *value != want.values[i] {
			b.t.Errorf("%s: line %d worth %v, want %v (%v)", name, i, value, want.values[i], err)
		}
	}
}

func forward[T any](list func(page.Args) *page.Connection[T], size int) (out []T) {
	a := page.Args{First: &size}
	for {
		c := list(a)
		out = append(out, c.Nodes...)
		info := c.PageInfo()
		if info.HasPreviousPage != (a.After != nil) || !info.HasNextPage {
			return out
		}
		a.After = info.EndCursor
	}
}

func backward[T any](list func(page.Args) *page.Connection[T], size int) (out []T) {
	a := page.Args{Last: &size}
	for {
		c := list(a)
		out = append(slices.Clone(c.Nodes), out...)
		info := c.PageInfo()
		if info.HasNextPage != (a.Before != nil) || !info.HasPreviousPage {
			return out
		}
		a.Before = info.StartCursor
	}
}

// Where the ledger says what a SKU is worth, the card says the same: after every
// movement that is alone in its posting, and after the last one of the others.
func TestAStockCardAndTheLedgerAgreeOnTheWorth(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.keep(250)
		compared := 0
		for _, sku := range b.skus {
			c, err := report.StockCard(b.ctx, db, report.CardQuery{SKU: sku, WarehouseCode: "w1"})
			if err != nil || c == nil {
				t.Fatal(c, err)
			}
			lines := forward(func(a page.Args) *page.Connection[*report.CardLine] {
				p, err := c.Lines(b.ctx, page.Asc, a)
				if err != nil {
					t.Fatal(err)
				}
				return p
			}, 50)
			for i, l := range lines {
				if l.Movement.CostVersion == nil || i+1 < len(lines) && lines[i+1].Movement.PostingID == l.Movement.PostingID {
					continue
				}
				last := l.Movement
				for _, other := range lines[:i] {
					if m := other.Movement; m.PostingID == last.PostingID && m.CostVersion != nil && *m.CostVersion > *last.CostVersion {
						last = m
					}
				}
				if value, err := l.ValueAfter(b.ctx); err != nil || *value != *last.CostValueAfter {
					t.Errorf("%s: %v after movement %d, the ledger has %v (%v)", sku, value, l.Movement.ID, last.CostValueAfter, err)
				}
				compared++
			}
		}
		if compared < 50 {
			t.Errorf("only %d movements compared", compared)
		}
	})
}

// What the card rests on: ids are drawn while the stock is locked.
func TestTheMovementsOfAStockAreNumberedAlongItsChain(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for i := range 20 {
					var postings []ledger.Posting
					for n := range 3 {
						var moves []ledger.Move
						for line, sku := range b.skus {
							moves = append(moves, ledger.Move{
								Key:  ledger.Key{WarehouseID: b.warehouses[0].ID, SKU: sku, BatchNo: batches[(i+n)%2]},
								Line: line, Delta: ledger.Delta{Physical: 1}, Currency: "CNY", Rate: money.ParityRate,
							})
						}
						postings = append(postings, ledger.Posting{
							Kind: "ADJUSTMENT", Operation: "test", ActorID: b.users[0].ID, ReasonCode: "T", BaseCurrency: "CNY", OccurredAt: opened, Moves: moves,
						})
					}
					if err := db.InTx(t.Context(), func(tx store.Tx) error {
						_, err := ledger.PostAll(t.Context(), tx, postings)
						return err
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		journal := b.journal()
		slices.SortFunc(journal, func(x, y *ent.StockMovement) int {
			return cmp.Or(cmp.Compare(x.StockID, y.StockID), cmp.Compare(x.StockVersion, y.StockVersion))
		})
		for i, m := range journal[1:] {
			if before := journal[i]; before.StockID == m.StockID && (before.ID >= m.ID || before.RecordedAt.After(m.RecordedAt)) {
				t.Errorf("version %d of a stock is movement %d at %v, version %d is %d at %v",
					before.StockVersion, before.ID, before.RecordedAt, m.StockVersion, m.ID, m.RecordedAt)
			}
		}
	})
}

func TestAStockCardKeepsToWhatWasThereWhenItWasOpened(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.keep(80)
		w, late := b.warehouses[0], opened.AddDate(1, 0, 0)
		for _, q := range []report.CardQuery{
			{SKU: b.skus[0], WarehouseCode: w.Code},
			{SKU: b.skus[0], WarehouseCode: w.Code, To: &late},
			{SKU: b.skus[0], WarehouseCode: w.Code, BatchNo: &batches[1]},
		} {
			want := naive(b.journal(), w.ID, q)
			c, err := report.StockCard(b.ctx, db, q)
			if err != nil || c == nil {
				t.Fatal(c, err)
			}
			b.keep(80)
			closing, err := c.Closing(b.ctx)
			if err != nil || *closing != want.closing {
				t.Errorf("closing %+v, want %+v (%v)", closing, want.closing, err)
			}
			b.compareValues("later", c, want)
			b.compareLines("later", c, want)
		}
	})
}

func TestAStockCardThatCannotBeIsNoneOrIsRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		none := "nope"
		for _, q := range []report.CardQuery{
			{SKU: "nope", WarehouseCode: "W0"},
			{SKU: b.skus[0], WarehouseCode: "nope"},
			{SKU: b.skus[0], WarehouseCode: "W0"},
			{SKU: b.skus[0], WarehouseCode: "W0", BatchNo: &none},
		} {
			if c, err := report.StockCard(b.ctx, db, q); c != nil || err != nil {
				t.Errorf("%+v: %v, %v", q, c, err)
			}
		}
		earlier := opened.Add(-time.Second)
		var stop *fault.Error
		if _, err := report.StockCard(b.ctx, db, report.CardQuery{From: &opened, To: &earlier}); !errors.As(err, &stop) || stop.Code != fault.BadRequest {
			t.Errorf("got %v", err)
		}
		b.keep(60)
		blind := auth.With(t.Context(), &auth.Principal{Permissions: []auth.Permission{auth.StockView}})
		c, err := report.StockCard(blind, db, report.CardQuery{SKU: " sku-0", WarehouseCode: "w0 "})
		if err != nil || c == nil {
			t.Fatal(c, err)
		}
		opening, err1 := c.OpeningValue(blind)
		closing, err2 := c.ClosingValue(blind)
		lines, err3 := c.Lines(blind, page.Asc, page.Args{})
		if err := errors.Join(err1, err2, err3); err != nil || opening != nil || closing != nil {
			t.Fatalf("without cost:view: %v, %v, %v", opening, closing, err)
		}
		if value, err := lines.Nodes[0].ValueAfter(blind); value != nil || err != nil {
			t.Errorf("without cost:view: %v, %v", value, err)
		}
	})
}
