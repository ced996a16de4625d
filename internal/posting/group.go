package posting

import (
	"context"
	"errors"
	"sync"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/idempotency"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/store"
)

// Group commit. While one transaction runs, the commands that arrive queue up,
// and the next transaction takes all of them: one BEGIN, one flush of the log
// and one set of statements for many, and on a hot stock no queue of
// transactions behind one row. Nobody waits for company: a command that finds
// nobody before it goes at once, alone.
//
// One transaction at a time, but for the flush at its end: two side by side make
// smaller batches, cost more processor for each posting, and were slower by a
// fifth on two cores.
//
// Each command stays a posting of its own under its own key. When any of them
// is refused, was sent before or does not fit, the transaction is rolled back
// and every command of it runs alone, where it is answered properly.
type group struct {
	s    *Service
	mu   sync.Mutex
	busy bool // somebody leads
	next []*member
}

const (
	maxGroup     = 64
	maxGroupWork = 8 // lines of a command that may join
	groupTimeout = 30 * time.Second
)

// member is a command in the queue.
type member struct {
	ctx    context.Context
	work   work
	key    idempotency.Key
	post   ledger.Posting
	now    time.Time
	done   chan Result // closed without a value: go alone
	lead   chan struct{}
	answer *Result
}

// join posts m together with others, or returns false: m must go alone, and
// while it does, release keeps the others queueing behind it.
func (g *group) join(m *member) (res Result, ok bool, release func()) {
	m.done, m.lead = make(chan Result, 1), make(chan struct{}, 1)
	g.mu.Lock()
	g.next = append(g.next, m)
	if g.busy {
		g.mu.Unlock()
		select {
		case a, ok := <-m.done:
			return a, ok, func() {}
		case <-m.lead:
			g.mu.Lock()
		}
	}
	g.busy = true
	n := min(len(g.next), maxGroup)
	batch := g.next[:n:n]
	g.next = g.next[n:]
	g.mu.Unlock()
	if n == 1 {
		return Result{}, false, g.release
	}
	// Whatever happens, also a panic, everybody gets an answer and the lead goes on.
	var once sync.Once
	pass := func() { once.Do(g.release) }
	defer pass()
	defer func() {
		for _, b := range batch {
			if b.answer != nil {
				b.done <- *b.answer
			}
			close(b.done)
		}
	}()
	if g.run(batch, pass) != nil {
		for _, b := range batch {
			b.answer = nil
		}
	}
	if m.answer == nil {
		return Result{}, false, func() {}
	}
	return *m.answer, true, func() {}
}

// release hands the lead to whoever waits first.
func (g *group) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy = len(g.next) > 0; g.busy {
		g.next[0].lead <- struct{}{}
	}
}

var errAlone = errors.New("a command must go alone")

// run posts the batch in one transaction. Members whose key was used before are
// left without an answer; any other trouble is the trouble of all. It passes the
// lead on when only the commit is left: while the disk works, the next batch
// begins.
func (g *group) run(batch []*member, pass func()) error {
	// The leader's client may go away; the others' work goes on.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(batch[0].ctx), groupTimeout)
	defer cancel()
	return g.s.db.InTx(ctx, func(tx store.Tx) error {
		posts, members, err := g.plan(ctx, tx, batch)
		if err != nil || len(posts) == 0 {
			return err
		}
		posted, err := ledger.PostAll(ctx, tx, posts)
		if err != nil {
			return err
		}
		for i, m := range members {
			m.answer = &Result{PostingID: posted[i].ID, Movements: posted[i].Movements}
		}
		pass()
		return nil
	})
}

// plan looks everything up, claims the keys and makes the postings.
func (g *group) plan(ctx context.Context, tx store.Tx, batch []*member) (posts []ledger.Posting, members []*member, err error) {
	refs := lookup.In(g.s.baseCurrency)
	var targets []Target
	keys, outcomes := make([]idempotency.Key, len(batch)), make([]any, len(batch))
	for _, m := range batch {
		m.answer = nil // InTx may run this twice
		targets = append(targets, m.work.targets...)
	}
	ids, err := refs.ResolveAll(ctx, tx, batch[0].now, targets, nil, len(batch))
	if err != nil {
		return nil, nil, err
	}
	for i, m := range batch {
		m.post.ID = ids[i]
		keys[i], outcomes[i] = m.key, outcome{PostingID: ids[i]}
	}
	taken, err := idempotency.ClaimNew(ctx, tx, keys, batch[0].now, outcomes)
	if err != nil {
		return nil, nil, err
	}
	for i, m := range batch {
		if !taken[i] {
			continue // sent before: Claim will tell, when it goes alone
		}
		var faults fault.List
		m.post.Moves = m.work.moves(refs, &faults)
		if len(faults) > 0 || len(m.post.Moves) == 0 {
			return nil, nil, errAlone
		}
		posts, members = append(posts, m.post), append(members, m)
	}
	return posts, members, nil
}

// groups says whether a command is of the kind that comes often: one small
// posting, at the day's rates, all or nothing.
func (s *Service) groups(w work) bool {
	return s.group != nil && w.moves != nil && len(w.targets) <= maxGroupWork &&
		!w.command.DryRun && w.command.OccurredAt == nil && w.command.ErrorPolicy != RejectFailedRows
}
