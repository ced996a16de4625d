package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// worthsApart is from how many stocks on their worths are locked by a statement
// of their own. Below that a round trip costs more than it saves. Above it, the
// second statement's plan is the better one, and it sees the worths that came
// into being while the first one waited for its stocks: not to see one means to
// start over, and a large posting waits long.
const worthsApart = 32

// Balance is a stock as it is: its buckets and its version, 0 when there is
// no such stock yet.
type Balance struct {
	Quantities
	Version int64
}

// Posted is a posting that has been written, though not committed yet.
type Posted struct {
	ID        int64
	Movements []*ent.StockMovement
}

// written is one stock after the guarded write.
type written struct {
	Key
	stockID int64
	after   Balance
	at      time.Time // recorded_at: never before the stock's last one
	tracked bool      // its warehouse keeps stock by bin
}

// writer is what differs between the databases: how rows get in. Guards, order
// and results are the same, and one suite holds both to them.
type writer interface {
	// change applies the changes, which are in lock order, to stocks where
	// every bucket stays at zero or above and the version is as expected, and
	// returns the stocks that took theirs and, when all did, the worths of the
	// goods, locked after them.
	change(ctx context.Context, tx store.Tx, now time.Time, changes []change, goods []costKey) ([]written, map[costKey]worth, error)
	// worths reads and locks the worths of SKUs, which are in order.
	worths(ctx context.Context, tx store.Tx, keys []costKey) (map[costKey]worth, error)
	// record writes the postings, their movements, whose ids it fills in, the new
	// worths and what happened in bins.
	record(ctx context.Context, tx store.Tx, postings []Posting, posted []Posted, worths map[costKey]worth, bins []binRow) error
	// floor reads bins and what lies there of stocks that are locked, and keeps
	// the bins in use until the transaction ends.
	floor(ctx context.Context, tx store.Tx, s sight) (*floor, error)
	// shared reads what shares the bins, which floor keeps alone, and how large the
	// goods are.
	shared(ctx context.Context, tx store.Tx, bins []int64, skus []string) (crowd, error)
	// relocate writes a posting that moves nothing but what lies in bins.
	relocate(ctx context.Context, tx store.Tx, p Posting, bins []binRow) error
	// lock reads the stocks, which are in lock order, and keeps them as they
	// are until the transaction ends.
	lock(ctx context.Context, tx store.Tx, keys []Key) (map[Key]Balance, error)
}

func writerFor(tx store.Tx) writer {
	if tx.Dialect == dialect.Postgres {
		return postgres{}
	}
	return sqlite{}
}

// ErrTogether says that postings cannot be written in one go: a stock did not
// take its change, or would have been short in between. Each may still be fine
// by itself.
var ErrTogether = errors.New("the postings do not fit together")

// Post writes one posting: every balance it touches, the worth of the goods,
// and a movement per stock, in the transaction tx.
//
// It returns [Refused] when a bucket would fall below zero, a version is not as
// expected or a bin does not take or give what it should, and the fault ALREADY_REVERSED when another posting reverses
// ReversesID. The caller must then roll back, by returning the error from
// store.InTx: part of the posting may have been written.
func Post(ctx context.Context, tx store.Tx, p Posting) (Posted, error) {
	all, err := PostAll(ctx, tx, []Posting{p})
	if err != nil {
		return Posted{}, err
	}
	return all[0], nil
}

// PostAll writes several postings as if one after the other, with as many
// statements as one takes. Each is a posting of its own, with its own
// movements, and none sees a stock below zero.
//
// It is all or nothing: of one posting it returns what [Post] says, of several
// [ErrTogether] as soon as any of them is refused.
func PostAll(ctx context.Context, tx store.Tx, postings []Posting) (_ []Posted, err error) {
	defer fault.Wrap(&err, "ledger.Post(%s)", postings[0].Operation)
	postings, err = prepared(ctx, tx, postings)
	if err != nil {
		return nil, err
	}
	changes := merge(postings)
	taken, worths, err := take(ctx, tx, postings, changes)
	if err != nil {
		return nil, err
	}
	return recorded(ctx, tx, writerFor(tx), postings, changes, taken, worths)
}

// prepared is a copy of the postings with ids, and times as they are kept.
func prepared(ctx context.Context, tx store.Tx, postings []Posting) ([]Posting, error) {
	postings = slices.Clone(postings)
	if err := drawIDs(ctx, tx, postings); err != nil {
		return nil, err
	}
	for i := range postings {
		p := &postings[i]
		if len(p.Moves) == 0 {
			return nil, errors.New("a posting without moves")
		}
		p.OccurredAt, p.Now = store.Moment(p.OccurredAt), store.Moment(p.Now)
	}
	return postings, nil
}

// recorded makes and writes the rows of postings whose changes were taken.
func recorded(
	ctx context.Context, tx store.Tx, w writer, postings []Posting, changes []change, taken []written, worths map[costKey]worth,
) ([]Posted, error) {
	posted := make([]Posted, len(postings))
	for i, p := range postings {
		posted[i].ID = p.ID
	}
	appraisals := make([][]*appraisal, len(postings))
	for i, c := range changes {
		if err := c.movements(postings, posted, taken[i], appraisals); err != nil {
			return nil, err
		}
	}
	for _, rows := range appraisals {
		if err := appraise(rows, worths); err != nil {
			return nil, err
		}
	}
	bins, err := placeAll(ctx, tx, postings, changes, taken)
	if err != nil {
		return nil, err
	}
	err = w.record(ctx, tx, postings, posted, worths, bins)
	if store.Duplicate(err) && postings[0].ReversesID != nil {
		return nil, fault.New(fault.AlreadyReversed, fault.Input.At("postingId"), "this posting has been reversed already")
	}
	return posted, err
}

// take applies the changes to the stocks and then locks the worths of their
// SKUs, after all stocks.
func take(ctx context.Context, tx store.Tx, postings []Posting, changes []change) ([]written, map[costKey]worth, error) {
	w := writerFor(tx)
	goods := goodsOf(changes)
	with, apart := goods, []costKey(nil)
	if len(changes) >= worthsApart {
		with, apart = nil, goods
	}
	taken, worths, err := w.change(ctx, tx, postings[0].Now, changes, with)
	if err != nil {
		return nil, nil, err
	}
	if len(taken) < len(changes) {
		if len(postings) > 1 {
			return nil, nil, ErrTogether
		}
		refused, err := explain(ctx, tx, w, changes, taken)
		if err != nil {
			return nil, nil, err
		}
		return nil, nil, refused
	}
	if len(apart) > 0 {
		worths, err = w.worths(ctx, tx, apart)
	}
	return taken, worths, err
}

// goodsOf are the worths that the changes concern, in order.
func goodsOf(changes []change) []costKey {
	keys := make([]costKey, 0, len(changes))
	for _, c := range changes {
		if c.goods() {
			keys = append(keys, costKey{c.WarehouseID, c.SKU})
		}
	}
	return slices.Compact(keys) // changes are in order, and so are their SKUs
}

// movements makes the ledger rows of one stock, one for each posting that
// touches it: the stock went through all of them, in their order, although it
// was written once.
func (c change) movements(postings []Posting, posted []Posted, w written, appraisals [][]*appraisal) error {
	now := Balance{w.after.Add(c.delta.Minus()), w.after.Version - int64(len(c.parts))}
	for _, p := range c.parts {
		now.Quantities = now.Add(p.delta)
		now.Version++
		if _, _, short := now.negative(); short {
			return ErrTogether
		}
		row := movement(postings[p.posting], c.Key, p, w, now)
		posted[p.posting].Movements = append(posted[p.posting].Movements, row)
		if p.goods() {
			appraisals[p.posting] = append(appraisals[p.posting], &appraisal{key: costKey{c.WarehouseID, c.SKU}, row: row, moves: p.moves})
		}
	}
	return nil
}

// drawIDs gives an id to those that have none.
func drawIDs(ctx context.Context, tx store.Tx, postings []Posting) error {
	var without []*Posting
	for i := range postings {
		if postings[i].ID == 0 {
			without = append(without, &postings[i])
		}
	}
	if len(without) == 0 {
		return nil
	}
	rows, err := tx.SQL.QueryContext(ctx, NextPostingsSQL[tx.Dialect]("$1"), len(without))
	if err != nil {
		return err
	}
	defer rows.Close()
	for i := 0; rows.Next() && i < len(without); i++ {
		if err := rows.Scan(&without[i].ID); err != nil {
			return err
		}
	}
	return rows.Err()
}

// NextPostingsSQL draws the ids of n postings to come, as a query of one column
// id, for callers who must know them before they post. On SQLite nobody else
// can draw the same ones: the transaction is the only one that writes.
var NextPostingsSQL = map[string]func(n string) string{
	dialect.Postgres: func(n string) string {
		return "SELECT nextval('postings_id_seq') AS id FROM generate_series(1, " + n + "::bigint)"
	},
	dialect.SQLite: func(n string) string {
		return `WITH RECURSIVE ids(id, i) AS (
  SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'postings'), 0) + 1, 1 UNION ALL SELECT id + 1, i + 1 FROM ids WHERE i < ` + n + `)
SELECT id FROM ids`
	},
}

// NextPosting draws the id of a posting to come.
func NextPosting(ctx context.Context, tx store.Tx) (int64, error) {
	one := make([]Posting, 1)
	err := drawIDs(ctx, tx, one)
	return one[0].ID, err
}

// NextPostings draws the ids of n postings to come. On SQLite a posting that is
// written before them takes the first.
func NextPostings(ctx context.Context, tx store.Tx, n int) ([]int64, error) {
	drawn := make([]Posting, n)
	err := drawIDs(ctx, tx, drawn)
	ids := make([]int64, n)
	for i, p := range drawn {
		ids[i] = p.ID
	}
	return ids, err
}

// NextPostingBeside draws the id of a posting that nobody planned for, in a
// transaction that may have drawn others and not used them yet. On SQLite, where
// drawing counts nothing up, it is one far behind those.
func NextPostingBeside(ctx context.Context, tx store.Tx) (int64, error) {
	id, err := NextPosting(ctx, tx)
	if tx.Dialect == dialect.SQLite {
		id += drawnAtMost
	}
	return id, err
}

// drawnAtMost is more ids than any transaction draws ahead.
const drawnAtMost = 1 << 16

// movement is the ledger row of one part, not yet appraised.
func movement(p Posting, k Key, c part, w written, a Balance) *ent.StockMovement {
	first := c.moves[0]
	return &ent.StockMovement{
		PostingID: p.ID, WarehouseID: k.WarehouseID, StockID: w.stockID, Sku: k.SKU, BatchNo: k.BatchNo, Kind: p.Kind,
		QuantityDelta: c.delta.Physical, AvailableDelta: c.delta.Available(), AllocatedDelta: c.delta.Allocated,
		DamagedDelta: c.delta.Damaged, HoldDelta: c.delta.OnHold, InTransitDelta: c.delta.InTransit,
		PhysicalAfter: a.Physical, AvailableAfter: a.Available, AllocatedAfter: a.Allocated,
		DamagedAfter: a.Damaged, HoldAfter: a.OnHold, InTransitAfter: a.InTransit, StockVersion: a.Version,
		Currency: first.Currency, ExchangeRate: first.Rate,
		OccurredAt: p.OccurredAt, RecordedAt: w.at,
	}
}

// explain finds out why stocks did not take their change. The transaction is
// still good: the guard matched no row, no statement failed.
func explain(ctx context.Context, tx store.Tx, w writer, asked []change, taken []written) (Refused, error) {
	ok := make(map[Key]bool, len(taken))
	for _, t := range taken {
		ok[t.Key] = true
	}
	var short []change
	var keys []Key
	for _, c := range asked {
		if !ok[c.Key] {
			short, keys = append(short, c), append(keys, c.Key)
		}
	}
	now, err := w.lock(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	var refused Refused
	for _, c := range short {
		r, still := refuse(c.Key, c.parts[0].moves, now[c.Key])
		if !still {
			return nil, fmt.Errorf("stock %v changed while it was refused: %w", c.Key, store.ErrRetry)
		}
		refused = append(refused, r)
	}
	return refused, nil
}

// Lock reads the stocks and keeps them as they are until the transaction ends,
// for commands that must know a balance before they decide. A stock that does
// not exist cannot be locked: give its move ExpectedVersion 0.
func Lock(ctx context.Context, tx store.Tx, keys []Key) (_ map[Key]Balance, err error) {
	defer fault.Wrap(&err, "ledger.Lock")
	keys = slices.Clone(keys)
	slices.SortFunc(keys, Key.Compare)
	keys = slices.Compact(keys)
	return writerFor(tx).lock(ctx, tx, keys)
}

// LockWorths keeps the worths of the SKUs of these stocks as they are until the
// transaction ends, for commands of several postings: each of them locks its
// own, and one after the other they would be in no order. The stocks must be
// locked before, see [Lock].
func LockWorths(ctx context.Context, tx store.Tx, keys []Key) (err error) {
	defer fault.Wrap(&err, "ledger.LockWorths")
	keys = slices.Clone(keys)
	slices.SortFunc(keys, Key.Compare)
	goods := make([]costKey, len(keys))
	for i, k := range keys {
		goods[i] = costKey{k.WarehouseID, k.SKU}
	}
	_, err = writerFor(tx).worths(ctx, tx, slices.Compact(goods))
	return err
}

// Decide splits moves into those that fit the stocks as they are and those
// that do not, line by line: a later line of the same stock sees the effect of
// the accepted ones before it. The stocks stay locked, so the accepted moves
// may be posted in the same transaction.
func Decide(ctx context.Context, tx store.Tx, moves []Move) (accepted []Move, refused Refused, err error) {
	keys := make([]Key, len(moves))
	for i, m := range moves {
		keys[i] = m.Key
	}
	now, err := Lock(ctx, tx, keys)
	if err != nil {
		return nil, nil, err
	}
	running := make(map[Key]Balance, len(now))
	for _, m := range moves {
		b, seen := running[m.Key]
		if !seen {
			b = now[m.Key]
		}
		if r, bad := refuse(m.Key, []Move{m}, b); bad {
			refused = append(refused, r)
			continue
		}
		b.Quantities = b.Add(m.Delta) // the version rises once, with the posting
		running[m.Key] = b
		accepted = append(accepted, m)
	}
	return accepted, refused, nil
}

// Reversal is the posting that takes another one back: on every stock the
// opposite change, at the opposite value.
func Reversal(original []*ent.StockMovement) []Move {
	moves := make([]Move, len(original))
	for i, m := range original {
		moves[i] = Move{
			Key:      Key{m.WarehouseID, m.Sku, m.BatchNo},
			Line:     i,
			Delta:    Delta{m.QuantityDelta, m.AllocatedDelta, m.DamagedDelta, m.HoldDelta, m.InTransitDelta}.Minus(),
			Currency: m.Currency,
			Rate:     m.ExchangeRate,
		}
		if m.CostVersion != nil {
			v := -m.ValueDelta
			moves[i].Value = &v
		}
	}
	return moves
}
