package catalog

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/ent/batch"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// NewBatch is a batch that goods are about to come in. The SKU is as stored,
// and of a product that exists.
type NewBatch struct {
	SKU, BatchNo          string
	ProducedOn, ExpiresOn *time.Time
}

// EnsureBatches makes the batches that are not known, within the caller's
// transaction. A date that is given fills one that is not known; one that is
// known to be another is the fault INVALID at the path's producedOn or
// expiresOn. Those without a batch number are passed over.
func EnsureBatches(ctx context.Context, tx store.Tx, now time.Time, batches []NewBatch, at func(i int) fault.Path, faults *fault.List) (err error) {
	defer fault.Wrap(&err, "catalog.EnsureBatches")
	known, err := lookBatches(ctx, tx, batches)
	if err != nil {
		return err
	}
	var come, filled []*ent.Batch
	listed := map[*ent.Batch]bool{}
	for i, b := range batches {
		if b.BatchNo == "" {
			continue
		}
		row := known[BatchKey{b.SKU, b.BatchNo}]
		if row == nil {
			row = &ent.Batch{Sku: b.SKU, BatchNo: b.BatchNo, State: stock.BatchAvailable, CreatedAt: now, UpdatedAt: now}
			known[BatchKey{b.SKU, b.BatchNo}], listed[row] = row, true
			come = append(come, row)
		}
		fills := fill(faults, at(i).At("producedOn"), &row.ProducedOn, b.ProducedOn, b, "produced")
		fills = fill(faults, at(i).At("expiresOn"), &row.ExpiresOn, b.ExpiresOn, b, "expires") || fills
		if row.ProducedOn != nil && row.ExpiresOn != nil && row.ExpiresOn.Before(*row.ProducedOn) && fills {
			faults.Add(fault.Invalid, at(i).At("expiresOn"), "batch %s of SKU %s expires before it is produced", b.BatchNo, b.SKU)
		}
		if fills && !listed[row] {
			listed[row], row.UpdatedAt = true, now
			filled = append(filled, row)
		}
	}
	// In one order, or two callers with the same batches wait for each other.
	slices.SortFunc(come, func(a, b *ent.Batch) int {
		return cmp.Or(strings.Compare(a.Sku, b.Sku), strings.Compare(a.BatchNo, b.BatchNo))
	})
	slices.SortFunc(filled, func(a, b *ent.Batch) int { return cmp.Compare(a.ID, b.ID) })
	if n, err := store.InsertAll(ctx, tx, batch.Table, batchColumns, come); err != nil {
		return err
	} else if n < len(come) {
		return store.ErrRetry // somebody else's by now: see its dates
	}
	return fillAll(ctx, tx, filled)
}

// fill says whether the date changes.
func fill(faults *fault.List, path fault.Path, known **time.Time, given *time.Time, b NewBatch, verb string) bool {
	if given == nil {
		return false
	}
	day := given.UTC().Truncate(24 * time.Hour)
	if *known == nil {
		*known = &day
		return true
	}
	if was := (*known).UTC().Truncate(24 * time.Hour); !was.Equal(day) {
		faults.Add(fault.Invalid, path, "batch %s of SKU %s is known: it %s on %s, not on %s",
			b.BatchNo, b.SKU, verb, was.Format(time.DateOnly), day.Format(time.DateOnly))
	}
	return false
}

func lookBatches(ctx context.Context, tx store.Tx, batches []NewBatch) (map[BatchKey]*ent.Batch, error) {
	known := make(map[BatchKey]*ent.Batch, len(batches))
	skus, numbers := make([]string, 0, len(batches)), make([]string, 0, len(batches))
	for _, b := range batches {
		if b.BatchNo != "" {
			skus, numbers = append(skus, b.SKU), append(numbers, b.BatchNo)
		}
	}
	if len(skus) == 0 {
		return known, nil
	}
	rows, err := tx.Ent.Batch.Query().Where(page.In(batch.FieldSku, skus), page.In(batch.FieldBatchNo, numbers)).All(ctx)
	for _, b := range rows {
		known[BatchKey{b.Sku, b.BatchNo}] = b
	}
	return known, err
}

var (
	batchTimes = []store.Column[*ent.Batch]{
		{Name: batch.FieldUpdatedAt, Type: "timestamptz", Value: func(b *ent.Batch) any { return b.UpdatedAt }},
		{Name: batch.FieldProducedOn, Type: "date", Value: func(b *ent.Batch) any { return b.ProducedOn }},
		{Name: batch.FieldExpiresOn, Type: "date", Value: func(b *ent.Batch) any { return b.ExpiresOn }},
	}
	batchColumns = append([]store.Column[*ent.Batch]{
		{Name: batch.FieldCreatedAt, Type: "timestamptz", Value: func(b *ent.Batch) any { return b.CreatedAt }},
		{Name: batch.FieldSku, Type: "text", Value: func(b *ent.Batch) any { return b.Sku }},
		{Name: batch.FieldBatchNo, Type: "text", Value: func(b *ent.Batch) any { return b.BatchNo }},
		{Name: batch.FieldState, Type: "text", Value: func(b *ent.Batch) any { return b.State }},
	}, batchTimes...)
	batchFills = append([]store.Column[*ent.Batch]{
		{Name: batch.FieldID, Type: "bigint", Value: func(b *ent.Batch) any { return b.ID }},
	}, batchTimes...)
)

// fillAll writes dates where there still are none: a date that somebody else
// gave meanwhile stays.
func fillAll(ctx context.Context, tx store.Tx, rows []*ent.Batch) error {
	_, err := store.WriteAll(ctx, tx, `UPDATE batches SET version = batches.version + 1, updated_at = x.updated_at,
  produced_on = COALESCE(batches.produced_on, x.produced_on), expires_on = COALESCE(batches.expires_on, x.expires_on)
FROM `+store.Table(tx.Dialect, batchFills)+` AS x WHERE batches.id = x.id`, batchFills, rows)
	return err
}
