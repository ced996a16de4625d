package posting_test

import (
	"strings"
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Every bad input names its field and changes nothing, not even a key.
func TestBadInputNamesTheFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 10)
		reversed := f.receive("LAMP-1", "LA01", 1)
		f.must("postingReverse", vars{"postingId": reversed.Posting.ID})
		before := f.rows()

		adjust := func(lines ...vars) vars { return vars{"changes": append([]vars{}, lines...)} }
		with := func(in, more vars) vars {
			for k, v := range more {
				in[k] = v
			}
			return in
		}
		good := func() vars { return line("BRAKE-1", "SZ01", vars{"delta": 1}) }
		many := make([]vars, 251)
		for i := range many {
			many[i] = good()
		}
		for name, c := range map[string]struct {
			op    string
			input vars
			want  []string
		}{
			"unknown SKU":            {"stockAdjust", adjust(line("NO-SUCH", "SZ01", vars{"delta": 1})), []string{"NOT_FOUND input.changes.0.sku"}},
			"unknown warehouse":      {"stockAdjust", adjust(line("BRAKE-1", "MARS", vars{"delta": 1})), []string{"NOT_FOUND input.changes.0.warehouseCode"}},
			"both, on two lines":     {"stockAdjust", adjust(line("X", "SZ01", vars{"delta": 1}), line("BRAKE-1", "Y", vars{"delta": 1})), []string{"NOT_FOUND input.changes.0.sku", "NOT_FOUND input.changes.1.warehouseCode"}},
			"a batch of two lines":   {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": 1, "batchNo": "A\nB"})), []string{"INVALID input.changes.0.batchNo"}},
			"zero":                   {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": 0})), []string{"INVALID input.changes.0.delta"}},
			"beyond 2^31":            {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": 1 << 31})), []string{"INVALID input.changes.0.delta"}},
			"below -2^31":            {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": -1 << 40})), []string{"INVALID input.changes.0.delta"}},
			"stock that is not":      {"stockAdjust", adjust(line("BRAKE-2", "SZ01", vars{"delta": -1})), []string{"INSUFFICIENT_STOCK input.changes.0.delta"}},
			"more than there is":     {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": -11})), []string{"INSUFFICIENT_STOCK input.changes.0.delta"}},
			"two lines exceed it":    {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": -6}), good(), line("brake-1 ", "sz01", vars{"delta": -6})), []string{"INSUFFICIENT_STOCK input.changes.0.delta", "INSUFFICIENT_STOCK input.changes.2.delta"}},
			"damaged ones not there": {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": -1, "bucket": "DAMAGED"})), []string{"INSUFFICIENT_STOCK input.changes.0.delta"}},
			"stale version":          {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": 1, "expectedVersion": 7})), []string{"STALE_VERSION input.changes.0.expectedVersion"}},
			"negative version":       {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": 1, "expectedVersion": -1})), []string{"INVALID input.changes.0.expectedVersion"}},
			"negative cost":          {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": 1, "unitCost": "-1"})), []string{"INVALID input.changes.0.unitCost"}},
			"cost of leaving goods":  {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": -1, "unitCost": "1"})), []string{"INVALID input.changes.0.unitCost"}},
			"cost out of range":      {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": 2000000000, "unitCost": "900000000000000"})), []string{"INVALID input.changes.0.unitCost"}},
			"no currency":            {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": 1, "unitCost": "1", "currency": "RMB¥"})), []string{"INVALID input.changes.0.currency"}},
			"currency without rate":  {"stockAdjust", adjust(line("BRAKE-1", "SZ01", vars{"delta": 1, "unitCost": "1", "currency": "USD"})), []string{"RATE_MISSING input.changes.0.currency"}},
			"no SKU":                 {"stockAdjust", adjust(line(" ", "SZ01", vars{"delta": 1})), []string{"REQUIRED input.changes.0.sku"}},
			"no lines":               {"stockAdjust", adjust(), []string{"REQUIRED input.changes"}},
			"too many lines":         {"stockAdjust", adjust(many...), []string{"TOO_MANY input.changes"}},
			"no key":                 {"stockAdjust", with(adjust(good()), vars{"idempotencyKey": ""}), []string{"REQUIRED input.idempotencyKey"}},
			"long key":               {"stockAdjust", with(adjust(good()), vars{"idempotencyKey": strings.Repeat("k", 101)}), []string{"INVALID input.idempotencyKey"}},
			"key with a control":     {"stockAdjust", with(adjust(good()), vars{"idempotencyKey": "a\nb"}), []string{"INVALID input.idempotencyKey"}},
			"no reason":              {"stockAdjust", with(adjust(good()), vars{"reasonCode": ""}), []string{"REQUIRED input.reasonCode"}},
			"odd reason":             {"stockAdjust", with(adjust(good()), vars{"reasonCode": "because; drop table"}), []string{"INVALID input.reasonCode"}},
			"long note":              {"stockAdjust", with(adjust(good()), vars{"note": strings.Repeat("注", 501)}), []string{"INVALID input.note"}},
			"the future":             {"stockAdjust", with(adjust(good()), vars{"occurredAt": "2999-01-01T00:00:00Z"}), []string{"INVALID input.occurredAt"}},
			"long ago":               {"stockAdjust", with(adjust(good()), vars{"occurredAt": "1999-01-01T00:00:00Z"}), []string{"INVALID input.occurredAt"}},
			"all faults at once":     {"stockAdjust", with(adjust(line("", "", vars{"delta": 0})), vars{"reasonCode": ""}), []string{"REQUIRED input.reasonCode", "REQUIRED input.changes.0.sku", "REQUIRED input.changes.0.warehouseCode", "INVALID input.changes.0.delta"}},
			"stale quantity":         {"stockSet", vars{"counts": []vars{line("BRAKE-1", "SZ01", vars{"quantity": 9, "expectedQuantity": 8})}}, []string{"STALE_QUANTITY input.counts.0.expectedQuantity"}},
			"stale quantity of none": {"stockSet", vars{"counts": []vars{line("BRAKE-2", "SZ01", vars{"quantity": 9, "expectedQuantity": 8})}}, []string{"STALE_QUANTITY input.counts.0.expectedQuantity"}},
			"negative count":         {"stockSet", vars{"counts": []vars{line("BRAKE-1", "SZ01", vars{"quantity": -1, "expectedQuantity": 10})}}, []string{"INVALID input.counts.0.quantity"}},
			"counted twice":          {"stockSet", vars{"counts": []vars{line("BRAKE-1", "SZ01", vars{"quantity": 1, "expectedQuantity": 10}), line("BRAKE-1", "SZ01", vars{"quantity": 1, "expectedQuantity": 10})}}, []string{"INVALID input.counts.1"}},
			"same bucket":            {"stockMove", vars{"moves": []vars{line("BRAKE-1", "SZ01", vars{"from": "DAMAGED", "to": "DAMAGED", "quantity": 1})}}, []string{"INVALID input.moves.0.to"}},
			"a negative move":        {"stockMove", vars{"moves": []vars{line("BRAKE-1", "SZ01", vars{"from": "AVAILABLE", "to": "DAMAGED", "quantity": -1})}}, []string{"INVALID input.moves.0.quantity"}},
			"too large a move":       {"stockMove", vars{"moves": []vars{line("BRAKE-1", "SZ01", vars{"from": "AVAILABLE", "to": "DAMAGED", "quantity": 11})}}, []string{"INSUFFICIENT_STOCK input.moves.0.quantity"}},
			"reversed already":       {"postingReverse", vars{"postingId": reversed.Posting.ID}, []string{"ALREADY_REVERSED input.postingId"}},
		} {
			f.expect(name, f.send(f.manager, c.op, c.input), c.want...)
		}
		if after := f.rows(); after != before {
			t.Errorf("bad input changed something: stocks, movements, postings, keys were %v, are %v", before, after)
		}
		if n := f.available("BRAKE-1", "SZ01"); n != 10 {
			t.Errorf("%d available", n)
		}
		f.verify()
	})
}

func TestARefusalTellsTheStockAsItIs(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 10)
		p := f.send(f.manager, "stockAdjust", vars{"changes": []vars{line("BRAKE-1", "SZ01", vars{"delta": -13})}})
		f.expect("short", p, "INSUFFICIENT_STOCK input.changes.0.delta")
		e := p.UserErrors[0]
		if *e.CurrentQuantity != 10 || *e.ShortBy != 3 || *e.CurrentVersion != 1 || *e.Index != 0 || e.Retryable {
			t.Errorf("%+v", e)
		}
		for _, want := range []string{"BRAKE-1", "SZ01", "10 available", "3 too few"} {
			if !strings.Contains(e.Message, want) {
				t.Errorf("the message %q does not say %q", e.Message, want)
			}
		}
		p = f.send(f.manager, "stockAdjust", vars{"changes": []vars{line("BRAKE-1", "SZ01", vars{"delta": 1, "expectedVersion": 5})}})
		if e := p.UserErrors[0]; *e.CurrentVersion != 1 || !strings.Contains(e.Message, "version 1") {
			t.Errorf("%+v", e)
		}
		if p.Posting != nil || len(p.Movements) != 0 {
			t.Errorf("a refused command shows a posting: %+v", p)
		}
	})
}
