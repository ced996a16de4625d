package ledger

import (
	"context"

	"entrepot/ent"
	entposting "entrepot/ent/posting"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// PageOfPostings is a page of the postings of a document, oldest first.
// BadRequest for arguments outside their limits.
func PageOfPostings(a page.Args) (*page.Each[int64, *ent.Posting], error) {
	return page.NewEach[int64](a, page.Order[*ent.Posting]{
		Name: "documentPostings", Direction: page.Asc, ID: func(p *ent.Posting) int64 { return p.ID },
	})
}

// PostingsOf reads that page for each of these documents, in one statement.
// People without stock:view get none.
func PostingsOf(ctx context.Context, db *store.DB, documents []int64, each *page.Each[int64, *ent.Posting], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.Posting], err error) {
	defer fault.Wrap(&err, "ledger.PostingsOf")
	return each.Read(ctx, documents, func(ctx context.Context) ([]*ent.Posting, error) {
		if !auth.From(ctx).Can(auth.StockView) {
			return nil, nil
		}
		return db.Ent().Posting.Query().Where(each.Where(entposting.FieldDocumentID, documents)).Order(each.OrderBy).All(ctx)
	}, func(p *ent.Posting) int64 { return *p.DocumentID }, count)
}

// CountPostings counts the postings of each of these documents. People without
// stock:view get none.
func CountPostings(ctx context.Context, db *store.DB, documents []int64) (_ map[int64]int, err error) {
	defer fault.Wrap(&err, "ledger.CountPostings")
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	var rows []struct {
		DocumentID int64 `json:"document_id"`
		Count      int   `json:"count"`
	}
	err = db.Ent().Posting.Query().Where(page.In(entposting.FieldDocumentID, documents)).
		GroupBy(entposting.FieldDocumentID).Aggregate(ent.Count()).Scan(ctx, &rows)
	counts := make(map[int64]int, len(rows))
	for _, r := range rows {
		counts[r.DocumentID] = r.Count
	}
	return counts, err
}
