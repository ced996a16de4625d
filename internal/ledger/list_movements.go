package ledger

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	entposting "entrepot/ent/posting"
	"entrepot/ent/predicate"
	"entrepot/ent/stockmovement"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// MovementFilter narrows ListMovements. All conditions must hold; From is
// included, To is not.
type MovementFilter struct {
	SKU           *string
	WarehouseCode *string
	BatchNo       *string
	Kinds         []stock.MovementKind
	PostingID     *page.ID
	DocumentID    *page.ID
	RecordedFrom  *time.Time
	RecordedTo    *time.Time
	OccurredFrom  *time.Time
	OccurredTo    *time.Time
}

// MovementOrder orders ListMovements.
type MovementOrder struct {
	Field     MovementOrderField
	Direction page.Direction
}

// MovementOrderField is a column that movements can be ordered by.
type MovementOrderField string

// MovementsByID is the order of entry.
const MovementsByID MovementOrderField = "ID"

// ListMovements reads a page of the ledger, newest first unless told otherwise.
// Ends with Forbidden without stock:view, with BadRequest for arguments outside
// their limits.
func ListMovements(ctx context.Context, db *store.DB, f *MovementFilter, o *MovementOrder, a page.Args) (_ *page.Connection[*ent.StockMovement], err error) {
	defer fault.Wrap(&err, "ledger.ListMovements")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	where, err := f.predicates(ctx, db)
	if err != nil {
		return nil, err
	}
	if o == nil {
		o = &MovementOrder{Field: MovementsByID, Direction: page.Desc}
	}
	order := page.Order[*ent.StockMovement]{
		Name: "stockMovements." + string(o.Field), Direction: o.Direction,
		ID: func(m *ent.StockMovement) int64 { return m.ID },
	}
	query := func() *ent.StockMovementQuery { return db.Ent().StockMovement.Query().Where(where...) }
	return page.List(ctx, a, order,
		func(ctx context.Context, s page.Slice) ([]*ent.StockMovement, error) {
			return query().Where(s.Where).Order(s.OrderBy).Limit(s.Limit).Offset(s.Offset).All(ctx)
		},
		func(ctx context.Context) (int, error) { return query().Count(ctx) })
}

// PageOfMovements is a page of the movements of a posting, in the order of
// entry. BadRequest for arguments outside their limits.
func PageOfMovements(a page.Args) (*page.Each[*ent.StockMovement], error) {
	return page.NewEach(a, page.Order[*ent.StockMovement]{
		Name: "postingMovements", Direction: page.Asc, ID: func(m *ent.StockMovement) int64 { return m.ID },
	})
}

// MovementsOf reads that page for each of these postings, in one statement.
// People without stock:view get none.
func MovementsOf(ctx context.Context, db *store.DB, postings []int64, each *page.Each[*ent.StockMovement], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.StockMovement], err error) {
	defer fault.Wrap(&err, "ledger.MovementsOf")
	return each.Read(ctx, postings, func(ctx context.Context) ([]*ent.StockMovement, error) {
		if !auth.From(ctx).Can(auth.StockView) {
			return nil, nil
		}
		return db.Ent().StockMovement.Query().Where(each.Where(stockmovement.Table, stockmovement.FieldPostingID, postings)).
			Order(ent.Asc(stockmovement.FieldID)).All(ctx)
	}, func(m *ent.StockMovement) int64 { return m.PostingID }, count)
}

func ofDocument(id int64) predicate.StockMovement {
	return func(s *sql.Selector) {
		p := sql.Table(entposting.Table)
		s.Where(sql.In(s.C(stockmovement.FieldPostingID),
			sql.Select(p.C(entposting.FieldID)).From(p).Where(sql.EQ(p.C(entposting.FieldDocumentID), id))))
	}
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

func (f *MovementFilter) predicates(ctx context.Context, db *store.DB) (where []predicate.StockMovement, err error) {
	if f == nil {
		return nil, nil
	}
	if f.SKU != nil {
		where = append(where, stockmovement.Sku(stored(*f.SKU)))
	}
	if f.WarehouseCode != nil {
		ids, err := warehouseIDs(ctx, db, *f.WarehouseCode)
		if err != nil {
			return nil, err
		}
		where = append(where, stockmovement.WarehouseIDIn(ids...))
	}
	if f.BatchNo != nil {
		where = append(where, stockmovement.BatchNo(*f.BatchNo))
	}
	if f.Kinds != nil {
		if err := page.Keys("filter.kinds", len(f.Kinds)); err != nil {
			return nil, err
		}
		where = append(where, stockmovement.KindIn(f.Kinds...))
	}
	if f.PostingID != nil {
		where = append(where, stockmovement.PostingID(f.PostingID.Of("Posting")))
	}
	if f.DocumentID != nil {
		where = append(where, ofDocument(f.DocumentID.Of("Document")))
	}
	if f.RecordedFrom != nil {
		where = append(where, stockmovement.RecordedAtGTE(*f.RecordedFrom))
	}
	if f.RecordedTo != nil {
		where = append(where, stockmovement.RecordedAtLT(*f.RecordedTo))
	}
	if f.OccurredFrom != nil {
		where = append(where, stockmovement.OccurredAtGTE(*f.OccurredFrom))
	}
	if f.OccurredTo != nil {
		where = append(where, stockmovement.OccurredAtLT(*f.OccurredTo))
	}
	return where, nil
}
