//go:build linux

package main

import (
	"context"
	"fmt"
	"slices"
)

// rivalAnswers are those of each side in a round.
const rivalAnswers = 4000

// rival is another GraphQL server over the same tables.
type rival struct {
	name  string
	start func(context.Context) (*server, error)
	// The same questions in its words, and where in its data the stocks are.
	list, bySKU string
	stocks      func(data []byte) ([]heldStock, error)
	variables   func(sku string) map[string]any
}

// stocksOfSKU asks for no total: the others have none.
const stocksOfSKU = `query BySku($skus: [String!]!) { stocksBySku(skus: $skus) { stocks { ` + stockFields + ` } } }`

// rivals compares answers per second with those of other GraphQL servers, which
// are asked for the same stocks with the same edges over the same database.
func (b *bench) rivals(ctx context.Context, rep *report) error {
	graphile, err := b.postgraphile()
	if err != nil {
		return err
	}
	for _, it := range []rival{graphile, b.graphjin()} {
		progress("%s", it.name)
		s, err := it.start(ctx)
		if err != nil {
			return err
		}
		rows, err := b.against(ctx, it, s)
		rep.rows = append(rep.rows, rows...)
		s.stop()
		if err != nil {
			return fmt.Errorf("%s: %w", it.name, err)
		}
	}
	return nil
}

func (b *bench) against(ctx context.Context, it rival, s *server) (rows []*row, err error) {
	pick := b.anySKU()
	for _, q := range []struct {
		work   string
		ask    func() (ours, theirs []byte)
		stocks func(data []byte) ([]heldStock, error)
	}{
		{"list 50 stocks with warehouse and product fields", func() (ours, theirs []byte) {
			return b.query(listQuery, map[string]any{"first": 50}), b.query(it.list, map[string]any{"first": 50})
		}, ourPage},
		{"one SKU over all warehouses", func() (ours, theirs []byte) {
			sku := pick()
			return b.query(stocksOfSKU, map[string]any{"skus": []string{sku}}), b.query(it.bySKU, it.variables(sku))
		}, ourStocksOfSKU},
	} {
		r := &row{
			work: fmt.Sprintf("%s, %d connections", q.work, lightConnections), limit: it.name,
			target: 1, atLeast: true, unit: perSecond,
		}
		rows = append(rows, r)
		ours, err := dialAll(b.server.addr, lightConnections)
		if err != nil {
			return rows, err
		}
		defer ours.close()
		theirs, err := dialAll(s.addr, lightConnections)
		if err != nil {
			return rows, err
		}
		defer theirs.close()
		for range lightAnswers {
			a, b := q.ask()
			ours.requests, theirs.requests = append(ours.requests, a), append(theirs.requests, b)
		}
		if err := sameStocks(r, ours, theirs, q.stocks, it.stocks); err != nil {
			return rows, err
		}
		if err := b.race(ctx, r, s, ours, theirs); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// race compares answers per second.
func (b *bench) race(ctx context.Context, r *row, s *server, ours, theirs *fleet) error {
	var servers, postgres [2][]float64
	var machines [2]shares
	side := func(which int, f *fleet, of *server) func() (float64, error) {
		return func() (rate float64, err error) {
			var t taken
			err = b.shared(&machines[which], func() error {
				t, err = b.timed(ctx, of, f, rivalAnswers)
				return err
			}, s)
			own, db := t.cpu()
			servers[which], postgres[which] = append(servers[which], own), append(postgres[which], db)
			return t.rate(), err
		}
	}
	if err := r.sides(b.rounds, side(0, ours, b.server), side(1, theirs, s)); err != nil {
		return err
	}
	r.note("%s: CPU per request, server + PostgreSQL: Entrepot %.0f + %.0f µs, the other %.0f + %.0f µs", r.limit,
		median(servers[0]), median(postgres[0]), median(servers[1]), median(postgres[1]))
	r.busy = machines[0].busy() || machines[1].busy()
	r.note("%s: of the machine went %s beside Entrepot, %s beside the other", r.limit, &machines[0], &machines[1])
	return nil
}

// sameStocks fails the row when the first answers are not the same stocks.
func sameStocks(r *row, ours, theirs *fleet, readOurs, readTheirs func([]byte) ([]heldStock, error)) error {
	for i := range 20 {
		var got [2][]heldStock
		for side, of := range []struct {
			fleet *fleet
			read  func([]byte) ([]heldStock, error)
		}{{ours, readOurs}, {theirs, readTheirs}} {
			body, err := of.fleet.clients[i%len(of.fleet.clients)].do(of.fleet.requests[i])
			if err != nil {
				return err
			}
			data, err := dataOf(body)
			if err != nil {
				return err
			}
			if got[side], err = of.read(data); err != nil {
				return err
			}
			slices.SortFunc(got[side], heldStock.compare)
		}
		if len(got[0]) != warehouses || !slices.Equal(got[0], got[1]) {
			r.fail("the stocks differ:\n%.1500v\n%.1500v", got[0], got[1])
			return nil
		}
	}
	return nil
}
