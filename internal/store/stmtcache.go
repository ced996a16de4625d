package store

import (
	"container/list"
	"context"
	"database/sql/driver"
	"errors"

	"github.com/lib/pq"
)

// Prepared statements kept per connection. A statement beyond it costs one
// more round trip, nothing else.
const maxStatements = 256

// connector wraps a driver so that every query, and every other statement with
// parameters, is prepared once per connection: with lib/pq a query is then one round trip instead of
// two and its plan is reused; SQLite does not parse it again.
// It must not sit behind a bouncer that pools by transaction.
type connector struct {
	driver.Connector
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: inner, stmts: map[string]*list.Element{}, recent: list.New()}, nil
}

// dsnConnector is for drivers without a connector of their own (SQLite).
type dsnConnector struct {
	dsn string
	drv driver.Driver
}

func (c dsnConnector) Connect(context.Context) (driver.Conn, error) { return c.drv.Open(c.dsn) }
func (c dsnConnector) Driver() driver.Driver                        { return c.drv }

type conn struct {
	driver.Conn
	stmts  map[string]*list.Element
	recent *list.List // of *cached, the most recently used first
}

type cached struct {
	query string
	stmt  driver.Stmt
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	watch(ctx, query, args)
	stmt, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	return rows, c.checked(query, err)
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	watch(ctx, query, args)
	if len(args) == 0 {
		return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
	}
	stmt, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	res, err := stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	return res, c.checked(query, err)
}

func (c *conn) prepared(ctx context.Context, query string) (driver.Stmt, error) {
	if e, ok := c.stmts[query]; ok {
		c.recent.MoveToFront(e)
		return e.Value.(*cached).stmt, nil
	}
	stmt, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = c.recent.PushFront(&cached{query, stmt})
	if c.recent.Len() > maxStatements {
		c.drop(c.recent.Back())
	}
	return stmt, nil
}

// checked forgets a statement whose plan the server no longer honours: its
// result type changed (0A000), or it is gone (26000). InTx then tries again.
func (c *conn) checked(query string, err error) error {
	if err == nil {
		return nil
	}
	var pe *pq.Error
	if errors.As(err, &pe) && (pe.Code == "0A000" || pe.Code == "26000") {
		if e, ok := c.stmts[query]; ok {
			c.drop(e)
		}
	}
	return err
}

func (c *conn) drop(e *list.Element) {
	s := c.recent.Remove(e).(*cached)
	delete(c.stmts, s.query)
	_ = s.stmt.Close() // the statement is forgotten whether or not the server agrees
}

func (c *conn) Close() error {
	for c.recent.Len() > 0 {
		s := c.recent.Remove(c.recent.Front()).(*cached)
		_ = s.stmt.Close()
	}
	clear(c.stmts)
	return c.Conn.Close()
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
}

func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
}

func (c *conn) Ping(ctx context.Context) error {
	if p, ok := c.Conn.(driver.Pinger); ok {
		return p.Ping(ctx)
	}
	return nil
}

func (c *conn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *conn) IsValid() bool {
	if v, ok := c.Conn.(driver.Validator); ok {
		return v.IsValid()
	}
	return true
}

func (c *conn) CheckNamedValue(nv *driver.NamedValue) error {
	if v, ok := c.Conn.(driver.NamedValueChecker); ok {
		return v.CheckNamedValue(nv)
	}
	return driver.ErrSkip
}
