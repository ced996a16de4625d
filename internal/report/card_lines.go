package report

import (
	"context"
	"slices"
	"sync"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/page"
)

// CardLine is one movement on a stock card.
type CardLine struct {
	Movement *ent.StockMovement

	run *run
	at  int // among the movements of run
}

// Lines reads a page of the movements of the period, in the order in which the
// ledger numbered them. Page 200 costs what page 1 costs. BadRequest for arguments
// outside their limits.
func (c *Card) Lines(ctx context.Context, d page.Direction, a page.Args) (_ *page.Connection[*CardLine], err error) {
	defer fault.Wrap(&err, "report.Card.Lines")
	order := page.Order[*CardLine]{Name: "stockCard", Direction: d, ID: func(l *CardLine) int64 { return l.Movement.ID }}
	if c.BatchNo != nil {
		order.Name = "stockCard.batch"
		order.Ties = []page.Key[*CardLine]{page.Int(c.key(), func(l *CardLine) int64 { return l.Movement.StockVersion })}
	}
	query := func() (*ent.StockMovementQuery, error) {
		movements, err := c.movements()
		return c.db.Ent().StockMovement.Query().Where(movements), err
	}
	return page.List(ctx, a, order,
		func(ctx context.Context, s page.Slice) ([]*CardLine, error) {
			q, err := query()
			if err != nil {
				return nil, err
			}
			rows, err := q.Where(s.Where).Order(s.OrderBy).Limit(s.Limit).Offset(s.Offset).All(ctx)
			if err != nil {
				return nil, err
			}
			return c.lines(ctx, rows), nil
		},
		func(ctx context.Context) (int, error) {
			q, err := query()
			if err != nil {
				return 0, err
			}
			return q.Count(ctx)
		})
}

// run is a stretch of movements of a card that follow each other, the oldest
// first, with what there was after each of them. The neighbours of a page are
// read with it, so a run is a little longer than what is shown.
type run struct {
	movements []*ent.StockMovement
	after     func() ([]ledger.Quantities, error)
	values    func() ([]money.Amount, error)
}

func (c *Card) lines(ctx context.Context, rows []*ent.StockMovement) []*CardLine {
	if len(rows) == 0 {
		return nil
	}
	r := &run{movements: slices.Clone(rows)}
	newestFirst := rows[0].ID > rows[len(rows)-1].ID
	if newestFirst {
		slices.Reverse(r.movements)
	}
	before := sync.OnceValues(func() (stand, error) {
		return c.after(ctx, prefix{until: c.From, to: c.To, ahead: r.movements[0].ID})
	})
	r.after = sync.OnceValues(func() ([]ledger.Quantities, error) { return c.quantitiesOf(r.movements, before) })
	r.values = sync.OnceValues(func() ([]money.Amount, error) { return c.valuesOf(ctx, r.movements, before) })
	lines := make([]*CardLine, len(rows))
	for i, m := range rows {
		lines[i] = &CardLine{m, r, i}
		if newestFirst {
			lines[i].at = len(rows) - 1 - i
		}
	}
	return lines
}

// After is what the card counted after the movement: over all its batches.
func (l *CardLine) After(context.Context) (*ledger.Quantities, error) {
	after, err := l.run.after()
	if err != nil {
		return nil, err
	}
	return &after[l.at], nil
}

// quantitiesOf is what there was after each movement. A stock that is alone on the
// card is told by its movements; several are added up from what they held before
// the first.
func (c *Card) quantitiesOf(run []*ent.StockMovement, before func() (stand, error)) ([]ledger.Quantities, error) {
	after := make([]ledger.Quantities, len(run))
	if c.stocks == 1 {
		for i, m := range run {
			after[i] = ledger.After(m)
		}
		return after, nil
	}
	s, err := before()
	if err != nil {
		return nil, err
	}
	now := s.Quantities
	for i, m := range run {
		now = now.Add(ledger.Delta{
			Physical: m.QuantityDelta, Allocated: m.AllocatedDelta, Damaged: m.DamagedDelta, OnHold: m.HoldDelta, InTransit: m.InTransitDelta,
		})
		after[i] = now
	}
	return after, nil
}

// ValueAfter is what the goods were worth after the movement, in the currency of
// the card. Nil where the card tells no values.
func (l *CardLine) ValueAfter(context.Context) (*money.Amount, error) {
	values, err := l.run.values()
	if err != nil || values == nil {
		return nil, err
	}
	return &values[l.at], nil
}

func (c *Card) valuesOf(ctx context.Context, run []*ent.StockMovement, before func() (stand, error)) ([]money.Amount, error) {
	if !c.valued(ctx) {
		return nil, nil
	}
	s, err := before()
	if err != nil {
		return nil, err
	}
	now, err := c.valueAt(ctx, s)
	if err != nil {
		return nil, err
	}
	values := make([]money.Amount, len(run))
	for i, m := range run {
		*now += m.ValueDelta
		values[i] = *now
	}
	return values, nil
}
