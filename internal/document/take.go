package document

import (
	"context"
	"slices"
	"strconv"
	"time"

	"entrepot/ent"
	"entrepot/ent/reservationallocation"
	"entrepot/ent/reservationline"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/reservation"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// takeReserved has those parts of the work that are promised taken from the
// reservation that the document executes from; the others take what is available.
// A part that names a batch which the promise holds too little of swaps: other
// batches of the line are let go, and the named one is taken instead.
func (s *Service) takeReserved(ctx context.Context, tx store.Tx, now time.Time, w *work) error {
	if w.doc.ReservationID == nil {
		return s.checkNamed(ctx, tx, now, w)
	}
	h, err := promiseOf(ctx, tx, w.doc)
	if err != nil {
		return err
	}
	if err := s.swap(ctx, tx, now, w, h); err != nil {
		return err
	}
	t := reservation.Taking{ReservationID: h.row.ID, WarehouseID: w.doc.WarehouseID, By: s.by(ctx, "documentExecute", w.doc, now), At: w.siteAt}
	for i := range w.parts {
		p := &w.parts[i]
		if p.direct || !promised(p.line) || p.bucket != p.line.Bucket || p.quantity == 0 {
			continue
		}
		t.Parts = append(t.Parts, h.part(*p))
		w.reserved, p.reserved = append(w.reserved, i), true
	}
	if len(t.Parts) == 0 {
		return nil
	}
	w.taken, err = reservation.Consume(ctx, tx, now, t)
	return err
}

// takeFresh is takeReserved for a document that is made and executed at once. It
// needs a promise only where something has to be chosen: of somebody's reservation
// that it takes over, or for kits, whose components come from the batches that the
// products' rules say.
func (s *Service) takeFresh(ctx context.Context, tx store.Tx, now time.Time, w *work) error {
	if w.doc.Kind != stock.DocumentOutbound {
		return nil
	}
	if w.doc.ReservationID == nil {
		if !slices.ContainsFunc(w.parts, func(p part) bool { return promised(p.line) && w.codes.SalesKit(p.line.Sku) }) {
			return nil
		}
		if _, err := s.promise(ctx, tx, now, w.doc); err != nil {
			return err
		}
	}
	return s.takeReserved(ctx, tx, now, w)
}

// checkNamed asks of the batches that a person named whether they may be sold, when
// no promise has chosen batches.
func (s *Service) checkNamed(ctx context.Context, tx store.Tx, now time.Time, w *work) error {
	if w.doc.Kind != stock.DocumentOutbound {
		return nil
	}
	var named []part
	for _, p := range w.parts {
		if p.told.BatchNo != nil && promised(p.line) && p.bucket == p.line.Bucket {
			named = append(named, p)
		}
	}
	if len(named) == 0 {
		return nil
	}
	return s.checkBatches(ctx, tx, now, w.doc, named)
}

// promise is a reservation that a document executes from.
type promise struct {
	row *ent.Reservation
	// own says that it was made for the document, line by line.
	own         bool
	lines       []*ent.ReservationLine
	allocations []*ent.ReservationAllocation // in this warehouse
}

func promiseOf(ctx context.Context, tx store.Tx, doc *ent.Document) (*promise, error) {
	row, err := tx.Ent.Reservation.Get(ctx, *doc.ReservationID)
	if err != nil {
		return nil, err
	}
	h := &promise{row: row, own: row.BusinessType == ownPromise && row.BusinessID == doc.No}
	h.lines, err = tx.Ent.ReservationLine.Query().Where(reservationline.ReservationID(row.ID)).Order(ent.Asc(reservationline.FieldLineNo)).All(ctx)
	if err != nil {
		return nil, err
	}
	h.allocations, err = tx.Ent.ReservationAllocation.Query().Where(reservationallocation.ReservationID(row.ID), reservationallocation.WarehouseID(doc.WarehouseID)).
		Order(ent.Asc(reservationallocation.FieldID)).All(ctx)
	return h, err
}

// part is the promise's part that a part of the document takes: its own line, or
// whatever of somebody's reservation is of that SKU.
func (h *promise) part(p part) reservation.Part {
	out := reservation.Part{Quantity: p.quantity, LocationID: p.bin, At: p.at}
	if h.own {
		out.LineNo = h.lineOf(p.line)
	} else {
		out.SKU = p.line.Sku
	}
	if p.batch != "" || p.told.BatchNo != nil {
		out.BatchNo = &p.batch
	}
	return out
}

// lineOf is the promise's number of the document's line, 0 when it has none.
func (h *promise) lineOf(l *ent.DocumentLine) int {
	name := strconv.Itoa(l.LineNo)
	for _, r := range h.lines {
		if r.BusinessLine == name {
			return r.LineNo
		}
	}
	return 0
}

// open are the allocations of the document's line that still hold something.
func (h *promise) open(l *ent.DocumentLine) (out []*ent.ReservationAllocation) {
	for _, r := range h.lines {
		if h.own && r.LineNo != h.lineOf(l) || r.Sku != l.Sku {
			continue
		}
		for _, a := range h.allocations {
			if a.LineID == r.ID && left(a) > 0 {
				out = append(out, a)
			}
		}
	}
	return out
}

func left(a *ent.ReservationAllocation) int64 {
	return a.Quantity - a.DeductedQuantity - a.ReleasedQuantity - a.ShortQuantity
}

// swap lets other batches go for parts that name one of which too little is held,
// and splits those parts: what is held is taken from the promise, the rest directly.
func (s *Service) swap(ctx context.Context, tx store.Tx, now time.Time, w *work, h *promise) error {
	var freed []reservation.Part
	var faults fault.List
	var keys []ledger.Key
	var parts, direct []part
	gone := map[int64]int64{} // by allocation, what this very work takes or lets go
	for _, p := range w.parts {
		if p.told.BatchNo == nil || !promised(p.line) || p.bucket != p.line.Bucket || p.quantity == 0 {
			parts = append(parts, p)
			continue
		}
		open := h.open(p.line)
		var held int64
		for _, a := range open {
			if a.BatchNo == p.batch && a.Sku == p.line.Sku {
				n := min(left(a)-gone[a.ID], p.quantity-held)
				gone[a.ID] += n
				held += n
			}
		}
		missing := p.quantity - held
		if missing > 0 {
			if slices.ContainsFunc(open, func(a *ent.ReservationAllocation) bool { return a.Sku != p.line.Sku }) {
				faults.Add(fault.Invalid, p.at.At("batchNo"), "line %d holds other SKUs than %s: its batches are those that were promised", p.line.LineNo, p.line.Sku)
				continue
			}
			rest := p
			rest.quantity, rest.rejected, rest.direct = missing, 0, true
			direct, keys = append(direct, rest), append(keys, w.codes.Start(0, rest.target(w.site)).Key)
			p.quantity = held
			for _, a := range slices.Backward(open) {
				n := min(left(a)-gone[a.ID], missing)
				if a.BatchNo == p.batch || n <= 0 {
					continue
				}
				gone[a.ID] += n
				missing -= n
				freed = append(freed, h.freeing(a, n, p.at))
				keys = append(keys, ledger.Key{WarehouseID: a.WarehouseID, SKU: a.Sku, BatchNo: a.BatchNo})
			}
		}
		if p.quantity+p.rejected > 0 {
			parts = append(parts, p)
		}
	}
	if err := faults.Err(); err != nil || len(direct) == 0 {
		return err
	}
	if err := s.checkBatches(ctx, tx, now, w.doc, direct); err != nil {
		return err
	}
	w.parts = append(parts, direct...)
	if len(freed) == 0 {
		return nil
	}
	// Freeing locks some stocks and the posting others: all at once, in their order,
	// once the reservation is held.
	if err := holdReservation(ctx, tx, h.row.ID); err != nil {
		return err
	}
	if _, err := ledger.Lock(ctx, tx, keys); err != nil {
		return err
	}
	_, _, err := reservation.Free(ctx, tx, now, reservation.Freeing{
		ReservationID: h.row.ID, Parts: freed, By: s.by(ctx, "documentExecute", w.doc, now), At: w.siteAt,
	})
	return err
}

func (h *promise) freeing(a *ent.ReservationAllocation, n int64, at fault.Path) reservation.Part {
	for _, l := range h.lines {
		if l.ID == a.LineID {
			return reservation.Part{LineNo: l.LineNo, BatchNo: &a.BatchNo, WarehouseID: a.WarehouseID, Quantity: n, At: at}
		}
	}
	return reservation.Part{}
}

func holdReservation(ctx context.Context, tx store.Tx, id int64) error {
	_, err := tx.Ent.Reservation.Query().Where(page.In("id", []int64{id}), store.Lock).All(ctx)
	return err
}
