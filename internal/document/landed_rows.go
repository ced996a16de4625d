package document

import (
	"context"
	"fmt"
	"time"

	"entrepot/ent"
	"entrepot/ent/landedcost"
	"entrepot/ent/landedcostline"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// LandedCost is one cost that a document bears, with the stocks it was spread over.
type LandedCost struct {
	*ent.LandedCost
	// No is its number within the document, from 1 in the order of entry.
	No    int
	Lines []*ent.LandedCostLine
}

// Capitalized is what of the cost raised the worth of goods, in the warehouse's
// currency.
func (c *LandedCost) Capitalized() (sum money.Amount) {
	for _, l := range c.Lines {
		sum += l.Capitalized
	}
	return sum
}

// Expensed is the rest, which belongs to goods that had left before.
func (c *LandedCost) Expensed() (sum money.Amount) {
	for _, l := range c.Lines {
		sum += l.Expensed
	}
	return sum
}

// LandedCostsOf are the costs that these documents bear, in one statement for the
// costs and one for their lines. People without document:view or cost:view get none.
func LandedCostsOf(ctx context.Context, db *store.DB, documents []int64) (_ map[int64][]*LandedCost, err error) {
	defer fault.Wrap(&err, "document.LandedCostsOf")
	if p := auth.From(ctx); !p.Can(auth.DocumentView) || !p.Can(auth.CostView) {
		return nil, nil
	}
	rows, err := db.Ent().LandedCost.Query().Where(page.In(landedcost.FieldDocumentID, documents)).Order(ent.Asc(landedcost.FieldID)).All(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	byID, ids := make(map[int64]*LandedCost, len(rows)), make([]int64, len(rows))
	out := map[int64][]*LandedCost{}
	for i, r := range rows {
		c := &LandedCost{LandedCost: r, No: len(out[r.DocumentID]) + 1}
		byID[r.ID], ids[i] = c, r.ID
		out[r.DocumentID] = append(out[r.DocumentID], c)
	}
	lines, err := db.Ent().LandedCostLine.Query().Where(page.In(landedcostline.FieldLandedCostID, ids)).
		Order(ent.Asc(landedcostline.FieldLandedCostID, landedcostline.FieldLineNo)).All(ctx)
	for _, l := range lines {
		c := byID[l.LandedCostID]
		c.Lines = append(c.Lines, l)
	}
	return out, err
}

func keepLandedCost(ctx context.Context, tx store.Tx, row *ent.LandedCost, shares []*share) error {
	kept, err := tx.Ent.LandedCost.Create().SetDocumentID(row.DocumentID).SetKind(row.Kind).SetBasis(row.Basis).
		SetAmount(row.Amount).SetCurrency(row.Currency).SetExchangeRate(row.ExchangeRate).SetNote(row.Note).
		SetNillablePostingID(row.PostingID).SetCreatedBy(row.CreatedBy).SetCreatedAt(row.CreatedAt).Save(ctx)
	if err != nil {
		return fmt.Errorf("keep landed cost: %w", err)
	}
	lines := make([]*ent.LandedCostLine, len(shares))
	for i, s := range shares {
		lines[i] = &ent.LandedCostLine{
			LandedCostID: kept.ID, LineNo: i + 1, Sku: s.sku, BatchNo: s.batchNo, Capitalized: s.capitalized, Expensed: s.amount - s.capitalized,
		}
	}
	if err := store.InsertRows(ctx, tx, "landed_cost_lines", landedLineColumns, lines); err != nil {
		return fmt.Errorf("keep landed cost: %w", err)
	}
	return nil
}

var landedLineColumns = []store.Column[*ent.LandedCostLine]{
	{Name: "landed_cost_id", Type: "bigint", Value: func(l *ent.LandedCostLine) any { return l.LandedCostID }},
	{Name: "line_no", Type: "bigint", Value: func(l *ent.LandedCostLine) any { return int64(l.LineNo) }},
	{Name: "sku", Type: "text", Value: func(l *ent.LandedCostLine) any { return l.Sku }},
	{Name: "batch_no", Type: "text", Value: func(l *ent.LandedCostLine) any { return l.BatchNo }},
	{Name: "capitalized", Type: "bigint", Value: func(l *ent.LandedCostLine) any { return int64(l.Capitalized) }},
	{Name: "expensed", Type: "bigint", Value: func(l *ent.LandedCostLine) any { return int64(l.Expensed) }},
}

// endLandedCosts notes that costs of a document were taken back with their postings.
func endLandedCosts(ctx context.Context, tx store.Tx, document int64, now time.Time) error {
	return tx.Ent.LandedCost.Update().Where(landedcost.DocumentID(document), landedcost.ReversedAtIsNil()).SetReversedAt(now).Exec(ctx)
}
