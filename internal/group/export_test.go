package group

// Waiting is how many commands stand in the queue.
func (q *Queue[P, A]) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}
