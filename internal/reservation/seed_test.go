package reservation_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"entrepot/ent/batch"
	"entrepot/ent/product"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

func equal(a, b []string) bool { return slices.Equal(a, b) }

func contains(text, part string) bool { return strings.Contains(text, part) }

func (f *floor) write(fn func(tx store.Tx) error) {
	f.t.Helper()
	if err := f.db.InTx(f.t.Context(), fn); err != nil {
		f.t.Fatal(err)
	}
}

// batch says when a batch expires and how it stands.
func (f *floor) batch(sku, no string, expires time.Time, state stock.BatchState) {
	f.t.Helper()
	if state == "" {
		state = stock.BatchAvailable
	}
	f.write(func(tx store.Tx) error {
		n, err := tx.Ent.Batch.Update().Where(batch.Sku(sku), batch.BatchNo(no)).SetExpiresOn(expires).SetState(state).Save(f.t.Context())
		if err == nil && n == 0 {
			now := time.Now()
			err = tx.Ent.Batch.Create().SetSku(sku).SetBatchNo(no).SetExpiresOn(expires).SetState(state).SetCreatedAt(now).SetUpdatedAt(now).Exec(f.t.Context())
		}
		return err
	})
}

func (f *floor) rule(sku string, rule stock.AllocationRule, shelfLife int64) {
	f.t.Helper()
	f.write(func(tx store.Tx) error {
		return tx.Ent.Product.Update().Where(product.Sku(sku)).SetAllocationRule(rule).SetMinShelfLifeDays(shelfLife).Exec(f.t.Context())
	})
}

func (f *floor) kit(sku string, components map[string]int64) {
	f.t.Helper()
	f.Products(f.t, sku)
	f.write(func(tx store.Tx) error {
		if err := tx.Ent.Product.Update().Where(product.Sku(sku)).SetKind(stock.ProductSalesKit).Exec(f.t.Context()); err != nil {
			return err
		}
		for c, n := range components {
			if err := tx.Ent.KitComponent.Create().SetKitSku(sku).SetSku(c).SetQuantity(n).Exec(f.t.Context()); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *floor) interchange(skus ...string) {
	f.t.Helper()
	f.write(func(tx store.Tx) error {
		now := time.Now()
		g, err := tx.Ent.InterchangeGroup.Create().SetCode("G-1").SetCreatedAt(now).SetUpdatedAt(now).Save(f.t.Context())
		if err != nil {
			return err
		}
		for _, s := range skus {
			if err := tx.Ent.InterchangeMember.Create().SetGroupID(g.ID).SetSku(s).Exec(f.t.Context()); err != nil {
				return err
			}
		}
		return nil
	})
}

// set counts a stock and returns what it posted.
func (f *floor) set(sku, bucket string, expected, quantity int64) string {
	f.t.Helper()
	var data struct {
		It struct {
			Posting    *struct{ ID string }
			UserErrors []userError
		}
	}
	f.Do(f.t, f.manager, `mutation($in: StockSetInput!) { it: stockSet(input: $in) { posting { id } userErrors { code message field } } }`, vars{"in": vars{
		"idempotencyKey": fmt.Sprintf("set-%d", f.keys.Add(1)), "reasonCode": "COUNT",
		"counts": []vars{{"sku": sku, "warehouseCode": "SZ01", "bucket": bucket, "expectedQuantity": expected, "quantity": quantity}},
	}}).Into(f.t, &data)
	if len(data.It.UserErrors) > 0 {
		f.t.Fatalf("a count is refused: %+v", data.It.UserErrors)
	}
	return data.It.Posting.ID
}

func (f *floor) reverse(posting string) {
	f.t.Helper()
	var data struct {
		It struct{ UserErrors []userError }
	}
	f.Do(f.t, f.manager, `mutation($in: PostingReverseInput!) { it: postingReverse(input: $in) { userErrors { code message field } } }`, vars{"in": vars{
		"idempotencyKey": fmt.Sprintf("reverse-%d", f.keys.Add(1)), "reasonCode": "WRONG", "postingId": posting,
	}}).Into(f.t, &data)
	if len(data.It.UserErrors) > 0 {
		f.t.Fatalf("a reversal is refused: %+v", data.It.UserErrors)
	}
}

// short compares what orders are owed.
func (f *floor) short(want map[string]int64) {
	f.t.Helper()
	for id, n := range want {
		var data struct{ Reservation struct{ ShortQuantity int64 } }
		f.Do(f.t, f.manager, `query($id: String!) { reservation(businessType: "ORDER", businessId: $id) { shortQuantity } }`, vars{"id": id}).Into(f.t, &data)
		if data.Reservation.ShortQuantity != n {
			f.t.Errorf("%s is short of %d, want %d", id, data.Reservation.ShortQuantity, n)
		}
	}
}
