package exchange

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"time"

	"entrepot/internal/document"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// maxOrderLines is how many lines a document takes.
const maxOrderLines = document.MaxLines

// What is known of a staged order.
const (
	orderNew     = 0 // to be booked
	orderKnown   = 1 // booked before
	orderRefused = 2 // not bookable
	orderBooked  = 3
)

const stageSchema = `
CREATE TABLE lines (
    id integer PRIMARY KEY, -- in the order of reading
    file integer NOT NULL, line integer NOT NULL, order_no text NOT NULL, sku text NOT NULL, description text NOT NULL,
    quantity integer NOT NULL, is_return integer NOT NULL, at integer NOT NULL, price integer NOT NULL,
    customer text NOT NULL, country text NOT NULL, record blob NOT NULL
);
CREATE TABLE rejects (
    id integer PRIMARY KEY, file integer NOT NULL, line integer NOT NULL, reason text NOT NULL, words text NOT NULL, record blob NOT NULL
);
CREATE TABLE orders (
    seq integer PRIMARY KEY, -- in the order of booking
    order_no text NOT NULL, is_return integer NOT NULL, at integer NOT NULL, lines integer NOT NULL, state integer NOT NULL
);
CREATE TABLE products (sku text PRIMARY KEY, name text NOT NULL, price integer NOT NULL) WITHOUT ROWID;
CREATE TABLE stocked (sku text PRIMARY KEY, available integer NOT NULL) WITHOUT ROWID;
CREATE TABLE archived (sku text PRIMARY KEY, n integer NOT NULL) WITHOUT ROWID;
CREATE TABLE lacking (sku text PRIMARY KEY, quantity integer NOT NULL) WITHOUT ROWID;`

// stage holds the lines of all files until they are booked, on disk.
type stage struct {
	db     *sql.DB
	line   *sql.Stmt
	reject *sql.Stmt
	buf    bytes.Buffer
	lines  int64
}

func openStage(ctx context.Context) (_ *stage, err error) {
	st := &stage{}
	if st.db, err = store.Scratch(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = st.Close() // nothing of it is of worth
		}
	}()
	if _, err = st.db.ExecContext(ctx, stageSchema); err != nil {
		return nil, err
	}
	// There is one connection, so the transaction may span statements of the
	// pool, and statements that are prepared once may be used in it.
	if _, err = st.db.ExecContext(ctx, "BEGIN"); err != nil {
		return nil, err
	}
	if st.line, err = st.db.PrepareContext(ctx, "INSERT INTO lines (file, line, order_no, sku, description, quantity, is_return, at, price, customer, country, record) "+
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"); err != nil {
		return nil, err
	}
	st.reject, err = st.db.PrepareContext(ctx, "INSERT INTO rejects (file, line, reason, words, record) VALUES (?, ?, ?, ?, ?)")
	return st, err
}

// Close drops the scratch database.
func (st *stage) Close() error {
	for _, s := range []*sql.Stmt{st.line, st.reject} {
		if s != nil {
			s.Close()
		}
	}
	return st.db.Close()
}

// add takes one accepted line. Its context must not be one that can end: the
// driver would start a goroutine for each line.
func (st *stage) add(ctx context.Context, file, lineNo int, l line, record []string) error {
	st.lines++
	_, err := st.line.ExecContext(ctx, file, lineNo, l.Order, l.SKU, l.Description, l.Quantity, l.Return, l.At.UnixMicro(), int64(l.Price),
		l.Customer, l.Country, pack(&st.buf, record))
	return err
}

func (st *stage) addReject(ctx context.Context, file, lineNo int, r rejection, record []string) error {
	_, err := st.reject.ExecContext(ctx, file, lineNo, string(r.Reason), r.Words, pack(&st.buf, record))
	return err
}

// group makes orders of the lines, once all of them are there. An order's time
// is its earliest; orders are booked by it, those of one time as they were read.
// Orders that are too large for a document are refused.
func (st *stage) group(ctx context.Context) error {
	for _, q := range []string{
		"CREATE INDEX lines_order ON lines (order_no)",
		fmt.Sprintf(`INSERT INTO orders (order_no, is_return, at, lines, state)
SELECT order_no, max(is_return), min(at) AS at, count(*) AS lines, CASE WHEN count(*) > %d THEN %d ELSE %d END
FROM lines GROUP BY order_no ORDER BY min(at), min(id)`, maxOrderLines, orderRefused, orderNew),
		fmt.Sprintf(`INSERT INTO rejects (file, line, reason, words, record)
SELECT l.file, l.line, '%s', 'the order has ' || o.lines || ' lines; a document takes %d', l.record
FROM orders o JOIN lines l ON l.order_no = o.order_no WHERE o.lines > %[2]d ORDER BY o.seq, l.id`, OrderTooLarge, maxOrderLines),
		"COMMIT",
	} {
		if _, err := st.db.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("put the orders together: %w", err)
		}
	}
	return nil
}

// staged is an order as it is booked.
type staged struct {
	seq    int64
	record document.Record
}

// batch is the orders to be booked that come next after an order, as many as
// fit into so many orders and lines, and at least one; none at the end.
func (st *stage) batch(ctx context.Context, after int64, maxOrders, maxLines int) (_ []staged, err error) {
	last, err := st.reach(ctx, after, maxOrders, maxLines)
	if err != nil || last == after {
		return nil, err
	}
	rows, err := st.db.QueryContext(ctx, `SELECT o.seq, o.order_no, o.is_return, o.at, l.sku, l.quantity, l.price, l.customer, l.country
FROM orders o JOIN lines l ON l.order_no = o.order_no WHERE o.seq > ? AND o.seq <= ? AND o.state = ? ORDER BY o.seq, l.id`, after, last, orderNew)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []staged
	for rows.Next() {
		var seq, at int64
		var orderNo, customer, country string
		var isReturn bool
		var l document.RecordLine
		var price money.Amount
		if err := rows.Scan(&seq, &orderNo, &isReturn, &at, &l.SKU, &l.Quantity, &price, &customer, &country); err != nil {
			return nil, err
		}
		l.UnitPrice = &price
		if n := len(out); n == 0 || out[n-1].seq != seq {
			r := document.Record{Kind: stock.DocumentOutbound, ReasonCode: "SALE", ExternalNo: orderNo, OccurredAt: time.UnixMicro(at).UTC()}
			if isReturn {
				r.Kind, r.ReasonCode = stock.DocumentInbound, "RETURN"
			}
			out = append(out, staged{seq, r})
		}
		r := &out[len(out)-1].record
		r.Lines = append(r.Lines, l)
		if r.Party == "" { // the first line that names one
			r.Party = customer
		}
		if r.Country == "" {
			r.Country = country
		}
	}
	return out, rows.Err()
}

func (st *stage) reach(ctx context.Context, after int64, maxOrders, maxLines int) (last int64, err error) {
	rows, err := st.db.QueryContext(ctx, "SELECT seq, lines FROM orders WHERE seq > ? AND state = ? ORDER BY seq LIMIT ?", after, orderNew, maxOrders)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	last = after
	for total := 0; rows.Next(); {
		var seq int64
		var lines int
		if err := rows.Scan(&seq, &lines); err != nil {
			return 0, err
		}
		if total += lines; total > maxLines && last != after {
			break
		}
		last = seq
	}
	return last, rows.Err()
}

// mark keeps what has become of an order.
func (st *stage) mark(ctx context.Context, seq int64, state int) error {
	_, err := st.db.ExecContext(ctx, "UPDATE orders SET state = ? WHERE seq = ?", state, seq)
	return err
}

// refuse marks an order as refused and hands out its lines.
func (st *stage) refuse(ctx context.Context, o staged, r rejection) error {
	if err := st.mark(ctx, o.seq, orderRefused); err != nil {
		return err
	}
	_, err := st.db.ExecContext(ctx, "INSERT INTO rejects (file, line, reason, words, record) SELECT file, line, ?, ?, record FROM lines WHERE order_no = ? ORDER BY id",
		string(r.Reason), r.Words, o.record.ExternalNo)
	return err
}

// left counts the orders in a state, and their lines.
func (st *stage) left(ctx context.Context, state int) (orders, lines int64, err error) {
	err = st.db.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(lines), 0) FROM orders WHERE state = ?", state).Scan(&orders, &lines)
	return orders, lines, err
}

// first is the time of the first order to be booked, if there is any.
func (st *stage) first(ctx context.Context) (_ time.Time, any bool, err error) {
	var at sql.NullInt64
	err = st.db.QueryRowContext(ctx, "SELECT min(at) FROM orders WHERE state = ?", orderNew).Scan(&at)
	return time.UnixMicro(at.Int64).UTC(), at.Valid, err
}
