package idempotency_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/internal/idempotency"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestOldKeysExpireAndFactsDoNot(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
		write := func(fn func(tx store.Tx) error) {
			t.Helper()
			if err := db.InTx(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		write(func(tx store.Tx) error {
			for _, principal := range []string{"user:1", idempotency.Forever + "orders", "token:1"} {
				for _, days := range []int{0, 29, 31, 400} {
					k, err := idempotency.New(principal, "op", fmt.Sprint(days), "input")
					if err != nil {
						return err
					}
					var was string
					if _, err := idempotency.Claim(ctx, tx, k, now.AddDate(0, 0, -days), "outcome", &was); err != nil {
						return err
					}
				}
			}
			return nil
		})
		for _, want := range []int64{3, 1, 0} {
			write(func(tx store.Tx) error {
				n, err := idempotency.Expire(ctx, tx, now.Add(-idempotency.Kept), 3)
				if n != want {
					t.Errorf("%d keys expired, want %d", n, want)
				}
				return err
			})
		}
		left := db.Ent().IdempotencyKey.Query().IDsX(ctx)
		slices.Sort(left)
		if got, want := strings.Join(left, " "), "fact:orders/op/0 fact:orders/op/29 fact:orders/op/31 fact:orders/op/400 token:1/op/0 token:1/op/29 user:1/op/0 user:1/op/29"; got != want {
			t.Errorf("left: %s", got)
		}
	})
}
