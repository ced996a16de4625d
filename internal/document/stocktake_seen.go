package document

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	"entrepot/ent/predicate"
	entstocktake "entrepot/ent/stocktake"
	"entrepot/internal/auth"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Blindness. Who counts blind is not shown what the books say, in any way that
// leads through a stocktake: lines, counts, filters, progress. It ends when the
// stocktake is completed, since the differences are then in the journal. Everything
// that shows lines and counts goes through these functions.

// seesBooks says whether people are kept from the books at all.
func seesBooks(ctx context.Context) bool { return auth.From(ctx).Can(auth.DocumentApprove) }

// hidden are those of these documents of which the person is not shown what the
// books say.
func hidden(ctx context.Context, db *store.DB, documents []int64) (map[int64]bool, error) {
	if seesBooks(ctx) || len(documents) == 0 {
		return nil, nil
	}
	var ids []int64
	err := db.Ent().Stocktake.Query().Where(page.In(entstocktake.FieldDocumentID, documents), blindNow).
		Select(entstocktake.FieldDocumentID).Scan(ctx, &ids)
	out := make(map[int64]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

// blindNow is the condition that a stocktake is blind and not completed.
var blindNow = predicate.Stocktake(func(s *sql.Selector) {
	d := sql.Table(entdocument.Table).As("blind")
	s.Where(sql.And(sql.EQ(s.C(entstocktake.FieldBlind), true), sql.Not(sql.Exists(
		sql.Select().From(d).Where(sql.And(sql.ColumnsEQ(d.C(entdocument.FieldID), s.C(entstocktake.FieldDocumentID)),
			sql.EQ(d.C(entdocument.FieldState), string(stock.DocumentCompleted))))))))
})

// ShowsBooks says whether the person is shown what the books say of a stocktake of
// a document in this state.
func ShowsBooks(ctx context.Context, take *ent.Stocktake, state stock.DocumentState) bool {
	return !take.Blind || seesBooks(ctx) || state == stock.DocumentCompleted
}

// Difference is how many units more a line has than the books said; nil until it is
// counted, and where the person is not shown what the books say.
func Difference(l *ent.StocktakeLine) *int64 {
	if l.CountedQuantity == nil || l.BookQuantity == nil {
		return nil
	}
	d := *l.CountedQuantity - *l.BookQuantity
	return &d
}

// veil takes from lines what the person may not see.
func veil(ctx context.Context, db *store.DB, lines []*ent.StocktakeLine) error {
	ids := make([]int64, len(lines))
	for i, l := range lines {
		ids[i] = l.DocumentID
	}
	of, err := hidden(ctx, db, ids)
	for _, l := range lines {
		if of[l.DocumentID] {
			l.BookQuantity = nil
		}
	}
	return err
}

// seen is the result of a command as the person may see it. A dry run tells of a
// stocktake that never was: its lines are not counted yet.
func (s *Service) seen(ctx context.Context, res Result, err error) (Result, error) {
	if err != nil {
		return res, err
	}
	return res, veil(ctx, s.db, res.Counted)
}
