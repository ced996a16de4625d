package document

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// postDifferences makes the differences lines of the document, which are executed
// at once, and posts them. It posts nothing when there are none.
func (s *Service) postDifferences(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document, c *conclusion, set settlement) (posted ledger.Posted, err error) {
	house, err := tx.Ent.Warehouse.Get(ctx, doc.WarehouseID)
	if err != nil {
		return posted, err
	}
	stakes, err := set.stakes(ctx, tx)
	if err != nil {
		return posted, err
	}
	w := work{doc: doc, site: house.Code, siteAt: c.field, at: now, note: c.note, version: doc.Version + 1, codes: lookup.In(s.baseCurrency)}
	posting := ledger.Posting{
		Kind: kinds[doc.Kind].movement, Operation: c.operation, ActorID: auth.From(ctx).UserID, ReasonCode: doc.ReasonCode, Note: c.note,
		RequestID: fault.RequestID(ctx), BaseCurrency: s.baseCurrency, DocumentID: &doc.ID, OccurredAt: now,
	}
	if err := set.hold(ctx, tx, stakes); err != nil {
		return posted, err
	}
	given, err := set.yield(ctx, tx, now, posting, stakes)
	if err != nil {
		return posted, err
	}
	source := set.parts(&w, stakes)
	if err := s.checkApproval(ctx, tx, doc, c.field, s.valueOf(tx, doc, c.field)); err != nil {
		return posted, err
	}
	ids, err := w.codes.ResolveAll(ctx, tx, fx.Day(now), targets(w.site, doc), nil, 1)
	if err != nil {
		return posted, err
	}
	if w.posting = ids[0]; len(w.parts) == 0 {
		return posted, nil
	}
	posting.ID = w.posting
	costs, err := lastCosts(ctx, tx, doc)
	if err != nil {
		return posted, err
	}
	if posting.Moves, err = w.differences(costs); err != nil {
		return posted, err
	}
	for _, m := range given.Moves {
		if m.Delta.Allocated != 0 { // the other buckets are in the lines
			m.Delta = ledger.Delta{Allocated: m.Delta.Allocated}
			m.Currency, m.Rate = posting.Moves[0].Currency, posting.Moves[0].Rate
			posting.Moves = append(posting.Moves, m)
		}
	}
	w.apply()
	if err := insertLines(ctx, tx, doc.Edges.Lines); err != nil {
		return posted, err
	}
	if err := insertExecutions(ctx, tx, w.rows()); err != nil {
		return posted, err
	}
	posted, err = ledger.Post(ctx, tx, posting)
	var refused ledger.Refused
	if errors.As(err, &refused) {
		return posted, set.refuse(refused, c.field, source)
	}
	if err != nil {
		return posted, err
	}
	return posted, given.Record(ctx, tx, posted.ID)
}

// parts makes lines of the document of the differences, and executes them. Of each
// it returns the line that was counted. A loss is one for each bucket that it is
// taken from.
func (s settlement) parts(w *work, stakes map[ledger.Key]*stake) (source []*ent.StocktakeLine) {
	doc := s.doc
	for i, l := range s.lines {
		d, of := s.difference(i), stakes[s.key(i)]
		inDamaged := l.LocationID != nil && s.damaged[*l.LocationID]
		add := func(bucket stock.Bucket, n int64) {
			if n == 0 {
				return
			}
			line := &ent.DocumentLine{
				DocumentID: doc.ID, LineNo: len(doc.Edges.Lines) + 1, Sku: l.Sku, BatchNo: l.BatchNo, Bucket: bucket, LocationID: l.LocationID, Quantity: n,
			}
			doc.Edges.Lines = append(doc.Edges.Lines, line)
			doc.Quantity += max(n, -n)
			w.parts = append(w.parts, asPlanned(line, w.siteAt, max(n, -n)))
			source = append(source, l)
		}
		switch {
		case d > 0 && inDamaged:
			add(stock.BucketDamaged, d)
		case d > 0:
			n := min(d, of.hold)
			of.hold -= n
			add(stock.BucketOnHold, n)
			add(stock.BucketAvailable, d-n)
		case d < 0:
			left := -d
			take := func(bucket stock.Bucket, from *int64) {
				n := min(left, *from)
				*from, left = *from-n, left-n
				add(bucket, -n)
			}
			if inDamaged {
				take(stock.BucketDamaged, &of.broken)
			}
			take(stock.BucketOnHold, &of.held)
			take(stock.BucketDamaged, &of.damaged)
			add(stock.BucketAvailable, -left)
		}
	}
	doc.LineCount = len(doc.Edges.Lines)
	return source
}

// differences are the moves of the parts. Gains come in at the moving average, or
// at what the goods last cost when there is none.
func (w work) differences(last map[string]money.Amount) ([]ledger.Move, error) {
	var faults fault.List
	w.codes.CheckWarehouse(&faults, w.siteAt, w.site)
	w.codes.CheckRate(&faults, w.siteAt, w.site)
	moves := make([]ledger.Move, len(w.parts))
	for i, p := range w.parts {
		m := w.codes.Start(i, p.target(w.site))
		m.Delta = ledger.In(p.bucket, p.line.Quantity)
		m.LocationID, m.Counted = p.bin, p.bin != nil
		if cost, ok := last[p.line.Sku]; ok && p.line.Quantity > 0 {
			m.UnitCost = &cost
		}
		moves[i] = m
	}
	return moves, faults.Err()
}

// lastCosts are what the goods of the document's lines last cost in the warehouse,
// of those that have no moving average since none lies there.
func lastCosts(ctx context.Context, tx store.Tx, doc *ent.Document) (map[string]money.Amount, error) {
	var skus []string
	for _, l := range doc.Edges.Lines {
		if l.Quantity > 0 {
			skus = append(skus, l.Sku)
		}
	}
	p := &store.Params{Dialect: tx.Dialect}
	rows, err := tx.SQL.QueryContext(ctx, `SELECT m.sku, m.cost_quantity_after, m.cost_value_after FROM (
  SELECT list.sku, (SELECT max(m.id) FROM stock_movements m WHERE m.warehouse_id = `+p.Add(doc.WarehouseID)+` AND m.sku = list.sku AND m.cost_quantity_after > 0) AS id
  FROM `+p.List("sku", skus)+` LEFT JOIN stock_costs c ON c.warehouse_id = `+p.Add(doc.WarehouseID)+` AND c.sku = list.sku WHERE coalesce(c.quantity, 0) = 0) k
JOIN stock_movements m ON m.id = k.id`, p.Values...)
	if err != nil {
		return nil, fmt.Errorf("find what goods last cost: %w", err)
	}
	defer rows.Close()
	out := map[string]money.Amount{}
	for rows.Next() {
		var sku string
		var quantity int64
		var value money.Amount
		if err := rows.Scan(&sku, &quantity, &value); err != nil {
			return nil, err
		}
		if out[sku], err = value.Share(1, quantity); err != nil {
			return nil, err
		}
	}
	return out, rows.Err()
}

// refuse tells of which lines more has left since they were counted than there was.
func (s settlement) refuse(refused ledger.Refused, at fault.Path, source []*ent.StocktakeLine) error {
	var faults fault.List
	for _, r := range refused {
		no := 0
		for _, i := range r.Lines {
			if i < len(source) {
				no = source[i].LineNo
			}
		}
		current, missing := r.Current.Of(r.Bucket), r.ShortBy
		f := faults.Add(r.Code, at, "line %d, SKU %s: more has left since it was counted than was counted; have it counted again with stocktakeRecount", no, r.SKU)
		f.CurrentQuantity, f.ShortBy = &current, &missing
	}
	return faults
}
