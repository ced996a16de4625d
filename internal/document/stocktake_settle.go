package document

import (
	"context"
	"fmt"
	"time"

	"entrepot/ent"
	entlocation "entrepot/ent/location"
	entstock "entrepot/ent/stock"
	"entrepot/internal/catalog"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/page"
	"entrepot/internal/reservation"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// settlement is what the counts of lines come to.
type settlement struct {
	doc   *ent.Document
	lines []*ent.StocktakeLine
	// said is what the books, as they are known today, say of the moment of each
	// count: work that was booked late since is in it.
	said []books
	// damaged are the bins in which everything is damaged.
	damaged map[int64]bool
}

// settle compares lines that are counted with the books.
func settle(ctx context.Context, tx store.Tx, doc *ent.Document, lines []*ent.StocktakeLine) (set settlement, err error) {
	set = settlement{doc: doc, lines: lines, damaged: map[int64]bool{}}
	var bins []int64
	for _, l := range lines {
		if l.LocationID != nil {
			bins = append(bins, *l.LocationID)
		}
	}
	if len(bins) > 0 {
		found, err := tx.Ent.Location.Query().Where(page.In(entlocation.FieldID, bins), entlocation.TypeEQ(stock.LocationDamaged)).IDs(ctx)
		if err != nil {
			return set, err
		}
		for _, id := range found {
			set.damaged[id] = true
		}
	}
	set.said, err = set.ask(ctx, tx)
	return set, err
}

func (s settlement) ask(ctx context.Context, tx store.Tx) ([]books, error) {
	spots := make([]spot, len(s.lines))
	for i, l := range s.lines {
		spots[i] = spotOf(s.doc, l, *l.CountedAt)
	}
	return booksAt(ctx, tx.Dialect, tx.SQL, spots)
}

// difference of the i-th line, in units.
func (s settlement) difference(i int) int64 { return *s.lines[i].CountedQuantity - s.said[i].quantity }

func (s settlement) key(i int) ledger.Key {
	return ledger.Key{WarehouseID: s.doc.WarehouseID, SKU: s.lines[i].Sku, BatchNo: s.lines[i].BatchNo}
}

// moved are the lines of which something came or left since they were counted.
func (s settlement) moved() (out []*ent.StocktakeLine) {
	for i, l := range s.lines {
		if s.said[i].came+s.said[i].left > 0 {
			out = append(out, l)
		}
	}
	return out
}

// stake is what the differences do to one stock.
type stake struct {
	// lost are the sound units that lines miss, less those that other lines have.
	lost int64
	// broken are the units missing where everything is damaged.
	broken int64
	// held and damaged are those of lost that are taken from these buckets.
	held, damaged int64
	// hold are the units that the lines have more of a batch that may not be promised.
	hold int64
}

// stakes adds the differences up by stock. What is missing in a bin of damaged
// goods is taken from the damaged ones, as far as there are.
func (s settlement) stakes(ctx context.Context, tx store.Tx) (map[ledger.Key]*stake, error) {
	out := map[ledger.Key]*stake{}
	var skus []string
	for i, l := range s.lines {
		d := s.difference(i)
		if d == 0 {
			continue
		}
		k := s.key(i)
		if out[k] == nil {
			out[k] = &stake{}
			skus = append(skus, l.Sku)
		}
		switch in := l.LocationID != nil && s.damaged[*l.LocationID]; {
		case !in:
			out[k].lost -= d
		case d < 0:
			out[k].broken -= d
		}
	}
	rows, err := tx.Ent.Stock.Query().Where(entstock.WarehouseID(s.doc.WarehouseID), page.In(entstock.FieldSku, skus)).All(ctx)
	if err != nil {
		return nil, err
	}
	there := make(map[ledger.Key]int64, len(rows))
	for _, r := range rows {
		there[ledger.Key{WarehouseID: r.WarehouseID, SKU: r.Sku, BatchNo: r.BatchNo}] = r.DamagedQuantity
	}
	for k, of := range out {
		more := max(of.broken-there[k], 0)
		of.broken, of.lost = of.broken-more, of.lost+more
	}
	return out, nil
}

// hold sends to ON_HOLD what was found more of batches that may not be promised.
// Their states stay so until the transaction ends; it comes before stocks are locked.
func (s settlement) hold(ctx context.Context, tx store.Tx, stakes map[ledger.Key]*stake) error {
	var keys []catalog.BatchKey
	for k, of := range stakes {
		if k.BatchNo != "" && of.lost < 0 {
			keys = append(keys, catalog.BatchKey{SKU: k.SKU, BatchNo: k.BatchNo})
		}
	}
	if len(keys) == 0 {
		return nil
	}
	held, err := lookup.HeldBatches(ctx, tx, keys)
	for k, of := range stakes {
		if held[catalog.BatchKey{SKU: k.SKU, BatchNo: k.BatchNo}] {
			of.hold = max(-of.lost, 0)
		}
	}
	return err
}

// yield locks the stocks of the stakes, after the reservations that hold something
// of them, and finds what each loss is taken from. When the books changed until the
// stocks were locked, the transaction starts over.
func (s settlement) yield(ctx context.Context, tx store.Tx, now time.Time, by ledger.Posting, stakes map[ledger.Key]*stake) (*reservation.Yielded, error) {
	losses := make([]reservation.Loss, 0, len(stakes))
	seen := make(map[ledger.Key]bool, len(stakes))
	for i := range s.lines { // in their order, each stock once
		k := s.key(i)
		if of := stakes[k]; of != nil && !seen[k] {
			seen[k] = true
			losses = append(losses, reservation.Loss{Key: k, Quantity: max(of.lost, 0), Line: i})
		}
	}
	y, err := reservation.Yield(ctx, tx, now, by, losses)
	if err != nil {
		return nil, err
	}
	said, err := s.ask(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i, b := range said {
		if b.quantity != s.said[i].quantity {
			return nil, fmt.Errorf("the books of line %d changed meanwhile: %w", s.lines[i].LineNo, store.ErrRetry)
		}
	}
	for _, m := range y.Moves {
		stakes[m.Key].held, stakes[m.Key].damaged = -m.Delta.OnHold, -m.Delta.Damaged
	}
	return y, nil
}
