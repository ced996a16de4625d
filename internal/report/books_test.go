package report_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/ent/stockmovement"
	"entrepot/internal/auth"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// books are a small company in a database: warehouses in several zones and
// currencies, products, and people who post.
type books struct {
	t          testing.TB
	db         *store.DB
	ctx        context.Context // of somebody who may see everything
	warehouses []*ent.Warehouse
	users      []*ent.User
	documents  []*ent.Document
	skus       []string
	rnd        *rand.Rand
}

var opened = time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)

var batches = []string{"", "B1", "B2"}

// rates lead into CNY.
var rates = map[string]money.Rate{"CNY": money.ParityRate, "EUR": 82_345_678_901, "USD": 71_200_000_003}

func setup(t testing.TB, db *store.DB) *books {
	t.Helper()
	b := &books{t: t, db: db, rnd: rand.New(rand.NewPCG(1, 2))}
	ctx := t.Context()
	err := db.InTx(ctx, func(tx store.Tx) error {
		b.warehouses, b.users, b.documents, b.skus = nil, nil, nil, nil
		for i := range 3 {
			u, err := tx.Ent.User.Create().SetUsername(fmt.Sprintf("user%d", i)).SetPasswordHash("-").SetCreatedAt(opened).SetUpdatedAt(opened).Save(ctx)
			if err != nil {
				return err
			}
			b.users = append(b.users, u)
		}
		for i, in := range [][2]string{{"Asia/Shanghai", "CNY"}, {"Europe/Berlin", "EUR"}, {"America/Los_Angeles", "USD"}} {
			w, err := tx.Ent.Warehouse.Create().SetCode(fmt.Sprintf("W%d", i)).SetName("test").SetTimeZone(in[0]).SetCurrency(in[1]).
				SetCreatedAt(opened).SetUpdatedAt(opened).Save(ctx)
			if err != nil {
				return err
			}
			b.warehouses = append(b.warehouses, w)
		}
		for i := range 4 {
			d, err := tx.Ent.Document.Create().SetNo(fmt.Sprint("D", i)).SetKind(stock.DocumentInbound).SetWarehouseID(b.warehouses[0].ID).
				SetCreatedBy(b.users[0].ID).SetOccurredAt(opened).SetLineCount(0).SetQuantity(0).SetCreatedAt(opened).SetUpdatedAt(opened).Save(ctx)
			if err != nil {
				return err
			}
			b.documents = append(b.documents, d)
		}
		for i := range 5 {
			p, err := tx.Ent.Product.Create().SetSku(fmt.Sprintf("SKU-%d", i)).SetName("test").SetCategory(fmt.Sprintf("C%d", i/2)).
				SetCreatedAt(opened).SetUpdatedAt(opened).Save(ctx)
			if err != nil {
				return err
			}
			b.skus = append(b.skus, p.Sku)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.ctx = auth.With(ctx, &auth.Principal{UserID: b.users[0].ID, Permissions: auth.Permissions()})
	return b
}

// keep posts n times: goods that come and go, promises, goods that change their
// batch, alone and several postings at once. The clock jumps back and forth by
// hours, as it does by moments for postings that run at the same time: the journal is
// numbered in another order than it is recorded in. Times are far enough apart to
// fill days, months and both sides of a change of clocks.
func (b *books) keep(n int) {
	b.t.Helper()
	clock := opened
	for range n {
		clock = clock.Add(time.Duration(b.rnd.IntN(7200)) * time.Second)
		postings := make([]ledger.Posting, 1+b.rnd.IntN(3)*b.rnd.IntN(2))
		for i := range postings {
			now := store.Moment(clock.Add(time.Duration(b.rnd.IntN(72_000_000)-36_000_000) * time.Millisecond))
			postings[i] = ledger.Posting{
				Kind: []stock.MovementKind{stock.MovementAdjustment, stock.MovementInbound, stock.MovementOutbound}[b.rnd.IntN(3)], Operation: "test",
				ActorID: b.users[b.rnd.IntN(len(b.users))].ID, ReasonCode: fmt.Sprintf("R%d", b.rnd.IntN(3)), BaseCurrency: "CNY",
				OccurredAt: store.Moment(now.Add(-time.Duration(b.rnd.IntN(3*86400)) * time.Second)), Now: now, Moves: b.moves(),
			}
			if d := b.rnd.IntN(2 * len(b.documents)); d < len(b.documents) {
				postings[i].DocumentID = &b.documents[d].ID
			}
		}
		err := b.db.InTx(b.t.Context(), func(tx store.Tx) error {
			_, err := ledger.PostAll(b.t.Context(), tx, postings)
			return err
		})
		if refused := errors.As(err, new(ledger.Refused)) || errors.Is(err, ledger.ErrTogether); err != nil && !refused {
			b.t.Fatal(err)
		}
	}
}

func (b *books) moves() []ledger.Move {
	moves := make([]ledger.Move, 1+b.rnd.IntN(4))
	for i := range moves {
		w := b.warehouses[b.rnd.IntN(len(b.warehouses))]
		m := ledger.Move{
			Key:  ledger.Key{WarehouseID: w.ID, SKU: b.skus[b.rnd.IntN(len(b.skus))], BatchNo: batches[b.rnd.IntN(len(batches))]},
			Line: i, Currency: w.Currency, Rate: rates[w.Currency],
		}
		switch n := b.rnd.Int64N(20); b.rnd.IntN(6) {
		case 0, 1, 2:
			m.Delta.Physical = n + 5
			if n%3 > 0 {
				cost := money.Amount(n * 12_345)
				m.UnitCost = &cost
			}
		case 3:
			m.Delta.Physical = -n/2 - 1
		case 4:
			m.Delta.Allocated, m.Delta.InTransit = n/4, n
		default: // into another batch
			m.Delta.Physical = -n/4 - 1
			to := m
			to.Delta.Physical, to.BatchNo = -m.Delta.Physical, batches[b.rnd.IntN(len(batches))]
			if to.BatchNo != m.BatchNo {
				moves = append(moves, to)
			}
		}
		moves[i] = m
	}
	return moves
}

// journal is every movement, in the order of entry, with its posting.
func (b *books) journal() []*ent.StockMovement {
	b.t.Helper()
	rows, err := b.db.Ent().StockMovement.Query().WithPosting().Order(stockmovement.ByID()).All(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return rows
}
