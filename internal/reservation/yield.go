package reservation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Loss is units of a stock that are not there, whatever was promised of them.
type Loss struct {
	ledger.Key
	Quantity int64
	// Line is the caller's number for the line; the moves bear it.
	Line int
}

// Shortfall is what a reservation went short of by a loss.
type Shortfall struct {
	ledger.Key
	ReservationID            int64
	BusinessType, BusinessID string
	LineNo                   int
	Quantity                 int64
}

// Yielded is what losses do to stocks and reservations. The caller posts Moves,
// perhaps among others, and then calls Record.
type Yielded struct {
	// Moves take each loss out of its stock, in the order of the losses. Currency
	// and rate are left to the caller.
	Moves []ledger.Move
	// Shortfalls are the reservations that cannot be kept in full any more.
	Shortfalls []Shortfall

	list  []*held
	steps map[*held]*event
}

// Holders are the reservations that hold something of some stocks, locked with
// these stocks.
type Holders struct {
	list   []*held
	locked map[ledger.Key]ledger.Balance
	now    time.Time
	by     ledger.Posting
}

// Hold locks the reservations that hold something of the stocks, and then the
// stocks, so the caller must have locked neither. Expired holds on them are let go
// by a posting of their own. By says who and why.
func Hold(ctx context.Context, tx store.Tx, now time.Time, by ledger.Posting, keys []ledger.Key) (_ *Holders, err error) {
	defer fault.Wrap(&err, "reservation.Hold")
	list, locked, err := holders(ctx, tx, now, by.BaseCurrency, keys)
	return &Holders{list, locked, now, by}, err
}

// Balance is a stock as it was locked, less the losses so far.
func (h *Holders) Balance(k ledger.Key) ledger.Balance { return h.locked[k] }

// Yield is [Hold] and [Holders.Yield] for callers that know the losses beforehand.
func Yield(ctx context.Context, tx store.Tx, now time.Time, by ledger.Posting, losses []Loss) (*Yielded, error) {
	keys := make([]ledger.Key, len(losses))
	for i, l := range losses {
		keys[i] = l.Key
	}
	h, err := Hold(ctx, tx, now, by, keys)
	if err != nil {
		return nil, err
	}
	return h.Yield(losses)
}

// Yield plans that losses are recorded in full: they are taken from what is
// available, then from what the reservations of the lowest priority hold, the
// youngest of them first, then from what is on hold, then from what is damaged. A
// loss of more than there physically is will be refused by the ledger.
func (h *Holders) Yield(losses []Loss) (*Yielded, error) {
	y := &Yielded{list: h.list, steps: map[*held]*event{}}
	claims := y.holding()
	for _, l := range losses {
		b := h.locked[l.Key]
		d, err := y.spread(b, claims[l.Key], l, h.now, h.by)
		if err != nil {
			return nil, err
		}
		y.Moves = append(y.Moves, ledger.Move{Key: l.Key, Line: l.Line, Delta: d})
		b.Quantities = b.Add(d)
		h.locked[l.Key] = b
	}
	return y, nil
}

// holders locks the reservations that hold something of the stocks, lets go of
// those that have expired, and locks the stocks.
func holders(ctx context.Context, tx store.Tx, now time.Time, base string, keys []ledger.Key) ([]*held, map[ledger.Key]ledger.Balance, error) {
	ids, err := holding(ctx, tx, keys)
	if err != nil {
		return nil, nil, err
	}
	list, err := lock(ctx, tx, now, base, ids)
	if err != nil {
		return nil, nil, err
	}
	var gone, rest []*held
	for _, h := range list {
		if h.expired(now) {
			gone = append(gone, h)
		} else {
			rest = append(rest, h)
		}
	}
	all := append(slices.Clone(keys), keysOf(gone)...)
	locked, err := ledger.Lock(ctx, tx, all)
	if err != nil || len(gone) == 0 {
		return rest, locked, err
	}
	if err := expire(ctx, tx, now, base, gone); err != nil {
		return nil, nil, err
	}
	locked, err = ledger.Lock(ctx, tx, all)
	return rest, locked, err
}

// holding are the active reservations that hold something of the stocks, by id.
func holding(ctx context.Context, tx store.Tx, keys []ledger.Key) (ids []int64, err error) {
	w, s, b := make([]int64, len(keys)), make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		w[i], s[i], b[i] = k.WarehouseID, k.SKU, k.BatchNo
	}
	d := tx.Dialect
	rows, err := tx.SQL.QueryContext(ctx, holdingSQL[d], store.IDs(d, w), store.Strings(d, s), store.Strings(d, b))
	if err != nil {
		return nil, fmt.Errorf("look for holders: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

var holdingSQL = map[string]string{
	dialect.Postgres: holdingOf("unnest($1::bigint[], $2::text[], $3::text[]) AS k(w, s, b)"),
	dialect.SQLite:   holdingOf(zipped([]string{"$1", "$2", "$3"}, []string{"w", "s", "b"}) + " AS k"),
}

func holdingOf(keys string) string {
	return `SELECT DISTINCT a.reservation_id FROM ` + keys + ` JOIN reservation_allocations a
  ON a.warehouse_id = k.w AND a.sku = k.s AND a.batch_no = k.b AND ` + openIs + ` ORDER BY a.reservation_id`
}

// claim is an allocation that may have to give way.
type claim struct {
	h *held
	a *allocation
}

// holding are the open allocations by stock, in the order in which they give way.
func (y *Yielded) holding() map[ledger.Key][]claim {
	out := map[ledger.Key][]claim{}
	for _, h := range y.list {
		for _, a := range h.parts {
			if a.open() > 0 {
				out[a.key()] = append(out[a.key()], claim{h, a})
			}
		}
	}
	for _, claims := range out {
		slices.SortFunc(claims, func(x, z claim) int {
			return cmp.Or(cmp.Compare(x.h.row.Priority, z.h.row.Priority), cmp.Compare(z.h.row.ID, x.h.row.ID), cmp.Compare(z.a.ID, x.a.ID))
		})
	}
	return out
}

// spread takes a loss from the buckets of a locked stock.
func (y *Yielded) spread(now ledger.Balance, claims []claim, l Loss, at time.Time, by ledger.Posting) (ledger.Delta, error) {
	d := ledger.Delta{Physical: -l.Quantity}
	left := l.Quantity - min(l.Quantity, now.Available)
	promised := min(left, now.Allocated)
	left -= promised
	d.Allocated = -promised
	for _, c := range claims {
		n := min(promised, c.a.open()-y.owed(c))
		if n <= 0 {
			continue
		}
		promised -= n
		y.shorten(c, n, at, by)
	}
	if promised > 0 {
		return d, fmt.Errorf("a reservation was made meanwhile: %w", store.ErrRetry)
	}
	held := min(left, now.OnHold)
	d.OnHold, left = -held, left-held
	d.Damaged = -min(left, now.Damaged)
	return d, nil
}

// owed is what the allocation goes short of by losses before this one.
func (y *Yielded) owed(c claim) (n int64) {
	if e := y.steps[c.h]; e != nil {
		for _, x := range e.entries {
			if x.part == c.a {
				n += x.short
			}
		}
	}
	return n
}

func (y *Yielded) shorten(c claim, n int64, at time.Time, by ledger.Posting) {
	e := y.steps[c.h]
	if e == nil {
		e = &event{action: stock.ReservationDoShorten, by: by, at: at}
		y.steps[c.h] = e
	}
	i := slices.IndexFunc(e.entries, func(x entry) bool { return x.part == c.a })
	if i < 0 {
		e.entries, i = append(e.entries, entry{part: c.a}), len(e.entries)
	}
	e.entries[i].short += n
	y.Shortfalls = append(y.Shortfalls, Shortfall{
		c.a.key(), c.h.row.ID, c.h.row.BusinessType, c.h.row.BusinessID, c.a.lineNo, n,
	})
}

// Record notes in the reservations what the posting, which has been written, took.
func (y *Yielded) Record(ctx context.Context, tx store.Tx, postingID int64) (err error) {
	defer fault.Wrap(&err, "reservation.Record")
	for _, h := range y.list {
		if e := y.steps[h]; e != nil {
			e.posting = &postingID
			h.tell(*e)
		}
	}
	return save(ctx, tx, y.list...)
}
