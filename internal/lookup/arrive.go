package lookup

import (
	"context"
	"slices"
	"time"

	"entrepot/ent"
	"entrepot/ent/batch"
	"entrepot/internal/catalog"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Arrive makes the batches known that moves bring goods of, and sends to ON_HOLD
// what would arrive available of a batch that may not be promised. Whoever changes
// the state of such a batch waits until the transaction ends, so that nothing
// arrives beside a hold. The SKUs are checked. It comes before any stock is locked, once
// for all postings of a command: what it reads does not grow with their number.
func Arrive(ctx context.Context, tx store.Tx, now time.Time, postings ...[]ledger.Move) error {
	var keys []catalog.BatchKey
	var batches []catalog.NewBatch
	for _, m := range slices.Concat(postings...) {
		if m.BatchNo != "" && m.Delta.Physical > 0 {
			keys = append(keys, catalog.BatchKey{SKU: m.SKU, BatchNo: m.BatchNo})
			batches = append(batches, catalog.NewBatch{SKU: m.SKU, BatchNo: m.BatchNo})
		}
	}
	if len(keys) == 0 {
		return nil
	}
	var none fault.List // without dates there is nothing to disagree about
	if err := catalog.EnsureBatches(ctx, tx, now, batches, func(int) fault.Path { return fault.Input }, &none); err != nil {
		return err
	}
	held, err := HeldBatches(ctx, tx, keys)
	if err != nil {
		return err
	}
	for _, moves := range postings {
		for i, m := range moves {
			if m.Delta.Physical > 0 && held[catalog.BatchKey{SKU: m.SKU, BatchNo: m.BatchNo}] {
				moves[i].Delta.OnHold += max(0, m.Delta.Available())
			}
		}
	}
	return nil
}

// HeldBatches are those of the batches whose goods may not be promised: what comes
// of them goes to ON_HOLD, see [ArrivalBucket]. The states stay so until the
// transaction ends.
func HeldBatches(ctx context.Context, tx store.Tx, keys []catalog.BatchKey) (map[catalog.BatchKey]bool, error) {
	skus, numbers := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		skus[i], numbers[i] = k.SKU, k.BatchNo
	}
	rows, err := tx.Ent.Batch.Query().Where(page.InPairs(batch.FieldSku, batch.FieldBatchNo, skus, numbers), store.Hold).
		Order(ent.Asc(batch.FieldID)).All(ctx)
	held := map[catalog.BatchKey]bool{}
	for _, b := range rows {
		if b.State != stock.BatchAvailable {
			held[catalog.BatchKey{SKU: b.Sku, BatchNo: b.BatchNo}] = true
		}
	}
	return held, err
}

// ArrivalBucket is where goods arrive that were to go to a bucket: AVAILABLE becomes
// ON_HOLD when their batch is held.
func ArrivalBucket(b stock.Bucket, held bool) stock.Bucket {
	if held && b == stock.BucketAvailable {
		return stock.BucketOnHold
	}
	return b
}
