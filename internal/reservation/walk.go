package reservation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	entreservation "entrepot/ent/reservation"
	"entrepot/ent/reservationevent"
	"entrepot/ent/stockmovement"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/idempotency"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

// call is one command on its way: checked, and with all that it needs to know of
// who sent it.
type call struct {
	operation string
	intent    command.Intent
	key       idempotency.Key
	now       time.Time
	post      ledger.Posting

	// look finds out what the input names, without a lock, and draws the id that
	// a posting will have: before the key is claimed, so that it is kept with it.
	look func(ctx context.Context, tx store.Tx) error
	// do does the work on what look found. careful says that a quick try failed.
	do func(ctx context.Context, tx store.Tx, careful bool) (Result, error)

	// create or take is set for what may be committed together with others.
	create *creation
	take   *taking
}

// kept is what a key remembers of a command.
type kept struct {
	Posting     int64 `json:"posting,omitempty"`
	Reservation int64 `json:"reservation,omitempty"`
}

// prepare is the part of a command that needs no database: who asks, and is the
// input well formed.
func (s *Service) prepare(ctx context.Context, operation string, intent command.Intent, input any, reason, note string,
	check func(faults *fault.List, now time.Time),
) (*call, error) {
	who, err := auth.Require(ctx, auth.ReservationEdit)
	if err != nil {
		return nil, err
	}
	now := store.Moment(s.now())
	var faults fault.List
	if !intent.DryRun || intent.IdempotencyKey != "" {
		idempotency.Check(&faults, fault.Input.At("idempotencyKey"), intent.IdempotencyKey)
	}
	command.CheckText(&faults, fault.Input.At("note"), note, "a note", maxNote)
	if check(&faults, now); len(faults) > 0 {
		return nil, faults
	}
	key, err := idempotency.New(who.Key(), operation, intent.IdempotencyKey, input)
	if err != nil {
		return nil, err
	}
	return &call{operation: operation, intent: intent, key: key, now: now, post: ledger.Posting{
		Operation: operation, ActorID: who.UserID, ReasonCode: reason, Note: note, RequestID: fault.RequestID(ctx),
		BaseCurrency: s.base, OccurredAt: now,
	}}, nil
}

// alone does one command in a transaction of its own, and once more with care when
// it found less than it needs.
func (s *Service) alone(ctx context.Context, c *call) (res Result, err error) {
	defer fault.Wrap(&err, "reservation.%s", c.operation)
	for careful := false; ; careful = true {
		err := s.db.InTx(ctx, func(tx store.Tx) (err error) {
			res, err = c.once(ctx, tx, careful)
			return err
		})
		if err == nil || careful || !errors.Is(err, errCareful) {
			return res, err
		}
	}
}

func (c *call) once(ctx context.Context, tx store.Tx, careful bool) (res Result, err error) {
	if err := c.look(ctx, tx); err != nil {
		return res, err
	}
	expected := kept{Posting: c.post.ID}
	if !c.intent.DryRun {
		var was kept
		replayed, err := idempotency.Claim(ctx, tx, c.key, c.now, expected, &was)
		if err != nil {
			return res, err
		}
		if replayed {
			return replay(ctx, tx, was)
		}
	}
	if res, err = c.do(ctx, tx, careful); err != nil {
		return res, err
	}
	res.DryRun = c.intent.DryRun
	if res.DryRun {
		return res.hypothetical(), store.Rollback()
	}
	did := kept{Posting: res.PostingID}
	if did.Posting == 0 {
		did.Reservation = res.Reservation.ID
	}
	if did != expected {
		err = idempotency.Settle(ctx, tx, c.key, did)
	}
	return res, err
}

// hypothetical takes out of a result what will never have been.
func (r Result) hypothetical() Result {
	for _, m := range r.Movements {
		m.ID, m.PostingID = 0, 0
		if m.StockVersion == 1 {
			m.StockID = 0 // nor will the stock; SQLite may give its id to another
		}
	}
	r.PostingID = 0
	if r.Reservation.Version == 1 {
		r.Reservation.ID = 0
	}
	return r
}

// replay is what the command answered when it was first sent: the movements of
// then, and the reservation as it is now.
func replay(ctx context.Context, tx store.Tx, was kept) (res Result, err error) {
	res.Replayed, res.PostingID = true, was.Posting
	if was.Posting != 0 {
		e, err := tx.Ent.ReservationEvent.Query().Where(reservationevent.PostingID(was.Posting)).Order(ent.Asc(reservationevent.FieldID)).First(ctx)
		if err != nil {
			return res, err
		}
		was.Reservation = e.ReservationID
		if res.Movements, err = tx.Ent.StockMovement.Query().Where(stockmovement.PostingID(was.Posting)).
			Order(stockmovement.ByWarehouseID(), stockmovement.BySku(), stockmovement.ByBatchNo()).All(ctx); err != nil {
			return res, err
		}
	}
	res.Reservation, err = tx.Ent.Reservation.Query().Where(entreservation.ID(was.Reservation)).Only(ctx)
	return res, err
}

// found is what a statement resolves for commands on reservations that exist.
type found struct {
	postings     []int64
	reservations map[[2]string]int64
	warehouses   map[string]int64
}

// resolve draws the ids of n postings and finds reservations by their business
// objects, the active one before older ones, and warehouses by their codes.
func resolve(ctx context.Context, tx store.Tx, n int, objects []Which, codes []string) (f found, err error) {
	types, ids := make([]string, len(objects)), make([]string, len(objects))
	for i, w := range objects {
		types[i], ids[i] = w.BusinessType, w.BusinessID
	}
	d := tx.Dialect
	rows, err := tx.SQL.QueryContext(ctx, resolveSQL[d], n, store.Strings(d, types), store.Strings(d, ids), store.Strings(d, codes))
	if err != nil {
		return f, fmt.Errorf("resolve reservations: %w", err)
	}
	defer rows.Close()
	f = found{reservations: map[[2]string]int64{}, warehouses: map[string]int64{}}
	for rows.Next() {
		var kind, a, b string
		var id int64
		if err := rows.Scan(&kind, &id, &a, &b); err != nil {
			return f, err
		}
		switch kind {
		case "posting":
			f.postings = append(f.postings, id)
		case "reservation":
			f.reservations[[2]string{a, b}] = id
		case "warehouse":
			f.warehouses[a] = id
		}
	}
	return f, rows.Err()
}

var resolveSQL = map[string]string{
	dialect.Postgres: resolveFor(dialect.Postgres, "unnest($2::text[], $3::text[]) AS k(t, i)", "w.code = ANY ($4::text[])"),
	dialect.SQLite: resolveFor(dialect.SQLite, "(SELECT t.value AS t, i.value AS i FROM json_each($2) t JOIN json_each($3) i ON i.key = t.key) AS k",
		"w.code IN (SELECT value FROM json_each($4))"),
}

func resolveFor(d, objects, codes string) string {
	return `SELECT 'posting', id, '', '' FROM (` + ledger.NextPostingsSQL[d]("$1") + `) ids
UNION ALL SELECT 'reservation', (SELECT r.id FROM reservations r WHERE r.business_type = k.t AND r.business_id = k.i
  ORDER BY CASE WHEN r.state = 'ACTIVE' THEN 0 ELSE 1 END, r.id DESC LIMIT 1), k.t, k.i
FROM ` + objects + ` WHERE EXISTS (SELECT 1 FROM reservations r WHERE r.business_type = k.t AND r.business_id = k.i)
UNION ALL SELECT 'warehouse', w.id, w.code, '' FROM warehouses w WHERE ` + codes
}
