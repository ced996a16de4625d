package schedule

import (
	"context"
	"time"
)

// Job is something that happens by the clock.
type Job struct {
	// Name is that of the job in schedule_slots, at most 100 characters. It is
	// never used for another job: slots that have run are remembered by it.
	Name string
	Cadence
	// Run does the work of one slot and returns how many rows it was about. It
	// must return soon after ctx has ended, which happens when the lease is lost
	// and when the program stops. It may run again for the same slot, after an
	// error or on another replica, so what it does twice must be as done once.
	Run func(ctx context.Context, l *Lease) (rows int64, err error)
}

// Cadence says when a job is due.
type Cadence struct {
	// Look is how often each replica looks whether a slot is due, also one that
	// failed or whose replica died.
	Look time.Duration
	// Due returns the slots that are due and not known to be done, oldest first.
	Due func(ctx context.Context, now time.Time) ([]time.Time, error)
}

// maxLook is how long a slot whose replica died waits at most, beyond its lease.
const maxLook = 15 * time.Second

// Every is due each interval, at multiples of it since midnight UTC for those
// that divide a day. Only the latest slot is ever due: work that repeats is not
// made up for.
func Every(interval time.Duration) Cadence {
	return Cadence{
		Look: min(interval, maxLook),
		Due: func(_ context.Context, now time.Time) ([]time.Time, error) {
			return []time.Time{now.UTC().Truncate(interval)}, nil
		},
	}
}

// At is due at the slots that due returns, each of which is run, oldest first,
// however late.
func At(look time.Duration, due func(ctx context.Context, now time.Time) ([]time.Time, error)) Cadence {
	return Cadence{Look: look, Due: due}
}
