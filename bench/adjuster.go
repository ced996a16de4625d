//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// adjustQuery asks for what a machine that posts a delta wants to know.
const adjustQuery = `mutation Adjust($input: StockAdjustInput!) {
  stockAdjust(input: $input) { movements { id availableAfter stockVersion } replayed userErrors { code message field } }
}`

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

func (b *bench) adjusters(at *server, of adjusting) ([]*adjuster, error) {
	all := make([]*adjuster, of.connections)
	for i := range all {
		var err error
		if all[i], err = b.adjuster(at, of.hot); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func hangUp(all []*adjuster) {
	for _, a := range all {
		a.close()
	}
}

func (b *bench) adjuster(at *server, hot bool) (*adjuster, error) {
	query, err := json.Marshal(adjustQuery)
	if err != nil {
		return nil, err
	}
	c, err := dial(at.addr)
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
