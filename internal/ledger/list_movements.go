package ledger

import (
	"context"
	"time"

	"entrepot/ent"
	entposting "entrepot/ent/posting"
	"entrepot/ent/stockmovement"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// MovementOrder orders ListMovements.
type MovementOrder struct {
	Field     MovementOrderField
	Direction page.Direction
}

// MovementOrderField is a column that movements can be ordered by.
type MovementOrderField string

// The values of MovementOrderField.
const (
	// MovementsByID is the order of entry.
	MovementsByID         MovementOrderField = "ID"
	MovementsByOccurredAt MovementOrderField = "OCCURRED_AT"
)

var movementFields = page.Fields[MovementOrderField, *ent.StockMovement]{
	Name: "stockMovements", ID: movementID,
	Keys: map[MovementOrderField]page.Key[*ent.StockMovement]{
		MovementsByOccurredAt: page.Time(stockmovement.FieldOccurredAt, func(m *ent.StockMovement) time.Time { return m.OccurredAt }),
	},
}

func movementID(m *ent.StockMovement) int64 { return m.ID }

// ListMovements reads a page of the ledger, newest first unless told otherwise.
// Ends with Forbidden without stock:view, with BadRequest for arguments outside
// their limits, and for OCCURRED_AT over the whole ledger, which has no index.
func ListMovements(ctx context.Context, db *store.DB, f *MovementFilter, o *MovementOrder, a page.Args) (_ *page.Connection[*ent.StockMovement], err error) {
	defer fault.Wrap(&err, "ledger.ListMovements")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	if f == nil {
		f = &MovementFilter{}
	}
	if o == nil {
		o = &MovementOrder{Field: MovementsByID, Direction: page.Desc}
	}
	if o.Field == MovementsByOccurredAt && !f.isNarrow() {
		return nil, fault.Stop(fault.BadRequest, "movements are ordered by OCCURRED_AT only within filter.skus, filter.postingId, filter.documentId, filter.documentNo or filter.occurredFrom")
	}
	where, err := f.predicates(ctx, db)
	if err != nil {
		return nil, err
	}
	order := movementFields.Order(o.Field, o.Direction)
	query := db.Ent().StockMovement.Query().Where(where...)
	skus, warehouses, err := f.parents(ctx, db)
	switch {
	case err != nil:
		return nil, err
	case skus != nil:
		// (warehouse_id, sku, id) has one warehouse in order, (sku, id) has all.
		switch {
		case len(warehouses) == 1:
			query.Where(stockmovement.WarehouseID(warehouses[0]))
		case warehouses != nil:
			query.Where(page.In(stockmovement.FieldWarehouseID, warehouses))
		}
		return page.ReadOf(ctx, a, order, query, stockmovement.FieldSku, skus)
	case warehouses != nil:
		return page.ReadOf(ctx, a, order, query, stockmovement.FieldWarehouseID, warehouses)
	}
	return page.Read(ctx, a, order, query)
}

// FindPostings reads postings by key, in no order. People without stock:view get none.
func FindPostings(ctx context.Context, db *store.DB, ids []int64) (_ []*ent.Posting, err error) {
	defer fault.Wrap(&err, "ledger.FindPostings")
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	return db.Ent().Posting.Query().Where(page.In(entposting.FieldID, ids)).All(ctx)
}

// ReversalsOf finds the postings that took these back, in no order. People
// without stock:view get none.
func ReversalsOf(ctx context.Context, db *store.DB, postings []int64) (_ []*ent.Posting, err error) {
	defer fault.Wrap(&err, "ledger.ReversalsOf")
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	return db.Ent().Posting.Query().Where(page.In(entposting.FieldReversesID, postings)).All(ctx)
}
