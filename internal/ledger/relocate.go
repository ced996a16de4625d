package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Relocation is goods that change their bin within a warehouse. It changes no
// stock, so it has no movements, only rows of the bins' journal. Of the posting
// Kind, Moves and BaseCurrency are filled in.
type Relocation struct {
	Posting
	Lines []RelocationLine
}

// RelocationLine is units of one stock that go from one bin to another of its
// warehouse.
type RelocationLine struct {
	Key
	// Line is the caller's number for the line; refusals name it.
	Line     int
	From, To int64
	Quantity int64
}

// Relocated is a relocation that has been written, though not committed yet. Its
// ID is 0 when the goods would lie where they lay: nothing was written.
type Relocated struct {
	ID        int64
	Movements []*ent.LocationMovement
}

// Relocate writes one relocation, in the transaction tx. The stocks are held until
// it ends; the caller has seen to it that the warehouses track bins and holds them.
//
// It returns [Refused]: INSUFFICIENT_STOCK for a bin that does not hold so much or
// a stock that is not there, LOCKED, ARCHIVED or NOT_FOUND for bins that do not
// serve, MIXING and CAPACITY for those that do not take it. The caller must then
// roll back.
func Relocate(ctx context.Context, tx store.Tx, r Relocation) (_ Relocated, err error) {
	defer fault.Wrap(&err, "ledger.Relocate(%s)", r.Operation)
	if len(r.Lines) == 0 {
		return Relocated{}, errors.New("a relocation without lines")
	}
	one := []Posting{r.Posting}
	if err := drawIDs(ctx, tx, one); err != nil {
		return Relocated{}, err
	}
	r.Posting = one[0]
	r.Kind, r.OccurredAt, r.Now = stock.MovementRelocation, store.Moment(r.OccurredAt), store.Moment(r.Now)
	stocks, err := r.hold(ctx, tx)
	if err != nil {
		return Relocated{}, err
	}
	rows, err := r.rows(ctx, tx, stocks)
	if err != nil || len(rows) == 0 {
		return Relocated{}, err
	}
	if err := writerFor(tx).relocate(ctx, tx, r.Posting, rows); err != nil {
		return Relocated{}, err
	}
	return Relocated{r.ID, locationMovements(rows)}, nil
}

// hold locks the stocks and returns their ids. It refuses lines whose stock is not
// there.
func (r Relocation) hold(ctx context.Context, tx store.Tx) (map[Key]int64, error) {
	keys := make([]Key, len(r.Lines))
	for i, l := range r.Lines {
		keys[i] = l.Key
	}
	if _, err := Lock(ctx, tx, keys); err != nil {
		return nil, err
	}
	ids, err := stockIDs(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	var refused Refused
	for _, l := range r.Lines {
		if _, ok := ids[l.Key]; !ok {
			refused = append(refused, Refusal{
				Key: l.Key, Code: fault.InsufficientStock, Lines: []int{l.Line}, Bucket: stock.BucketPhysical, ShortBy: l.Quantity,
			})
		}
	}
	if refused != nil {
		return nil, refused
	}
	return ids, nil
}

func (r Relocation) rows(ctx context.Context, tx store.Tx, stocks map[Key]int64) ([]binRow, error) {
	var see sight
	var errands []errand
	for _, l := range r.Lines {
		id := stocks[l.Key]
		see.stocks, see.named, see.into = append(see.stocks, id), append(see.named, l.From), append(see.into, l.To)
		errands = append(errands,
			errand{Key: l.Key, stock: id, line: l.Line, units: -l.Quantity, bin: &l.From},
			errand{Key: l.Key, stock: id, line: l.Line, units: l.Quantity, bin: &l.To})
	}
	f, err := writerFor(tx).floor(ctx, tx, see.tidy())
	if err != nil {
		return nil, err
	}
	work := newHandling(f)
	refused := work.do(errands)
	if len(refused) == 0 {
		refused, err = work.limits(ctx, tx, errands)
	}
	if err != nil {
		return nil, err
	}
	if len(refused) > 0 {
		return nil, refused
	}
	at := f.at
	if !r.Now.IsZero() {
		at = store.Time{Time: r.Now}
	}
	return work.rows([]Posting{r.Posting}, func(place) store.Time { return at }), nil
}

func locationMovements(rows []binRow) []*ent.LocationMovement {
	out := make([]*ent.LocationMovement, len(rows))
	for i, r := range rows {
		out[i] = &ent.LocationMovement{
			PostingID: r.posting.ID, WarehouseID: r.warehouseID, LocationID: r.location, StockID: r.stock, QuantityDelta: r.delta,
			QuantityAfter: r.after.quantity, LocationVersion: r.after.version, OccurredAt: r.posting.OccurredAt, RecordedAt: r.at.Time,
		}
	}
	return out
}

// stockIDs finds the ids of stocks.
func stockIDs(ctx context.Context, tx store.Tx, keys []Key) (map[Key]int64, error) {
	keys = slices.Clone(keys)
	slices.SortFunc(keys, Key.Compare)
	keys = slices.Compact(keys)
	columns := []store.Column[Key]{
		{Name: "w", Type: "bigint", Value: func(k Key) any { return k.WarehouseID }},
		{Name: "s", Type: "text", Value: func(k Key) any { return k.SKU }},
		{Name: "b", Type: "text", Value: func(k Key) any { return k.BatchNo }},
	}
	args, err := store.Args(tx.Dialect, columns, keys)
	if err != nil {
		return nil, err
	}
	rows, err := tx.SQL.QueryContext(ctx, "SELECT st.warehouse_id, st.sku, st.batch_no, st.id FROM "+store.Table(tx.Dialect, columns)+
		" AS k CROSS JOIN stocks st WHERE st.warehouse_id = k.w AND st.sku = k.s AND st.batch_no = k.b", args...)
	if err != nil {
		return nil, fmt.Errorf("find stocks: %w", err)
	}
	defer rows.Close()
	found := make(map[Key]int64, len(keys))
	for rows.Next() {
		var k Key
		var id int64
		if err := rows.Scan(&k.WarehouseID, &k.SKU, &k.BatchNo, &id); err != nil {
			return nil, err
		}
		found[k] = id
	}
	return found, rows.Err()
}
