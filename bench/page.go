//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
)

const (
	pageSize = 50
	deepPage = 10_000
	stride   = 200 // the largest page, for the way there
	turns    = 200 // of both pages, in each round
)

const pageQuery = `query Page($first: Int!, $after: String) { stocks(first: $first, after: $after, orderBy: {field: SKU}) {
  nodes { ` + stockFields + ` } pageInfo { hasNextPage endCursor } } }`

const strideQuery = `query Stride($first: Int!, $after: String) { stocks(first: $first, after: $after, orderBy: {field: SKU}) {
  pageInfo { hasNextPage endCursor } } }`

type stocksAnswer struct {
	Data struct {
		Stocks struct {
			Nodes []struct {
				SKU       string
				Warehouse struct{ Code string }
			}
			PageInfo struct{ EndCursor string }
		}
	}
}

// page compares the time of a far page with that of the first one, over one
// connection, page by page in turns.
func (b *bench) page(ctx context.Context) (*row, error) {
	n := min(deepPage, b.db.stocks()/pageSize/2)
	r := &row{
		work:  fmt.Sprintf("page %d by cursor, size %d, in the order of SKU", n, pageSize),
		limit: "page 1", target: 1.2, unit: microseconds,
	}
	c, err := dial(b.server.addr)
	if err != nil {
		return nil, err
	}
	defer c.close()
	cursor, err := b.walk(ctx, c, (n-1)*pageSize)
	if err != nil {
		return nil, err
	}
	far := b.query(pageQuery, map[string]any{"first": pageSize, "after": cursor})
	first := b.query(pageQuery, map[string]any{"first": pageSize})
	if err := b.checkPage(ctx, r, c, far, (n-1)*pageSize); err != nil {
		return nil, err
	}
	return r, r.byTurns(ctx, b.rounds, turns, func(side int) error {
		_, err := c.do([][]byte{far, first}[side])
		return err
	})
}

// walk goes to the row at offset the way a client can: cursor by cursor.
func (b *bench) walk(ctx context.Context, c *client, offset int) (cursor string, err error) {
	for at := 0; at < offset; {
		n := min(stride, offset-at)
		vars := map[string]any{"first": n}
		if at > 0 {
			vars["after"] = cursor
		}
		body, err := c.do(b.query(strideQuery, vars))
		if err != nil {
			return "", err
		}
		var answer stocksAnswer
		if err := json.Unmarshal(body, &answer); err != nil {
			return "", err
		}
		if cursor = answer.Data.Stocks.PageInfo.EndCursor; cursor == "" {
			return "", fmt.Errorf("no cursor at %d: %.500s", at, body)
		}
		at += n
	}
	return cursor, ctx.Err()
}

// checkPage fails the row when the far page is not what counting rows says.
func (b *bench) checkPage(ctx context.Context, r *row, c *client, request []byte, offset int) error {
	body, err := c.do(request)
	if err != nil {
		return err
	}
	var answer stocksAnswer
	if err := json.Unmarshal(body, &answer); err != nil {
		return err
	}
	rows, err := b.db.sql.QueryContext(ctx, `SELECT s.sku, w.code FROM (SELECT * FROM stocks ORDER BY sku, id OFFSET $1 LIMIT $2) s
JOIN warehouses w ON w.id = s.warehouse_id ORDER BY s.sku, s.id`, offset, pageSize)
	if err != nil {
		return err
	}
	defer rows.Close()
	nodes := answer.Data.Stocks.Nodes
	n := 0
	for ; rows.Next(); n++ {
		var sku, code string
		if err := rows.Scan(&sku, &code); err != nil {
			return err
		}
		if n >= len(nodes) || nodes[n].SKU != sku || nodes[n].Warehouse.Code != code {
			r.fail("row %d of the page is not %s in %s", n, sku, code)
			break
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != len(nodes) {
		r.fail("the page has %d rows, %d were expected", len(nodes), n)
	}
	return nil
}
