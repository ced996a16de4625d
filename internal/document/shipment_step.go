package document

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	"entrepot/ent/predicate"
	entshipment "entrepot/ent/shipment"
	"entrepot/ent/shipmentline"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// shipmentStep is what a command on a shipment brings to the walk of [Service.change]:
// the transfer is locked, and with it all its shipments.
type shipmentStep struct {
	operation  string
	action     stock.DocumentAction
	intent     command.Intent
	which      WhichShipment
	input      any
	note       string
	occurredAt *time.Time
	check      func(faults *fault.List)
	do         func(ctx context.Context, tx store.Tx, now time.Time, h *handling) ([]ledger.Posted, error)
	// large, when set, is how a step is booked that may be about many lines: do posts
	// nothing when a job is to book it.
	large *large
	// after, when set, ends the command once everything of the shipment is saved.
	after func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error)
}

// handling is one step of a shipment.
type handling struct {
	doc      *ent.Document
	shipment *ent.Shipment // with its lines in Edges
	field    fault.Path    // the field that names it
	reason   string
	note     string
	at       time.Time
	parts    []arrival
}

// arrival is what becomes of units of one line of a shipment. at leads to it in the input.
type arrival struct {
	line                                  *ent.ShipmentLine
	at                                    fault.Path
	accepted, rejected, missing, returned int64
	bucket                                *stock.Bucket // of rejected goods
	location                              *int64
	reason                                string
}

func (s *Service) onShipment(ctx context.Context, st shipmentStep) (Result, error) {
	var shipment *ent.Shipment
	return s.change(ctx, edit{
		operation: st.operation, needs: auth.DocumentExecute, intent: st.intent, input: st.input, large: st.large,
		locate:   func(ctx context.Context, tx store.Tx) (Which, error) { return st.which.transfer(ctx, tx) },
		shipment: func() *ent.Shipment { return shipment },
		check: func(faults *fault.List, now time.Time) {
			st.which.check(faults)
			checkNote(st.note)(faults, now)
			if st.occurredAt != nil {
				command.CheckOccurred(faults, fault.Input.At("occurredAt"), *st.occurredAt, now)
			}
			st.check(faults)
		},
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) (posted []ledger.Posted, err error) {
			to, err := step(doc, st.action)
			if err != nil {
				return nil, err
			}
			if shipment, err = st.which.read(ctx, tx, doc); err != nil {
				return nil, err
			}
			h := &handling{doc: doc, shipment: shipment, field: st.which.field(), reason: doc.ReasonCode, note: st.note}
			if h.at, err = happened(st.occurredAt, now, shipment); err != nil {
				return nil, err
			}
			if posted, err = st.do(ctx, tx, now, h); err != nil {
				return nil, err
			}
			if len(posted) == 0 {
				shipment = nil // as it was: what was taken of it was only looked at
				return nil, nil
			}
			tell(ctx, doc, st.action, to, posted[0].ID, st.note, now)
			if err := h.save(ctx, tx, now, posted[0].ID); err != nil {
				return nil, err
			}
			if st.after == nil {
				return posted, nil
			}
			more, err := st.after(ctx, tx, now, doc)
			return append(posted, more...), err
		},
	})
}

// happened is when the step was done: never before the goods had left.
func happened(told *time.Time, now time.Time, s *ent.Shipment) (time.Time, error) {
	at := moment(told, now)
	switch {
	case !at.Before(s.DispatchedAt):
		return at, nil
	case told == nil:
		return s.DispatchedAt, nil // a clock that differs
	default:
		return at, fault.New(fault.Invalid, fault.Input.At("occurredAt"), "the shipment left at %s, which is later", s.DispatchedAt.UTC().Format(time.RFC3339))
	}
}

// take brings the shipment in memory up to what becomes of units of it.
func (h *handling) take(a arrival) {
	s, l := h.shipment, a.line
	l.AcceptedQuantity, s.AcceptedQuantity = l.AcceptedQuantity+a.accepted, s.AcceptedQuantity+a.accepted
	l.RejectedQuantity, s.RejectedQuantity = l.RejectedQuantity+a.rejected, s.RejectedQuantity+a.rejected
	l.MissingQuantity, s.MissingQuantity = l.MissingQuantity+a.missing, s.MissingQuantity+a.missing
	l.ReturnedQuantity, s.ReturnedQuantity = l.ReturnedQuantity+a.returned, s.ReturnedQuantity+a.returned
	h.parts = append(h.parts, a)
}

// save writes what was taken, after the step was told of the document.
func (h *handling) save(ctx context.Context, tx store.Tx, now time.Time, posting int64) error {
	s := h.shipment
	s.State, s.Version, s.UpdatedAt = stateOf(s), s.Version+1, now
	if s.ClosedAt == nil && s.State != stock.ShipmentInTransit {
		s.ClosedAt = &h.at
	}
	seen := map[*ent.ShipmentLine]bool{}
	var lines []*ent.ShipmentLine
	entries := make([]*ent.ShipmentEntry, len(h.parts))
	for i, a := range h.parts {
		if !seen[a.line] {
			seen[a.line] = true
			lines = append(lines, a.line)
		}
		entries[i] = &ent.ShipmentEntry{
			ShipmentLineID: a.line.ID, Version: h.doc.Version, PostingID: posting,
			AcceptedDelta: a.accepted, RejectedDelta: a.rejected, MissingDelta: a.missing, ReturnedDelta: a.returned,
			RejectedBucket: a.bucket, LocationID: a.location, ReasonCode: a.reason, OccurredAt: h.at,
		}
	}
	return saveShipment(ctx, tx, s, lines, entries)
}

// post writes the moves of the step as a posting of the transfer. Their lines are
// places in parts.
func (s *Service) postStep(ctx context.Context, tx store.Tx, operation string, h *handling, posting int64, moves []ledger.Move) ([]ledger.Posted, error) {
	posted, err := ledger.Post(ctx, tx, ledger.Posting{
		ID: posting, Kind: stock.MovementTransfer, Operation: operation, ActorID: auth.From(ctx).UserID, ReasonCode: h.reason, Note: h.note,
		RequestID: fault.RequestID(ctx), BaseCurrency: s.baseCurrency, DocumentID: &h.doc.ID, OccurredAt: h.at, Moves: moves,
	})
	var refused ledger.Refused
	if !errors.As(err, &refused) {
		return []ledger.Posted{posted}, err
	}
	var faults fault.List
	for _, r := range refused {
		for _, i := range r.Lines {
			l := h.parts[i].line
			lookup.Refuse(&faults, h.parts[i].at, "accepted", fmt.Sprintf("line %d, SKU %s", l.LineNo, l.Sku), r)
		}
	}
	return nil, faults
}

// targetCodes resolves the warehouse that the shipment goes to and its SKUs, and
// draws the id of a posting there.
func (s *Service) targetCodes(ctx context.Context, tx store.Tx, h *handling) (lookup.Codes, string, int64, error) {
	house, err := tx.Ent.Warehouse.Get(ctx, h.shipment.TargetWarehouseID)
	if err != nil {
		return lookup.Codes{}, "", 0, err
	}
	var targets []lookup.Target
	for _, a := range h.parts {
		targets = append(targets, lookup.Target{SKU: a.line.Sku, WarehouseCode: house.Code})
	}
	codes := lookup.In(s.baseCurrency)
	posting, err := codes.Resolve(ctx, tx, fx.Day(h.at), slices.Compact(targets), nil)
	if err != nil {
		return lookup.Codes{}, "", 0, err
	}
	var faults fault.List
	codes.CheckWarehouse(&faults, h.field, house.Code)
	codes.CheckRate(&faults, h.field, house.Code)
	return codes, house.Code, posting, faults.Err()
}

func (w WhichShipment) check(faults *fault.List) {
	byNo := w.TransferNo != "" || w.ShipmentNo != 0
	if (w.ShipmentID != nil) == byNo {
		faults.Add(fault.Required, fault.Input.At("shipmentId"), "name the shipment by its id, or by transferNo and shipmentNo")
	} else if byNo && (w.TransferNo == "" || w.ShipmentNo < 1) {
		faults.Add(fault.Required, fault.Input.At("shipmentNo"), "give both transferNo and shipmentNo; shipments are numbered from 1")
	}
	if w.ExpectedVersion != nil && *w.ExpectedVersion < 1 {
		faults.Add(fault.Invalid, fault.Input.At("expectedVersion"), "a version is 1 or more")
	}
}

func (w WhichShipment) field() fault.Path {
	if w.ShipmentID != nil {
		return fault.Input.At("shipmentId")
	}
	return fault.Input.At("shipmentNo")
}

// transfer finds the document that the shipment belongs to.
func (w WhichShipment) transfer(ctx context.Context, tx store.Tx) (Which, error) {
	at, missing := w.field(), "there is no such shipment"
	var id int64
	var err error
	if w.ShipmentID != nil {
		var row *ent.Shipment
		if row, err = tx.Ent.Shipment.Get(ctx, w.ShipmentID.Of("Shipment")); err == nil {
			id = row.DocumentID
		}
	} else {
		at, missing = fault.Input.At("transferNo"), "there is no such document"
		id, err = tx.Ent.Document.Query().Where(entdocument.No(number(w.TransferNo))).OnlyID(ctx)
	}
	if ent.IsNotFound(err) {
		return Which{}, fault.New(fault.NotFound, at, "%s", missing)
	}
	return Which{ID: &page.ID{Type: "Document", Key: id}}, err
}

// read reads the shipment with its lines; its transfer is locked.
func (w WhichShipment) read(ctx context.Context, tx store.Tx, doc *ent.Document) (*ent.Shipment, error) {
	which := entshipment.ShipmentNo(w.ShipmentNo)
	if w.ShipmentID != nil {
		which = entshipment.ID(w.ShipmentID.Of("Shipment"))
	}
	row, err := tx.Ent.Shipment.Query().Where(entshipment.DocumentID(doc.ID), which).
		WithLines(func(q *ent.ShipmentLineQuery) {
			q.Order(ent.Asc(shipmentline.FieldLineNo), ent.Asc(shipmentline.FieldBatchNo))
		}).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, w.field(), "document %s has no such shipment", doc.No)
	}
	if err != nil {
		return nil, err
	}
	if w.ExpectedVersion != nil && *w.ExpectedVersion != row.Version {
		faults := fault.New(fault.StaleVersion, fault.Input.At("expectedVersion"),
			"shipment %d of document %s has changed: it is at version %d now; look at it again", row.ShipmentNo, doc.No, row.Version)
		faults[0].CurrentVersion = &row.Version
		return nil, faults
	}
	return row, nil
}

func shipmentAt(id, version int64) predicate.Shipment {
	return entshipment.And(entshipment.ID(id), entshipment.Version(version))
}
