package document

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/reservation"
	"entrepot/internal/store"
)

// work is what of one document is executed, by one posting.
type work struct {
	doc     *ent.Document
	site    string     // code of its warehouse
	siteAt  fault.Path // the field that led to it
	parts   []part
	codes   lookup.Codes
	posting int64 // the id it will have
	version int64 // the document's after the step
	// taken is what leaves out of a promise, and reserved the parts that take it.
	taken    *reservation.Consumption
	reserved []int
	// bears is what one unit of arriving lines bears of the worth of what is used
	// up by the same posting; nil for all but assemblies.
	bears map[*ent.DocumentLine]int64
	// returnBin is where goods that come back wait, if there is such a place.
	returnBin *int64
	at        time.Time
	note      string
}

// plan turns the work into the moves of its posting. It reads nothing.
func (w work) plan(faults *fault.List) []ledger.Move {
	moves := make([]ledger.Move, 0, len(w.parts))
	for i, p := range w.parts {
		if p.quantity == 0 || p.reserved {
			continue
		}
		m := w.codes.Start(i, p.target(w.site))
		m.Delta = ledger.In(p.bucket, kinds[w.doc.Kind].sign(p.line.Quantity)*p.quantity)
		m.LocationID = p.bin
		m.UnitCost = w.codes.Cost(faults, p.at, m, p.cost, p.currency, p.quantity)
		m.Made = w.bears[p.line] * p.quantity
		moves = append(moves, m)
	}
	if w.taken != nil {
		moves = slices.Grow(moves, len(w.taken.Moves))
		for i, m := range w.taken.Moves {
			start := w.codes.Start(w.reserved[m.Line], lookup.Target{SKU: m.SKU, WarehouseCode: w.site, BatchNo: m.BatchNo})
			start.Delta, start.LocationID = m.Delta, w.taken.Taken[i].LocationID
			moves = append(moves, start)
		}
	}
	if len(moves) > 0 {
		w.codes.CheckRate(faults, w.siteAt, w.site)
	}
	return moves
}

// post executes the works, each by a posting of its own, all or none. Of one
// work it returns the faults of its lines when the ledger refuses it, of several
// [ledger.ErrTogether]. Works that move nothing post nothing.
func (s *Service) post(ctx context.Context, tx store.Tx, operation string, works []work) ([]ledger.Posted, error) {
	var faults fault.List
	postings, place := make([]ledger.Posting, 0, len(works)), make([]int, 0, len(works))
	for i, w := range works {
		moves := w.plan(&faults)
		if len(moves) == 0 {
			continue
		}
		postings, place = append(postings, ledger.Posting{
			ID: w.posting, Kind: kinds[w.doc.Kind].movement, Operation: operation, ActorID: auth.From(ctx).UserID,
			ReasonCode: w.doc.ReasonCode, Note: w.note, RequestID: fault.RequestID(ctx), BaseCurrency: s.baseCurrency,
			DocumentID: &w.doc.ID, OccurredAt: w.at, Moves: moves,
		}), append(place, i)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	posted := make([]ledger.Posted, len(works))
	if len(postings) > 0 {
		done, err := s.take(ctx, tx, works, postings)
		var refused ledger.Refused
		if errors.As(err, &refused) {
			return nil, works[place[0]].refuse(refused)
		}
		if err != nil {
			return nil, err
		}
		for i, p := range done {
			posted[place[i]] = p
			if c := works[place[i]].taken; c != nil {
				if err := c.Record(ctx, tx, p.ID); err != nil {
					return nil, err
				}
			}
		}
	}
	return posted, nil
}

// take writes the postings. Holds that have expired do not stand in their way,
// unless something is taken out of a promise: its reservation is locked already, and
// others would come after the stocks.
func (s *Service) take(ctx context.Context, tx store.Tx, works []work, postings []ledger.Posting) ([]ledger.Posted, error) {
	if slices.ContainsFunc(works, func(w work) bool { return w.taken != nil }) {
		return ledger.PostAll(ctx, tx, postings)
	}
	return reservation.Post(ctx, tx, store.Moment(s.now()), postings)
}

// apply brings documents and lines in memory up to what is done.
func (w work) apply() {
	for _, p := range w.parts {
		p.line.ExecutedQuantity += p.quantity
		p.line.RejectedQuantity += p.rejected
		w.doc.ExecutedQuantity += p.quantity
		w.doc.RejectedQuantity += p.rejected
	}
}

func (w work) refuse(refused ledger.Refused) error {
	var faults fault.List
	for _, r := range refused {
		for _, i := range r.Lines {
			p := w.parts[i]
			name := fmt.Sprintf("line %d, %s", p.line.LineNo, p.target(w.site))
			lookup.Refuse(&faults, p.at, "quantity", name, r)
		}
	}
	return faults
}

// moment is when something happened: as it was told, else now.
func moment(told *time.Time, now time.Time) time.Time {
	if told != nil {
		return store.Moment(*told)
	}
	return now
}
