package document_test

import (
	"slices"
	"testing"

	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestAReceiptTellsWhatReallyCame(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		d := f.inbound(lineOf("BRAKE-1", 100, vars{"unitCost": "10"}), lineOf("LAMP-1", 5, vars{"unitCost": "3"}))
		dry := f.must("documentExecute", vars{"no": d.No, "dryRun": true, "lines": []vars{{"lineNo": 1, "quantity": 9, "batchNo": "B9"}}})
		if got := dry.Document.executions(1); !slices.Equal(got, []string{"9 BRAKE-1/B9 AVAILABLE"}) {
			t.Errorf("a dry run shows %v", got)
		}
		got := f.must("documentExecute", vars{"no": d.No, "lines": []vars{
			{"lineNo": 1, "quantity": 40, "batchNo": " B1 ", "expiresOn": "2027-05-01"},
			{"lineNo": 1, "quantity": 30, "batchNo": "B2", "unitCost": "20"},
			{"lineNo": 1, "quantity": 10, "batchNo": "B2", "bucket": "DAMAGED", "rejectedQuantity": 5, "reasonCode": "BROKEN"},
		}})
		want := []string{"40 BRAKE-1/B1 AVAILABLE", "30 BRAKE-1/B2 AVAILABLE", "10 BRAKE-1/B2 DAMAGED rejected 5 BROKEN"}
		line := got.Document.Lines.Nodes[0]
		if !slices.Equal(got.Document.executions(1), want) || line.OutstandingQuantity != 15 || line.ExecutedQuantity != 80 || got.Document.State != stock.DocumentExecuting {
			t.Errorf("executions %v, %+v", got.Document.executions(1), line)
		}
		if line.Executions.Nodes[0].Posting == nil || len(got.Movements) != 2 {
			t.Errorf("%+v", got)
		}
		// 40 and 10 at 10, 30 at 20, over 80 units.
		if n := f.count(`SELECT value FROM stock_costs WHERE sku = 'BRAKE-1'`); n != 1100_0000 {
			t.Errorf("worth %d", n)
		}
		f.verify()

		for name, c := range map[string]struct {
			line vars
			want string
		}{
			"over-receipt":                  {vars{"lineNo": 1, "quantity": 16}, "EXCEEDS_OUTSTANDING input.lines.0.quantity"},
			"dates without a batch":         {vars{"lineNo": 1, "quantity": 1, "expiresOn": "2027-01-01"}, "REQUIRED input.lines.0.batchNo"},
			"dates that do not agree":       {vars{"lineNo": 1, "quantity": 1, "batchNo": "B1", "expiresOn": "2028-01-01"}, "INVALID input.lines.0.expiresOn"},
			"a currency without a cost":     {vars{"lineNo": 1, "quantity": 1, "currency": "EUR"}, "REQUIRED input.lines.0.unitCost"},
			"a bin that is not there":       {vars{"lineNo": 1, "quantity": 1, "locationCode": "Z-9"}, "NOT_FOUND input.lines.0.locationCode"},
			"a reason in words":             {vars{"lineNo": 1, "quantity": 1, "reasonCode": "why not"}, "INVALID input.lines.0.reasonCode"},
			"a batch of two lines":          {vars{"lineNo": 1, "quantity": 1, "batchNo": "A\nB"}, "INVALID input.lines.0.batchNo"},
			"a cost in a money without one": {vars{"lineNo": 1, "quantity": 1, "unitCost": "1", "currency": "THB"}, "RATE_MISSING input.lines.0.currency"},
		} {
			before := f.rows()
			f.expect(name, f.send(f.manager, "documentExecute", vars{"no": d.No, "lines": []vars{c.line}}), c.want)
			if after := f.rows(); after["document_executions"] != before["document_executions"] || after["batches"] != before["batches"] {
				t.Errorf("%s changed something", name)
			}
		}
		f.expect("two parts that are too much together", f.send(f.manager, "documentExecute", vars{"no": d.No, "lines": []vars{
			{"lineNo": 1, "quantity": 10, "batchNo": "B1"}, {"lineNo": 1, "quantity": 6, "batchNo": "B2"},
		}}), "EXCEEDS_OUTSTANDING input.lines.1.quantity")

		f.must("documentCancel", vars{"no": d.No})
		after := f.read(d.No)
		if after.ExecutedQuantity != 0 || after.RejectedQuantity != 5 || len(after.executions(1)) != 3 || f.available("BRAKE-1") != 0 {
			t.Errorf("after the cancellation: %+v", after)
		}
		f.expect("receiving on a cancelled document", f.send(f.manager, "documentExecute", vars{"no": d.No}), "INVALID_TRANSITION input")
		f.verify()
	})
}

func TestAReversalMirrorsWhatWasExecuted(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		d := f.inbound(lineOf("LAMP-1", 3), lineOf("BRAKE-1", 10, vars{"bucket": "ON_HOLD"}))
		f.must("documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 2, "quantity": 6, "batchNo": "B1"}}})
		f.must("documentInspect", vars{"no": d.No, "lines": []vars{{"lineNo": 2, "quantity": 2, "bucket": "DAMAGED"}}})
		f.must("documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 2, "quantity": 4}}, "complete": true, "closeShort": true})
		back := f.must("documentReverse", vars{"no": d.No, "reasonCode": "TEST"}).Document
		want := []string{"6 BRAKE-1/B1 ON_HOLD", "2 BRAKE-1/B1 DAMAGED from ON_HOLD", "4 BRAKE-1/ ON_HOLD"}
		if got := f.read(back.No).executions(1); !slices.Equal(got, want) {
			t.Errorf("executions of the reversal: %v", got)
		}
		f.expect("an inspection of what was taken back", f.send(f.manager, "documentInspect", vars{"no": d.No, "lines": []vars{{"lineNo": 2, "quantity": 1, "bucket": "AVAILABLE"}}}), "INVALID input.no")
		f.expect("an inspection of a reversal", f.send(f.manager, "documentInspect", vars{"no": back.No, "lines": []vars{{"lineNo": 1, "quantity": 1, "bucket": "AVAILABLE"}}}), "INVALID input.no")
		f.verify()
	})
}
