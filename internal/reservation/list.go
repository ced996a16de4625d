package reservation

import (
	"context"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/predicate"
	entreservation "entrepot/ent/reservation"
	"entrepot/ent/reservationallocation"
	"entrepot/ent/reservationline"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Filter narrows List. All conditions must hold.
type Filter struct {
	States         []stock.ReservationState
	BusinessTypes  []string
	BusinessIDs    []string
	WarehouseCodes []string
	SKU            *string
	SKUs           []string
	// ExpiringBefore asks for active ones that expire before an instant.
	ExpiringBefore *time.Time
	// Short asks for those that lost some of what they held and did not get it back.
	Short       *bool
	Search      *string
	CreatedFrom *time.Time
	CreatedTo   *time.Time
}

// Order orders List.
type Order struct {
	Field     OrderField
	Direction page.Direction
}

// OrderField is a column that reservations can be ordered by.
type OrderField string

// The values of OrderField.
const (
	ByEntry OrderField = "ID"
	// ByExpiresAt leaves out reservations that never expire.
	ByExpiresAt OrderField = "EXPIRES_AT"
	ByUpdatedAt OrderField = "UPDATED_AT"
	ByPriority  OrderField = "PRIORITY"
	ByQuantity  OrderField = "QUANTITY"
)

var orderFields = page.Fields[OrderField, *ent.Reservation]{
	Name: "reservations", ID: func(r *ent.Reservation) int64 { return r.ID },
	Keys: map[OrderField]page.Key[*ent.Reservation]{
		ByExpiresAt: page.Time(entreservation.FieldExpiresAt, func(r *ent.Reservation) time.Time { return *r.ExpiresAt }),
		ByUpdatedAt: page.Time(entreservation.FieldUpdatedAt, func(r *ent.Reservation) time.Time { return r.UpdatedAt }),
		ByPriority:  page.Int(entreservation.FieldPriority, func(r *ent.Reservation) int64 { return r.Priority }),
		ByQuantity:  page.Int(entreservation.FieldQuantity, func(r *ent.Reservation) int64 { return r.Quantity }),
	},
}

// List reads a page of reservations, newest first unless told otherwise. Ends with
// Forbidden without reservation:view, with BadRequest for arguments outside their
// limits.
func List(ctx context.Context, db *store.DB, f *Filter, o *Order, a page.Args) (_ *page.Connection[*ent.Reservation], err error) {
	defer fault.Wrap(&err, "reservation.List")
	if _, err := auth.Require(ctx, auth.ReservationView); err != nil {
		return nil, err
	}
	if f == nil {
		f = &Filter{}
	}
	if o == nil {
		o = &Order{Field: ByEntry, Direction: page.Desc}
	}
	where, err := f.predicates()
	if err != nil {
		return nil, err
	}
	order, query := orderFields.Order(o.Field, o.Direction), db.Ent().Reservation.Query().Where(where...)
	if o.Field == ByExpiresAt {
		query.Where(entreservation.ExpiresAtNotNil())
	}
	if f.States != nil {
		states := make([]string, len(f.States))
		for i, s := range f.States {
			states[i] = string(s)
		}
		return page.ReadOf(ctx, a, order, query, entreservation.FieldState, states)
	}
	return page.Read(ctx, a, order, query)
}

func (f *Filter) predicates() (where []predicate.Reservation, err error) {
	for field, n := range map[string]int{
		"states": len(f.States), "businessTypes": len(f.BusinessTypes), "businessIds": len(f.BusinessIDs),
		"warehouseCodes": len(f.WarehouseCodes), "skus": len(f.SKUs),
	} {
		if err := page.Keys("filter."+field, n); err != nil {
			return nil, err
		}
	}
	if f.Search != nil {
		if err := page.Search("filter.search", *f.Search); err != nil {
			return nil, err
		}
	}
	and := func(given bool, p func() predicate.Reservation) {
		if given {
			where = append(where, p())
		}
	}
	and(f.BusinessTypes != nil, func() predicate.Reservation { return page.In(entreservation.FieldBusinessType, upper(f.BusinessTypes)) })
	and(f.BusinessIDs != nil, func() predicate.Reservation { return page.In(entreservation.FieldBusinessID, f.BusinessIDs) })
	and(f.WarehouseCodes != nil, func() predicate.Reservation { return inWarehouses(upper(f.WarehouseCodes)) })
	and(f.SKU != nil, func() predicate.Reservation { return ofSKUs(upper([]string{*f.SKU})) })
	and(f.SKUs != nil, func() predicate.Reservation { return ofSKUs(upper(f.SKUs)) })
	and(f.ExpiringBefore != nil, func() predicate.Reservation {
		return entreservation.And(entreservation.StateEQ(stock.ReservationActive), entreservation.ExpiresAtNotNil(),
			entreservation.ExpiresAtLT(store.Moment(*f.ExpiringBefore)))
	})
	and(f.Short != nil, func() predicate.Reservation { return shortIs(*f.Short) })
	and(f.Search != nil && *f.Search != "", func() predicate.Reservation {
		return page.StartsWith(entreservation.FieldBusinessID, strings.TrimSpace(*f.Search))
	})
	and(f.CreatedFrom != nil, func() predicate.Reservation { return entreservation.CreatedAtGTE(store.Moment(*f.CreatedFrom)) })
	and(f.CreatedTo != nil, func() predicate.Reservation { return entreservation.CreatedAtLT(store.Moment(*f.CreatedTo)) })
	return where, nil
}

func upper(codes []string) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = tidyCode(c)
	}
	return out
}

func shortIs(short bool) predicate.Reservation {
	if short {
		return entreservation.ShortQuantityGT(0)
	}
	return entreservation.ShortQuantity(0)
}

// ofSKUs: a line asks for one of the SKUs.
func ofSKUs(skus []string) predicate.Reservation {
	return func(s *sql.Selector) {
		lines := sql.Dialect(s.Dialect()).Select(reservationline.FieldReservationID).From(sql.Table(reservationline.Table))
		page.In(reservationline.FieldSku, skus)(lines)
		s.Where(page.InFound(s, entreservation.FieldID, lines))
	}
}

// inWarehouses: it holds, or held, something in one of the warehouses.
func inWarehouses(codes []string) predicate.Reservation {
	return func(s *sql.Selector) {
		d := sql.Dialect(s.Dialect())
		houses := d.Select(entwarehouse.FieldID).From(sql.Table(entwarehouse.Table))
		page.In(entwarehouse.FieldCode, codes)(houses)
		parts := d.Select(reservationallocation.FieldReservationID).From(sql.Table(reservationallocation.Table))
		parts.Where(page.InFound(parts, reservationallocation.FieldWarehouseID, houses))
		s.Where(page.InFound(s, entreservation.FieldID, parts))
	}
}
