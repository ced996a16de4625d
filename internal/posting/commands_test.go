package posting_test

import (
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestAdjustSetMoveReverse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		received := f.must("stockAdjust", vars{"changes": []vars{
			line("brake-1", " sz01", vars{"delta": 20, "unitCost": "12.5"}),
			line("BRAKE-1", "SZ01", vars{"delta": 2, "bucket": "DAMAGED"}),
			line("BRAKE-1", "SZ01", vars{"delta": 5, "batchNo": "B7", "unitCost": "20"}),
		}})
		if len(received.Movements) != 2 || received.Posting == nil {
			t.Fatalf("%+v", received)
		}
		// the two damaged ones come in at the average of what comes with them, (20·12.5 + 5·20) / 25
		m := received.Movements[0]
		if m.PhysicalDelta != 22 || m.AvailableAfter != 20 || m.DamagedAfter != 2 || *m.UnitCost != "12.6364" || *m.ValueDelta != "278" || m.ExchangeRate != "1" {
			t.Errorf("%+v", m)
		}

		moved := f.must("stockMove", vars{"moves": []vars{line("BRAKE-1", "SZ01", vars{"from": "AVAILABLE", "to": "ON_HOLD", "quantity": 8})}})
		if m := moved.Movements[0]; m.PhysicalDelta != 0 || m.AvailableAfter != 12 || m.OnHoldAfter != 8 || *m.ValueDelta != "0" {
			t.Errorf("%+v", m)
		}

		counted := f.must("stockSet", vars{"counts": []vars{
			line("BRAKE-1", "SZ01", vars{"quantity": 21, "expectedQuantity": 22}),
			line("BRAKE-1", "SZ01", vars{"batchNo": "B7", "quantity": 5, "expectedQuantity": 5}),
			line("LAMP-1", "SZ01", vars{"quantity": 3, "expectedQuantity": 0, "unitCost": "1.1111"}),
		}})
		if len(counted.Movements) != 2 {
			t.Fatalf("a count that agrees moves nothing: %+v", counted.Movements)
		}
		if m := counted.Movements[0]; m.PhysicalAfter != 21 || m.AvailableAfter != 11 {
			t.Errorf("a physical count takes from or adds to available: %+v", m)
		}
		agrees := f.must("stockSet", vars{"counts": []vars{line("LAMP-1", "SZ01", vars{"quantity": 3, "expectedQuantity": 3})}})
		if agrees.Posting != nil || len(agrees.Movements) != 0 {
			t.Errorf("nothing to post: %+v", agrees)
		}

		back := f.must("postingReverse", vars{"postingId": counted.Posting.ID})
		if m := back.Movements[0]; m.PhysicalAfter != 22 || len(back.Movements) != 2 {
			t.Errorf("%+v", back)
		}
		f.expect("reversal of a reversal", f.send(f.manager, "postingReverse", vars{"postingId": back.Posting.ID}), "INVALID input.postingId")
		f.must("stockAdjust", vars{"changes": []vars{line("BRAKE-1", "SZ01", vars{"delta": -12})}})
		f.expect("goods that went elsewhere", f.send(f.manager, "postingReverse", vars{"postingId": received.Posting.ID}),
			"INSUFFICIENT_STOCK input.postingId")
		f.verify()
	})
}

func TestRejectFailedRowsDecidesInOrder(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 10)
		p := f.send(f.manager, "stockAdjust", vars{"errorPolicy": "REJECT_FAILED_ROWS", "idempotencyKey": "rows", "changes": []vars{
			line("BRAKE-1", "SZ01", vars{"delta": -6}),
			line("BRAKE-1", "SZ01", vars{"delta": -6}), // refused: 4 are left
			line("NO-SUCH", "SZ01", vars{"delta": 1}),  // refused
			line("BRAKE-1", "SZ01", vars{"delta": -4}),
			line("BRAKE-2", "LA01", vars{"delta": 3}),
			line("BRAKE-2", "LA01", vars{"delta": -2}), // sees the three
		}})
		f.expect("rows", p, "INSUFFICIENT_STOCK input.changes.1.delta", "NOT_FOUND input.changes.2.sku")
		if p.Posting == nil || len(p.Movements) != 2 {
			t.Fatalf("the accepted lines are one posting: %+v", p)
		}
		if a, b := f.available("BRAKE-1", "SZ01"), f.available("BRAKE-2", "LA01"); a != 0 || b != 1 {
			t.Errorf("left %d and %d", a, b)
		}
		before := f.rows()
		again := f.send(f.manager, "stockAdjust", vars{"errorPolicy": "REJECT_FAILED_ROWS", "idempotencyKey": "rows", "changes": []vars{
			line("BRAKE-1", "SZ01", vars{"delta": -6}), line("BRAKE-1", "SZ01", vars{"delta": -6}), line("NO-SUCH", "SZ01", vars{"delta": 1}),
			line("BRAKE-1", "SZ01", vars{"delta": -4}), line("BRAKE-2", "LA01", vars{"delta": 3}), line("BRAKE-2", "LA01", vars{"delta": -2}),
		}})
		f.expect("the retry tells the same rows", again, refused(p)...)
		if !again.Replayed || again.Posting.ID != p.Posting.ID || f.rows() != before {
			t.Errorf("the retry did something: %+v", again)
		}
		all := f.send(f.manager, "stockAdjust", vars{"errorPolicy": "REJECT_FAILED_ROWS", "changes": []vars{line("BRAKE-1", "SZ01", vars{"delta": -1})}})
		if all.Posting != nil || len(all.UserErrors) != 1 || f.rows() != before {
			t.Errorf("when all are refused nothing is kept: %+v", all)
		}
		f.verify()
	})
}

func TestDryRunShowsAndChangesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 10)
		before := f.rows()
		in := vars{"idempotencyKey": "try", "dryRun": true, "changes": []vars{line("BRAKE-1", "SZ01", vars{"delta": -4}), line("LAMP-1", "LA01", vars{"delta": 2})}}
		p := f.send(f.manager, "stockAdjust", in)
		if !p.DryRun || p.Posting != nil || len(p.Movements) != 2 || p.Movements[0].AvailableAfter != 6 || p.Movements[0].ID != nil {
			t.Errorf("%+v", p)
		}
		short := f.send(f.manager, "stockAdjust", vars{"dryRun": true, "changes": []vars{line("BRAKE-1", "SZ01", vars{"delta": -11})}})
		f.expect("a dry run refuses like a real one", short, "INSUFFICIENT_STOCK input.changes.0.delta")
		if after := f.rows(); after != before {
			t.Errorf("a dry run left rows: %v, %v", before, after)
		}
		in["dryRun"] = false
		if p := f.send(f.manager, "stockAdjust", in); p.Replayed || p.Posting == nil {
			t.Errorf("a dry run used the key up: %+v", p)
		}
		in["dryRun"] = true
		if p := f.send(f.manager, "stockAdjust", in); p.Replayed || p.Movements[0].AvailableAfter != 2 {
			t.Errorf("a dry run read the key: %+v", p)
		}
		f.verify()
	})
}
