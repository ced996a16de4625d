//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"time"
)

// bulkRows is how many rows the imports have, and the smaller export.
const bulkRows = 100_000

// bulk measures imports as background jobs in rows per second, and whether memory
// grows with what is exported. Each job has a server of its own, so that none pays for
// what another one kept.
func (b *bench) bulk(ctx context.Context, rep *report) error {
	d, err := b.books(ctx, "bench_bulk")
	if err != nil {
		return err
	}
	defer d.close()
	token, err := b.commandOn(ctx, d.url, "token", "--ttl=24h").Output()
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	w := bulkWorker{b, d, string(bytes.TrimSpace(token))}

	var products, opening bytes.Buffer
	products.WriteString("sku,name,category,price,priceCurrency,barcodes\n")
	opening.WriteString("warehouseCode,sku,quantity,unitCost\n")
	for i := range bulkRows {
		fmt.Fprintf(&products, "BULK-%06d,Part %d,C%d,%d.5,%s,69%08d\n", i, i, i%40, 1+i%90, importCurrency, i)
		fmt.Fprintf(&opening, "%s,BULK-%06d,%d,%d.25\n", importWarehouse, i, 1+i%50, 1+i%30)
	}
	for _, t := range []struct {
		kind  string
		table []byte
	}{{"PRODUCTS", products.Bytes()}, {"OPENING_STOCK", opening.Bytes()}} {
		progress("bulkimport: %d rows of %s", bulkRows, t.kind)
		j, err := w.run(ctx, t.table, `importStart(input: {idempotencyKey: "`+t.kind+`", kind: `+t.kind+`, fileId: "$FILE"})`)
		if err != nil {
			return err
		}
		if j.Progress.Done != bulkRows {
			return fmt.Errorf("%s: %d rows were done", t.kind, j.Progress.Done)
		}
		rep.fact("bulkimport of "+t.kind, "%d rows, %.1f s, %.0f rows/s, %s at most", bulkRows, j.took().Seconds(), bulkRows/j.took().Seconds(), megabytes(float64(j.peak)))
	}
	return b.exports(ctx, rep, w)
}

// exports compares the memory of an export of a million movements with that of a tenth.
func (b *bench) exports(ctx context.Context, rep *report, w bulkWorker) error {
	formats := []string{"CSV", "XLSX"}
	var rows []*row
	for _, f := range formats {
		rows = append(rows, &row{work: "memory of an export of 1M movements, " + f, limit: "export of 100k", target: 1.2, unit: megabytes})
	}
	for _, few := range []bool{true, false} {
		if !few { // nobody could post so fast; this database is thrown away
			if _, err := w.db.sql.ExecContext(ctx, moreMovements); err != nil {
				return err
			}
		}
		for i, format := range formats {
			j, err := w.run(ctx, nil, fmt.Sprintf(`exportStart(input: {idempotencyKey: "%s%v", list: STOCK_MOVEMENTS, format: %s})`, format, few, format))
			if err != nil {
				return err
			}
			progress("export: %d rows as %s, %s", j.Progress.Done, format, megabytes(float64(j.peak)))
			rows[i].note("%d rows in %.1f s, %.0f rows/s", j.Progress.Done, j.took().Seconds(), float64(j.Progress.Done)/j.took().Seconds())
			if few {
				rows[i].theirs = append(rows[i].theirs, float64(j.peak))
			} else {
				rows[i].ours = append(rows[i].ours, float64(j.peak))
			}
		}
	}
	rep.rows = append(rep.rows, rows...)
	return nil
}

// moreMovements repeats the journal nine times.
const moreMovements = `INSERT INTO stock_movements (warehouse_id, posting_id, stock_id, sku, batch_no, kind, quantity_delta, available_delta, allocated_delta,
  damaged_delta, hold_delta, in_transit_delta, physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version,
  unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version, occurred_at, recorded_at)
SELECT warehouse_id, posting_id, stock_id, sku, batch_no, kind, quantity_delta, available_delta, allocated_delta,
  damaged_delta, hold_delta, in_transit_delta, physical_after, available_after, allocated_after, damaged_after, hold_after, in_transit_after, stock_version + n,
  unit_cost, currency, exchange_rate, value_delta, cost_quantity_after, cost_value_after, cost_version, occurred_at, recorded_at
FROM stock_movements, generate_series(1, 9) AS n`

// bulkWorker runs jobs on a database.
type bulkWorker struct {
	b     *bench
	db    *database
	token string
}

// bulkJob is a job that has ended.
type bulkJob struct {
	State, Error          string
	StartedAt, FinishedAt time.Time
	Progress              struct{ Done int64 }

	peak int64 // bytes of memory of its server
}

func (j bulkJob) took() time.Duration { return j.FinishedAt.Sub(j.StartedAt) }

// run starts a server, has it do one job and stops it. $FILE in the mutation is the
// uploaded table.
func (w bulkWorker) run(ctx context.Context, table []byte, mutation string) (j bulkJob, err error) {
	addr, err := freeAddr()
	if err != nil {
		return j, err
	}
	cmd := exec.Command(w.b.binary, "serve")
	cmd.Env = w.b.environ("DATABASE_URL="+w.db.url, "ENTREPOT_ADDR="+addr, "ENTREPOT_BASE_CURRENCY="+importCurrency)
	s, err := w.b.start(ctx, "entrepot", cmd, addr)
	if err != nil {
		return j, err
	}
	defer s.stop()
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, s.tail())
		}
	}()
	if table != nil {
		var file struct{ ID string }
		if err := w.send(ctx, addr, "/files?name=table.csv", "text/csv", table, &file); err != nil {
			return j, err
		}
		mutation = string(bytes.ReplaceAll([]byte(mutation), []byte("$FILE"), []byte(file.ID)))
	}
	var started struct {
		Data struct {
			P struct {
				Job        *struct{ ID string }
				UserErrors json.RawMessage
			}
		}
	}
	if err := w.ask(ctx, addr, "mutation { p: "+mutation+" { job { id } userErrors { message } } }", &started); err != nil {
		return j, err
	}
	if started.Data.P.Job == nil {
		return j, fmt.Errorf("refused: %s", started.Data.P.UserErrors)
	}
	for ticks := time.Tick(250 * time.Millisecond); ; {
		var now struct{ Data struct{ Job bulkJob } }
		if err := w.ask(ctx, addr, `{ job(id: "`+started.Data.P.Job.ID+`") { state error startedAt finishedAt progress { done } } }`, &now); err != nil {
			return j, err
		}
		switch j = now.Data.Job; j.State {
		case "COMPLETED":
			_, j.peak, err = memory(s.pid)
			return j, err
		case "FAILED":
			return j, errors.New(j.Error)
		}
		select {
		case <-ctx.Done():
			return j, ctx.Err()
		case <-ticks:
		}
	}
}

func (w bulkWorker) ask(ctx context.Context, addr, query string, answer any) error {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return err
	}
	return w.send(ctx, addr, "/graphql", "application/json", body, answer)
}

func (w bulkWorker) send(ctx context.Context, addr, path, kind string, body []byte, answer any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+w.token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s: %s %s", path, resp.Status, raw)
	}
	return json.Unmarshal(raw, answer)
}
