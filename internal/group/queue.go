package group

import (
	"context"
	"sync"

	"entrepot/internal/store"
)

// MaxBatch is the most commands of one transaction. What its end costs is spread
// thin by then, and a batch that does not fit together is that many commands to
// go one by one.
const MaxBatch = 128

// Queue is where commands of one kind of work come together. A nil Queue lets
// each go alone.
type Queue[P, A any] struct {
	db   *store.DB
	work Work[P, A]

	mu      sync.Mutex
	led     bool // somebody leads, or was told to
	waiting []*Member[P, A]
	came    int // how many ever came to wait
	company company
}

// New is a Queue whose batches are done by work in transactions of db.
func New[P, A any](db *store.DB, work Work[P, A]) *Queue[P, A] {
	return &Queue[P, A]{db: db, work: work}
}

// Do does the command that plan describes and returns what it was answered or
// refused with: as part of a batch, or by alone when there is no company, and
// when the batch left it without an answer. It ends with the error of ctx when
// that ends before any of this has begun.
//
// alone must do the whole command in a transaction of its own, and is called
// once at most.
func (q *Queue[P, A]) Do(ctx context.Context, plan P, alone func() (A, error)) (A, error) {
	if q == nil {
		return alone()
	}
	m := &Member[P, A]{Plan: plan, ctx: ctx, turn: make(chan turn, 1)}
	switch q.wait(m) {
	case left:
		var none A
		return none, ctx.Err()
	case ended:
		return m.settle(alone)
	}
	q.gather()
	batch := q.take(m)
	if len(batch) == 1 {
		defer q.pass() // the others queue up behind a lone command: they will be a batch
		return alone()
	}
	q.commit(batch)
	return m.settle(alone)
}

// turn is what a member is told to do.
type turn int

const (
	leads turn = iota // it does the work of a batch
	ended             // its batch has ended
	left              // its client went away
)

// wait returns when it is m's turn.
func (q *Queue[P, A]) wait(m *Member[P, A]) turn {
	q.mu.Lock()
	q.waiting = append(q.waiting, m)
	q.came++
	q.company.came(len(q.waiting))
	if !q.led {
		q.led, m.called = true, true
		q.mu.Unlock()
		return leads
	}
	q.mu.Unlock()
	select {
	case t := <-m.turn:
		return t
	case <-m.ctx.Done():
	}
	if q.leave(m) {
		return left
	}
	return <-m.turn // its batch is on its way, or others wait for it to lead
}

// leave takes m out of the queue, unless somebody counts on it already.
func (q *Queue[P, A]) leave(m *Member[P, A]) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if m.called {
		return false
	}
	for i, w := range q.waiting {
		if w == m {
			q.waiting = append(q.waiting[:i:i], q.waiting[i+1:]...)
			break
		}
	}
	return true
}

// take is the next batch: its leader, who stands first, and those behind it, but
// none when the leader's client went away.
func (q *Queue[P, A]) take(leader *Member[P, A]) []*Member[P, A] {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.waiting), MaxBatch)
	if leader.ctx.Err() != nil {
		n = 1
	}
	batch := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	for _, m := range batch {
		m.called = true
	}
	q.company.leaves(n)
	return batch
}

// pass hands the lead to whoever waits first.
func (q *Queue[P, A]) pass() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.led = len(q.waiting) > 0; q.led {
		q.waiting[0].called = true
		q.waiting[0].turn <- leads
	}
}

// State tells whether somebody leads and how many commands wait behind.
func (q *Queue[P, A]) State() (working bool, waiting int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.led, len(q.waiting)
}

// Came is how many commands ever came to wait: it only rises, so that a caller can
// see that one has taken its place, whatever those before it do.
func (q *Queue[P, A]) Came() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.came
}
