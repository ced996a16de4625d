//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const growthTurns = 300 // of both companies, in each round

const skuMovementsQuery = `query Movements($sku: String!) { stockMovements(filter: {sku: $sku}, first: 50) {
  nodes { kind physicalDelta availableDelta availableAfter recordedAt posting { operation reasonCode } warehouse { code } } pageInfo { hasNextPage endCursor } } }`

// growth compares a company that grows tenfold, and tenfold again, with one that
// stays as small as it began, each with a server of its own: what is asked or
// posted by key should not take longer when the books are longer.
func (b *bench) growth(ctx context.Context, rep *report) error {
	small, err := b.company(ctx, "bench_small")
	if err != nil {
		return err
	}
	defer small.leave()
	large, err := b.company(ctx, "bench_large")
	if err != nil {
		return err
	}
	defer large.leave()
	all := stages(b.stocks)
	if err := small.db.grow(ctx, stage{}, all[0], all[0]); err != nil {
		return err
	}
	var from stage
	for _, to := range all {
		progress("growing to %s movements", count(to.movements))
		began := time.Now()
		if err := large.db.grow(ctx, from, to, all[len(all)-1]); err != nil {
			return err
		}
		rep.fact(fmt.Sprintf("growing to %s movements", count(to.movements)), "%s, %s stocks, indexes made anew, vacuumed",
			time.Since(began).Round(100*time.Millisecond), count(large.db.stocks()))
		from = to
		if err := rest(ctx, small.db.sql); err != nil { // it was posted to
			return err
		}
		if err := compareSizes(ctx, rep, small, large, to); err != nil {
			return err
		}
	}
	progress("proving both ledgers")
	for name, c := range map[string]*bench{"small": small, "large": large} {
		if out, err := c.command(ctx, "verify").CombinedOutput(); err != nil {
			rep.broken += fmt.Sprintf("that of the %s company: %v\n%s", name, err, out)
		}
	}
	rep.fact("measured with", "%d rounds of %d turns", b.rounds, growthTurns)
	return nil
}

// company is a run of its own on a new, empty database.
func (b *bench) company(ctx context.Context, name string) (*bench, error) {
	c := &bench{options: b.options, dir: filepath.Join(b.dir, name), binary: b.binary}
	if err := os.Mkdir(c.dir, 0o700); err != nil {
		return nil, err
	}
	var err error
	if c.db, err = createDatabase(ctx, name); err != nil {
		return nil, err
	}
	if err := c.open(ctx); err != nil {
		c.leave()
		return nil, err
	}
	return c, nil
}

func (b *bench) leave() {
	b.server.stop()
	b.db.close()
}

// compareSizes measures what is asked and posted most in both companies.
func compareSizes(ctx context.Context, rep *report, small, large *bench, at stage) error {
	for _, q := range []struct {
		work     string
		requests func(ctx context.Context, of *bench, c *client) ([][]byte, error)
	}{
		{"first page of stocks", firstPage},
		{"first page of the movements of a SKU", movementsOfSKUs},
		{"far page of stocks by cursor", farPage},
	} {
		r := sizes(q.work, at)
		var clients [2]*client
		var requests [2][][]byte
		for i, of := range []*bench{large, small} {
			c, err := dial(of.server.addr)
			if err != nil {
				return err
			}
			defer c.close()
			if requests[i], err = q.requests(ctx, of, c); err != nil {
				return err
			}
			clients[i] = c
		}
		var asked [2]int
		err := r.byTurns(ctx, large.rounds, growthTurns, func(side int) error {
			body, err := clients[side].do(requests[side][asked[side]%len(requests[side])])
			if err == nil && !bytes.Contains(body, []byte(`"endCursor":"`)) {
				err = fmt.Errorf("no page: %.500s", body)
			}
			asked[side]++
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", q.work, err)
		}
		rep.rows = append(rep.rows, r)
	}
	r, err := comparePostings(ctx, small, large, at)
	rep.rows = append(rep.rows, r)
	return err
}

func sizes(work string, at stage) *row {
	return &row{
		work:  fmt.Sprintf("%s, of %s movements and %s stocks", work, count(at.movements), count(at.skus*warehouses)),
		limit: "the same of 10k movements", target: 1.2, unit: microseconds,
	}
}

func firstPage(_ context.Context, of *bench, _ *client) ([][]byte, error) {
	return [][]byte{of.query(listQuery, map[string]any{"first": pageSize})}, nil
}

func movementsOfSKUs(_ context.Context, of *bench, _ *client) (requests [][]byte, err error) {
	pick := of.anySKU()
	for range growthTurns {
		requests = append(requests, of.query(skuMovementsQuery, map[string]any{"sku": pick()}))
	}
	return requests, nil
}

func farPage(ctx context.Context, of *bench, c *client) ([][]byte, error) {
	cursor, err := of.walk(ctx, c, (min(deepPage, of.db.stocks()/pageSize/2)-1)*pageSize)
	return [][]byte{of.query(pageQuery, map[string]any{"first": pageSize, "after": cursor})}, err
}

// count is a number of things as people say it.
func count(n int) string {
	switch {
	case n >= 1_000_000 && n%1_000_000 == 0:
		return fmt.Sprintf("%dM", n/1_000_000)
	case n >= 1000 && n%1000 == 0:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprint(n)
}
