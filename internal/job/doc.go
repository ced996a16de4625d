// Package job does work that takes longer than somebody waits: imports, exports,
// reports, large transfers. A [Kind] brings the work, [Enqueue] asks for it within the
// transaction of whoever asks, and a [Runner] in each replica does it.
//
// The row in jobs is the truth, and what people see. River wakes a replica for it,
// durably: its job is inserted in the same transaction, and only carries the id. A
// replica that wakes claims the row by a lease, which it renews while it lives; when
// the lease has ended, any replica puts the row back into the queue, so work of a
// replica that died goes on after about a minute. Each claim has a number, the fence,
// and whatever a run writes, it writes under [Run.Step] or [Run.Save], which look into
// the row in the same transaction: a run that was replaced or cancelled writes nothing
// more.
//
// A run that was broken off begins again at its checkpoint. It is saved in the very
// transaction of the work that it stands for, so kill -9 at any point neither loses
// nor doubles a step.
//
// River rescues by a time limit for whole jobs, an hour unless told. Here that only
// clears away what dead replicas left in its tables: a lease knows that a replica died
// where a limit could only guess, and an export of an hour may take an hour.
//
// Work is done in the name of the person who asked for it, with what they may do when
// it is done, not when it was asked for.
package job
