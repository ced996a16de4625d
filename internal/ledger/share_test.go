package ledger_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Shares add up to the whole, differ from the exact ones by less than a unit of
// the last digit, and are the same in Go and in SQL, up to what 64 bits hold.
func TestWorthsOfBatchesAddUpToTheWhole(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		random := rand.New(rand.NewPCG(1, 2))
		for try := range 60 {
			batches := make([]int64, 1+random.IntN(6))
			var quantity int64
			for i := range batches {
				if batches[i] = random.Int64N(1 << (1 + try%40)); random.IntN(4) == 0 {
					batches[i] = 0
				}
				quantity += batches[i]
			}
			value := money.Amount(random.Int64N(1 << (10 + try%50)))
			if quantity == 0 {
				value = 0
			}
			p := store.Params{Dialect: db.Dialect()}
			arg := func(n int64) string {
				mark := p.Add(n)
				if db.Dialect() == "postgres" {
					mark += "::bigint"
				}
				return mark
			}
			v, q := arg(int64(value)), arg(quantity)
			var want []money.Amount
			var columns []string
			var upTo int64
			for _, units := range batches {
				upTo += units
				w, err := ledger.Worth(value, quantity, units, upTo)
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, w)
				columns = append(columns, ledger.WorthSQL(db.Dialect(), v, q, arg(units), arg(upTo)))
			}
			got, into, sum := make([]money.Amount, len(batches)), make([]any, len(batches)), money.Amount(0)
			for i := range got {
				into[i] = &got[i]
			}
			if err := db.SQL().QueryRowContext(t.Context(), "SELECT "+strings.Join(columns, ", "), p.Values...).Scan(into...); err != nil {
				t.Fatal(err)
			}
			for i, units := range batches {
				sum += want[i]
				if got[i] != want[i] {
					t.Errorf("%s of %d, %v: SQL gives %v, Go %v", value, quantity, batches, got, want)
				}
				if quantity > 0 {
					if exact, err := value.Share(units, quantity); err != nil || max(exact-want[i], want[i]-exact) > 1 {
						t.Errorf("%d of %d units of %s are worth %s, not %s (%v)", units, quantity, value, want[i], exact, err)
					}
				}
			}
			if sum != value {
				t.Errorf("%s of %d, %v: the shares %v are %s together", value, quantity, batches, want, sum)
			}
		}
	})
}
