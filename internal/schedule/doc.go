// Package schedule runs what happens by the clock. It knows when, never what: a
// [Job] brings its name, its [Cadence] and what to run.
//
// gocron ticks inside each process, and a tick asks which slots of the job are
// due. Every replica asks; a slot is run by the one that claims its row in
// schedule_slots, which a unique key allows once. The claim is a lease: it is
// renewed while the run lives, and when it is not, another replica takes the slot
// over under a higher fence. Whoever was replaced may still be alive and not know
// it, so a run writes only under [Lease.Confirm], which looks into the row inside
// the run's own transaction.
//
// Leases go by the clocks of the replicas. Where these differ by more than the
// lease, a living run may be replaced; it then writes nothing, so a wrong clock
// costs work and never makes it happen twice.
//
// gocron has locks of its own for several replicas. They are not used: they keep
// two replicas from running at the same moment, not from running a slot one after
// the other (go-co-op/gocron#841).
package schedule
