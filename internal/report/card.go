package report

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"entrepot/ent/stockmovement"
	"entrepot/internal/auth"
	"entrepot/internal/catalog"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// CardQuery asks for the card of one SKU in one warehouse, by codes as typed.
type CardQuery struct {
	SKU, WarehouseCode string
	// BatchNo narrows the card to one batch, "" being goods without one. Without
	// it the card is of all batches together.
	BatchNo *string
	// From is included, To is not, by recorded time. Without From the card begins
	// with the first movement, without To it ends with the last.
	From, To *time.Time
}

// Card is the stock card: what one SKU in one warehouse held when a period began
// and ended, and every movement between.
//
// Nothing on it is read before it is asked for. It is one view nevertheless: the
// journal never changes, and everything on the card keeps to the movements that
// were there when it was opened.
type Card struct {
	SKU         string
	WarehouseID int64
	// Currency is that of the warehouse, in which values are kept.
	Currency string
	BatchNo  *string
	From, To *time.Time

	db *store.DB
	// head is the id of the last movement when the card was opened, and now and
	// worth are what there was after it.
	head  int64
	now   ledger.Quantities
	worth money.Amount
	// stocks says how many stocks the card is of, one for each batch; stock is one
	// of them, and newest the highest version that any of them has.
	stocks, stock, newest int64
	seen                  seen

	start, end func() (stand, error)
	totals     func() (totals, error)
}

// StockCard opens a card; nil when there is no such warehouse or product, or when
// it was never stocked there. Ends with Forbidden without stock:view, with
// BadRequest for a period that ends before it begins.
func StockCard(ctx context.Context, db *store.DB, q CardQuery) (_ *Card, err error) {
	defer fault.Wrap(&err, "report.StockCard")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	c := &Card{SKU: catalog.SKU(q.SKU), From: cut(q.From), To: cut(q.To), db: db}
	if c.From != nil && c.To != nil && c.To.Before(*c.From) {
		return nil, fault.Stop(fault.BadRequest, "to is before from: the period would end before it begins")
	}
	if q.BatchNo != nil {
		no := strings.TrimSpace(*q.BatchNo)
		c.BatchNo = &no
	}
	if found, err := c.open(ctx, warehouse.Code(q.WarehouseCode)); err != nil || !found {
		return nil, err
	}
	c.start = sync.OnceValues(func() (stand, error) { return c.after(ctx, prefix{until: c.From}) })
	c.end = sync.OnceValues(func() (stand, error) { return c.after(ctx, prefix{until: c.To}) })
	c.totals = sync.OnceValues(func() (totals, error) { return c.sum(ctx) })
	return c, nil
}

// open reads in one statement, so as of one moment, what is there now and which
// movement was the last.
func (c *Card) open(ctx context.Context, warehouseCode string) (found bool, err error) {
	p := store.Params{Dialect: c.db.Dialect()}
	code, sku := p.Add(warehouseCode), p.Add(c.SKU)
	ids, versions := seenColumns(p.Dialect)
	err = c.db.SQL().QueryRowContext(ctx, `
SELECT w.id, w.currency, count(*), min(s.id), max(s.version), sum(s.physical_quantity), sum(s.available_quantity), sum(s.allocated_quantity),
  sum(s.damaged_quantity), sum(s.hold_quantity), sum(s.in_transit_quantity),
  `+ids+`, `+versions+`, coalesce((SELECT max(m.id) FROM stock_movements m WHERE m.warehouse_id = w.id AND m.sku = `+sku+`), 0),
  coalesce((SELECT c.value FROM stock_costs c WHERE c.warehouse_id = w.id AND c.sku = `+sku+`), 0)
FROM warehouses w JOIN stocks s ON s.warehouse_id = w.id AND s.sku = `+sku+c.ofBatch(&p, "s")+`
WHERE w.code = `+code+` GROUP BY w.id, w.currency`, p.Values...).
		Scan(&c.WarehouseID, &c.Currency, &c.stocks, &c.stock, &c.newest, &c.now.Physical, &c.now.Available, &c.now.Allocated,
			&c.now.Damaged, &c.now.OnHold, &c.now.InTransit, &c.seen.stocks, &c.seen.versions, &c.head, &c.worth)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Opening is what there was when the period began: nothing for a card that begins
// with the first movement.
func (c *Card) Opening(context.Context) (*ledger.Quantities, error) {
	if c.From == nil {
		return &ledger.Quantities{}, nil
	}
	s, err := c.start()
	return &s.Quantities, err
}

// Closing is what there was when the period ended.
func (c *Card) Closing(context.Context) (*ledger.Quantities, error) {
	if c.To == nil {
		return &c.now, nil
	}
	s, err := c.end()
	return &s.Quantities, err
}

// OpeningValue is what that was worth, in Currency. Nil for people without
// cost:view, and for a card of one batch: the worth is kept over all batches.
func (c *Card) OpeningValue(ctx context.Context) (*money.Amount, error) {
	switch {
	case !c.valued(ctx):
		return nil, nil
	case c.From == nil:
		return new(money.Amount), nil
	}
	s, err := c.start()
	if err != nil {
		return nil, err
	}
	return c.valueAt(ctx, s)
}

// ClosingValue is what the goods were worth when the period ended, like OpeningValue.
func (c *Card) ClosingValue(ctx context.Context) (*money.Amount, error) {
	switch {
	case !c.valued(ctx):
		return nil, nil
	case c.To == nil:
		return &c.worth, nil
	}
	s, err := c.end()
	if err != nil {
		return nil, err
	}
	return c.valueAt(ctx, s)
}

// valued says whether values may be shown on the card.
func (c *Card) valued(ctx context.Context) bool {
	return c.BatchNo == nil && auth.From(ctx).Can(auth.CostView)
}

// totals are the sums of what came and of what left, both positive.
type totals struct{ in, out int64 }

// UnitsIn is the sum of what the movements of the period brought: of all their
// positive physical changes.
func (c *Card) UnitsIn(context.Context) (int64, error) {
	t, err := c.totals()
	return t.in, err
}

// UnitsOut is the sum of what they took, as a positive number.
func (c *Card) UnitsOut(context.Context) (int64, error) {
	t, err := c.totals()
	return t.out, err
}

// sum reads every movement of the period: nothing is kept from which the sums
// could be had otherwise.
func (c *Card) sum(ctx context.Context) (t totals, err error) {
	defer fault.Wrap(&err, "report.Card.sum")
	movements, err := c.movements()
	if err != nil {
		return t, err
	}
	m := entsql.Table(stockmovement.Table)
	q := entsql.Dialect(c.db.Dialect()).SelectExpr(
		entsql.Expr("coalesce(sum(CASE WHEN quantity_delta > 0 THEN quantity_delta END), 0)"),
		entsql.Expr("coalesce(sum(CASE WHEN quantity_delta < 0 THEN -quantity_delta END), 0)"),
	).From(m)
	movements(q)
	statement, args := q.Query()
	err = c.db.SQL().QueryRowContext(ctx, statement, args...).Scan(&t.in, &t.out)
	return t, err
}

// ofBatch is the condition, if the card has one, that a row is of its batch.
func (c *Card) ofBatch(p *store.Params, alias string) string {
	if c.BatchNo == nil {
		return ""
	}
	return " AND " + alias + ".batch_no = " + p.Add(*c.BatchNo)
}

func cut(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	m := store.Moment(*t)
	return &m
}
