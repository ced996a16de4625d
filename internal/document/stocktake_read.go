package document

import (
	"context"
	"encoding/json"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	entlocation "entrepot/ent/location"
	"entrepot/ent/predicate"
	entstocktake "entrepot/ent/stocktake"
	"entrepot/ent/stocktakeline"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// StocktakesOf finds what these documents count, in no order. People without
// document:view get none.
func StocktakesOf(ctx context.Context, db *store.DB, documents []int64) (_ []*ent.Stocktake, err error) {
	defer fault.Wrap(&err, "document.StocktakesOf")
	if !auth.From(ctx).Can(auth.DocumentView) {
		return nil, nil
	}
	return db.Ent().Stocktake.Query().Where(page.In(entstocktake.FieldDocumentID, documents)).All(ctx)
}

// ScopeOf is what a stocktake counts, as it was asked for.
func ScopeOf(take *ent.Stocktake) (s StocktakeScope, err error) {
	err = json.Unmarshal([]byte(take.Scope), &s)
	return s, err
}

var countOrder = page.Order[*ent.StocktakeLine]{
	Name: "stocktakeLines", Direction: page.Asc, ID: func(l *ent.StocktakeLine) int64 { return l.ID },
	Key: page.Int(stocktakeline.FieldLineNo, func(l *ent.StocktakeLine) int64 { return int64(l.LineNo) }),
}

// PageOfStocktakeLines is a page of the lines of a stocktake, in order.
// BadRequest for arguments outside their limits.
func PageOfStocktakeLines(a page.Args) (*page.Each[int64, *ent.StocktakeLine], error) {
	return page.NewEach[int64](a, countOrder)
}

// StocktakeLinesOf reads that page for each of these documents, without what the
// person may not see. People without document:view get none.
func StocktakeLinesOf(ctx context.Context, db *store.DB, documents []int64, each *page.Each[int64, *ent.StocktakeLine], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.StocktakeLine], err error) {
	defer fault.Wrap(&err, "document.StocktakeLinesOf")
	return each.Read(ctx, documents, func(ctx context.Context) ([]*ent.StocktakeLine, error) {
		if !auth.From(ctx).Can(auth.DocumentView) {
			return nil, nil
		}
		rows, err := db.Ent().StocktakeLine.Query().Where(each.Where(stocktakeline.FieldDocumentID, documents)).Order(each.OrderBy).All(ctx)
		if err != nil {
			return nil, err
		}
		return rows, veil(ctx, db, rows)
	}, func(l *ent.StocktakeLine) int64 { return l.DocumentID }, count)
}

// CountStocktakeLines is how many lines the stocktakes of these documents have.
func CountStocktakeLines(ctx context.Context, db *store.DB, documents []int64) (map[int64]int, error) {
	progress, err := ProgressOf(ctx, db, documents)
	out := make(map[int64]int, len(progress))
	for id, p := range progress {
		out[id] = p.Lines
	}
	return out, err
}

// StocktakeLineFilter narrows the lines of a stocktake. All conditions must hold.
type StocktakeLineFilter struct {
	States        []stock.CountState
	Differing     *bool
	Found         *bool
	Zones         []string
	LocationCodes []string
	SKUs          []string
}

// StocktakeLines lists lines of the stocktake of that number, without what the
// person may not see; none when there is no such document. Ends with Forbidden
// without document:view, with BadRequest for arguments outside their limits, and for
// a filter that would tell what the person may not see.
func StocktakeLines(ctx context.Context, db *store.DB, no string, f *StocktakeLineFilter, a page.Args) (_ *page.Connection[*ent.StocktakeLine], err error) {
	defer fault.Wrap(&err, "document.StocktakeLines")
	if _, err := auth.Require(ctx, auth.DocumentView); err != nil {
		return nil, err
	}
	doc, err := db.Ent().Document.Query().Where(entdocument.No(number(no))).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, err
	}
	query := db.Ent().StocktakeLine.Query()
	if doc == nil {
		query.Where(stocktakeline.DocumentID(0))
	} else {
		where, err := f.where(ctx, db, doc)
		if err != nil {
			return nil, err
		}
		query.Where(append(where, stocktakeline.DocumentID(doc.ID))...)
	}
	c, err := page.Read(ctx, a, countOrder, query)
	if err != nil {
		return nil, err
	}
	return c, veil(ctx, db, c.Nodes)
}

func (f *StocktakeLineFilter) where(ctx context.Context, db *store.DB, doc *ent.Document) (where []predicate.StocktakeLine, err error) {
	if f == nil {
		return nil, nil
	}
	for _, keys := range []struct {
		name string
		n    int
	}{{"locationCodes", len(f.LocationCodes)}, {"skus", len(f.SKUs)}} {
		if err := page.Keys("filter."+keys.name, keys.n); err != nil {
			return nil, err
		}
	}
	if len(f.Zones) > MaxZones {
		return nil, fault.Stop(fault.BadRequest, "filter.zones takes at most %d values, not %d", MaxZones, len(f.Zones))
	}
	if f.Differing != nil {
		of, err := hidden(ctx, db, []int64{doc.ID})
		if err != nil {
			return nil, err
		}
		if of[doc.ID] {
			return nil, fault.Stop(fault.BadRequest, "stocktake %s is blind: leave filter.differing out until it is completed", doc.No)
		}
		where = append(where, differingIs(*f.Differing))
	}
	if f.States != nil {
		where = append(where, stocktakeline.StateIn(f.States...))
	}
	if f.Found != nil {
		where = append(where, stocktakeline.Found(*f.Found))
	}
	if f.SKUs != nil {
		where = append(where, page.In(stocktakeline.FieldSku, upper(f.SKUs)))
	}
	if f.LocationCodes != nil || f.Zones != nil {
		where = append(where, f.inBins(doc))
	}
	return where, nil
}

const differs = "counted_quantity IS NOT NULL AND book_quantity IS NOT NULL AND counted_quantity <> book_quantity"

func differingIs(yes bool) predicate.StocktakeLine {
	return func(s *sql.Selector) {
		if yes {
			s.Where(sql.ExprP(differs))
		} else {
			s.Where(sql.ExprP("NOT (" + differs + ")"))
		}
	}
}

// inBins narrows lines to locations of these codes and zones.
func (f *StocktakeLineFilter) inBins(doc *ent.Document) predicate.StocktakeLine {
	return func(s *sql.Selector) {
		bins := sql.Dialect(s.Dialect()).Select(entlocation.FieldID).From(sql.Table(entlocation.Table))
		bins.Where(sql.EQ(entlocation.FieldWarehouseID, doc.WarehouseID))
		if f.LocationCodes != nil {
			page.In(entlocation.FieldCode, upper(f.LocationCodes))(bins)
		}
		if f.Zones != nil {
			zones := make([]*sql.Predicate, 0, 2*len(f.Zones))
			for _, z := range upper(f.Zones) {
				zones = append(zones, sql.EQ(entlocation.FieldCode, z), sql.HasPrefix(entlocation.FieldCode, z+"-"))
			}
			bins.Where(sql.Or(append(zones, sql.False())...))
		}
		s.Where(page.InFound(s, stocktakeline.FieldLocationID, bins))
	}
}

// StocktakeProgress is how far a stocktake is, in lines.
type StocktakeProgress struct {
	Lines, Open, Counted, Recount, Posted, Skipped, Found int
	// Differing are those that are counted and differ from the books; nil for people
	// who are not shown what the books say.
	Differing *int
}

// ProgressOf tells how far the stocktakes of these documents are, in one statement.
// People without document:view get none.
func ProgressOf(ctx context.Context, db *store.DB, documents []int64) (_ map[int64]*StocktakeProgress, err error) {
	defer fault.Wrap(&err, "document.ProgressOf")
	out := make(map[int64]*StocktakeProgress, len(documents))
	if !auth.From(ctx).Can(auth.DocumentView) {
		return out, nil
	}
	of, err := hidden(ctx, db, documents)
	if err != nil {
		return nil, err
	}
	p := &store.Params{Dialect: db.Dialect()}
	rows, err := db.SQL().QueryContext(ctx, "SELECT document_id, state, count(*), sum(CASE WHEN found THEN 1 ELSE 0 END), sum(CASE WHEN "+differs+
		" THEN 1 ELSE 0 END) FROM stocktake_lines WHERE "+p.AmongIDs("document_id", documents)+" GROUP BY document_id, state", p.Values...)
	if err != nil {
		return nil, fmt.Errorf("count lines of stocktakes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var state stock.CountState
		var n, found, differing int
		if err := rows.Scan(&id, &state, &n, &found, &differing); err != nil {
			return nil, err
		}
		if out[id] == nil {
			out[id] = &StocktakeProgress{}
		}
		out[id].add(state, n, found, differing, of[id])
	}
	return out, rows.Err()
}

func (p *StocktakeProgress) add(state stock.CountState, n, found, differing int, hidden bool) {
	in := map[stock.CountState]*int{
		stock.CountOpen: &p.Open, stock.CountCounted: &p.Counted, stock.CountRecount: &p.Recount, stock.CountPosted: &p.Posted, stock.CountSkipped: &p.Skipped,
	}
	*in[state] += n
	p.Lines, p.Found = p.Lines+n, p.Found+found
	if hidden {
		return
	}
	if p.Differing == nil {
		p.Differing = new(int)
	}
	*p.Differing += differing
}
