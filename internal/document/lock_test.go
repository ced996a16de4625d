package document_test

import (
	"testing"
	"time"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// untilSomebodyWaits returns when another transaction waits for a lock.
func (f *floor) untilSomebodyWaits() {
	f.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(20 * time.Second); ; {
		var waiting int
		err := f.db.SQL().QueryRowContext(f.t.Context(),
			"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
		if err != nil {
			f.t.Error(err)
		}
		if err != nil || waiting > 0 {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			f.t.Error("nobody came to wait")
			return
		}
	}
}

// The postings of a document are reversed one after the other, the last one
// first. Their worths must be locked in one order all the same: a posting of
// other batches of the same SKUs meets them at the worths only.
func TestTakingBackLocksWorthsInTheirOrder(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.Postgres(t))
	d := f.inbound(lineOf("BRAKE-1", 1), lineOf("LAMP-1", 1))
	for n := range 2 {
		f.must("documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": n + 1, "quantity": 1}}})
	}
	cancelled := make(chan payload, 1)
	err := f.db.InTx(t.Context(), func(tx store.Tx) error {
		lock := "SELECT id FROM stock_costs WHERE sku = $1 FOR UPDATE"
		if _, err := tx.SQL.ExecContext(t.Context(), lock, "BRAKE-1"); err != nil {
			return err
		}
		go func() { cancelled <- f.raw(f.manager, "documentCancel", vars{"idempotencyKey": "cancel", "no": d.No}) }()
		f.untilSomebodyWaits()
		if _, err := tx.SQL.ExecContext(t.Context(), lock+" NOWAIT", "LAMP-1"); err != nil {
			t.Errorf("the worth of LAMP-1 is locked ahead of that of BRAKE-1: %v", err)
		}
		return store.Rollback()
	})
	if err != nil {
		t.Error(err)
	}
	f.expect("the cancellation", <-cancelled)
	f.verify()
}

// The number is drawn ahead of the transaction, from a warehouse that may not be
// there yet.
func TestADocumentOfAWarehouseThatAppearsMeanwhileHasANumber(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.Postgres(t))
	made := make(chan payload, 1)
	send := func(key string) payload {
		return f.raw(f.manager, "inboundCreate", vars{"idempotencyKey": key, "warehouseCode": "NEW", "lines": []vars{lineOf("BRAKE-1", 1)}})
	}
	err := f.db.InTx(t.Context(), func(tx store.Tx) error {
		// The same key, as somebody else who sends it: the second sender waits for the first.
		if _, err := tx.SQL.ExecContext(t.Context(), `INSERT INTO idempotency_keys (id, input_hash, outcome, created_at) VALUES ($1, '', '', now())`,
			f.manager.Key()+"/inboundCreate/new"); err != nil {
			return err
		}
		go func() { made <- send("new") }()
		f.untilSomebodyWaits()
		f.Warehouses(t, "NEW")
		return store.Rollback()
	})
	if err != nil {
		t.Error(err)
	}
	f.expect("as long as it has no number", <-made, "CONFLICT ")
	if p := send("new"); len(p.UserErrors) > 0 || p.Document.No == "" {
		t.Errorf("sent again: %+v", p)
	}
	f.verify()
}
