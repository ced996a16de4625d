package document

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	"entrepot/ent/documentline"
	"entrepot/ent/predicate"
	"entrepot/ent/stockmovement"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// edit is what a command on an existing document brings to the common walk:
// find and lock it, look at its version, do, save.
type edit struct {
	operation string
	needs     auth.Permission
	intent    command.Intent
	which     Which
	input     any
	check     func(faults *fault.List, now time.Time)
	// locate, when set, finds the document in place of which.
	locate func(ctx context.Context, tx store.Tx) (Which, error)
	// shipment, when set, is the one that do made or changed.
	shipment func() *ent.Shipment
	// large, when set, is how a command is booked that may be about many lines.
	large *large
	// do changes doc in memory and in the ledger; what it tells of doc is saved
	// after it.
	do func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error)
	// counted, when set, are the lines of a stocktake that do was about.
	counted func() []*ent.StocktakeLine
}

func (s *Service) change(ctx context.Context, e edit) (res Result, err error) {
	res.Done, err = command.Run(ctx, s.db, s.now, command.Work[kept]{
		Operation: e.operation, Needs: e.needs, Intent: e.intent, Input: e.input,
		Check: func(faults *fault.List, now time.Time) {
			if e.locate == nil {
				e.which.check(faults)
			}
			e.check(faults, now)
		},
		Do: func(ctx context.Context, tx store.Tx, now time.Time) (kept, error) {
			which := e.which
			if e.locate != nil {
				var err error
				if which, err = e.locate(ctx, tx); err != nil {
					return kept{}, err
				}
			}
			doc, err := open(ctx, tx, which)
			if err != nil {
				return kept{}, err
			}
			posted, err := e.do(ctx, tx, now, doc)
			if err != nil {
				return kept{}, err
			}
			if err := save(ctx, tx, doc); err != nil {
				return kept{}, err
			}
			res.Document, res.Counted = doc, nil
			if e.shipment != nil {
				res.Shipment = e.shipment()
			}
			if e.counted != nil {
				res.Counted = e.counted()
			}
			if e.large == nil {
				return res.done(posted...), nil
			}
			res.Job = e.large.asked
			k := res.done(posted...)
			return k, e.large.save(ctx, tx, k)
		},
		Again: s.again(&res),
	})
	return res.finish(false), err
}

func (w Which) check(faults *fault.List) {
	if (w.No == "") == (w.ID == nil) {
		faults.Add(fault.Required, fault.Input.At("no"), "name the document by exactly one of no and id")
	}
	if w.ExpectedVersion != nil && *w.ExpectedVersion < 1 {
		faults.Add(fault.Invalid, fault.Input.At("expectedVersion"), "a version is 1 or more")
	}
}

// field is the one that names the document.
func (w Which) field() fault.Path {
	if w.ID != nil {
		return fault.Input.At("id")
	}
	return fault.Input.At("no")
}

func (w Which) where() predicate.Document {
	if w.ID != nil {
		return entdocument.ID(w.ID.Of("Document"))
	}
	return entdocument.No(number(w.No))
}

// open reads a document with its lines and keeps it as it is until the
// transaction ends.
func open(ctx context.Context, tx store.Tx, w Which) (*ent.Document, error) {
	if tx.Dialect == dialect.Postgres {
		query, arg := `SELECT id FROM documents WHERE no = $1 FOR UPDATE`, any(number(w.No))
		if w.ID != nil {
			query, arg = `SELECT id FROM documents WHERE id = $1 FOR UPDATE`, w.ID.Of("Document")
		}
		if _, err := tx.SQL.ExecContext(ctx, query, arg); err != nil {
			return nil, fmt.Errorf("lock document: %w", err)
		}
	}
	doc, err := tx.Ent.Document.Query().Where(w.where()).
		WithLines(func(q *ent.DocumentLineQuery) { q.Order(ent.Asc(documentline.FieldLineNo)) }).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, w.field(), "there is no such document")
	}
	if err != nil {
		return nil, err
	}
	if w.ExpectedVersion != nil && *w.ExpectedVersion != doc.Version {
		faults := fault.New(fault.StaleVersion, fault.Input.At("expectedVersion"),
			"document %s has changed: it is at version %d now; look at it again", doc.No, doc.Version)
		faults[0].CurrentVersion = &doc.Version
		return nil, faults
	}
	return doc, nil
}

// save writes the document with the events that were told of it since it was
// read. A command that told nothing changed nothing.
func save(ctx context.Context, tx store.Tx, doc *ent.Document) error {
	told := doc.Edges.Events
	if len(told) == 0 {
		return nil
	}
	change := tx.Ent.Document.Update().Where(entdocument.ID(doc.ID), entdocument.Version(told[0].Version-1)).
		SetState(doc.State).SetVersion(doc.Version).SetUpdatedAt(doc.UpdatedAt).SetNillableApprovedBy(doc.ApprovedBy).SetNillableReservationID(doc.ReservationID).
		SetReasonCode(doc.ReasonCode).SetExternalNo(doc.ExternalNo).SetParty(doc.Party).SetCountry(doc.Country).
		SetCurrency(doc.Currency).SetNote(doc.Note).SetOccurredAt(doc.OccurredAt).
		SetLineCount(doc.LineCount).SetQuantity(doc.Quantity).
		SetExecutedQuantity(doc.ExecutedQuantity).SetRejectedQuantity(doc.RejectedQuantity)
	if doc.ExpectedAt == nil {
		change.ClearExpectedAt()
	} else {
		change.SetExpectedAt(*doc.ExpectedAt)
	}
	n, err := change.Save(ctx)
	if err != nil {
		return fmt.Errorf("save document: %w", err)
	}
	if n != 1 {
		return fmt.Errorf("document %s changed while it was locked: %w", doc.No, store.ErrRetry)
	}
	return insertEvents(ctx, tx, told)
}

// done notes what was posted and returns what the key is to remember.
func (r *Result) done(posted ...ledger.Posted) kept {
	k := kept{Document: r.Document.ID}
	if r.Shipment != nil {
		k.Shipment = r.Shipment.ID
	}
	if r.Job != nil {
		k.Job = r.Job.ID
	}
	r.Movements = nil
	for _, p := range posted {
		if p.ID != 0 {
			k.Postings = append(k.Postings, p.ID)
		}
		r.Movements = append(r.Movements, p.Movements...)
	}
	r.Counted = r.Counted[:min(len(r.Counted), page.MaxSize)]
	for _, l := range r.Counted {
		k.Lines = append(k.Lines, l.LineNo)
	}
	return k
}

// again answers a repetition: the document as it is now, and the movements that
// the command wrote when it was first sent, or that its job has written since.
func (s *Service) again(res *Result) func(context.Context, store.Tx, kept) error {
	return func(ctx context.Context, tx store.Tx, k kept) (err error) {
		if k.Job != 0 {
			if res.Job, k, err = askedFor(ctx, tx, k); err != nil {
				return err
			}
		}
		if res.Document, err = tx.Ent.Document.Get(ctx, k.Document); err != nil {
			return err
		}
		if res.Counted, err = linesAgain(ctx, tx, k); err != nil {
			return err
		}
		if k.Shipment != 0 {
			if res.Shipment, err = tx.Ent.Shipment.Get(ctx, k.Shipment); err != nil {
				return err
			}
		}
		if len(k.Postings) == 0 {
			return nil
		}
		res.Movements, err = tx.Ent.StockMovement.Query().Where(stockmovement.PostingIDIn(k.Postings...)).
			Order(ent.Asc(stockmovement.FieldID)).All(ctx)
		return err
	}
}

// finish makes the result fit to be shown: what a dry run made never was, and
// what was committed is read from the database when somebody asks.
func (r Result) finish(created bool) Result {
	if r.Document == nil {
		return r
	}
	if !r.DryRun {
		r.Document.Edges = ent.DocumentEdges{}
		if r.Shipment != nil {
			r.Shipment.Edges = ent.ShipmentEdges{}
		}
		return r
	}
	for _, m := range r.Movements {
		m.ID, m.PostingID = 0, 0
		if m.StockVersion == 1 {
			m.StockID = 0 // nor will the stock; SQLite may give its id to another
		}
	}
	for _, e := range r.Document.Edges.Events {
		e.PostingID = nil
	}
	for _, l := range r.Document.Edges.Lines {
		for _, e := range l.Edges.Executions {
			e.PostingID = nil
		}
	}
	if s := r.Shipment; s != nil && s.Version == 1 {
		s.ID, s.PostingID = 0, 0
	}
	if created {
		r.Document.ID, r.Document.No = 0, ""
		for _, l := range r.Document.Edges.Lines {
			l.DocumentID = 0
		}
		for _, l := range r.Counted {
			l.ID, l.DocumentID = 0, 0
		}
	}
	return r
}
