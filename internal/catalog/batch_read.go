package catalog

import (
	"context"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/batch"
	"entrepot/ent/predicate"
	entstock "entrepot/ent/stock"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// BatchFilter narrows ListBatches. All conditions must hold.
type BatchFilter struct {
	SKUs   []string
	States []stock.BatchState
	// BatchPrefix is what batch numbers begin with.
	BatchPrefix *string
	// ExpiresBefore asks for batches that expire before a day (of UTC).
	ExpiresBefore *time.Time
	// Stocked asks for batches of which units lie somewhere, or for the others.
	Stocked *bool
}

// ListBatches reads a page of batches in the order of entry. Ends with Forbidden
// without product:view, with BadRequest for arguments outside their limits.
func ListBatches(ctx context.Context, db *store.DB, f *BatchFilter, a page.Args) (_ *page.Connection[*ent.Batch], err error) {
	defer fault.Wrap(&err, "catalog.ListBatches")
	if _, err := auth.Require(ctx, auth.ProductView); err != nil {
		return nil, err
	}
	where, err := f.predicates()
	if err != nil {
		return nil, err
	}
	return page.Read(ctx, a, batchesByID, db.Ent().Batch.Query().Where(where...))
}

var batchesByID = page.Order[*ent.Batch]{Name: "batches", ID: func(b *ent.Batch) int64 { return b.ID }, Direction: page.Asc}

func (f *BatchFilter) predicates() (where []predicate.Batch, err error) {
	if f == nil {
		return nil, nil
	}
	if f.SKUs != nil {
		if err := page.Keys("filter.skus", len(f.SKUs)); err != nil {
			return nil, err
		}
		where = append(where, page.In(batch.FieldSku, SKUs(f.SKUs)))
	}
	if f.States != nil {
		if err := page.Keys("filter.states", len(f.States)); err != nil {
			return nil, err
		}
		where = append(where, page.InEnum(batch.FieldState, f.States))
	}
	if f.BatchPrefix != nil {
		where = append(where, page.StartsWith(batch.FieldBatchNo, strings.TrimSpace(*f.BatchPrefix)))
	}
	if f.ExpiresBefore != nil {
		where = append(where, batch.ExpiresOnLT(day(*f.ExpiresBefore)))
	}
	if f.Stocked != nil {
		p := predicate.Batch(stocked)
		if !*f.Stocked {
			p = batch.Not(stocked)
		}
		where = append(where, p)
	}
	return where, nil
}

// stocked: physical units of the batch lie somewhere.
func stocked(s *sql.Selector) {
	t := sql.Dialect(s.Dialect()).Select(entstock.FieldID).From(sql.Table(entstock.Table))
	t.Where(sql.And(
		sql.ColumnsEQ(t.C(entstock.FieldSku), s.C(batch.FieldSku)),
		sql.ColumnsEQ(t.C(entstock.FieldBatchNo), s.C(batch.FieldBatchNo)),
		sql.GT(t.C(entstock.FieldPhysicalQuantity), 0),
	))
	s.Where(sql.Exists(t))
}
