// Package group commits commands that arrive together in one transaction, and
// still answers each as if it had come alone. It knows no domain: what a command
// means is the business of the package that owns it.
//
// While one transaction runs, the commands that arrive queue up, and the next
// transaction takes all of them: one BEGIN, one flush of the log and one set of
// statements for many, and on a hot row no queue of transactions behind one
// lock. Nobody waits for company: a command that finds nobody before it goes at
// once, alone, and what it does there is also what it falls back to.
//
// # How a package joins
//
// Per kind of work, which may span several mutations, it keeps one [Queue] of P,
// what a member brings along (its checked input, its idempotency key, the time),
// and A, what it is answered. It writes a [Work] that does a whole batch in a
// transaction it is given, and sends every command through [Queue.Do] together
// with the way to do it alone:
//
//	s.queue = group.New(db, s.together) // nil for Alone(): every command by itself
//	…
//	return s.queue.Do(ctx, plan, func() (Result, error) { return s.alone(ctx, plan) })
//
// Permission and the faults of the input that need no database come before Do.
// The Work then goes, set-wise, the way of the lone command:
//
//  1. resolve the codes of all members, without a lock;
//  2. claim all keys, in order (idempotency.ClaimNew). A member whose key is
//     taken is left without an answer: alone it will be replayed, or told that
//     the key was used for something else;
//  3. lock what the batch will decide on, in the lock order of the ledger;
//  4. decide member by member in the order of the batch, which is the order of
//     arrival, each on what those before it leave: [Member.Refuse] with exactly
//     the faults that the lone command ends with, else it is among the accepted.
//     Keys of refused members are given back (idempotency.Release), since a
//     rejection keeps none;
//  5. write what was accepted, and [Member.Answer] it.
//
// Whatever a Work does not want to decide it leaves unanswered, and whenever the
// batch does not fit together it returns an error ([ErrApart] when that is
// nothing unusual): the transaction is rolled back and everybody goes alone.
//
// # What is held
//
//   - An answer reaches its client only after the commit. Of a transaction that
//     fails, panics or is rolled back no answer counts.
//   - A member is in one batch at most, and goes alone at most once, after that
//     batch has ended. Nothing is ever done both ways.
//   - A client that goes away while it waits takes its command along; one whose
//     command is being committed already is not waited for by the others, nor
//     does its going hurt them.
//   - At most one batch writes at a time, per process. The next one begins when
//     only the commit of the last is left, so the disk works beside it.
//   - There are no goroutines and no timers: the first of a batch does the work
//     of all. A server that waits for its requests has drained the queue.
//   - Several processes may do this over one database: their batches meet at the
//     same keys and rows as lone transactions do, in the same order.
package group
