package reservation

import (
	"context"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	entreservation "entrepot/ent/reservation"
	"entrepot/ent/reservationallocation"
	"entrepot/ent/reservationevent"
	"entrepot/ent/reservationline"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Find reads one reservation by its id, or the one of a business object: the active
// one, else the latest; nil when there is none. Ends with Forbidden without
// reservation:view, with BadRequest unless it is named in exactly one way.
func Find(ctx context.Context, db *store.DB, id *page.ID, businessType, businessID *string) (_ *ent.Reservation, err error) {
	defer fault.Wrap(&err, "reservation.Find")
	if _, err := auth.Require(ctx, auth.ReservationView); err != nil {
		return nil, err
	}
	byObject := businessType != nil && businessID != nil
	if (id == nil) != byObject || (businessType == nil) != (businessID == nil) {
		return nil, fault.Stop(fault.BadRequest, "give the id, or businessType and businessId")
	}
	query := db.Ent().Reservation.Query()
	if id != nil {
		query.Where(entreservation.ID(id.Of("Reservation")))
	} else {
		query.Where(entreservation.BusinessType(tidyCode(*businessType)), entreservation.BusinessID(*businessID)).
			Order(ent.Desc(entreservation.FieldID))
	}
	rows, err := query.All(ctx)
	for _, r := range rows {
		if r.State == stock.ReservationActive {
			return r, err
		}
	}
	if len(rows) == 0 {
		return nil, err
	}
	return rows[0], err
}

// ByID finds reservations by key, in no order. People without reservation:view get
// none.
func ByID(ctx context.Context, db *store.DB, ids []int64) (_ []*ent.Reservation, err error) {
	defer fault.Wrap(&err, "reservation.ByID")
	if !auth.From(ctx).Can(auth.ReservationView) {
		return nil, nil
	}
	return db.Ent().Reservation.Query().Where(page.In(entreservation.FieldID, ids)).All(ctx)
}

// LinesByID finds lines by key, in no order. People without reservation:view get
// none.
func LinesByID(ctx context.Context, db *store.DB, ids []int64) (_ []*ent.ReservationLine, err error) {
	defer fault.Wrap(&err, "reservation.LinesByID")
	if !auth.From(ctx).Can(auth.ReservationView) {
		return nil, nil
	}
	return db.Ent().ReservationLine.Query().Where(page.In(reservationline.FieldID, ids)).All(ctx)
}

var lineOrder = page.Order[*ent.ReservationLine]{
	Name: "reservationLines", Direction: page.Asc, ID: func(l *ent.ReservationLine) int64 { return l.ID },
	Key: page.Int(reservationline.FieldLineNo, func(l *ent.ReservationLine) int64 { return int64(l.LineNo) }),
}

// PageOfLines is a page of the lines of a reservation, in order. BadRequest for
// arguments outside their limits.
func PageOfLines(a page.Args) (*page.Each[int64, *ent.ReservationLine], error) {
	return page.NewEach[int64](a, lineOrder)
}

// LinesOf reads that page for each of these reservations, in one statement. People
// without reservation:view get none.
func LinesOf(ctx context.Context, db *store.DB, ids []int64, each *page.Each[int64, *ent.ReservationLine], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.ReservationLine], err error) {
	defer fault.Wrap(&err, "reservation.LinesOf")
	return each.Read(ctx, ids, func(ctx context.Context) ([]*ent.ReservationLine, error) {
		if !auth.From(ctx).Can(auth.ReservationView) {
			return nil, nil
		}
		return db.Ent().ReservationLine.Query().Where(each.Where(reservationline.FieldReservationID, ids)).Order(each.OrderBy).All(ctx)
	}, func(l *ent.ReservationLine) int64 { return l.ReservationID }, count)
}

// CountLines is how many lines each of these reservations has: it tells itself.
func CountLines(ctx context.Context, db *store.DB, ids []int64) (map[int64]int, error) {
	return counts(ctx, db, ids, func(r *ent.Reservation) int { return r.LineCount })
}

var allocationOrder = page.Order[*ent.ReservationAllocation]{
	Name: "reservationAllocations", Direction: page.Asc, ID: func(a *ent.ReservationAllocation) int64 { return a.ID },
}

// PageOfAllocations is a page of the allocations of a reservation, in the order in
// which they are taken. BadRequest for arguments outside their limits.
func PageOfAllocations(a page.Args) (*page.Each[int64, *ent.ReservationAllocation], error) {
	return page.NewEach[int64](a, allocationOrder)
}

// AllocationsOf reads that page for each of these reservations, in one statement.
// People without reservation:view get none.
func AllocationsOf(ctx context.Context, db *store.DB, ids []int64, each *page.Each[int64, *ent.ReservationAllocation], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.ReservationAllocation], err error) {
	defer fault.Wrap(&err, "reservation.AllocationsOf")
	return each.Read(ctx, ids, func(ctx context.Context) ([]*ent.ReservationAllocation, error) {
		if !auth.From(ctx).Can(auth.ReservationView) {
			return nil, nil
		}
		return db.Ent().ReservationAllocation.Query().Where(each.Where(reservationallocation.FieldReservationID, ids)).Order(each.OrderBy).All(ctx)
	}, func(a *ent.ReservationAllocation) int64 { return a.ReservationID }, count)
}

// CountAllocations is how many allocations each of these reservations has.
func CountAllocations(ctx context.Context, db *store.DB, ids []int64) (_ map[int64]int, err error) {
	defer fault.Wrap(&err, "reservation.CountAllocations")
	if !auth.From(ctx).Can(auth.ReservationView) {
		return nil, nil
	}
	var rows []struct {
		ReservationID int64 `json:"reservation_id"`
		Count         int   `json:"count"`
	}
	err = db.Ent().ReservationAllocation.Query().Where(page.In(reservationallocation.FieldReservationID, ids)).
		GroupBy(reservationallocation.FieldReservationID).Aggregate(ent.Count()).Scan(ctx, &rows)
	out := make(map[int64]int, len(rows))
	for _, r := range rows {
		out[r.ReservationID] = r.Count
	}
	return out, err
}

var eventOrder = page.Order[*ent.ReservationEvent]{
	Name: "reservationEvents", Direction: page.Asc, ID: func(e *ent.ReservationEvent) int64 { return e.ID },
	Key: page.Int(reservationevent.FieldVersion, func(e *ent.ReservationEvent) int64 { return e.Version }),
}

// PageOfEvents is a page of the events of a reservation, oldest first. BadRequest
// for arguments outside their limits.
func PageOfEvents(a page.Args) (*page.Each[int64, *ent.ReservationEvent], error) {
	return page.NewEach[int64](a, eventOrder)
}

// EventsOf reads that page for each of these reservations, in one statement. People
// without reservation:view get none.
func EventsOf(ctx context.Context, db *store.DB, ids []int64, each *page.Each[int64, *ent.ReservationEvent], count func(int64) (int, error)) (_ map[int64]*page.Connection[*ent.ReservationEvent], err error) {
	defer fault.Wrap(&err, "reservation.EventsOf")
	return each.Read(ctx, ids, func(ctx context.Context) ([]*ent.ReservationEvent, error) {
		if !auth.From(ctx).Can(auth.ReservationView) {
			return nil, nil
		}
		return db.Ent().ReservationEvent.Query().Where(each.Where(reservationevent.FieldReservationID, ids)).Order(each.OrderBy).All(ctx)
	}, func(e *ent.ReservationEvent) int64 { return e.ReservationID }, count)
}

// CountEvents is how many events each of these reservations has: its version tells.
func CountEvents(ctx context.Context, db *store.DB, ids []int64) (map[int64]int, error) {
	return counts(ctx, db, ids, func(r *ent.Reservation) int { return int(r.Version) })
}

func counts(ctx context.Context, db *store.DB, ids []int64, of func(*ent.Reservation) int) (map[int64]int, error) {
	rows, err := ByID(ctx, db, ids)
	out := make(map[int64]int, len(rows))
	for _, r := range rows {
		out[r.ID] = of(r)
	}
	return out, err
}

// MaxHolders is how many allocations [HoldersOf] tells of a stock.
const MaxHolders = 50

// HoldersOf are the open allocations of each of these stocks, the oldest first, at
// most MaxHolders of each. People without reservation:view get none.
func HoldersOf(ctx context.Context, db *store.DB, keys []ledger.Key) (_ map[ledger.Key][]*ent.ReservationAllocation, err error) {
	defer fault.Wrap(&err, "reservation.HoldersOf")
	if !auth.From(ctx).Can(auth.ReservationView) {
		return nil, nil
	}
	w, s, b := make([]int64, len(keys)), make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		w[i], s[i], b[i] = k.WarehouseID, k.SKU, k.BatchNo
	}
	d := db.Dialect()
	rows, err := db.SQL().QueryContext(ctx, holdersSQL[d], store.IDs(d, w), store.Strings(d, s), store.Strings(d, b), MaxHolders)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make(map[ledger.Key][]*ent.ReservationAllocation, len(keys))
	for rows.Next() {
		a := new(ent.ReservationAllocation)
		if err := rows.Scan(&a.ID, &a.ReservationID, &a.LineID, &a.WarehouseID, &a.Sku, &a.BatchNo, &a.PerUnit, &a.Quantity,
			&a.DeductedQuantity, &a.ReleasedQuantity, &a.ShortQuantity); err != nil {
			return nil, err
		}
		k := ledger.Key{WarehouseID: a.WarehouseID, SKU: a.Sku, BatchNo: a.BatchNo}
		out[k] = append(out[k], a)
	}
	return out, rows.Err()
}

const holderColumns = `a.id, a.reservation_id, a.line_id, a.warehouse_id, a.sku, a.batch_no, a.per_unit, a.quantity,
  a.deducted_quantity, a.released_quantity, a.short_quantity`

var holdersSQL = map[string]string{
	dialect.Postgres: `SELECT ` + holderColumns + ` FROM unnest($1::bigint[], $2::text[], $3::text[]) AS k(w, s, b) CROSS JOIN LATERAL (
  SELECT * FROM reservation_allocations a WHERE a.warehouse_id = k.w AND a.sku = k.s AND a.batch_no = k.b AND ` + openIs + `
  ORDER BY a.id LIMIT $4) AS a`,
	dialect.SQLite: `SELECT ` + holderColumns + ` FROM (
  SELECT a.*, row_number() OVER (PARTITION BY a.warehouse_id, a.sku, a.batch_no ORDER BY a.id) AS n
  FROM (SELECT w.value AS w, s.value AS s, b.value AS b FROM json_each($1) w JOIN json_each($2) s ON s.key = w.key JOIN json_each($3) b ON b.key = w.key) AS k
  JOIN reservation_allocations a ON a.warehouse_id = k.w AND a.sku = k.s AND a.batch_no = k.b AND ` + openIs + `) AS a
WHERE a.n <= $4 ORDER BY a.id`,
}

// Open is what a stock still holds of an allocation.
func Open(a *ent.ReservationAllocation) int64 {
	return a.Quantity - a.DeductedQuantity - a.ReleasedQuantity - a.ShortQuantity
}

// OpenOf is what stocks still hold of a reservation.
func OpenOf(r *ent.Reservation) int64 {
	return r.Quantity - r.DeductedQuantity - r.ReleasedQuantity - r.ShortQuantity
}
