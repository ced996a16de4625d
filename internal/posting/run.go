package posting

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"entrepot/ent"
	"entrepot/ent/stockmovement"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/group"
	"entrepot/internal/idempotency"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Service runs the commands.
type Service struct {
	db           *store.DB
	baseCurrency string
	now          func() time.Time
	queue        *group.Queue[plan, Result] // nil: every command goes alone
}

// New is a Service over db. Costs are valued in baseCurrency at the rate of the
// day; now is the clock, nil the real one. Commands that arrive together are
// committed together, unless [Alone] says otherwise.
func New(db *store.DB, baseCurrency string, now func() time.Time, options ...Option) *Service {
	s := &Service{db: db, baseCurrency: baseCurrency, now: now}
	s.queue = group.New(db, s.together)
	for _, o := range options {
		o(s)
	}
	return s
}

// Option changes how a Service works.
type Option func(*Service)

// Alone commits every command by itself, without group commit.
func Alone() Option { return func(s *Service) { s.queue = nil } }

// clock is the time of a command, and the time for the ledger to record: zero,
// so that the database's clock counts, unless a clock was given.
func (s *Service) clock() (now, recorded time.Time) {
	if s.now == nil {
		return store.Moment(time.Now()), time.Time{}
	}
	now = store.Moment(s.now())
	return now, now
}

// time is that of a command.
func (s *Service) time() time.Time {
	now, _ := s.clock()
	return now
}

// work is what one command brings to the common walk.
type work struct {
	operation string
	kind      stock.MovementKind
	needs     auth.Permission
	command   Command
	input     any
	// lines is the name of the list of lines in the input, quantity that of
	// the field which a shortage is about, and name what a person calls the
	// stock of a line.
	lines, quantity string
	name            func(line int) string
	// check collects the faults of the input that need no database.
	check func(*fault.List)
	// again, when set, says better than a refusal why the command cannot be
	// done: somebody did it meanwhile.
	again func(ctx context.Context, tx store.Tx) error
	// targets, bins and currencies are what the lines name, and moves, when set, is
	// all that is to plan once these are looked up: then look and plan are not
	// needed, and the command may be committed together with others.
	targets    []Target
	bins       []lookup.Bin
	currencies []string
	moves      func(r lookup.Codes, faults *fault.List) []ledger.Move
	// dropped are the lines that bins refused.
	dropped binsRefused
	// decides says that plan decides on locked stocks.
	decides bool
	// locked, when set, are the stocks that plan decides on.
	locked func() []ledger.Key
	// loses, when set, says which lines are losses, to which promises give way.
	loses func(line int) bool
	// after, when set, goes on in the transaction with what was posted.
	after func(ctx context.Context, tx store.Tx, postingID int64) error
	// look reads, without a lock, what the codes of the input mean, and draws
	// the id that the posting will have. It comes before the key is claimed, so
	// that the key can be kept with its outcome at once.
	look func(ctx context.Context, tx store.Tx) (postingID int64, err error)
	// plan makes moves, one a line; the refusals of lines that can be told
	// before anything is written go into faults.
	plan func(ctx context.Context, tx store.Tx, p *ledger.Posting, faults *fault.List) ([]ledger.Move, error)
}

// outcome is what an idempotency key remembers of a command.
type outcome struct {
	PostingID int64      `json:"posting,omitempty"`
	Refused   fault.List `json:"refused,omitempty"`
}

func (s *Service) run(ctx context.Context, w work) (_ Result, err error) {
	defer fault.Wrap(&err, "posting.%s", w.operation)
	who, err := auth.Require(ctx, w.needs)
	if err != nil {
		return Result{}, err
	}
	now, recorded := s.clock()
	var faults fault.List
	w.command.check(&faults, now)
	w.check(&faults)
	if err := faults.Err(); err != nil {
		return Result{}, err
	}
	key, err := idempotency.New(who.Key(), w.operation, w.command.IdempotencyKey, w.input)
	if err != nil {
		return Result{}, err
	}
	post := ledger.Posting{
		Kind: w.kind, Operation: w.operation, ActorID: who.UserID,
		ReasonCode: w.command.ReasonCode, Note: w.command.Note, RequestID: fault.RequestID(ctx), BaseCurrency: s.baseCurrency,
		OccurredAt: now, Now: recorded,
	}
	if w.command.OccurredAt != nil {
		post.OccurredAt = *w.command.OccurredAt
	}
	p := plan{w, key, post, now}
	if w.groups() {
		return s.queue.Do(ctx, p, func() (Result, error) { return s.alone(ctx, p) })
	}
	return s.alone(ctx, p)
}

// alone does one command in a transaction of its own.
func (s *Service) alone(ctx context.Context, p plan) (res Result, err error) {
	w, post := p.work, p.post
	if w.moves != nil {
		refs := lookup.In(s.baseCurrency)
		w.look = looking(&refs, w.bins, func(ctx context.Context, tx store.Tx) (int64, error) {
			return refs.Resolve(ctx, tx, s.day(w.command), w.targets, w.currencies)
		})
		w.plan = func(_ context.Context, _ store.Tx, _ *ledger.Posting, faults *fault.List) ([]ledger.Move, error) {
			return w.moves(refs, faults), nil
		}
	}
	var way *blocked
	for {
		err = s.db.InTx(ctx, func(tx store.Tx) error {
			res = Result{DryRun: w.command.DryRun} // InTx may run this twice
			if post.ID, err = w.look(ctx, tx); err != nil {
				return err
			}
			if !res.DryRun {
				var done outcome
				replayed, err := idempotency.Claim(ctx, tx, p.key, p.now, outcome{PostingID: post.ID}, &done)
				if err != nil {
					return err
				}
				if replayed {
					res, err = replay(ctx, tx, done)
					return err
				}
			}
			return s.post(ctx, tx, plan{w, p.key, post, p.now}, way, &res)
		})
		if way == nil && errors.As(err, &way) {
			continue
		}
		var without binsRefused
		if !errors.As(err, &without) {
			break
		}
		w.dropped = append(w.dropped, without...)
	}
	if err != nil {
		return Result{}, err
	}
	return res, nil
}

// binsRefused are lines that bins refused under REJECT_FAILED_ROWS: what a bin
// takes is known once the posting is made, and so it is made again without them.
type binsRefused fault.List

// Error joins the messages.
func (b binsRefused) Error() string { return fault.List(b).Error() }

// keep takes away the moves of lines that were dropped.
func (w work) keep(moves []ledger.Move) []ledger.Move {
	return slices.DeleteFunc(moves, func(m ledger.Move) bool {
		return slices.ContainsFunc(w.dropped, func(f fault.Fault) bool { return lineOf(f) == m.Line })
	})
}

// post plans, posts and settles, inside the transaction.
func (s *Service) post(ctx context.Context, tx store.Tx, p plan, way *blocked, res *Result) error {
	w, key, post := p.work, p.key, p.post
	holders, err := way.clear(ctx, tx, p)
	if err != nil {
		return err
	}
	var faults fault.List
	moves, err := w.plan(ctx, tx, &post, &faults)
	if err != nil {
		return err
	}
	if err := p.mayBeBlocked(ctx, tx, way, moves, nil, faults); err != nil {
		return err
	}
	partly := w.command.ErrorPolicy == RejectFailedRows
	moves = w.keep(moves)
	faults = append(faults, w.dropped...)
	if len(faults) > 0 && !partly {
		return faults
	}
	yielded, err := w.yield(holders, moves)
	if err != nil {
		return err
	}
	if partly {
		accepted, refused, err := ledger.Decide(ctx, tx, moves)
		if err != nil {
			return err
		}
		if err := p.mayBeBlocked(ctx, tx, way, moves, refused, nil); err != nil {
			return err
		}
		moves = accepted
		w.explain(&faults, refused)
		res.UserErrors = faults
	}
	if len(moves) == 0 {
		return s.nothing(ctx, tx, key, faults, res)
	}
	post.Moves = moves
	posted, err := ledger.Post(ctx, tx, post)
	var refused ledger.Refused
	if errors.As(err, &refused) {
		if err := p.mayBeBlocked(ctx, tx, way, moves, refused, nil); err != nil {
			return err
		}
		return w.refused(ctx, tx, faults, refused)
	}
	if err != nil {
		return err
	}
	if err := w.follow(ctx, tx, yielded, posted.ID); err != nil {
		return err
	}
	res.Movements = posted.Movements
	if res.DryRun {
		unposted(res.Movements)
		return store.Rollback()
	}
	res.PostingID = posted.ID
	if len(res.UserErrors) == 0 {
		return nil // as the key was told
	}
	return idempotency.Settle(ctx, tx, key, outcome{posted.ID, res.UserErrors})
}

// unposted takes from the movements of a dry run what led to rows.
func unposted(rows []*ent.StockMovement) {
	for _, m := range rows {
		m.ID, m.PostingID = 0, 0 // they will never have been
		if m.StockVersion == 1 {
			m.StockID = 0 // nor will the stock; SQLite may give its id to another
		}
	}
}

// refused is why the ledger did not take the posting.
func (w work) refused(ctx context.Context, tx store.Tx, faults fault.List, refused ledger.Refused) error {
	if w.again != nil {
		if err := w.again(ctx, tx); err != nil {
			return err
		}
	}
	if partly := w.command.ErrorPolicy == RejectFailedRows; refused.OfBins() {
		var of fault.List
		if w.explain(&of, refused); partly {
			return binsRefused(of)
		}
		return append(faults, of...)
	} else if partly || w.decides {
		// What was decided on locked stocks is refused only by a stock that did
		// not exist then and could not be locked: decide again.
		return fmt.Errorf("a stock appeared meanwhile: %w", store.ErrRetry)
	}
	w.explain(&faults, refused)
	return faults
}

// nothing ends a command that moves nothing: every line was refused, or every
// count agreed with the books.
func (s *Service) nothing(ctx context.Context, tx store.Tx, key idempotency.Key, faults fault.List, res *Result) error {
	switch {
	case len(faults) > 0:
		return faults
	case res.DryRun:
		return store.Rollback()
	}
	return idempotency.Settle(ctx, tx, key, outcome{})
}

// replay is what the command answered when it was first sent.
func replay(ctx context.Context, tx store.Tx, done outcome) (Result, error) {
	rows, err := movementsOf(ctx, tx, done.PostingID)
	return Result{PostingID: done.PostingID, Movements: rows, Replayed: true, UserErrors: done.Refused}, err
}

func movementsOf(ctx context.Context, tx store.Tx, postingID int64) ([]*ent.StockMovement, error) {
	return tx.Ent.StockMovement.Query().Where(stockmovement.PostingID(postingID)).
		Order(stockmovement.ByWarehouseID(), stockmovement.BySku(), stockmovement.ByBatchNo()).All(ctx)
}
