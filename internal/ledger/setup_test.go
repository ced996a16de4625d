package ledger_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// bundle is one database with two warehouses and some products.
type bundle struct {
	t          testing.TB
	db         *store.DB
	user       int64
	warehouses []int64
	tries      atomic.Int64 // how often a transaction ran: more than once is a retry
}

var start = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

const skus = 6

func sku(i int) string { return fmt.Sprintf("SKU-%02d", i) }

func setup(t testing.TB, db *store.DB) *bundle {
	t.Helper()
	b := &bundle{t: t, db: db}
	ctx := t.Context()
	err := db.InTx(ctx, func(tx store.Tx) error {
		b.warehouses = nil
		u, err := tx.Ent.User.Create().SetUsername("tester").SetPasswordHash("-").SetCreatedAt(start).SetUpdatedAt(start).Save(ctx)
		if err != nil {
			return err
		}
		b.user = u.ID
		for i := range 2 {
			w, err := tx.Ent.Warehouse.Create().SetCode(fmt.Sprintf("W%d", i)).SetName("test").SetCurrency("CNY").
				SetCreatedAt(start).SetUpdatedAt(start).Save(ctx)
			if err != nil {
				return err
			}
			b.warehouses = append(b.warehouses, w.ID)
		}
		for i := range skus {
			if err := tx.Ent.Product.Create().SetSku(sku(i)).SetName("test").SetCreatedAt(start).SetUpdatedAt(start).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bundle) key(warehouse, s int, batch string) ledger.Key {
	return ledger.Key{WarehouseID: b.warehouses[warehouse], SKU: sku(s), BatchNo: batch}
}

func (b *bundle) move(k ledger.Key, d ledger.Delta) ledger.Move {
	return ledger.Move{Key: k, Delta: d, Currency: "CNY", Rate: money.ParityRate}
}

func (b *bundle) posting(moves ...ledger.Move) ledger.Posting {
	for i := range moves {
		moves[i].Line = i
	}
	return ledger.Posting{
		Kind: stock.MovementAdjustment, Operation: "test", ActorID: b.user, ReasonCode: "TEST", BaseCurrency: "CNY", OccurredAt: start, Moves: moves,
	}
}

func (b *bundle) post(ctx context.Context, p ledger.Posting) (posted ledger.Posted, err error) {
	err = b.db.InTx(ctx, func(tx store.Tx) error {
		b.tries.Add(1)
		if len(p.Moves)%2 == 1 { // some callers draw the id before, some do not
			if p.ID, err = ledger.NextPosting(ctx, tx); err != nil {
				return err
			}
		}
		posted, err = ledger.Post(ctx, tx, p)
		return err
	})
	return posted, err
}

// must posts or fails the test.
func (b *bundle) must(moves ...ledger.Move) ledger.Posted {
	b.t.Helper()
	p, err := b.post(b.t.Context(), b.posting(moves...))
	if err != nil {
		b.t.Fatalf("post: %v", err)
	}
	return p
}

func (b *bundle) balance(k ledger.Key) (bal ledger.Balance) {
	b.t.Helper()
	err := b.db.InTx(b.t.Context(), func(tx store.Tx) error {
		all, err := ledger.Lock(b.t.Context(), tx, []ledger.Key{k})
		bal = all[k]
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return bal
}

// verify proves the whole ledger; every test ends with it.
func (b *bundle) verify() ledger.Report {
	b.t.Helper()
	r, err := ledger.Verify(context.WithoutCancel(b.t.Context()), b.db)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range r.Checks {
		if c.Count > 0 {
			b.t.Errorf("not so: %s: %d rows: %v", c.Rule, c.Count, c.Broken)
		}
	}
	return r
}

func ptr[T any](v T) *T { return &v }
