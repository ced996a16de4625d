package exchange

import (
	"context"
	"fmt"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/document"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

const (
	openingLines     = 500 // of one document
	openingDocuments = 2   // of one transaction
)

// open receives what the orders to be booked will lack, so that none of them
// is short: per SKU the deepest deficit on the way through them, beginning with
// what is available now. What was received before counts, so an import that was
// broken off, or a second file, receives only the rest.
func (r *run) open(ctx context.Context) error {
	if _, err := auth.Require(ctx, auth.StockView); err != nil {
		return err
	}
	if err := r.stage.look(ctx, r.s.db, r.warehouseID); err != nil {
		return err
	}
	first, err := r.stage.lack(ctx)
	if err != nil {
		return err
	}
	// The number must never have been used, also not by a run within this second.
	name := "OPENING-" + r.s.now().UTC().Format("20060102T150405.000000Z")
	for n, after := 1, ""; ; {
		in := document.RecordInput{Source: importer, WarehouseCode: r.warehouse, Currency: r.currency}
		for range openingDocuments {
			lines, err := r.stage.lacking(ctx, after, openingLines)
			if err != nil {
				return err
			}
			if len(lines) == 0 {
				break
			}
			after = lines[len(lines)-1].SKU
			in.Records = append(in.Records, document.Record{
				Kind: stock.DocumentInbound, ReasonCode: "OPENING", ExternalNo: fmt.Sprintf("%s-%d", name, n),
				OccurredAt: first.Add(-time.Second), Lines: lines,
			})
			n++
		}
		if len(in.Records) == 0 {
			return nil
		}
		if err := r.openAll(ctx, in); err != nil {
			return err
		}
	}
}

// openAll books opening documents. One that is refused ends the import, since
// the orders that rely on it would all be refused.
func (r *run) openAll(ctx context.Context, in document.RecordInput) error {
	out, err := r.record(ctx, in)
	if err != nil {
		return err
	}
	for i, o := range out {
		if o.Outcome != document.RecordBooked {
			return fault.New(fault.Invalid, fault.Path{}, "the opening stock %s cannot be booked: %v", in.Records[i].ExternalNo, o.Faults)
		}
		r.sum.OpeningDocuments++
		for _, l := range in.Records[i].Lines {
			r.sum.OpeningUnits += l.Quantity
		}
	}
	return nil
}

// look brings what the books know of stocks into the stage: of goods without a
// batch, since that is what orders take.
func (st *stage) look(ctx context.Context, db *store.DB, warehouseID int64) error {
	if err := st.fill(ctx, db, "INSERT INTO stocked (sku, available) VALUES (?, ?)",
		"SELECT sku, available_quantity FROM stocks WHERE warehouse_id = $1 AND batch_no = ''", warehouseID); err != nil {
		return fmt.Errorf("read the stock: %w", err)
	}
	// Nothing may arrive of an archived product, and one such line would have
	// the whole opening document refused.
	if err := st.fill(ctx, db, "INSERT INTO archived (sku, n) VALUES (?, ?)",
		"SELECT sku, 1 FROM products WHERE status = $1", string(stock.StatusArchived)); err != nil {
		return fmt.Errorf("read the archived products: %w", err)
	}
	return nil
}

// fill copies pairs of a SKU and a number from the books.
func (st *stage) fill(ctx context.Context, db *store.DB, into, from string, arg any) error {
	rows, err := db.SQL().QueryContext(ctx, from, arg)
	if err != nil {
		return err
	}
	defer rows.Close()
	insert, err := st.db.PrepareContext(ctx, into)
	if err != nil {
		return err
	}
	defer insert.Close()
	for plain := context.WithoutCancel(ctx); rows.Next(); {
		var sku string
		var n int64
		if err := rows.Scan(&sku, &n); err != nil {
			return err
		}
		if _, err := insert.ExecContext(plain, sku, n); err != nil {
			return err
		}
	}
	return rows.Err()
}

// lack works out what is lacking, and tells the time of the first order.
//
// SQL does it, by sorting on disk: a map per SKU would be as large as a file
// has SKUs.
func (st *stage) lack(ctx context.Context) (first time.Time, err error) {
	if _, err := st.db.ExecContext(ctx, `INSERT INTO lacking (sku, quantity)
SELECT d.sku, -(d.deepest + coalesce(s.available, 0)) FROM (
  SELECT sku, min(running) AS deepest FROM (
    SELECT l.sku, sum(CASE WHEN o.is_return THEN l.quantity ELSE -l.quantity END)
      OVER (PARTITION BY l.sku ORDER BY o.seq, l.id ROWS UNBOUNDED PRECEDING) AS running
    FROM orders o JOIN lines l ON l.order_no = o.order_no WHERE o.state = ?)
  GROUP BY sku) d
LEFT JOIN stocked s ON s.sku = d.sku
WHERE d.deepest + coalesce(s.available, 0) < 0 AND NOT EXISTS (SELECT 1 FROM archived a WHERE a.sku = d.sku)`, orderNew); err != nil {
		return first, fmt.Errorf("work out the opening stock: %w", err)
	}
	first, _, err = st.first(ctx)
	return first, err
}

// lacking are the next lines of an opening after a SKU.
func (st *stage) lacking(ctx context.Context, after string, limit int) ([]document.RecordLine, error) {
	rows, err := st.db.QueryContext(ctx, "SELECT sku, quantity FROM lacking WHERE sku > ? ORDER BY sku LIMIT ?", after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []document.RecordLine
	for rows.Next() {
		var l document.RecordLine
		if err := rows.Scan(&l.SKU, &l.Quantity); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}
