//go:build linux

package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// fleet is some connections to one server, and what they ask by turns.
type fleet struct {
	clients  []*client
	requests [][]byte
}

func dialAll(addr string, n int) (*fleet, error) {
	f := &fleet{}
	for range n {
		c, err := dial(addr)
		if err != nil {
			f.close()
			return nil, err
		}
		f.clients = append(f.clients, c)
	}
	return f, nil
}

func (f *fleet) close() {
	for _, c := range f.clients {
		c.close()
	}
}

// run sends n requests over all connections.
func (f *fleet) run(ctx context.Context, n int64) error {
	var (
		next atomic.Int64
		wg   sync.WaitGroup
		errs = make(chan error, len(f.clients))
	)
	for _, c := range f.clients {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < n && ctx.Err() == nil; i = next.Add(1) - 1 {
				body, err := c.do(f.requests[i%int64(len(f.requests))])
				if err == nil && len(body) < 100 {
					err = fmt.Errorf("a short answer: %s", body)
				}
				if err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return ctx.Err()
	}
}

// taken is what a number of answers took.
type taken struct {
	answers                int
	span, server, postgres time.Duration
}

func (t taken) rate() float64 { return float64(t.answers) / t.span.Seconds() }

// cpu is microseconds of CPU time for an answer, in the server and in PostgreSQL.
func (t taken) cpu() (server, postgres float64) {
	return each(t.server, int64(t.answers)), each(t.postgres, int64(t.answers))
}

// timed lets a fleet ask its server n times.
func (b *bench) timed(ctx context.Context, s *server, f *fleet, n int) (taken, error) {
	server0, postgres0, err := b.usage(s)
	if err != nil {
		return taken{}, err
	}
	began := time.Now()
	if err := f.run(ctx, int64(n)); err != nil {
		return taken{}, err
	}
	span := time.Since(began)
	server1, postgres1, err := b.usage(s)
	return taken{n, span, server1 - server0, postgres1 - postgres0}, err
}
