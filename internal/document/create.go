package document

import (
	"context"
	"errors"
	"time"

	"entrepot/ent"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// kept is what an idempotency key remembers of a command.
type kept struct {
	Document int64   `json:"document,omitempty"`
	Postings []int64 `json:"postings,omitempty"`
	Shipment int64   `json:"shipment,omitempty"`
	Lines    []int   `json:"lines,omitempty"` // of a stocktake, those shown
	Job      int64   `json:"job,omitempty"`
}

// Create makes a document: a draft, or, as AdvanceTo says, one that is approved
// or executed whole in the same transaction. It needs document:create, to go on
// also document:approve and document:execute.
//
// Beside the faults of a malformed input it returns NOT_FOUND, ARCHIVED and
// LOCKED for codes, and when it executes RATE_MISSING and INSUFFICIENT_STOCK.
func (s *Service) Create(ctx context.Context, in CreateInput) (Result, error) {
	return s.create(ctx, creation{in: in, told: in})
}

// creation is a new document, and how it comes of what somebody told.
type creation struct {
	in CreateInput
	// told is the input as received, which is hashed for the key.
	told any
	// check, when set, collects faults of told beside those of in.
	check func(faults *fault.List)
	// at, when set, leads a fault from a field of in to the one of told that it came of.
	at func(*fault.Fault)
	// lines, when set, tells the lines in place of those of in, which stand for
	// them until then.
	lines func(ctx context.Context, tx store.Tx, tidy CreateInput) ([]LineInput, error)
}

func (s *Service) create(ctx context.Context, c creation) (res Result, err error) {
	in, tidy := c.in, c.in
	tidy.tidy()
	var no string
	res.Done, err = command.Run(ctx, s.db, s.now, command.Work[kept]{
		Operation: kinds[in.Kind].create, Needs: auth.DocumentCreate, Intent: in.Intent, Input: c.told,
		Check: func(faults *fault.List, now time.Time) {
			if c.check != nil {
				c.check(faults)
			}
			if len(*faults) == 0 {
				tidy.check(faults, fault.Input, now)
			}
		},
		Before: func(ctx context.Context, now time.Time) error {
			if err := mayAdvance(ctx, tidy.AdvanceTo); err != nil {
				return err
			}
			if in.DryRun {
				no = provisional()
				return nil
			}
			at, known, err := s.site(ctx, entwarehouse.Code(tidy.WarehouseCode))
			if err != nil || !known {
				return err
			}
			no, err = s.drawOne(ctx, at, in.Kind, moment(in.OccurredAt, now))
			return err
		},
		Do: func(ctx context.Context, tx store.Tx, now time.Time) (kept, error) {
			whole := tidy
			if c.lines != nil {
				if whole.Lines, err = c.lines(ctx, tx, tidy); err != nil {
					return kept{}, err
				}
			}
			from, err := takeOver(ctx, tx, now, &whole)
			if err != nil {
				return kept{}, err
			}
			var faults fault.List
			if err := unpack(ctx, tx, &faults, fault.Input, whole.Lines); err != nil {
				return kept{}, err
			}
			if err := faults.Err(); err != nil {
				return kept{}, err
			}
			d := newDraft(whole, fault.Input, no, auth.From(ctx).UserID, now)
			d.doc.ReservationID = from
			posted, err := s.book(ctx, tx, kinds[in.Kind].create, now, []*draft{d})
			if err != nil {
				return kept{}, err
			}
			if no == "" { // the warehouse appeared after Before had looked for it
				return kept{}, fault.New(fault.Conflict, fault.Path{}, "warehouse %s has just been made; send it again", tidy.WarehouseCode)
			}
			res.Document = d.doc
			return res.done(posted...), nil
		},
		Again: s.again(&res),
	})
	var faults fault.List
	if c.at != nil && errors.As(err, &faults) {
		for i := range faults {
			c.at(&faults[i])
		}
	}
	return res.finish(true), err
}

// mayAdvance asks for the permissions of the steps that a new document takes at once.
func mayAdvance(ctx context.Context, to stock.DocumentState) error {
	needs := map[stock.DocumentState][]auth.Permission{
		stock.DocumentApproved:  {auth.DocumentApprove},
		stock.DocumentCompleted: {auth.DocumentApprove, auth.DocumentExecute},
	}
	for _, p := range needs[to] {
		if _, err := auth.Require(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// book writes new documents of one warehouse and executes those that go on to
// COMPLETED. Everything of the documents is written before the ledger is, so
// that stocks are locked as short as can be.
func (s *Service) book(ctx context.Context, tx store.Tx, operation string, now time.Time, drafts []*draft) ([]ledger.Posted, error) {
	codes, postings, err := s.codesFor(ctx, tx, drafts)
	if err != nil {
		return nil, err
	}
	ids, err := nextIDs(ctx, tx, len(drafts))
	if err != nil {
		return nil, err
	}
	var faults fault.List
	b := batch{works: make([]work, 0, len(drafts))}
	for i, d := range drafts {
		d.doc.ID = ids[i]
		if err := d.settle(ctx, tx, now, codes[i], &faults); err != nil {
			return nil, err
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	for _, d := range drafts {
		if err := s.mayApprove(ctx, tx, d); err != nil {
			return nil, err
		}
	}
	if postings, err = s.promiseFirst(ctx, tx, now, drafts, codes, postings); err != nil {
		return nil, err
	}
	for i, d := range drafts {
		b.add(ctx, d, codes[i], postings[i], now)
	}
	for i := range b.works {
		if err := s.takeReserved(ctx, tx, now, &b.works[i]); err != nil {
			return nil, err
		}
	}
	works := make([]*work, len(b.works))
	for i := range b.works {
		works[i] = &b.works[i]
	}
	if err := holdArrivals(ctx, tx, works); err != nil {
		return nil, err
	}
	rows := make([]*ent.DocumentExecution, 0, len(b.works))
	for i := range b.works {
		w := &b.works[i]
		if w.bears, err = bearings(ctx, tx, w.doc, w.parts); err != nil {
			return nil, err
		}
		w.apply()
		rows = append(rows, w.rows()...)
	}
	if err := insertDocuments(ctx, tx, b.docs); err != nil {
		return nil, err
	}
	if err := insertEvents(ctx, tx, b.events); err != nil {
		return nil, err
	}
	if err := insertExecutions(ctx, tx, rows); err != nil {
		return nil, err
	}
	posted, err := s.post(ctx, tx, operation, b.works)
	if err != nil {
		return nil, err
	}
	promised, err := s.approved(ctx, tx, now, b.docs)
	return append(posted, promised...), err
}

// mayApprove asks the rules about a new document that goes beyond DRAFT. What
// happened already is not up for approval.
func (s *Service) mayApprove(ctx context.Context, tx store.Tx, d *draft) error {
	if d.fact || d.in.AdvanceTo == stock.DocumentDraft {
		return nil
	}
	at := d.at.At("advanceTo")
	return s.checkApproval(ctx, tx, d.doc, at, s.valueOf(tx, d.doc, at))
}

// approved runs what approval does for new documents that stop there.
func (s *Service) approved(ctx context.Context, tx store.Tx, now time.Time, docs []*ent.Document) (posted []ledger.Posted, err error) {
	for _, d := range docs {
		if d.State != stock.DocumentApproved {
			continue
		}
		more, err := s.hooksOf(d.Kind).approve.run(ctx, tx, now, d)
		if err != nil {
			return nil, err
		}
		posted = append(posted, more...)
		if d.ReservationID != nil {
			if err := tx.Ent.Document.UpdateOneID(d.ID).SetReservationID(*d.ReservationID).Exec(ctx); err != nil {
				return nil, err
			}
		}
	}
	return posted, nil
}

// codesFor resolves the codes of drafts of one warehouse, for each as of the day
// whose exchange rate it is posted at, and draws an id for each of their postings.
func (s *Service) codesFor(ctx context.Context, tx store.Tx, drafts []*draft) ([]lookup.Codes, []int64, error) {
	site, docs := drafts[0].in.WarehouseCode, make([]*ent.Document, len(drafts))
	for i, d := range drafts {
		docs[i] = d.doc
	}
	stocks, moneys := targets(site, docs...), currencies(docs...)
	for _, d := range drafts {
		if d.in.TargetWarehouseCode != "" {
			stocks = append(stocks, lookup.Target{WarehouseCode: d.in.TargetWarehouseCode})
		}
	}
	codes := make([]lookup.Codes, len(drafts))
	byDay := map[time.Time]lookup.Codes{}
	var first lookup.Codes
	var postings []int64
	for i, d := range drafts {
		day := fx.Day(d.doc.OccurredAt)
		c, known := byDay[day]
		switch {
		case known:
		case i > 0 && first.Parity(site) && len(moneys) == 0:
			c = first // no rate, so no day, has a say
		default:
			c = lookup.In(s.baseCurrency)
			draw := 0
			if i == 0 {
				draw = len(drafts) // all at once: on SQLite another look-up would draw the same
			}
			ids, err := c.ResolveAll(ctx, tx, day, stocks, moneys, draw)
			if err != nil {
				return nil, nil, err
			}
			if i == 0 {
				first, postings = c, ids
			}
		}
		byDay[day], codes[i] = c, c
	}
	return codes, postings, nil
}
