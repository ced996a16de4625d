//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
)

const graphjinFields = `id sku batchNo: batch_no physical: physical_quantity available: available_quantity allocated: allocated_quantity damaged: damaged_quantity
  onHold: hold_quantity inTransit: in_transit_quantity version changedAt: changed_at warehouse: warehouses { code name } product: products { sku name }`

// graphjin is GraphJin 3, as rivals/graphjin serves it.
func (b *bench) graphjin() rival {
	it := rival{
		name:  "GraphJin 3.1.0",
		list:  `query Stocks { stocks(limit: 50, order_by: {id: asc}) { ` + graphjinFields + ` } }`,
		bySKU: `query BySku { stocks(limit: 1000, where: {sku: $sku}) { ` + graphjinFields + ` } }`,
		stocks: func(data []byte) ([]heldStock, error) {
			var d struct{ Stocks []heldStock }
			err := json.Unmarshal(data, &d)
			return d.Stocks, err
		},
		variables: func(sku string) map[string]any { return map[string]any{"sku": sku} },
	}
	it.start = func(ctx context.Context) (*server, error) {
		binary := filepath.Join(b.dir, "graphjin")
		build := exec.CommandContext(ctx, "go", "build", "-C", "bench/rivals/graphjin", "-trimpath", "-buildvcs=false", "-o", binary)
		if out, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build bench/rivals/graphjin, from the root of the repository: %w\n%s", err, out)
		}
		known, err := json.Marshal([]any{
			map[string]any{"query": it.list, "variables": map[string]any{}},
			map[string]any{"query": it.bySKU, "variables": it.variables(fmt.Sprint(firstSKU))},
		})
		if err != nil {
			return nil, err
		}
		addr, err := freeAddr()
		if err != nil {
			return nil, err
		}
		cmd := exec.Command(binary)
		cmd.Env = b.environ("DATABASE_URL="+b.db.url, "ADDR="+addr, "QUERIES="+string(known))
		return b.start(ctx, "graphjin", cmd, addr)
	}
	return it
}
