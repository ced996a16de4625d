package snapshot

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// mostDays bounds the days of one warehouse that are told at once, and all that
// one run takes: after a long pause they are taken in several.
const mostDays = 400

// grace is how long after midnight a day is left alone. It covers a clock that is
// put back by less.
const grace = time.Minute

// Service takes snapshots.
type Service struct {
	db  *store.DB
	now func() time.Time

	mu       sync.Mutex
	fence    fence
	complete time.Time // no more movement is recorded until then, as far as is known
}

// fence is a moment by the database's clock, and a transaction id that was drawn
// after it.
type fence struct {
	at  time.Time
	xid int64
}

// New is a Service over db with the clock now.
func New(db *store.DB, now func() time.Time) *Service { return &Service{db: db, now: now} }

// Due returns the midnights at which days ended that were not taken and can be,
// each once, oldest first.
//
// Commit order is not the order of time: a transaction may record a movement
// before midnight and commit it after. So on PostgreSQL a day is taken only when
// every transaction has ended that ran when it was over. recorded_at comes from
// the database's clock while the stock is locked, in a transaction that has its id
// already, since a command writes its idempotency key first. So once that clock
// shows an instant, whoever records an earlier one has an id below the next one
// that is drawn, and when no id below that is running any more, all of them have
// committed or never will. Until then the day stays for the next look. On SQLite the
// snapshot's own transaction keeps every other writer out.
//
// recorded_at may be later than the clock, never earlier: a stock's time does not
// run back. What remains is a clock that is put back by more than a minute, over a
// midnight that was taken: movements recorded then are in no snapshot of that day,
// and [Rules] name its rows.
func (s *Service) Due(ctx context.Context) (_ []time.Time, err error) {
	defer fault.Wrap(&err, "snapshot.Due")
	spans, err := s.due(ctx)
	var out []time.Time
	for _, d := range spans {
		out = append(out, d.until)
	}
	// The unreadable zone of one warehouse does not hold up the others.
	if len(out) > 0 {
		err = nil
	}
	return slices.CompactFunc(out, time.Time.Equal), err
}

// due are the days that can be taken, of all warehouses, in the order in which
// they ended.
func (s *Service) due(ctx context.Context) (spans []span, err error) {
	places, err := s.places(ctx)
	if err != nil {
		return nil, err
	}
	over := s.now().Add(-grace)
	var errs []error
	for _, p := range places {
		found, err := p.spans(over, mostDays)
		spans, errs = append(spans, found...), append(errs, err)
	}
	if len(spans) == 0 {
		return nil, errors.Join(errs...)
	}
	inOrder(spans)
	complete, err := s.completeUntil(ctx, spans[len(spans)-1].until)
	if err != nil {
		return nil, err
	}
	spans = slices.DeleteFunc(spans, func(d span) bool { return d.until.After(complete) })
	return spans, errors.Join(errs...)
}

func (s *Service) places(ctx context.Context) (out []place, err error) {
	rows, err := s.db.SQL().QueryContext(ctx, `SELECT w.id, w.code, w.time_zone,
  (SELECT day FROM warehouse_snapshots s WHERE s.warehouse_id = w.id ORDER BY day DESC LIMIT 1),
  (SELECT as_of FROM warehouse_snapshots s WHERE s.warehouse_id = w.id ORDER BY day DESC LIMIT 1),
  (SELECT recorded_at FROM stock_movements m WHERE m.warehouse_id = w.id ORDER BY id LIMIT 1)
FROM warehouses w ORDER BY w.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p place
		var last, until, since store.Time
		if err := rows.Scan(&p.id, &p.code, &p.zone, &last, &until, &since); err != nil {
			return nil, err
		}
		p.last, p.until, p.since = last.Time, until.Time, since.Time
		out = append(out, p)
	}
	return out, rows.Err()
}

// completeUntil is the instant until which no more movement can be recorded, as
// far as is known. It finds out about wanted, which may take it several calls.
func (s *Service) completeUntil(ctx context.Context, wanted time.Time) (time.Time, error) {
	if s.db.Dialect() != dialect.Postgres {
		return s.now().Add(-grace), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !wanted.After(s.complete) {
		return s.complete, nil
	}
	if s.fence.xid == 0 {
		if err := s.drawFence(ctx); err != nil {
			return s.complete, err
		}
	}
	var passed bool
	err := s.db.SQL().QueryRowContext(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= $1`, s.fence.xid).Scan(&passed)
	if err == nil && passed {
		s.complete, s.fence = s.fence.at.Add(-grace), fence{}
	}
	return s.complete, err
}

// drawFence reads the clock and then draws an id, in this order.
func (s *Service) drawFence(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx store.Tx) (err error) {
		if s.fence.at, err = clock(ctx, tx.SQL); err != nil {
			return err
		}
		return tx.SQL.QueryRowContext(ctx, `SELECT pg_current_xact_id()::text::bigint`).Scan(&s.fence.xid)
	})
}

func clock(ctx context.Context, tx *sql.Tx) (at time.Time, err error) {
	err = tx.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&at)
	return at, err
}
