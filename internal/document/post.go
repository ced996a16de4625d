package document

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// work is what of one document is executed, by one posting.
type work struct {
	doc     *ent.Document
	site    string     // code of its warehouse
	siteAt  fault.Path // the field that led to it
	lines   []execution
	codes   lookup.Codes
	posting int64 // the id it will have
	at      time.Time
	note    string
}

// execution is what of one line is done. at leads to it in the input.
type execution struct {
	line               *ent.DocumentLine
	at                 fault.Path
	quantity, rejected int64
}

var movementKinds = map[stock.DocumentKind]stock.MovementKind{
	stock.DocumentInbound: stock.MovementInbound, stock.DocumentOutbound: stock.MovementOutbound, stock.DocumentAdjustment: stock.MovementAdjustment,
}

// change is what executing n units of a line does to its stock.
func change(kind stock.DocumentKind, l *ent.DocumentLine, n int64) ledger.Delta {
	if kind == stock.DocumentOutbound || l.Quantity < 0 {
		n = -n
	}
	return ledger.In(l.Bucket, n)
}

// plan turns the work into the moves of its posting. It reads nothing.
func (w work) plan(faults *fault.List) []ledger.Move {
	moves := make([]ledger.Move, 0, len(w.lines))
	for i, e := range w.lines {
		if e.quantity == 0 {
			continue
		}
		if len(moves) == 0 {
			w.codes.CheckRate(faults, w.siteAt, w.site)
		}
		m := w.codes.Start(i, target(w.site, e.line))
		m.Delta = change(w.doc.Kind, e.line, e.quantity)
		m.UnitCost = w.codes.Cost(faults, e.at, m, e.line.UnitCost, e.line.Currency, e.quantity)
		moves = append(moves, m)
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
			ID: w.posting, Kind: movementKinds[w.doc.Kind], Operation: operation, ActorID: auth.From(ctx).UserID,
			ReasonCode: w.doc.ReasonCode, Note: w.note, RequestID: fault.RequestID(ctx), BaseCurrency: s.baseCurrency,
			DocumentID: &w.doc.ID, OccurredAt: w.at, Moves: moves,
		}), append(place, i)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	arriving := make([][]ledger.Move, len(postings))
	for i, p := range postings {
		arriving[i] = p.Moves
	}
	if err := lookup.Arrive(ctx, tx, store.Moment(s.now()), arriving...); err != nil {
		return nil, err
	}
	posted := make([]ledger.Posted, len(works))
	if len(postings) > 0 {
		done, err := ledger.PostAll(ctx, tx, postings)
		var refused ledger.Refused
		if errors.As(err, &refused) {
			return nil, works[place[0]].refuse(refused)
		}
		if err != nil {
			return nil, err
		}
		for i, p := range done {
			posted[place[i]] = p
		}
	}
	return posted, nil
}

// apply brings documents and lines in memory up to what is done.
func (w work) apply() {
	for _, e := range w.lines {
		e.line.ExecutedQuantity += e.quantity
		e.line.RejectedQuantity += e.rejected
		w.doc.ExecutedQuantity += e.quantity
		w.doc.RejectedQuantity += e.rejected
	}
}

func (w work) refuse(refused ledger.Refused) error {
	var faults fault.List
	for _, r := range refused {
		for _, i := range r.Lines {
			e := w.lines[i]
			name := fmt.Sprintf("line %d, %s", e.line.LineNo, target(w.site, e.line))
			lookup.Refuse(&faults, e.at, "quantity", name, r)
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
