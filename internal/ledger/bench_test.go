package ledger_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// The shape of a sales import: each transaction holds postingsPerTx documents
// of linesPerPosting lines, over saleStocks of the seeded stocks.
const (
	postingsPerTx   = 50
	linesPerPosting = 20
	saleStocks      = 700
	seededStocks    = 20_000
)

// The way of an import through the ledger, and as the limit beside it the same
// rows written by plain statements that check nothing:
//
//	go run ./internal/testdb/withservers -durable -- go test -run '^$' -bench Import ./internal/ledger
func BenchmarkImport(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.DB{"postgres": testdb.Postgres, "sqlite": testdb.SQLite} {
		b.Run(name, func(b *testing.B) {
			f := setup(b, open(b))
			f.seed(seededStocks)
			b.Run("ledger", func(b *testing.B) { f.perLine(b, f.postAll) })
			b.Run("limit", func(b *testing.B) { f.perLine(b, f.plainly) })
		})
	}
}

// BenchmarkDocument posts documents of n lines, each of another stock.
func BenchmarkDocument(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.DB{"postgres": testdb.Postgres, "sqlite": testdb.SQLite} {
		for _, n := range []int{2, 10, 50, 250, 1000, 5000} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				f := setup(b, open(b))
				f.seed(seededStocks)
				r := rand.New(rand.NewPCG(1, 2))
				for b.Loop() {
					var moves []ledger.Move
					first := r.IntN(seededStocks)
					for i := range n {
						k := f.seeded((first + i*7) % seededStocks)
						moves = append(moves, f.move(k, ledger.In(stock.BucketAvailable, -1)))
					}
					f.must(moves...)
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
			})
		}
	}
}

func (b *bundle) perLine(bb *testing.B, post func(store.Tx, []ledger.Posting) error) {
	r := rand.New(rand.NewPCG(1, 2))
	for bb.Loop() {
		postings := b.sales(r)
		if err := b.db.InTx(bb.Context(), func(tx store.Tx) error { return post(tx, postings) }); err != nil {
			bb.Fatal(err)
		}
	}
	bb.ReportMetric(postingsPerTx*linesPerPosting*float64(bb.N)/bb.Elapsed().Seconds(), "lines/s")
}

func (b *bundle) postAll(tx store.Tx, postings []ledger.Posting) error {
	_, err := ledger.PostAll(b.t.Context(), tx, postings)
	return err
}

func (b *bundle) seeded(i int) ledger.Key {
	return ledger.Key{WarehouseID: b.warehouses[0], SKU: fmt.Sprintf("SEED-%06d", i)}
}

// seed gives the first warehouse n stocks of goods with a cost.
func (b *bundle) seed(n int) {
	b.t.Helper()
	ctx := b.t.Context()
	err := b.db.InTx(ctx, func(tx store.Tx) error {
		moves := make([]ledger.Move, n)
		for i := range moves {
			moves[i] = b.arrive(b.seeded(i), 1_000_000, money.Amount(10_000+i))
			if _, err := tx.SQL.ExecContext(ctx, `INSERT INTO products (sku, name, created_at, updated_at) VALUES ($1, 'seed', $2, $2)`,
				moves[i].SKU, start); err != nil {
				return err
			}
		}
		_, err := ledger.Post(ctx, tx, b.posting(moves...))
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// sales are the postings of one transaction: every stock is sold once, some on
// up to ten documents.
func (b *bundle) sales(r *rand.Rand) []ledger.Posting {
	stocks := r.Perm(seededStocks)[:saleStocks]
	postings := make([]ledger.Posting, postingsPerTx)
	for p := range postings {
		moves := make([]ledger.Move, linesPerPosting)
		for l := range moves {
			i := p*linesPerPosting + l
			if i >= saleStocks { // the last 300 lines sell forty of the stocks again
				i = i * 11 % 40
			}
			moves[l] = b.move(b.seeded(stocks[i]), ledger.In(stock.BucketAvailable, -1))
		}
		postings[p] = b.posting(moves...)
	}
	return postings
}
