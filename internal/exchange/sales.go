package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entrepot/internal/document"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// importer names this importer to package document. It is part of the identity
// of every order that was ever imported: it must never change.
const importer = "sales"

// How much goes into one call.
const (
	lookOrders   = 500
	lookLines    = 10_000
	recordOrders = 500
	recordLines  = 1_000
)

// Service imports.
type Service struct {
	db   *store.DB
	docs *document.Service
	now  func() time.Time
}

// New is a Service over db with the clock now.
func New(db *store.DB, docs *document.Service, now func() time.Time) *Service {
	return &Service{db, docs, now}
}

// run is one import.
type run struct {
	s           *Service
	in          SalesInput
	warehouse   string
	warehouseID int64
	currency    string
	rules       rules
	mapping     mapping
	stage       *stage
	headers     [][]string // of the files
	rejects     *rejectsFile
	meter       *meter
	sum         Summary
	failed      bool // a transaction, which does not end with the context
}

// ImportSales books every order of the files as a document of its own: an
// outbound, or an inbound when it is a return. The package comment says what it
// refuses and what it leaves out.
//
// When the context ends it finishes the transaction that runs and returns a
// [*StoppedError]; the same import, started again, goes on from there. The
// Summary is that of what was done, also beside an error. Errors are in words
// for whoever started the import.
func (s *Service) ImportSales(ctx context.Context, in SalesInput) (_ Summary, err error) {
	begin := s.now()
	r := &run{s: s, in: in, meter: newMeter(in.Progress, in.Terminal, s.now), sum: Summary{LinesRejected: map[string]int64{}}}
	err = r.all(ctx)
	r.meter.end()
	r.sum.Elapsed = s.now().Sub(begin)
	switch {
	case err == nil:
	case ctx.Err() != nil && !r.failed:
		// Drivers have errors of their own for a context that ended.
		err = &StoppedError{r.sum.OrdersBooked, r.sum.OrdersLeft}
	case r.sum.OrdersBooked > 0:
		err = fmt.Errorf("%w; %d orders are booked, %d are left: run the same command again to go on", err, r.sum.OrdersBooked, r.sum.OrdersLeft)
	}
	return r.sum, err
}

// StoppedError says that the import was asked to stop, and did.
type StoppedError struct {
	Booked, Left int64 // orders
}

// Error says how to go on.
func (e *StoppedError) Error() string {
	if e.Booked == 0 && e.Left == 0 {
		return "stopped before any order was booked: run the same command again to go on"
	}
	return fmt.Sprintf("stopped after %d orders, %d are left; nothing is lost and nothing will be booked twice: run the same command again to go on",
		e.Booked, e.Left)
}

func (r *run) all(ctx context.Context) (err error) {
	if err := r.check(ctx); err != nil {
		return err
	}
	// What is lacking is worked out long before it is booked: two imports into
	// one warehouse would both receive it.
	release, alone, err := r.s.db.Alone(ctx, "import-"+r.warehouse)
	if err != nil {
		return err
	}
	if !alone {
		return fmt.Errorf("another import into warehouse %s is running: let it end, or stop it, and run this one again", r.warehouse)
	}
	defer func() { err = errors.Join(err, release()) }()
	if r.stage, err = openStage(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.stage.Close()) }()
	if err := r.read(ctx); err != nil {
		return err
	}
	if r.rejects, err = createRejects(r.in, r.headers); err != nil {
		return err
	}
	r.sum.RejectsFile = r.rejects.path
	defer func() {
		err = errors.Join(err, r.rejects.flush(context.WithoutCancel(ctx), r.stage, &r.sum), r.rejects.Close())
	}()
	for _, step := range []func(context.Context) error{r.leaveOut, r.count, r.ready, r.ensure, r.opening, r.book} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// leaveOut asks which orders were booked before, if any were.
func (r *run) leaveOut(ctx context.Context) error {
	any, err := r.s.docs.Recorded(ctx, importer, r.warehouse)
	if err != nil || !any {
		return err
	}
	return r.each(ctx, lookOrders, lookLines, func(in document.RecordInput, orders []staged) error {
		out, err := r.s.docs.Look(ctx, in)
		if err != nil {
			return err
		}
		return r.settle(ctx, orders, out)
	})
}

// count tells how much there is to be booked.
func (r *run) count(ctx context.Context) (err error) {
	var lines int64
	if r.sum.OrdersLeft, lines, err = r.stage.left(ctx, orderNew); err != nil {
		return err
	}
	r.meter.begin(r.sum.OrdersLeft, lines)
	return nil
}

// ready finds out what would have every order refused, before anything is made.
func (r *run) ready(ctx context.Context) error {
	first, any, err := r.stage.first(ctx)
	if err != nil || !any {
		return err
	}
	return r.s.docs.Ready(ctx, r.warehouse, first)
}

func (r *run) opening(ctx context.Context) error {
	if !r.in.Opening {
		return nil
	}
	return r.open(ctx)
}

// book records the orders, in the order of time.
func (r *run) book(ctx context.Context) error {
	r.meter.restart()
	return r.each(ctx, recordOrders, recordLines, func(in document.RecordInput, orders []staged) error {
		out, err := r.record(ctx, in)
		if err != nil {
			return err
		}
		ctx := context.WithoutCancel(ctx) // what is booked must be counted
		if err := r.settle(ctx, orders, out); err != nil {
			return err
		}
		for _, o := range orders {
			r.meter.booked(len(o.record.Lines))
		}
		r.sum.OrdersLeft -= int64(len(orders))
		return r.rejects.flush(ctx, r.stage, &r.sum)
	})
}

// each goes through the orders that are to be booked, batch by batch. While one
// is being done the next is read: the stage and the books are different
// databases, and either would wait for the other.
func (r *run) each(ctx context.Context, maxOrders, maxLines int, do func(document.RecordInput, []staged) error) error {
	type batch struct {
		orders []staged
		err    error
	}
	read := func(after int64) <-chan batch {
		next := make(chan batch, 1)
		go func() {
			orders, err := r.stage.batch(ctx, after, maxOrders, maxLines)
			next <- batch{orders, err}
		}()
		return next
	}
	for next := read(0); ; {
		b := <-next
		if err := errors.Join(ctx.Err(), b.err); err != nil || len(b.orders) == 0 {
			return err
		}
		next = read(b.orders[len(b.orders)-1].seq)
		in := document.RecordInput{Source: importer, WarehouseCode: r.warehouse, Currency: r.currency, Records: make([]document.Record, len(b.orders)), Reserve: r.in.Reserve}
		for i, o := range b.orders {
			in.Records[i] = o.record
		}
		if err := do(in, b.orders); err != nil {
			<-next // the stage is closed after this
			return err
		}
	}
}

// record is one transaction. It is not broken off when the import is asked to
// stop: it is short, and its end is worth knowing.
func (r *run) record(ctx context.Context, in document.RecordInput) ([]document.Recorded, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out, err := r.s.docs.Record(context.WithoutCancel(ctx), in)
	r.failed = err != nil
	return out, err
}

// settle keeps and counts what has become of orders.
func (r *run) settle(ctx context.Context, orders []staged, out []document.Recorded) error {
	for i, o := range orders {
		var err error
		switch out[i].Outcome {
		case document.RecordBooked:
			r.sum.OrdersBooked++
			r.sum.LinesBooked += int64(len(o.record.Lines))
			if o.record.Kind == stock.DocumentInbound {
				r.sum.ReturnsBooked++
			}
			err = r.stage.mark(ctx, o.seq, orderBooked)
		case document.RecordKnown:
			r.sum.OrdersKnown++
			err = r.stage.mark(ctx, o.seq, orderKnown)
		case document.RecordRefused:
			r.sum.OrdersRefused++
			err = r.stage.refuse(ctx, o, refusal(out[i].Faults))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refusal is why the books do not take an order.
func refusal(faults fault.List) rejection {
	if len(faults) == 0 {
		return rejection{Reason(fault.Invalid), "the order was refused"}
	}
	return rejection{Reason(faults[0].Code), "the order was refused: " + faults.Error()}
}
