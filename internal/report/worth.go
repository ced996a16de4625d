package report

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/internal/fx"
	"entrepot/internal/money"
	"entrepot/internal/store"
)

// CurrencyAmount is an amount with its currency.
type CurrencyAmount struct {
	Currency string
	Amount   money.Amount
}

// worth is how values of different currencies are told and added up.
type worth []currency

// currency is one that warehouses keep their costs in.
type currency struct {
	code       string
	warehouses []int64
	// rate is into the base currency; none when nobody entered one.
	rate sql.NullInt64
}

// column is the name of the values in the currency, the i-th.
func (c currency) column(i int) string { return "value_" + strconv.Itoa(i) }

// worth finds the currencies of warehouses and what each is worth on the day of
// at, by the latest rate until then.
func (s *Service) worth(ctx context.Context, warehouses []*ent.Warehouse, at time.Time) (worth, error) {
	var w worth
	for _, place := range warehouses {
		i := slices.IndexFunc(w, func(c currency) bool { return c.code == place.Currency })
		if i < 0 {
			i = len(w)
			w = append(w, currency{code: place.Currency})
		}
		w[i].warehouses = append(w[i].warehouses, place.ID)
	}
	codes := make([]string, len(w))
	for i, c := range w {
		codes[i] = c.code
	}
	p := store.Params{Dialect: s.db.Dialect()}
	list, day := p.List("code", codes), p.Add(fx.Day(at))
	rows, err := s.db.SQL().QueryContext(ctx, "SELECT code, "+fx.LatestSQL(p.Dialect, "code", p.Add(s.base), day)+" FROM "+list, p.Values...)
	if err != nil {
		return nil, fmt.Errorf("rates: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var code string
		var rate sql.NullInt64
		if err := rows.Scan(&code, &rate); err != nil {
			return nil, err
		}
		if code == s.base {
			rate = sql.NullInt64{Int64: int64(money.ParityRate), Valid: true}
		}
		w[slices.Index(codes, code)].rate = rate
	}
	return w, rows.Err()
}

// baseExpr is the value of a group g in the base currency, NULL when goods of a
// currency without a rate are among it.
func (w worth) baseExpr(p *store.Params) string {
	if len(w) == 0 {
		return "0"
	}
	terms := make([]string, len(w))
	for i, c := range w {
		value := "g." + c.column(i)
		switch {
		case !c.rate.Valid:
			terms[i] = "CASE WHEN " + value + " = 0 THEN 0 END"
		case c.rate.Int64 == int64(money.ParityRate):
			terms[i] = value
		default:
			terms[i] = store.Convert(p.Dialect, value, p.Add(c.rate.Int64))
		}
	}
	return strings.Join(terms, " + ")
}

func (w worth) zeros() []CurrencyAmount {
	out := make([]CurrencyAmount, len(w))
	for i, c := range w {
		out[i].Currency = c.code
	}
	return out
}
