package fx

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/ent/exchangerate"
	"entrepot/ent/predicate"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// Filter narrows List. All conditions must hold; both ends of a stretch of days
// are included.
type Filter struct {
	FromCurrency, ToCurrency *string
	DateFrom, DateTo         *time.Time
	Sources                  []string
	RecordedSince            *time.Time
}

// Order orders List.
type Order struct {
	Field     OrderField
	Direction page.Direction
}

// OrderField is a column that rates can be ordered by.
type OrderField string

// The values of OrderField.
const (
	ByDate         OrderField = "RATE_DATE"
	ByRecordedAt   OrderField = "RECORDED_AT"
	ByFromCurrency OrderField = "FROM_CURRENCY"
)

var orderFields = page.Fields[OrderField, *ent.ExchangeRate]{
	Name: "exchangeRates", ID: func(r *ent.ExchangeRate) int64 { return r.ID },
	Keys: map[OrderField]page.Key[*ent.ExchangeRate]{
		ByDate:         byDate,
		ByRecordedAt:   page.Time(exchangerate.FieldRecordedAt, func(r *ent.ExchangeRate) time.Time { return r.RecordedAt }),
		ByFromCurrency: page.Text(exchangerate.FieldFromCurrency, func(r *ent.ExchangeRate) string { return r.FromCurrency }),
	},
}

var (
	byDate       = page.Time(exchangerate.FieldRateDate, func(r *ent.ExchangeRate) time.Time { return r.RateDate })
	byToCurrency = page.Text(exchangerate.FieldToCurrency, func(r *ent.ExchangeRate) string { return r.ToCurrency })
)

// List reads a page of rates, the latest day first unless told otherwise. Ends
// with Forbidden without stock:view, with BadRequest for arguments outside their
// limits.
func List(ctx context.Context, db *store.DB, f *Filter, o *Order, a page.Args) (_ *page.Connection[*ent.ExchangeRate], err error) {
	defer fault.Wrap(&err, "fx.List")
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return nil, err
	}
	where, err := f.predicates()
	if err != nil {
		return nil, err
	}
	if o == nil {
		o = &Order{Field: ByDate, Direction: page.Desc}
	}
	order := orderFields.Order(o.Field, o.Direction)
	if o.Field == ByFromCurrency {
		order.Ties = []page.Key[*ent.ExchangeRate]{byToCurrency, byDate} // the key of rates
	}
	return page.Read(ctx, a, order, db.Ent().ExchangeRate.Query().Where(where...))
}

func (f *Filter) predicates() (where []predicate.ExchangeRate, err error) {
	if f == nil {
		return nil, nil
	}
	if f.FromCurrency != nil {
		where = append(where, exchangerate.FromCurrency(command.Currency(*f.FromCurrency)))
	}
	if f.ToCurrency != nil {
		where = append(where, exchangerate.ToCurrency(command.Currency(*f.ToCurrency)))
	}
	if f.DateFrom != nil {
		where = append(where, exchangerate.RateDateGTE(Day(*f.DateFrom)))
	}
	if f.DateTo != nil {
		where = append(where, exchangerate.RateDateLTE(Day(*f.DateTo)))
	}
	if f.Sources != nil {
		if err := page.Keys("filter.sources", len(f.Sources)); err != nil {
			return nil, err
		}
		where = append(where, page.In(exchangerate.FieldSource, f.Sources))
	}
	if f.RecordedSince != nil {
		where = append(where, exchangerate.RecordedAtGTE(store.Moment(*f.RecordedSince)))
	}
	return where, nil
}
