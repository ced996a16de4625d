package ledger

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	entdocument "entrepot/ent/document"
	entposting "entrepot/ent/posting"
	"entrepot/ent/predicate"
	"entrepot/ent/stockmovement"
	"entrepot/ent/user"
	"entrepot/internal/auth"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// MovementFilter narrows ListMovements. All conditions must hold; From is
// included, To is not.
type MovementFilter struct {
	SKU            *string
	SKUs           []string
	SKUPrefix      *string
	WarehouseCode  *string
	WarehouseCodes []string
	BatchNo        *string
	BatchNos       []string
	Kinds          []stock.MovementKind
	Direction      *MovementDirection
	// Of the posting.
	PostingID   *page.ID
	DocumentID  *page.ID
	DocumentNo  *string
	Actors      []string
	ReasonCodes []string
	Operations  []string
	// Reversal asks for movements that take others back, or for those that do not;
	// Reversed for those that were taken back, or for those that were not.
	Reversal     *bool
	Reversed     *bool
	RecordedFrom *time.Time
	RecordedTo   *time.Time
	OccurredFrom *time.Time
	OccurredTo   *time.Time
}

// MovementDirection is which way physical units went.
type MovementDirection string

// The values of MovementDirection.
const (
	MovesIn  MovementDirection = "IN"
	MovesOut MovementDirection = "OUT"
)

// Values lists every MovementDirection, in the order of the graph's enum.
func (MovementDirection) Values() []string { return []string{string(MovesIn), string(MovesOut)} }

// MarshalGQL writes the enum.
func (d MovementDirection) MarshalGQL(w io.Writer) {
	_, _ = io.WriteString(w, strconv.Quote(string(d)))
}

// UnmarshalGQL reads the enum.
func (d *MovementDirection) UnmarshalGQL(in any) error {
	switch v := MovementDirection(fmt.Sprint(in)); v {
	case MovesIn, MovesOut:
		*d = v
		return nil
	}
	return fmt.Errorf("%v is not IN or OUT", in)
}

// isNarrow says whether few enough movements are left to sort them.
func (f *MovementFilter) isNarrow() bool {
	return f.SKU != nil || f.SKUs != nil || f.PostingID != nil || f.DocumentID != nil || f.DocumentNo != nil || f.OccurredFrom != nil
}

// parents are the SKUs and the warehouses that the filter names; nil when it
// names none.
func (f *MovementFilter) parents(ctx context.Context, db *store.DB) (skus []string, warehouses []int64, err error) {
	skus = both(f.SKU, f.SKUs)
	if codes := both(f.WarehouseCode, f.WarehouseCodes); codes != nil {
		if warehouses, err = warehouseIDs(ctx, db, codes...); warehouses == nil {
			warehouses = []int64{}
		}
	}
	return skus, warehouses, err
}

// both are the codes that one and many have in common, as stored; nil when
// neither is given.
func both(one *string, many []string) []string {
	switch {
	case one == nil && many == nil:
		return nil
	case one == nil:
		return storedAll(many)
	}
	only := stored(*one)
	if many == nil {
		return []string{only}
	}
	for _, code := range many {
		if stored(code) == only {
			return []string{only}
		}
	}
	return []string{}
}

// predicates are the conditions but for those on SKUs and warehouses.
func (f *MovementFilter) predicates(ctx context.Context, db *store.DB) (where []predicate.StockMovement, err error) {
	for field, n := range map[string]int{
		"skus": len(f.SKUs), "warehouseCodes": len(f.WarehouseCodes), "batchNos": len(f.BatchNos), "kinds": len(f.Kinds),
		"actors": len(f.Actors), "reasonCodes": len(f.ReasonCodes), "operations": len(f.Operations),
	} {
		if err := page.Keys("filter."+field, n); err != nil {
			return nil, err
		}
	}
	and := func(given bool, p func() predicate.StockMovement) {
		if given {
			where = append(where, p())
		}
	}
	and(f.SKUPrefix != nil, func() predicate.StockMovement { return page.StartsWith(stockmovement.FieldSku, stored(*f.SKUPrefix)) })
	and(f.BatchNo != nil, func() predicate.StockMovement { return stockmovement.BatchNo(strings.TrimSpace(*f.BatchNo)) })
	and(f.BatchNos != nil, func() predicate.StockMovement { return page.In(stockmovement.FieldBatchNo, trimmed(f.BatchNos)) })
	and(f.Kinds != nil, func() predicate.StockMovement { return page.InEnum(stockmovement.FieldKind, f.Kinds) })
	and(f.Direction != nil, func() predicate.StockMovement {
		if *f.Direction == MovesIn {
			return stockmovement.QuantityDeltaGT(0)
		}
		return stockmovement.QuantityDeltaLT(0)
	})
	and(f.PostingID != nil, func() predicate.StockMovement { return stockmovement.PostingID(f.PostingID.Of("Posting")) })
	and(f.RecordedFrom != nil, func() predicate.StockMovement { return stockmovement.RecordedAtGTE(store.Moment(*f.RecordedFrom)) })
	and(f.RecordedTo != nil, func() predicate.StockMovement { return stockmovement.RecordedAtLT(*f.RecordedTo) })
	and(f.OccurredFrom != nil, func() predicate.StockMovement { return stockmovement.OccurredAtGTE(store.Moment(*f.OccurredFrom)) })
	and(f.OccurredTo != nil, func() predicate.StockMovement { return stockmovement.OccurredAtLT(*f.OccurredTo) })
	and(f.Reversal != nil, func() predicate.StockMovement {
		if *f.Reversal {
			return stockmovement.KindEQ(stock.MovementReversal)
		}
		return stockmovement.KindNEQ(stock.MovementReversal)
	})
	and(f.Reversed != nil, func() predicate.StockMovement { return reversed(*f.Reversed) })
	and(f.DocumentID != nil, func() predicate.StockMovement { return ofDocument(entdocument.ID(f.DocumentID.Of("Document"))) })
	and(f.DocumentNo != nil, func() predicate.StockMovement { return ofDocument(entdocument.No(stored(*f.DocumentNo))) })
	of, err := f.ofPosting(ctx, db)
	and(of != nil, func() predicate.StockMovement { return postedBy(entposting.And(of...)) })
	return where, err
}

func (f *MovementFilter) ofPosting(ctx context.Context, db *store.DB) (of []predicate.Posting, err error) {
	if f.Actors != nil {
		names := make([]string, len(f.Actors))
		for i, a := range f.Actors {
			names[i] = auth.Username(a)
		}
		ids, err := db.Ent().User.Query().Where(page.In(user.FieldUsername, names)).IDs(ctx)
		if err != nil {
			return nil, err
		}
		of = append(of, page.In(entposting.FieldActorID, ids))
	}
	if f.ReasonCodes != nil {
		of = append(of, page.In(entposting.FieldReasonCode, f.ReasonCodes))
	}
	if f.Operations != nil {
		of = append(of, page.In(entposting.FieldOperation, f.Operations))
	}
	return of, nil
}

// postedBy: movements whose own posting is one of these; asked row by row, in
// the order of the list.
func postedBy(which predicate.Posting) predicate.StockMovement {
	return func(s *sql.Selector) {
		p := sql.Dialect(s.Dialect()).Select(entposting.FieldID).From(sql.Table(entposting.Table))
		p.Where(sql.ColumnsEQ(p.C(entposting.FieldID), s.C(stockmovement.FieldPostingID)))
		which(p)
		s.Where(sql.Exists(p))
	}
}

func reversed(yes bool) predicate.StockMovement {
	return func(s *sql.Selector) {
		p := sql.Dialect(s.Dialect()).Select(entposting.FieldID).From(sql.Table(entposting.Table))
		p.Where(sql.ColumnsEQ(p.C(entposting.FieldReversesID), s.C(stockmovement.FieldPostingID)))
		if yes {
			s.Where(sql.Exists(p))
		} else {
			s.Where(sql.NotExists(p))
		}
	}
}

// ofDocument: movements of the postings of a document, which are few: they are
// found first.
func ofDocument(which predicate.Document) predicate.StockMovement {
	return func(s *sql.Selector) {
		d := sql.Dialect(s.Dialect()).Select(entdocument.FieldID).From(sql.Table(entdocument.Table))
		which(d)
		p := sql.Dialect(s.Dialect()).Select(entposting.FieldID).From(sql.Table(entposting.Table))
		p.Where(page.InFound(p, entposting.FieldDocumentID, d))
		s.Where(page.InFound(s, stockmovement.FieldPostingID, p))
	}
}
