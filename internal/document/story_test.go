package document_test

import (
	"slices"
	"testing"
	"time"

	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestAnInboundIsReceivedInParts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		made := f.must("inboundCreate", vars{
			"warehouseCode": "sz01", "externalNo": "PO-7", "party": "Bosch", "note": "by sea",
			"lines": []vars{lineOf("brake-1", 100, vars{"unitCost": "12.5"}), lineOf("LAMP-1", 40, vars{"bucket": "ON_HOLD"})},
		})
		d := made.Document
		if d.State != stock.DocumentDraft || d.Version != 1 || d.Quantity != 140 || d.LineCount != 2 || len(made.Movements) != 0 || f.available("BRAKE-1") != 0 {
			t.Errorf("a draft: %+v", d)
		}
		f.must("documentApprove", vars{"no": d.No, "expectedVersion": 1})
		part := f.must("documentExecute", vars{"no": d.No, "note": "first container", "lines": []vars{
			{"lineNo": 1, "quantity": 60, "rejectedQuantity": 5},
		}})
		if got := part.Document; got.State != stock.DocumentExecuting || got.ExecutedQuantity != 60 || got.RejectedQuantity != 5 || got.Lines.Nodes[0].OutstandingQuantity != 35 {
			t.Errorf("after the first part: %+v", got)
		}
		if len(part.Movements) != 1 || part.Movements[0].PhysicalDelta != 60 || *part.Movements[0].UnitCost != "12.5" || part.Movements[0].Kind != "INBOUND" {
			t.Errorf("movements: %+v", part.Movements)
		}
		f.expect("more than is outstanding", f.send(f.manager, "documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 36}}}),
			"EXCEEDS_OUTSTANDING input.lines.0.quantity")
		f.expect("an end with some outstanding", f.send(f.manager, "documentComplete", vars{"no": d.No}), "OUTSTANDING input.closeShort")

		rest := f.must("documentExecute", vars{"no": d.No, "complete": true})
		if got := rest.Document; got.State != stock.DocumentCompleted || got.ExecutedQuantity != 135 || len(got.Postings.Nodes) != 2 {
			t.Errorf("after the rest: %+v", got)
		}
		var steps []stock.DocumentAction
		for i, e := range f.read(d.No).Events.Nodes {
			steps = append(steps, e.Action)
			if e.Version != i+1 || e.Actor.Username != "manager" || (e.Action == stock.DocumentExecute) != (e.Posting != nil) {
				t.Errorf("event %+v", e)
			}
		}
		if want := []stock.DocumentAction{"CREATE", "APPROVE", "EXECUTE", "EXECUTE", "COMPLETE"}; !slices.Equal(steps, want) {
			t.Errorf("events %v", steps)
		}
		if f.available("BRAKE-1") != 95 || f.available("LAMP-1") != 0 {
			t.Errorf("available: %d, %d", f.available("BRAKE-1"), f.available("LAMP-1"))
		}
		f.verify()
	})
}

func TestAnOutboundTakesWhatThereIsAndNoMore(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 10)
		before := f.rows()
		wanted := vars{"warehouseCode": "SZ01", "lines": []vars{lineOf("BRAKE-1", 6), lineOf("BRAKE-1", 5), lineOf("LAMP-1", 1)}}
		draft := f.must("outboundCreate", wanted).Document
		p := f.send(f.manager, "documentApprove", vars{"no": draft.No})
		f.expect("two lines of one SKU are a sum", p, "INSUFFICIENT_STOCK input.lines.1.quantity", "INSUFFICIENT_STOCK input.lines.2.quantity")
		if e := p.UserErrors[0]; *e.CurrentQuantity != 4 || *e.ShortBy != 1 || *e.Index != 1 {
			t.Errorf("%+v", e)
		}
		wanted["advanceTo"] = "COMPLETED"
		f.expect("at once, it is too little as well", f.send(f.manager, "outboundCreate", wanted),
			"INSUFFICIENT_STOCK input.lines.0.quantity", "INSUFFICIENT_STOCK input.lines.1.quantity", "INSUFFICIENT_STOCK input.lines.2.quantity")
		if after := f.rows(); after["stock_movements"] != before["stock_movements"] || f.read(draft.No).State != stock.DocumentDraft {
			t.Errorf("a refusal left something behind: %v", after)
		}
		d := f.outbound(lineOf("BRAKE-1", 6), lineOf("BRAKE-1", 4))
		if f.available("BRAKE-1") != 0 {
			t.Errorf("an approved document promises nothing: %d available", f.available("BRAKE-1"))
		}
		got := f.must("documentExecute", vars{"id": d.ID, "lines": []vars{{"lineNo": 1, "quantity": 6}, {"lineNo": 2, "quantity": 4}}, "complete": true})
		if got.Document.State != stock.DocumentCompleted || got.Document.ExecutedQuantity != 10 || len(got.Movements) != 1 || *got.Movements[0].ValueDelta != "-100" {
			t.Errorf("%+v", got)
		}
		if f.available("BRAKE-1") != 0 {
			t.Errorf("available %d", f.available("BRAKE-1"))
		}
		f.verify()
	})
}

func TestAnAdjustmentGoesBothWays(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 10)
		p := f.must("adjustmentCreate", vars{
			"warehouseCode": "SZ01", "reasonCode": "STOCKTAKING", "advanceTo": "COMPLETED",
			"lines": []vars{lineOf("BRAKE-1", -3), lineOf("LAMP-1", 4, vars{"unitCost": "2", "bucket": "DAMAGED"})},
		})
		if len(p.Movements) != 2 || p.Document.Quantity != 7 || p.Document.ExecutedQuantity != 7 || f.available("BRAKE-1") != 7 {
			t.Errorf("%+v", p)
		}
		back := f.must("documentReverse", vars{"no": p.Document.No, "reasonCode": "WRONG"})
		if f.available("BRAKE-1") != 10 || back.Document.Reverses.No != p.Document.No || back.Document.State != stock.DocumentCompleted {
			t.Errorf("%+v", back.Document)
		}
		f.verify()
	})
}

func TestCancellingReversesWhatWasExecutedOrKeepsIt(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		for _, keep := range []bool{false, true} {
			d := f.inbound(lineOf("BRAKE-1", 10), lineOf("LAMP-1", 5))
			was := f.available("BRAKE-1")
			f.must("documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 4}}})
			f.must("documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 2}, {"lineNo": 2, "quantity": 5}}})
			p := f.must("documentCancel", vars{"no": d.No, "keepExecuted": keep, "note": "not ours", "occurredAt": "2026-01-05T08:00:00Z"})
			stays, written := int64(0), 3
			if keep {
				stays, written = 6, 0
			}
			if p.Document.State != stock.DocumentCancelled || f.available("BRAKE-1") != was+stays || len(p.Movements) != written || p.Document.Lines.Nodes[0].ExecutedQuantity != stays {
				t.Errorf("keep %v: %+v, available %d", keep, p, f.available("BRAKE-1"))
			}
		}
		if n := f.count(`SELECT count(*) FROM postings WHERE kind = 'REVERSAL' AND occurred_at = $1`, time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)); n != 2 {
			t.Errorf("%d postings went back when it was told", n)
		}
		gone := f.inbound(lineOf("BRAKE-2", 10))
		f.must("documentExecute", vars{"no": gone.No})
		out := f.outbound(lineOf("BRAKE-2", 1))
		f.must("documentExecute", vars{"no": out.No})
		f.expect("goods that went elsewhere", f.send(f.manager, "documentCancel", vars{"no": gone.No}), "INSUFFICIENT_STOCK input.no")
		if d := f.read(gone.No); d.State != stock.DocumentExecuting || d.ExecutedQuantity != 10 {
			t.Errorf("a refused cancellation changed it: %+v", d)
		}
		f.verify()
	})
}

func TestAReversalTakesEveryPostingBackOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		d := f.inbound(lineOf("BRAKE-1", 10, vars{"unitCost": "3"}), lineOf("LAMP-1", 5))
		f.must("documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 4}}})
		f.must("documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 6}}, "complete": true, "closeShort": true})
		p := f.must("documentReverse", vars{"no": d.No, "reasonCode": "WRONG_WAREHOUSE"})
		back := p.Document
		if back.Kind != stock.DocumentInbound || back.LineCount != 1 || back.Quantity != 10 || len(back.Postings.Nodes) != 2 || back.Postings.Nodes[0].Kind != "REVERSAL" || f.available("BRAKE-1") != 0 {
			t.Errorf("%+v", back)
		}
		if old := f.read(d.No); old.ReversedBy == nil || old.ReversedBy.No != back.No || old.Events.Nodes[len(old.Events.Nodes)-1].Action != stock.DocumentReverse {
			t.Errorf("the old one: %+v", old)
		}
		f.expect("a second time", f.send(f.manager, "documentReverse", vars{"no": d.No, "reasonCode": "AGAIN"}), "ALREADY_REVERSED input.no")
		f.expect("a reversal", f.send(f.manager, "documentReverse", vars{"no": back.No, "reasonCode": "AGAIN"}), "INVALID input.no")
		f.verify()
	})
}

func TestADraftIsEditedByTheVersionThatWasSeen(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		d := *f.must("inboundCreate", vars{"warehouseCode": "SZ01", "party": "Bosch", "lines": []vars{lineOf("BRAKE-1", 10), lineOf("LAMP-1", 5)}}).Document
		p := f.must("documentUpdate", vars{"no": d.No, "expectedVersion": 1, "note": "urgent", "lines": []vars{lineOf("BRAKE-2", 7)}})
		if p.Document.Version != 2 || p.Document.LineCount != 1 || p.Document.Quantity != 7 || p.Document.Lines.Nodes[0].Sku != "BRAKE-2" {
			t.Errorf("%+v", p.Document)
		}
		stale := f.send(f.manager, "documentUpdate", vars{"no": d.No, "expectedVersion": 1, "note": "late"})
		f.expect("a version that is gone", stale, "STALE_VERSION input.expectedVersion")
		if *stale.UserErrors[0].CurrentVersion != 2 {
			t.Errorf("%+v", stale.UserErrors[0])
		}
		f.expect("approval of another version", f.send(f.manager, "documentApprove", vars{"no": d.No, "expectedVersion": 1}), "STALE_VERSION input.expectedVersion")
		f.expect("bad lines", f.send(f.manager, "documentUpdate", vars{"no": d.No, "expectedVersion": 2, "lines": []vars{lineOf("NO-SUCH", 7)}}), "NOT_FOUND input.lines.0.sku")
		if got := f.read(d.No); got.Version != 2 || got.Lines.Nodes[0].Sku != "BRAKE-2" {
			t.Errorf("%+v", got)
		}
		f.verify()
	})
}

// A warehouse is archived when it holds nothing, so nothing may come back to it.
func TestNothingIsTakenBackIntoAnArchivedWarehouse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 5)
		gone := f.must("outboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-1", 5)}}).Document
		status := func(op string) {
			f.Do(t, f.manager, `mutation { it: `+op+`(input: {code: "SZ01"}) { userErrors { message } } }`, nil).Into(t, &struct{}{})
		}
		status("warehouseArchive")
		f.expect("a reversal", f.send(f.manager, "documentReverse", vars{"no": gone.No, "reasonCode": "TEST"}), "ARCHIVED input.no")
		if n := f.available("BRAKE-1"); n != 0 {
			t.Errorf("the archived warehouse holds %d", n)
		}
		status("warehouseRestore")
		f.must("documentReverse", vars{"no": gone.No, "reasonCode": "TEST"})
		f.verify()
	})
}
