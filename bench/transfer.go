//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// transferLines is the most that a document takes.
const transferLines = 5000

// The warehouses that transfers go between: neither has the busy stock.
const transferFrom, transferTo = "W03", "W04"

// transferSteps are what a transfer goes through, in their order.
var transferSteps = []struct{ name, query string }{
	{"create", `mutation Create($input: TransferCreateInput!) { step: transferCreate(input: $input) { document { no } userErrors { code message field } } }`},
	{"approve", `mutation Approve($input: DocumentApproveInput!) { step: documentApprove(input: $input) { document { no } userErrors { code message field } } }`},
	{"dispatch", `mutation Dispatch($input: TransferDispatchInput!) { step: transferDispatch(input: $input) { document { no } userErrors { code message field } } }`},
	{"receive", `mutation Receive($input: ShipmentReceiveInput!) { step: shipmentReceive(input: $input) { document { no } userErrors { code message field } } }`},
}

// transferRun is one transfer through the graph, over its own connection.
type transferRun struct {
	b    *bench
	no   string
	took [4]time.Duration
}

// transfer compares a transfer of many lines, dispatched and received through the
// graph, with the same rows written by SQL. Both begin with a transfer that was made
// and approved through the graph.
func (b *bench) transfer(ctx context.Context) (*row, error) {
	n := min(transferLines, b.db.skus)
	r := &row{
		work: fmt.Sprintf("a transfer of %d lines, dispatched and received", n), limit: "limit/transfer.sql, one transaction",
		target: 2, unit: milliseconds,
	}
	var took [4][]time.Duration
	var machineOurs, machineTheirs shares
	var mine *transferRun
	ours := func() (_ float64, err error) {
		if mine, err = b.approved(ctx, n); err != nil {
			return 0, err
		}
		err = b.shared(&machineOurs, mine.travel)
		for i, t := range mine.took {
			took[i] = append(took[i], t)
		}
		return float64((mine.took[2] + mine.took[3]).Microseconds()), err
	}
	theirs := func() (_ float64, err error) {
		other, err := b.approved(ctx, n)
		if err != nil {
			return 0, err
		}
		var t time.Duration
		err = b.shared(&machineTheirs, func() error {
			t, err = b.db.transferPlainly(ctx, other.no)
			return err
		})
		if err != nil {
			return 0, err
		}
		return float64(t.Microseconds()), b.db.compareTransfers(ctx, r, mine.no, other.no)
	}
	if err := r.sides(b.rounds, ours, theirs); err != nil {
		return nil, err
	}
	var each []string
	for i, s := range transferSteps {
		each = append(each, fmt.Sprintf("%s %.2f s", s.name, median(took[i][1:]).Seconds()))
	}
	r.note("%s", strings.Join(each, ", "))
	r.busy = machineOurs.busy() || machineTheirs.busy()
	r.note("of the machine went %s beside Entrepot, %s beside SQL", &machineOurs, &machineTheirs)
	return r, b.profiled(ctx, "transfer", func() error {
		for began := time.Now(); time.Since(began) < profileTime; {
			if _, err := ours(); err != nil {
				return err
			}
		}
		return nil
	})
}

func milliseconds(v float64) string { return fmt.Sprintf("%.0f ms", v/1e3) }

// approved makes and approves a transfer of one unit of each of the first n SKUs, and
// readies the database for what comes next.
func (b *bench) approved(ctx context.Context, n int) (*transferRun, error) {
	lines := make([]map[string]any, n)
	for i := range lines {
		lines[i] = map[string]any{"sku": fmt.Sprint(firstSKU + i), "quantity": 1}
	}
	t := &transferRun{b: b}
	if err := b.db.checkpoint(ctx); err != nil {
		return nil, err
	}
	if err := t.step(0, map[string]any{"warehouseCode": transferFrom, "targetWarehouseCode": transferTo, "lines": lines}); err != nil {
		return nil, err
	}
	if err := t.step(1, map[string]any{"no": t.no}); err != nil {
		return nil, err
	}
	return t, b.db.checkpoint(ctx)
}

// travel dispatches and receives it.
func (t *transferRun) travel() error {
	if err := t.step(2, map[string]any{"no": t.no}); err != nil {
		return err
	}
	return t.step(3, map[string]any{"transferNo": t.no, "shipmentNo": 1, "complete": true})
}

// step sends one of the steps and notes how long its answer took.
func (t *transferRun) step(i int, input map[string]any) error {
	input["idempotencyKey"] = rand.Text()
	request := t.b.query(transferSteps[i].query, map[string]any{"input": input})
	c, err := dial(t.b.server.addr)
	if err != nil {
		return err
	}
	defer c.close()
	began := time.Now()
	body, err := c.do(request)
	if err != nil {
		return fmt.Errorf("%s: %w", transferSteps[i].name, err)
	}
	t.took[i] = time.Since(began)
	var answer struct {
		Data struct {
			Step struct{ Document *struct{ No string } }
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return err
	}
	if answer.Data.Step.Document == nil {
		return fmt.Errorf("%s refused: %.500s", transferSteps[i].name, body)
	}
	t.no = answer.Data.Step.Document.No
	return nil
}
