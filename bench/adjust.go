//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// writers is how many connections post at once.
const writers = 32

// adjustQuery asks for what a machine that posts a delta wants to know.
const adjustQuery = `mutation Adjust($input: StockAdjustInput!) {
  stockAdjust(input: $input) { movements { id availableAfter stockVersion } replayed userErrors { code message field } }
}`

func (b *bench) spread(ctx context.Context) (*row, error) {
	return b.adjust(ctx, "spread", "stockAdjust, spread SKUs, 32 connections", 0.7)
}

func (b *bench) hot(ctx context.Context) (*row, error) {
	return b.adjust(ctx, "hot", "stockAdjust, one hot SKU, 32 connections", 0.8)
}

// adjust compares posting through the graph with pgbench on the same tables.
// Before each side a checkpoint, so that neither pays for the other's pages;
// after it, every accepted posting must have its movement.
func (b *bench) adjust(ctx context.Context, part, work string, target float64) (*row, error) {
	r := &row{work: work, limit: "pgbench, limit/" + part + ".sql", target: target, atLeast: true, unit: perSecond}
	limit, err := b.pgbench(part + ".sql")
	if err != nil {
		return nil, err
	}
	clients, err := b.adjusters(part == "hot")
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, c := range clients {
			c.close()
		}
	}()
	var server, postgres, postgresOfLimit []float64 // µs of CPU for a posting
	var machineOurs, machineTheirs shares
	ours := func() (rate float64, err error) {
		err = b.counted(ctx, r, "accepted", func() (accepted int64, err error) {
			s0, p0, err := b.usage(b.server)
			if err != nil {
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
		err = b.counted(ctx, r, "pgbench's transactions", func() (done int64, err error) {
			before, err := b.db.cpu()
			if err != nil {
				return 0, err
			}
			err = b.shared(&machineTheirs, func() error {
				done, rate, err = limit.run(ctx)
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
	if err := r.sides(b.rounds, ours, theirs); err != nil {
		return nil, err
	}
	p50, p99 := waits(clients)
	r.note("half of the answers within %.1f ms, 99 of 100 within %.1f ms; CPU per posting %.0f µs server + %.0f µs PostgreSQL, of the limit %.0f µs PostgreSQL",
		p50.Seconds()*1e3, p99.Seconds()*1e3, median(server), median(postgres), median(postgresOfLimit))
	r.busy = machineOurs.busy() || machineTheirs.busy()
	r.note("of the machine went %s beside Entrepot, %s beside pgbench", &machineOurs, &machineTheirs)
	return r, b.profiled(ctx, part, func() error {
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

// adjuster is a connection with a request whose variable parts have fixed
// places: rendering it anew would cost more than sending it.
type adjuster struct {
	*client
	request                    []byte
	key, sku, warehouse, delta []byte // places in request
	random                     *rand.Rand
	skus                       int // 1: the hot one
	waits                      []time.Duration
	leaving                    bool
}

var noUserErrors = []byte(`"userErrors":[]`)

func (b *bench) adjusters(hot bool) ([]*adjuster, error) {
	all := make([]*adjuster, writers)
	for i := range all {
		var err error
		if all[i], err = b.adjuster(hot); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (b *bench) adjuster(hot bool) (*adjuster, error) {
	query, err := json.Marshal(adjustQuery)
	if err != nil {
		return nil, err
	}
	c, err := dial(b.server.addr)
	if err != nil {
		return nil, err
	}
	request := post("/graphql", b.token, fmt.Sprintf(`{"query":%s,"variables":{"input":{"idempotencyKey":"KKKKKKKKKKKKKKKK","reasonCode":"BENCH",`+
		`"changes":[{"sku":"SSSSSS","warehouseCode":"W01","delta":DD}]}}}`, query))
	a := &adjuster{client: c, request: request, random: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), skus: b.db.skus}
	place := func(mark string) []byte {
		at := bytes.Index(a.request, []byte(mark))
		return a.request[at : at+len(mark)]
	}
	a.key, a.sku, a.warehouse, a.delta = place("KKKKKKKKKKKKKKKK"), place("SSSSSS"), place("W01")[1:], place("DD")
	if hot {
		a.skus = 1
	}
	return a, nil
}

// next fills in another posting: one unit comes or goes by turns, under a new key.
func (a *adjuster) next() {
	key := a.random.Uint64()
	for i := range a.key {
		a.key[i] = "0123456789abcdef"[key>>(4*i)&15]
	}
	sku, warehouse := firstSKU, 1
	if a.skus > 1 {
		sku, warehouse = firstSKU+a.random.IntN(a.skus), 1+a.random.IntN(warehouses)
	}
	digits(a.sku, sku)
	digits(a.warehouse, warehouse)
	a.leaving = !a.leaving
	if a.leaving {
		copy(a.delta, "-1")
	} else {
		copy(a.delta, " 1")
	}
}

func digits(to []byte, n int) {
	for i := len(to) - 1; i >= 0; i-- {
		to[i], n = byte('0'+n%10), n/10
	}
}

// post sends what next filled in.
func (a *adjuster) post() error {
	body, err := a.do(a.request)
	if err == nil && !bytes.Contains(body, noUserErrors) {
		err = fmt.Errorf("refused: %.500s", body)
	}
	return err
}

// run posts until the deadline, one posting after the other.
func (a *adjuster) run(ctx context.Context, until time.Time) (accepted int64, err error) {
	for now := time.Now(); now.Before(until) && ctx.Err() == nil; {
		a.next()
		if err := a.post(); err != nil {
			return accepted, err
		}
		accepted++
		then := now
		now = time.Now()
		a.waits = append(a.waits, now.Sub(then))
	}
	return accepted, ctx.Err()
}

// postAll lets all clients post until the deadline and returns how many postings
// were accepted.
func postAll(ctx context.Context, clients []*adjuster, until time.Time) (accepted int64, err error) {
	var (
		wg sync.WaitGroup
		mu sync.Mutex
	)
	for _, c := range clients {
		wg.Go(func() {
			n, failed := c.run(ctx, until)
			mu.Lock()
			defer mu.Unlock()
			accepted += n
			if err == nil {
				err = failed
			}
		})
	}
	wg.Wait()
	return accepted, err
}

// waits are the median and the 99th percentile of all answers so far.
func waits(clients []*adjuster) (p50, p99 time.Duration) {
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
