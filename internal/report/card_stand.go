package report

import (
	"context"
	"database/sql"
	"math/bits"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"entrepot/ent/stockmovement"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

// prefix says up to where the movements of each stock of a card count. Ids and
// recorded times both rise with the version of a stock, so whatever it picks is
// the beginning of every stock's chain. Over several batches this is not so:
// postings that run at the same time can be recorded in one order and numbered
// in the other.
type prefix struct {
	// until counts what was recorded before it.
	until *time.Time
	// ahead, when set, counts what stands ahead of the movement of this id in a
	// period from until to to as well.
	ahead int64
	to    *time.Time
}

func (x prefix) condition(p *store.Params) string {
	if x.ahead == 0 {
		return "m.recorded_at < " + p.Add(*x.until)
	}
	ahead := "m.id < " + p.Add(x.ahead)
	if x.to != nil {
		ahead += " AND m.recorded_at < " + p.Add(*x.to)
	}
	if x.until == nil {
		return ahead
	}
	return "(m.recorded_at < " + p.Add(*x.until) + " OR " + ahead + ")"
}

// stand is what the stocks of a card held after a prefix of their movements.
type stand struct {
	ledger.Quantities
	prefix
	// last is the last movement that counts, next the first that does not, by the
	// column that [Card.key] names. Unset when there is none.
	last, next sql.NullInt64
}

// after looks for the end of the prefix in the chain of every stock by halves: a
// chain has no gap, so 10,000 movements take 14 probes of its key, and no sum is
// formed over them. A version beyond the end of a chain is not found and does not
// count.
func (c *Card) after(ctx context.Context, x prefix) (s stand, err error) {
	defer fault.Wrap(&err, "report.Card.after")
	s.prefix = x
	p := store.Params{Dialect: c.db.Dialect()}
	half := p.Add(int64(1) << (bits.Len64(uint64(c.newest)) - 1)) // all halves together reach the newest
	key := c.key()
	err = c.db.SQL().QueryRowContext(ctx, `
WITH RECURSIVE walk(stock_id, version, place, half) AS (
  SELECT s.id, s.version, CAST(0 AS bigint), CAST(`+half+` AS bigint) FROM `+c.from(&p)+`
  UNION ALL
  SELECT stock_id, version, place + half * coalesce((SELECT CASE WHEN m.id <= `+p.Add(c.head)+` AND `+x.condition(&p)+` THEN 1 ELSE 0 END
    FROM stock_movements m WHERE m.stock_id = walk.stock_id AND m.stock_version = walk.place + walk.half AND m.stock_version <= walk.version), 0), half / 2
  FROM walk WHERE half > 0
)
SELECT coalesce(sum(m.physical_after), 0), coalesce(sum(m.available_after), 0), coalesce(sum(m.allocated_after), 0),
  coalesce(sum(m.damaged_after), 0), coalesce(sum(m.hold_after), 0), coalesce(sum(m.in_transit_after), 0), max(m.`+key+`),
  min((SELECT n.`+key+` FROM stock_movements n WHERE n.stock_id = walk.stock_id AND n.stock_version = walk.place + 1))
FROM walk LEFT JOIN stock_movements m ON m.stock_id = walk.stock_id AND m.stock_version = walk.place
WHERE walk.half = 0`, p.Values...).
		Scan(&s.Physical, &s.Available, &s.Allocated, &s.Damaged, &s.OnHold, &s.InTransit, &s.last, &s.next)
	return s, err
}

// key is the column by which the lines of the card run. Those of one batch run by
// the chain of its stock, through the key of the chain; those of all batches by
// id, through the index (warehouse_id, sku, id).
func (c *Card) key() string {
	if c.BatchNo != nil {
		return stockmovement.FieldStockVersion
	}
	return stockmovement.FieldID
}

// movements are the conditions of the movements of the period. Where it begins
// and ends by key is looked for first, so that what was before and after is not
// read through.
func (c *Card) movements() (func(*entsql.Selector), error) {
	first, last := int64(0), c.head
	if c.BatchNo != nil {
		last = c.newest
	}
	if c.From != nil {
		s, err := c.start()
		if err != nil {
			return nil, err
		}
		if first = s.next.Int64; !s.next.Valid {
			last = 0 // nothing was recorded since
		}
	}
	if c.To != nil {
		s, err := c.end()
		if err != nil {
			return nil, err
		}
		last = min(last, s.last.Int64)
	}
	return func(q *entsql.Selector) {
		q.Where(entsql.EQ(q.C(stockmovement.FieldWarehouseID), c.WarehouseID))
		if c.BatchNo != nil {
			q.Where(entsql.EQ(q.C(stockmovement.FieldStockID), c.stock))
		} else {
			q.Where(entsql.EQ(q.C(stockmovement.FieldSku), c.SKU))
		}
		q.Where(entsql.GTE(q.C(c.key()), first)).Where(entsql.LTE(q.C(c.key()), last))
		if c.BatchNo == nil {
			c.seen.only(q, c.head) // of one batch the key is the version
		}
		if c.From != nil {
			q.Where(entsql.GTE(q.C(stockmovement.FieldRecordedAt), *c.From))
		}
		if c.To != nil {
			q.Where(entsql.LT(q.C(stockmovement.FieldRecordedAt), *c.To))
		}
	}, nil
}
