//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"time"
)

const allQuantities = `physical available allocated damaged onHold inTransit`

const asOfQuery = `query AsOf($sku: String!, $warehouse: String!, $at: DateTime!) {
  stockAsOf(sku: $sku, warehouseCode: $warehouse, at: $at) { ` + allQuantities + ` } }`

const cardQuery = `query Card($sku: String!, $warehouse: String!) { stockCard(sku: $sku, warehouseCode: $warehouse) {
  opening { physical available } closing { physical available }
  lines(first: 50) { nodes { movement { kind physicalDelta availableDelta recordedAt posting { operation reasonCode } } after { physical available } }
    pageInfo { hasNextPage endCursor } } } }`

const groupFields = `nodes { warehouse { code } stockCount skuCount ` + allQuantities + ` }`

const summaryQuery = `{ stockSummary(groupBy: [WAREHOUSE]) { ` + groupFields + ` } }`

const summaryAsOfQuery = `query Then($warehouse: String!, $at: DateTime!) {
  stockSummaryAsOf: stockSummary(groupBy: [WAREHOUSE], filter: {warehouseCodes: [$warehouse]}, asOf: $at) { ` + groupFields + ` } }`

const lowQuery = `{ lowStock(first: 50) { nodes { sku product { name } state available min max } } }`

const statisticsQuery = `query Month($from: DateTime!, $to: DateTime!) { movementStatistics(by: [DAY], from: $from, to: $to) {
  nodes { day movementCount postingCount unitsIn unitsOut } } }`

// halfYearAgo is in the middle of what the seed tells.
func halfYearAgo() string { return time.Now().Add(-365 * 12 * time.Hour).UTC().Format(time.RFC3339) }

// anyWarehouse picks the same ones in every run.
func anyWarehouse() func() string {
	pick := rand.New(rand.NewPCG(3, 4))
	return func() string { return fmt.Sprintf("W%02d", 1+pick.IntN(warehouses)) }
}

func (b *bench) asOf(ctx context.Context) (*row, error) {
	sku, warehouse, at := b.anySKU(), anyWarehouse(), halfYearAgo()
	return b.read(ctx, light("asof", "one stock as of half a year ago", func(int) (ours, theirs []byte) {
		s, w := sku(), warehouse()
		return b.query(asOfQuery, map[string]any{"sku": s, "warehouse": w, "at": at}),
			get("/stockAsOf?" + url.Values{"sku": {s}, "warehouse": {w}, "at": {at}}.Encode())
	}))
}

func (b *bench) card(ctx context.Context) (*row, error) {
	sku := fmt.Sprint(busySKU)
	return b.read(ctx, light("card", fmt.Sprintf("stock card of a SKU with %s movements, 50 lines", count(busyMovements)), func(int) (ours, theirs []byte) {
		return b.query(cardQuery, map[string]any{"sku": sku, "warehouse": busyWarehouse}),
			get("/stockCard?" + url.Values{"sku": {sku}, "warehouse": {busyWarehouse}}.Encode())
	}))
}

func (b *bench) summary(ctx context.Context) (*row, error) {
	return b.read(ctx, heavy("summary", fmt.Sprintf("summary by warehouse of %s stocks", count(b.db.stocks())), 10, func(int) (ours, theirs []byte) {
		return b.query(summaryQuery, nil), get("/stockSummary")
	}))
}

func (b *bench) summaryAsOf(ctx context.Context) (*row, error) {
	warehouse, at := anyWarehouse(), halfYearAgo()
	return b.read(ctx, heavy("asofwarehouse", "summary of a warehouse as of half a year ago", 40, func(int) (ours, theirs []byte) {
		w := warehouse()
		return b.query(summaryAsOfQuery, map[string]any{"warehouse": w, "at": at}),
			get("/stockSummaryAsOf?" + url.Values{"warehouse": {w}, "at": {at}}.Encode())
	}))
}

func (b *bench) low(ctx context.Context) (*row, error) {
	return b.read(ctx, heavy("low", fmt.Sprintf("50 low stocks among %s products", count(b.db.skus)), 20, func(int) (ours, theirs []byte) {
		return b.query(lowQuery, nil), get("/lowStock")
	}))
}

func (b *bench) statistics(ctx context.Context) (*row, error) {
	to := time.Now().UTC().AddDate(0, -3, 0).Truncate(24 * time.Hour)
	from := to.AddDate(0, 0, -30)
	return b.read(ctx, heavy("statistics", "statistics of 30 days, by day", 20, func(int) (ours, theirs []byte) {
		period := map[string]any{"from": from.Format(time.RFC3339), "to": to.Format(time.RFC3339)}
		return b.query(statisticsQuery, period),
			get("/movementStatistics?" + url.Values{"from": {from.Format(time.RFC3339)}, "to": {to.Format(time.RFC3339)}}.Encode())
	}))
}
