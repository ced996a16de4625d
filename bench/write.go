//go:build linux

package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// few is how many connections post at once, crowd where there are many.
const (
	few   = 32
	crowd = 128
)

func (b *bench) spread(ctx context.Context) (*row, error) {
	return b.write(ctx, writing{"spread", "stockAdjust, spread SKUs", adjusts, "adjust.sql", false, few, 1.2})
}

func (b *bench) hot(ctx context.Context) (*row, error) {
	return b.write(ctx, writing{"hot", "stockAdjust, one hot SKU", adjusts, "adjust.sql", true, few, 5})
}

func (b *bench) hotCrowd(ctx context.Context) (*row, error) {
	return b.write(ctx, writing{"hot128", "stockAdjust, one hot SKU", adjusts, "adjust.sql", true, crowd, 8})
}

func (b *bench) reserve(ctx context.Context) (*row, error) {
	return b.write(ctx, writing{"reserve", "reservationCreate and Deduct, spread SKUs", reserves, "reserve.sql", false, few, 1.2})
}

func (b *bench) reserveHot(ctx context.Context) (*row, error) {
	return b.write(ctx, writing{"reservehot", "reservationCreate and Deduct, one hot SKU", reserves, "reserve.sql", true, few, 5})
}

func (b *bench) reserveCrowd(ctx context.Context) (*row, error) {
	return b.write(ctx, writing{"reservehot128", "reservationCreate and Deduct, one hot SKU", reserves, "reserve.sql", true, crowd, 8})
}

// writing is what a row of postings is about.
type writing struct {
	part, work  string
	forms       forms // the commands of one operation, each of them a posting
	script      string
	hot         bool
	connections int
	target      float64
}

// write compares posting through the graph with pgbench on the same tables, and
// tells how long clients wait beside a server that commits every posting alone.
// Before each side a checkpoint, so that neither pays for the other's pages;
// after it, every accepted posting must have its movement.
func (b *bench) write(ctx context.Context, w writing) (*row, error) {
	r := &row{
		work: fmt.Sprintf("%s, %d connections", w.work, w.connections), limit: "pgbench, limit/" + w.script,
		target: w.target, atLeast: true, unit: perSecond,
	}
	limit, err := b.pgbench(w.script, w.hot, w.connections)
	if err != nil {
		return nil, err
	}
	alone, err := b.serve(ctx, b.db.url, "ENTREPOT_GROUP_COMMIT=false")
	if err != nil {
		return nil, err
	}
	defer alone.stop()
	var clients, loners []*writer
	defer func() {
		hangUp(clients)
		hangUp(loners)
	}()
	// Not before their turn: a server hangs up on who says nothing.
	dialed := func(all *[]*writer, at *server) (err error) {
		if *all == nil {
			*all, err = b.writers(at, w)
		}
		return err
	}
	var server, postgres, postgresOfLimit []float64 // µs of CPU for a posting
	var machineOurs, machineTheirs shares
	ours := func() (rate float64, err error) {
		err = b.counted(ctx, r, "accepted", func() (accepted int64, err error) {
			s0, p0, err := b.usage(b.server)
			if err != nil {
				return 0, err
			}
			if err := dialed(&clients, b.server); err != nil {
				return 0, err
			}
			err = b.shared(&machineOurs, func() error {
				began := time.Now()
				accepted, err = postAll(ctx, clients, began.Add(time.Duration(b.seconds)*time.Second))
				rate = float64(accepted) / time.Since(began).Seconds()
				return err
			})
			if err != nil {
				return accepted, err
			}
			s1, p1, err := b.usage(b.server)
			server, postgres = append(server, each(s1-s0, accepted)), append(postgres, each(p1-p0, accepted))
			return accepted, err
		})
		return rate, err
	}
	theirs := func() (rate float64, err error) {
		err = b.counted(ctx, r, "of pgbench", func() (done int64, err error) {
			before, err := b.db.cpu()
			if err != nil {
				return 0, err
			}
			err = b.shared(&machineTheirs, func() error {
				done, rate, err = limit.run(ctx)
				done, rate = done*int64(len(w.forms)), rate*float64(len(w.forms)) // a transaction for each
				return err
			})
			if err != nil {
				return done, err
			}
			after, err := b.db.cpu()
			postgresOfLimit = append(postgresOfLimit, each(after-before, done))
			return done, err
		})
		return rate, err
	}
	var rates []float64 // of the server that commits every posting alone
	oneByOne := func() error {
		return b.counted(ctx, r, "accepted one by one", func() (accepted int64, err error) {
			if err := dialed(&loners, alone); err != nil {
				return 0, err
			}
			began := time.Now()
			accepted, err = postAll(ctx, loners, began.Add(time.Duration(b.seconds)*time.Second))
			rates = append(rates, float64(accepted)/time.Since(began).Seconds())
			return accepted, err
		})
	}
	both := func() (float64, error) {
		if err := oneByOne(); err != nil {
			return 0, err
		}
		return ours()
	}
	if err := r.sides(b.rounds, both, theirs); err != nil {
		return nil, err
	}
	p50, p99 := waits(clients)
	_, p99Alone := waits(loners)
	r.note("half of the answers within %.1f ms, 99 of 100 within %.1f ms; CPU per posting %.0f µs server + %.0f µs PostgreSQL, of the limit %.0f µs PostgreSQL",
		p50.Seconds()*1e3, p99.Seconds()*1e3, median(server), median(postgres), median(postgresOfLimit))
	verdict := "no worse with it"
	if p99 > p99Alone {
		verdict = "WORSE with it"
	}
	r.note("without group commit %s, %.2f × the limit, 99 of 100 answers within %.1f ms: %s",
		perSecond(median(rates[1:])), median(rates[1:])/median(r.theirs), p99Alone.Seconds()*1e3, verdict)
	r.busy = machineOurs.busy() || machineTheirs.busy()
	r.note("of the machine went %s beside Entrepot, %s beside pgbench", &machineOurs, &machineTheirs)
	return r, b.profiled(ctx, w.part, func() error {
		_, err := postAll(ctx, clients, time.Now().Add(profileTime))
		return err
	})
}

// each is the microseconds of n equal pieces of work.
func each(d time.Duration, n int64) float64 { return float64(d.Microseconds()) / float64(max(n, 1)) }

// shared runs work, on other servers too, and notes who had the machine meanwhile.
func (b *bench) shared(s *shares, work func() error, others ...*server) error {
	before, err := b.machineNow(others...)
	if err != nil {
		return err
	}
	if err := work(); err != nil {
		return err
	}
	after, err := b.machineNow(others...)
	s.add(before, after)
	return err
}

// counted runs one side and compares what it says it did with the journal.
func (b *bench) counted(ctx context.Context, r *row, what string, side func() (int64, error)) error {
	if err := b.db.checkpoint(ctx); err != nil {
		return err
	}
	last, err := b.db.lastMovement(ctx)
	if err != nil {
		return err
	}
	done, err := side()
	if err != nil {
		return err
	}
	rows, err := b.db.movementsSince(ctx, last)
	if err == nil && rows != done {
		r.fail("%d %s, %d movements", done, what, rows)
	}
	return err
}

// usage is the CPU time of a server and of PostgreSQL up to now.
func (b *bench) usage(s *server) (ours, postgres time.Duration, err error) {
	if ours, err = treeCPU(s.pid); err != nil {
		return 0, 0, err
	}
	postgres, err = b.db.cpu()
	return ours, postgres, err
}

// waits are the median and the 99th percentile of all answers so far.
func waits(clients []*writer) (p50, p99 time.Duration) {
	var all []time.Duration
	for _, c := range clients {
		all = append(all, c.waits...)
	}
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	return all[len(all)/2], all[len(all)*99/100]
}
