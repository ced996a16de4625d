package posting

import (
	"context"
	"time"

	"entrepot/ent"
	entbatch "entrepot/ent/batch"
	entstock "entrepot/ent/stock"
	"entrepot/ent/warehouse"
	"entrepot/internal/catalog"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// shiftReasons are the reason codes of what a batch's new state moves.
var shiftReasons = map[stock.BatchState]string{
	stock.BatchAvailable: "BATCH_RELEASED", stock.BatchHold: "BATCH_HOLD",
	stock.BatchQuarantine: "BATCH_QUARANTINE", stock.BatchExpired: "BATCH_EXPIRED",
}

// batchExpire is the operation of what the clock moves.
const batchExpire = "batchExpire"

// shift moves the units of locked batches as their states want it, by one posting
// that begins with post; by none when nothing is to be moved.
func (s *Service) shift(ctx context.Context, tx store.Tx, now time.Time, batches []*ent.Batch, post ledger.Posting) (posted ledger.Posted, err error) {
	states := make(map[catalog.BatchKey]stock.BatchState, len(batches))
	skus, numbers := make([]string, len(batches)), make([]string, len(batches))
	for i, b := range batches {
		skus[i], numbers[i] = b.Sku, b.BatchNo
		states[catalog.BatchKey{SKU: b.Sku, BatchNo: b.BatchNo}] = b.State
	}
	rows, err := tx.Ent.Stock.Query().Where(page.InPairs(entstock.FieldSku, entstock.FieldBatchNo, skus, numbers), entstock.PhysicalQuantityGT(0)).All(ctx)
	if err != nil || len(rows) == 0 {
		return ledger.Posted{}, err
	}
	id, starts, err := s.starts(ctx, tx, now, rows)
	if err != nil {
		return ledger.Posted{}, err
	}
	post.ID = id
	keys, freed := make([]ledger.Key, len(starts)), []ledger.Key(nil)
	for i, m := range starts {
		keys[i] = m.Key
		if states[batchOf(m.Key)] == stock.BatchAvailable {
			freed = append(freed, m.Key)
		}
	}
	balances, err := ledger.Lock(ctx, tx, keys)
	if err != nil {
		return ledger.Posted{}, err
	}
	held := map[ledger.Key]int64{}
	if len(freed) > 0 {
		if held, err = ledger.HeldBy(ctx, tx, []string{batchUpdate, batchExpire}, freed); err != nil {
			return ledger.Posted{}, err
		}
	}
	for _, m := range starts {
		n := balances[m.Key].Available
		if states[batchOf(m.Key)] == stock.BatchAvailable {
			n = -held[m.Key]
		}
		if m.Delta = ledger.Between(stock.BucketAvailable, stock.BucketOnHold, n); n != 0 {
			post.Moves = append(post.Moves, m)
		}
	}
	if len(post.Moves) == 0 {
		return ledger.Posted{}, nil
	}
	_, recorded := s.clock()
	post.Kind, post.BaseCurrency, post.OccurredAt, post.Now = stock.MovementMove, s.baseCurrency, now, recorded
	return ledger.Post(ctx, tx, post)
}

func batchOf(k ledger.Key) catalog.BatchKey { return catalog.BatchKey{SKU: k.SKU, BatchNo: k.BatchNo} }

// starts are the moves of stocks before it is known how much moves, and the id of
// the posting that they will be in.
func (s *Service) starts(ctx context.Context, tx store.Tx, now time.Time, rows []*ent.Stock) (postingID int64, moves []ledger.Move, err error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.WarehouseID
	}
	houses, err := tx.Ent.Warehouse.Query().Where(page.In(warehouse.FieldID, ids)).Select(warehouse.FieldID, warehouse.FieldCode).All(ctx)
	if err != nil {
		return 0, nil, err
	}
	sites := make(map[int64]string, len(houses))
	for _, w := range houses {
		sites[w.ID] = w.Code
	}
	targets := make([]Target, len(rows))
	for i, r := range rows {
		targets[i] = Target{SKU: r.Sku, WarehouseCode: sites[r.WarehouseID], BatchNo: r.BatchNo}
	}
	codes := lookup.In(s.baseCurrency)
	if postingID, err = codes.Resolve(ctx, tx, now, targets, nil); err != nil {
		return 0, nil, err
	}
	var faults fault.List
	for i, t := range targets {
		codes.CheckRate(&faults, fault.Input.At("sku"), t.WarehouseCode)
		moves = append(moves, codes.Start(i, t))
	}
	return postingID, moves, faults.Err()
}

const expireChunk = 100

// ExpireBatches turns batches EXPIRED whose last day, by UTC, has passed, and puts
// what is available of them on hold: a hundred batches and one posting in each
// transaction, of which guard is the first step. It is work of the clock and asks no
// permission. A batch is one for all warehouses, so its state changes with the day
// of UTC; what may be promised in a warehouse is decided by the date anyhow.
func (s *Service) ExpireBatches(ctx context.Context, guard func(context.Context, store.Tx) error) (expired int64, err error) {
	defer fault.Wrap(&err, "posting.ExpireBatches")
	for {
		n := 0
		err := s.db.InTx(ctx, func(tx store.Tx) error {
			if err := guard(ctx, tx); err != nil {
				return err
			}
			now := s.time()
			rows, err := tx.Ent.Batch.Query().
				Where(entbatch.StateNEQ(stock.BatchExpired), entbatch.ExpiresOnLT(*dayOf(now)), store.LockAlone).
				Order(ent.Asc(entbatch.FieldID)).Limit(expireChunk).All(ctx)
			if n = len(rows); err != nil || n == 0 {
				return err
			}
			ids := make([]int64, n)
			for i, b := range rows {
				b.State, ids[i] = stock.BatchExpired, b.ID
			}
			if err := tx.Ent.Batch.Update().Where(page.In(entbatch.FieldID, ids)).
				SetState(stock.BatchExpired).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
				return err
			}
			_, err = s.shift(ctx, tx, now, rows, ledger.Posting{Operation: batchExpire, ReasonCode: shiftReasons[stock.BatchExpired]})
			return err
		})
		if err != nil || n == 0 {
			return expired, err
		}
		expired += int64(n)
	}
}
