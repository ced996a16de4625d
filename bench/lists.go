//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
)

const stockFields = `id sku batchNo physical available allocated damaged onHold inTransit version changedAt warehouse { code name } product { sku name }`

const listQuery = `query Stocks($first: Int!) { stocks(first: $first) { nodes { ` + stockFields + ` } pageInfo { hasNextPage endCursor } } }`

const bySKUQuery = `query BySku($skus: [String!]!) { stocksBySku(skus: $skus) { sku stocks { ` + stockFields + ` }
  total { physical available allocated damaged onHold inTransit } } }`

func (b *bench) list(ctx context.Context) (*row, error) {
	return b.read(ctx, light("list", "list 50 stocks with warehouse and product fields", func(int) (ours, theirs []byte) {
		return b.query(listQuery, map[string]any{"first": 50}), get("/stocks")
	}))
}

func (b *bench) bySKU(ctx context.Context) (*row, error) {
	pick := b.anySKU()
	return b.read(ctx, light("sku", "one SKU over all warehouses (stocksBySku)", func(int) (ours, theirs []byte) {
		sku := pick()
		return b.query(bySKUQuery, map[string]any{"skus": []string{sku}}), get("/stocksBySku?sku=" + sku)
	}))
}

// anySKU picks the same ones in every run.
func (b *bench) anySKU() func() string {
	pick := rand.New(rand.NewPCG(1, 2))
	return func() string { return fmt.Sprint(firstSKU + pick.IntN(b.db.skus)) }
}
