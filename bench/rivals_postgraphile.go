//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

const postgraphileFields = `id sku batchNo physical: physicalQuantity available: availableQuantity allocated: allocatedQuantity damaged: damagedQuantity
  onHold: holdQuantity inTransit: inTransitQuantity version changedAt warehouse: warehouseByWarehouseId { code name } product: productBySku { sku name }`

// postgraphile is PostGraphile 5 under Node.js, as rivals/postgraphile.mjs starts it.
func (b *bench) postgraphile() (rival, error) {
	root, err := filepath.Abs("bench/rivals")
	if err != nil {
		return rival{}, err
	}
	raw, err := os.ReadFile(filepath.Join(root, "node_modules/postgraphile/package.json"))
	if err != nil {
		return rival{}, errors.New("PostGraphile is not installed: start this with make bench-rivals")
	}
	var pkg struct{ Version string }
	if err := json.Unmarshal(raw, &pkg); err != nil {
		return rival{}, err
	}
	node, err := filepath.Glob(filepath.Join(root, "node_modules/node-linux-*/bin/node"))
	if err != nil || len(node) != 1 {
		return rival{}, fmt.Errorf("there is no Node.js in %s/node_modules for this machine", root)
	}
	return rival{
		name: "PostGraphile " + pkg.Version,
		start: func(ctx context.Context) (*server, error) {
			addr, err := freeAddr()
			if err != nil {
				return nil, err
			}
			cmd := exec.Command(node[0], filepath.Join(root, "postgraphile.mjs"))
			cmd.Env = b.environ("DATABASE_URL="+b.db.url, "ADDR="+addr, "NODE_ENV=production", "GRAPHILE_ENV=production")
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a process for each core
			return b.start(ctx, "postgraphile", cmd, addr)
		},
		list:      `query Stocks($first: Int!) { stocks: allStocks(first: $first) { nodes { ` + postgraphileFields + ` } pageInfo { hasNextPage endCursor } } }`,
		bySKU:     `query BySku($sku: String!) { stocks: allStocks(condition: {sku: $sku}) { nodes { ` + postgraphileFields + ` } } }`,
		stocks:    ourPage, // by its aliases
		variables: func(sku string) map[string]any { return map[string]any{"sku": sku} },
	}, nil
}
