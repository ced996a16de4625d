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

// reserveQuery and deductQuery ask for as little of a reservation.
const (
	reserveQuery = `mutation Reserve($input: ReservationCreateInput!) {
  reservationCreate(input: $input) { reservation { id } movements { id availableAfter stockVersion } replayed userErrors { code message field } }
}`
	deductQuery = `mutation Deduct($input: ReservationDeductInput!) {
  reservationDeduct(input: $input) { reservation { id } movements { id availableAfter stockVersion } replayed userErrors { code message field } }
}`
)

// forms are what a connection sends again and again: a mutation, and its input
// with marks where the key, the SKU, the warehouse and the delta go.
type forms [][2]string

var (
	adjusts = forms{{adjustQuery, `{"idempotencyKey":"KKKKKKKKKKKKKKKK","reasonCode":"BENCH",` +
		`"changes":[{"sku":"SSSSSS","warehouseCode":"W01","delta":DD}]}`}}
	reserves = forms{
		{reserveQuery, `{"idempotencyKey":"KKKKKKKKKKKKKKKK","businessType":"BENCH","businessId":"KKKKKKKKKKKKKKKK",` +
			`"warehouseCodes":["W01"],"lines":[{"sku":"SSSSSS","quantity":1}]}`},
		{deductQuery, `{"idempotencyKey":"KKKKKKKKKKKKKKKK","businessType":"BENCH","businessId":"KKKKKKKKKKKKKKKK"}`},
	}
)

// writer is a connection with requests whose variable parts have fixed places:
// rendering them anew would cost more than sending them.
type writer struct {
	*client
	requests                       [][]byte // sent one after the other, of the same stock
	keys, skus, warehouses, deltas [][]byte // places in requests
	random                         *rand.Rand
	choice                         int // of how many SKUs; 1: the hot one
	waits                          []time.Duration
	leaving                        bool
}

var noUserErrors = []byte(`"userErrors":[]`)

func (b *bench) writers(at *server, of writing) ([]*writer, error) {
	all := make([]*writer, of.connections)
	for i := range all {
		var err error
		if all[i], err = b.writer(at, of); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func hangUp(all []*writer) {
	for _, w := range all {
		w.close()
	}
}

func (b *bench) writer(at *server, of writing) (*writer, error) {
	c, err := dial(at.addr)
	if err != nil {
		return nil, err
	}
	w := &writer{client: c, random: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), choice: b.db.skus}
	if of.hot {
		w.choice = 1
	}
	for _, f := range of.forms {
		query, err := json.Marshal(f[0])
		if err != nil {
			return nil, err
		}
		r := post("/graphql", b.token, fmt.Sprintf(`{"query":%s,"variables":{"input":%s}}`, query, f[1]))
		w.requests = append(w.requests, r)
		w.keys = append(w.keys, places(r, "KKKKKKKKKKKKKKKK")...)
		w.skus = append(w.skus, places(r, "SSSSSS")...)
		w.warehouses = append(w.warehouses, places(r, "01")...)
		w.deltas = append(w.deltas, places(r, "DD")...)
	}
	return w, nil
}

// places are where a mark stands among the variables of a request.
func places(request []byte, mark string) (all [][]byte) {
	_, body, _ := bytes.Cut(request, []byte(`"variables"`))
	for {
		at := bytes.Index(body, []byte(mark))
		if at < 0 {
			return all
		}
		all, body = append(all, body[at:at+len(mark)]), body[at+len(mark):]
	}
}

// next fills in another stock under a new key; of deltas, one unit comes or goes by
// turns.
func (w *writer) next() {
	key := w.random.Uint64()
	for _, k := range w.keys {
		for i := range k {
			k[i] = "0123456789abcdef"[key>>(4*i)&15]
		}
	}
	sku, warehouse := firstSKU, 1
	if w.choice > 1 {
		sku, warehouse = firstSKU+w.random.IntN(w.choice), 1+w.random.IntN(warehouses)
	}
	for _, s := range w.skus {
		digits(s, sku)
	}
	for _, n := range w.warehouses {
		digits(n, warehouse)
	}
	w.leaving = !w.leaving
	for _, d := range w.deltas {
		if w.leaving {
			copy(d, "-1")
		} else {
			copy(d, " 1")
		}
	}
}

func digits(to []byte, n int) {
	for i := len(to) - 1; i >= 0; i-- {
		to[i], n = byte('0'+n%10), n/10
	}
}

// post sends what next filled in.
func (w *writer) post(request []byte) error {
	body, err := w.do(request)
	if err == nil && !bytes.Contains(body, noUserErrors) {
		err = fmt.Errorf("refused: %.500s", body)
	}
	return err
}

// run posts until the deadline, one command after the other.
func (w *writer) run(ctx context.Context, until time.Time) (accepted int64, err error) {
	for now := time.Now(); now.Before(until) && ctx.Err() == nil; {
		w.next()
		for _, r := range w.requests {
			if err := w.post(r); err != nil {
				return accepted, err
			}
			accepted++
			then := now
			now = time.Now()
			w.waits = append(w.waits, now.Sub(then))
		}
	}
	return accepted, ctx.Err()
}

// postAll lets all clients post until the deadline and returns how many commands
// were accepted.
func postAll(ctx context.Context, clients []*writer, until time.Time) (accepted int64, err error) {
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
