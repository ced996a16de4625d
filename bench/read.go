//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"reflect"
	"sync"
	"sync/atomic"
	"time"
)

const (
	readers  = 16
	requests = 1000 // by each side in each round
)

const stockFields = `id sku batchNo physical available allocated damaged onHold inTransit version changedAt warehouse { code name } product { sku name }`

const listQuery = `query Stocks($first: Int!) { stocks(first: $first) { nodes { ` + stockFields + ` } pageInfo { hasNextPage endCursor } } }`

const bySKUQuery = `query BySku($skus: [String!]!) { stocksBySku(skus: $skus) { sku stocks { ` + stockFields + ` }
  total { physical available allocated damaged onHold inTransit } } }`

func (b *bench) list(ctx context.Context) (*row, error) {
	r := &row{work: "list 50 stocks with warehouse and product fields, 16 connections"}
	return b.read(ctx, "list", r, func(int) (ours, theirs []byte) {
		return b.query(listQuery, map[string]any{"first": 50}), get("/stocks")
	})
}

func (b *bench) bySKU(ctx context.Context) (*row, error) {
	r := &row{work: "one SKU over all warehouses (stocksBySku), 16 connections"}
	pick := rand.New(rand.NewPCG(1, 2)) // the same SKUs for both sides
	return b.read(ctx, "sku", r, func(int) (ours, theirs []byte) {
		sku := fmt.Sprint(firstSKU + pick.IntN(b.db.skus))
		return b.query(bySKUQuery, map[string]any{"skus": []string{sku}}), get("/stocksBySku?sku=" + sku)
	})
}

// query is a whole request for an operation.
func (b *bench) query(query string, variables any) []byte {
	raw, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return post("/graphql", b.token, string(raw))
}

// read compares the CPU time, of the server and of PostgreSQL together, that a
// thousand answers take with what they take from a handler written for them.
// It fails the row when the two do not answer the same.
func (b *bench) read(ctx context.Context, part string, r *row, make func(i int) (ours, theirs []byte)) (*row, error) {
	r.limit, r.target, r.unit = "net/http handler with its own SQL", 6, microseconds
	handler, err := b.serveHandler(ctx)
	if err != nil {
		return nil, err
	}
	defer handler.stop()
	ours, err := dialAll(b.server.addr)
	if err != nil {
		return nil, err
	}
	defer ours.close()
	theirs, err := dialAll(handler.addr)
	if err != nil {
		return nil, err
	}
	defer theirs.close()
	for i := range requests {
		a, b := make(i)
		ours.requests, theirs.requests = append(ours.requests, a), append(theirs.requests, b)
	}
	if err := same(r, ours, theirs); err != nil {
		return nil, err
	}
	var shares [2][2][]float64 // of us and them: server, PostgreSQL
	side := func(which int, f *fleet, s *server) func() (float64, error) {
		return func() (float64, error) {
			server0, postgres0, err := b.usage(s)
			if err != nil {
				return 0, err
			}
			if err := f.run(ctx, requests); err != nil {
				return 0, err
			}
			server1, postgres1, err := b.usage(s)
			own, db := float64((server1-server0).Microseconds())/requests, float64((postgres1-postgres0).Microseconds())/requests
			shares[which][0], shares[which][1] = append(shares[which][0], own), append(shares[which][1], db)
			return own + db, err
		}
	}
	if err := r.sides(b.rounds, side(0, ours, b.server), side(1, theirs, handler)); err != nil {
		return nil, err
	}
	r.note("CPU per request, server + PostgreSQL: Entrepot %.0f + %.0f µs, handler %.0f + %.0f µs",
		median(shares[0][0]), median(shares[0][1]), median(shares[1][0]), median(shares[1][1]))
	return r, b.profiled(ctx, part, func() error {
		for until := time.Now().Add(profileTime); time.Now().Before(until); {
			if err := ours.run(ctx, requests); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *bench) serveHandler(ctx context.Context) (*server, error) {
	binary, err := b.goBuild(ctx, "handler", "./bench/handler", "")
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(binary)
	// Generic plans, as Entrepot's readers have them.
	cmd.Env = b.environ("DATABASE_URL="+b.db.url+"&plan_cache_mode=force_generic_plan", "ADDR="+addr)
	return b.start(ctx, "handler", cmd, addr)
}

// same fails the row when the first answers differ as JSON.
func same(r *row, ours, theirs *fleet) error {
	for i := range 20 {
		var answers [2]any
		for j, f := range []*fleet{ours, theirs} {
			body, err := f.clients[0].do(f.requests[i])
			if err != nil {
				return err
			}
			var whole struct {
				Data   any
				Errors any
			}
			if err := json.Unmarshal(body, &whole); err != nil {
				return err
			}
			if whole.Errors != nil {
				return fmt.Errorf("errors: %.1000s", body)
			}
			answers[j] = whole.Data
		}
		if !reflect.DeepEqual(answers[0], answers[1]) {
			a, _ := json.Marshal(answers[0])
			b, _ := json.Marshal(answers[1])
			r.fail("the answers differ:\n%.1500s\n%.1500s", a, b)
			return nil
		}
	}
	return nil
}

// fleet is some connections to one server, and what they ask by turns.
type fleet struct {
	clients  []*client
	requests [][]byte
}

func dialAll(addr string) (*fleet, error) {
	f := &fleet{}
	for range readers {
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
