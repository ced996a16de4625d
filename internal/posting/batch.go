package posting

import (
	"context"
	"strings"
	"time"

	"entrepot/ent"
	entbatch "entrepot/ent/batch"
	entstock "entrepot/ent/stock"
	"entrepot/internal/auth"
	"entrepot/internal/catalog"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// BatchInput changes a batch. What is nil stays.
type BatchInput struct {
	command.Intent
	SKU             string            `json:"sku,omitempty"`
	BatchNo         string            `json:"batchNo,omitempty"`
	ExpectedVersion *int64            `json:"expectedVersion,omitempty"`
	State           *stock.BatchState `json:"state,omitempty"`
	ProducedOn      *time.Time        `json:"producedOn,omitempty"`
	ExpiresOn       *time.Time        `json:"expiresOn,omitempty"`
	Note            string            `json:"note,omitempty"`
}

// BatchResult is a batch as it stands now, or as a dry run would leave it, and what
// was moved with it.
type BatchResult struct {
	command.Done
	Batch     *ent.Batch
	PostingID int64
	Movements []*ent.StockMovement
}

// keptBatch is what an idempotency key remembers of a change of a batch.
type keptBatch struct {
	Batch   int64 `json:"batch,omitempty"`
	Posting int64 `json:"posting,omitempty"`
}

// UpdateBatch changes the dates and the state of a batch. A state other than
// AVAILABLE puts its available units on hold in all warehouses, by one posting in the
// same transaction; a batch that becomes AVAILABLE gets back what such postings moved
// and is still on hold, see [ledger.HeldBy]. What arrived while it was held stays on
// hold until a person moves it, and allocated units stay promised. Telling a state
// again puts on hold what came free meanwhile.
//
// It needs stock:adjust and returns REQUIRED, INVALID, NOT_FOUND, STALE_VERSION and
// IDEMPOTENCY_KEY_REUSED.
func (s *Service) UpdateBatch(ctx context.Context, in BatchInput) (res BatchResult, err error) {
	asked := in
	asked.SKU, asked.BatchNo = catalog.SKU(in.SKU), strings.TrimSpace(in.BatchNo)
	res.Done, err = command.Run(ctx, s.db, s.time, command.Work[keptBatch]{
		Operation: batchUpdate, Needs: auth.StockAdjust, Intent: in.Intent, Input: in,
		Check: func(faults *fault.List, _ time.Time) { asked.check(faults) },
		Do: func(ctx context.Context, tx store.Tx, now time.Time) (keptBatch, error) {
			return s.updateBatch(ctx, tx, now, asked, &res)
		},
		Again: func(ctx context.Context, tx store.Tx, was keptBatch) (err error) {
			if res.Batch, err = tx.Ent.Batch.Get(ctx, was.Batch); err != nil || was.Posting == 0 {
				return err
			}
			res.PostingID = was.Posting
			res.Movements, err = movementsOf(ctx, tx, was.Posting)
			return err
		},
	})
	if res.DryRun {
		res.PostingID = 0
		unposted(res.Movements)
	}
	return res, err
}

const batchUpdate = "batchUpdate"

func (in *BatchInput) check(faults *fault.List) {
	at := fault.Input
	if in.SKU == "" {
		faults.Add(fault.Required, at.At("sku"), "give the SKU")
	}
	if in.BatchNo == "" {
		faults.Add(fault.Required, at.At("batchNo"), "give the batch number")
	}
	lookup.CheckBatchNo(faults, at.At("batchNo"), in.BatchNo)
	command.CheckText(faults, at.At("note"), in.Note, "a note", maxNote)
	for _, d := range []struct {
		field string
		day   *time.Time
	}{{"producedOn", in.ProducedOn}, {"expiresOn", in.ExpiresOn}} {
		if d.day != nil && (d.day.Year() < 1990 || d.day.Year() > 2999) {
			faults.Add(fault.Invalid, at.At(d.field), "%s is not within the years 1990 to 2999", d.day.Format(time.DateOnly))
		}
	}
}

func (s *Service) updateBatch(ctx context.Context, tx store.Tx, now time.Time, in BatchInput, res *BatchResult) (keptBatch, error) {
	row, err := lockBatch(ctx, tx, now, in.SKU, in.BatchNo)
	if err != nil {
		return keptBatch{}, err
	}
	var faults fault.List
	was := *row
	in.merge(&faults, row, now)
	if err := faults.Err(); err != nil {
		return keptBatch{}, err
	}
	if !same(&was, row) {
		row, err = tx.Ent.Batch.UpdateOne(&was).SetState(row.State).SetNillableProducedOn(row.ProducedOn).SetNillableExpiresOn(row.ExpiresOn).
			SetUpdatedAt(now).SetVersion(was.Version + 1).Save(ctx)
		if err != nil {
			return keptBatch{}, err
		}
	}
	res.Batch, res.PostingID, res.Movements = row, 0, nil
	if in.State == nil || *in.State == stock.BatchAvailable && was.State == stock.BatchAvailable {
		return keptBatch{Batch: row.ID}, nil
	}
	posted, err := s.shift(ctx, tx, now, []*ent.Batch{row}, ledger.Posting{
		Operation: batchUpdate, ActorID: auth.From(ctx).UserID, ReasonCode: shiftReasons[row.State], Note: in.Note, RequestID: fault.RequestID(ctx),
	})
	res.PostingID, res.Movements = posted.ID, posted.Movements
	return keptBatch{Batch: row.ID, Posting: posted.ID}, err
}

// lockBatch finds a batch and keeps others from it, and goods of it from arriving.
// One of which goods came before batches were kept is made.
func lockBatch(ctx context.Context, tx store.Tx, now time.Time, sku, no string) (*ent.Batch, error) {
	find := func() (*ent.Batch, error) {
		return tx.Ent.Batch.Query().Where(entbatch.Sku(sku), entbatch.BatchNo(no), store.LockAlone).Only(ctx)
	}
	row, err := find()
	if !ent.IsNotFound(err) {
		return row, err
	}
	stocked, err := tx.Ent.Stock.Query().Where(entstock.Sku(sku), entstock.BatchNo(no)).Exist(ctx)
	if err != nil {
		return nil, err
	}
	if !stocked {
		return nil, fault.New(fault.NotFound, fault.Input.At("batchNo"), "there is no batch %q of SKU %q", command.Short(no), command.Short(sku))
	}
	var faults fault.List
	at := func(int) fault.Path { return fault.Input }
	if err := catalog.EnsureBatches(ctx, tx, now, []catalog.NewBatch{{SKU: sku, BatchNo: no}}, at, &faults); err != nil {
		return nil, err
	}
	return find()
}

// merge brings what is asked for into the row.
func (in *BatchInput) merge(faults *fault.List, row *ent.Batch, now time.Time) {
	at := fault.Input
	if want := in.ExpectedVersion; want != nil && *want != row.Version {
		version := row.Version
		f := faults.Add(fault.StaleVersion, at.At("expectedVersion"), "batch %s of SKU %s has changed: it is at version %d now; look at it again", row.BatchNo, row.Sku, version)
		f.CurrentVersion = &version
		return
	}
	if in.ProducedOn != nil {
		row.ProducedOn = dayOf(*in.ProducedOn)
	}
	if in.ExpiresOn != nil {
		row.ExpiresOn = dayOf(*in.ExpiresOn)
	}
	if row.ProducedOn != nil && row.ExpiresOn != nil && row.ExpiresOn.Before(*row.ProducedOn) {
		faults.Add(fault.Invalid, at.At("expiresOn"), "it cannot expire on %s, before it was produced on %s",
			row.ExpiresOn.Format(time.DateOnly), row.ProducedOn.Format(time.DateOnly))
	}
	if in.State != nil {
		row.State = *in.State
	}
	if row.State == stock.BatchAvailable && in.State != nil && row.ExpiresOn != nil && row.ExpiresOn.Before(*dayOf(now)) {
		faults.Add(fault.Invalid, at.At("state"), "the batch expired on %s: give a later expiresOn with it", row.ExpiresOn.Format(time.DateOnly))
	}
}

func dayOf(t time.Time) *time.Time {
	day := t.UTC().Truncate(24 * time.Hour)
	return &day
}

func same(a, b *ent.Batch) bool {
	day := func(x, y *time.Time) bool { return x == y || x != nil && y != nil && x.Equal(*y) }
	return a.State == b.State && day(a.ProducedOn, b.ProducedOn) && day(a.ExpiresOn, b.ExpiresOn)
}
