package group

import "time"

// linger is how long a leader waits for company at most, after a batch whose
// members may come again. Without it the first of them to come back would find
// nobody before it, go alone, and let all the others wait for that.
const linger = time.Millisecond

// company is what a leader knows of others on their way. A closed loop of clients
// falls into two halves by it: one is being committed and answered while the
// other one is written.
type company struct {
	flying int           // members of batches that have not ended
	landed chan struct{} // closed when none is flying any more
	last   int           // members of the latest batch or lone command
	at     time.Time     // when the latest batch ended

	wanted int           // so many must wait for the leader to begin
	enough chan struct{} // closed when they do
}

// came tells that n wait.
func (c *company) came(n int) {
	if c.wanted > 0 && n >= c.wanted {
		c.wanted = 0
		close(c.enough)
	}
}

// leaves tells that n begin, together or one alone.
func (c *company) leaves(n int) {
	c.last = n
	if n == 1 {
		return
	}
	if c.flying == 0 {
		c.landed = make(chan struct{})
	}
	c.flying += n
}

// ended tells that a batch of n has ended.
func (q *Queue[P, A]) ended(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := &q.company
	if c.flying -= n; c.flying == 0 {
		close(c.landed)
	}
	c.at = time.Now()
}

// gather lets the leader wait while the queue is busy: until as many wait as are
// being committed, or, when these have ended, half as many as there were, for a
// millisecond at most.
func (q *Queue[P, A]) gather() {
	q.mu.Lock()
	flying, landed := q.company.flying, q.company.landed
	q.mu.Unlock()
	if flying > 0 && q.until(flying, landed) {
		return
	}
	q.mu.Lock()
	half, left := q.company.last/2, linger-time.Since(q.company.at)
	q.mu.Unlock()
	if half == 0 || left <= 0 {
		return
	}
	over := make(chan struct{})
	timer := time.AfterFunc(left, func() { close(over) })
	defer timer.Stop()
	q.until(half, over)
}

// until waits for n members to wait, and tells whether they came before it was over.
func (q *Queue[P, A]) until(n int, over <-chan struct{}) bool {
	q.mu.Lock()
	if len(q.waiting) >= n {
		q.mu.Unlock()
		return true
	}
	enough := make(chan struct{})
	q.company.wanted, q.company.enough = n, enough
	q.mu.Unlock()
	select {
	case <-enough:
		return true
	case <-over:
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.company.wanted = 0
	return false
}
