package abc

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"entrepot/ent"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// MaxDays is how far back a ranking looks at most.
const MaxDays = 730

// Rank is where the goods of one SKU stand in a warehouse.
type Rank struct {
	Rank  int
	SKU   string
	Class stock.AbcClass
	// Units left, worth Value in the warehouse's currency.
	Units int64
	Value money.Amount

	cumulative, total money.Amount
}

// Share is their part of the value that left the warehouse, 0 to 1, rounded to
// four digits.
func (r *Rank) Share() (money.Amount, error) { return r.part(r.Value) }

// Cumulative is that of all goods up to and including them.
func (r *Rank) Cumulative() (money.Amount, error) { return r.part(r.cumulative) }

func (r *Rank) part(v money.Amount) (money.Amount, error) {
	if r.total == 0 {
		return 0, nil
	}
	one := money.Amount(1_0000)
	return one.Share(int64(v), int64(r.total))
}

// List ranks the goods of a warehouse by what left it in the last days; only
// those of these classes, when classes is not nil. An unknown warehouse has none.
// Ends with Forbidden without stock:view, with BadRequest for arguments outside
// their limits.
func List(ctx context.Context, db *store.DB, now time.Time, warehouseCode string, days int, classes []stock.AbcClass, a page.Args) (_ *page.Connection[*Rank], err error) {
	defer fault.Wrap(&err, "abc.List")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	if days < 1 || days > MaxDays {
		return nil, fault.Stop(fault.BadRequest, "days is 1 to %d, not %d", MaxDays, days)
	}
	id, err := db.Ent().Warehouse.Query().Where(entwarehouse.Code(strings.ToUpper(strings.TrimSpace(warehouseCode)))).OnlyID(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, err
	}
	ranked := func(p *store.Params) string {
		text := "SELECT * FROM (" + SQL(p, id, now.AddDate(0, 0, -days)) + ") r"
		if classes != nil {
			text += " WHERE " + p.Among("class", names(classes))
		}
		return text
	}
	order := page.Order[*Rank]{Name: "abcClasses", Ties: []page.Key[*Rank]{page.Int("rank", func(r *Rank) int64 { return int64(r.Rank) })}}
	return page.List(ctx, a, order,
		func(ctx context.Context, s page.Slice) (out []*Rank, err error) {
			p := &store.Params{Dialect: db.Dialect()}
			text := "SELECT rank, sku, class, units, value, cumulative, total FROM (" + ranked(p) + ") page" + s.Tail(p.Add)
			err = db.Report(ctx, func(tx *sql.Tx) error {
				out, err = scan(tx.QueryContext(ctx, text, p.Values...))
				return err
			})
			return out, err
		},
		func(ctx context.Context) (n int, err error) {
			p := &store.Params{Dialect: db.Dialect()}
			text := "SELECT count(*) FROM (" + ranked(p) + ") counted"
			err = db.Report(ctx, func(tx *sql.Tx) error { return tx.QueryRowContext(ctx, text, p.Values...).Scan(&n) })
			return n, err
		})
}

func scan(rows *sql.Rows, err error) (out []*Rank, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		r := &Rank{}
		if err := rows.Scan(&r.Rank, &r.SKU, &r.Class, &r.Units, &r.Value, &r.cumulative, &r.total); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func names(classes []stock.AbcClass) []string {
	out := make([]string, len(classes))
	for i, c := range classes {
		out[i] = string(c)
	}
	return out
}
