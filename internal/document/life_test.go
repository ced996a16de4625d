package document_test

import (
	"testing"

	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// steps are the mutations of an existing document.
var steps = map[stock.DocumentAction]struct {
	op    string
	input vars
}{
	stock.DocumentUpdate:   {"documentUpdate", vars{"note": "edited"}},
	stock.DocumentApprove:  {"documentApprove", vars{}},
	stock.DocumentExecute:  {"documentExecute", vars{"lines": []vars{{"lineNo": 1, "quantity": 1}, {"lineNo": 2, "quantity": 1}}}},
	stock.DocumentComplete: {"documentComplete", vars{"closeShort": true}},
	stock.DocumentCancel:   {"documentCancel", vars{}},
	stock.DocumentReverse:  {"documentReverse", vars{"reasonCode": "TEST"}},
	stock.DocumentInspect:  {"documentInspect", vars{"lines": []vars{{"lineNo": 2, "quantity": 1, "bucket": "AVAILABLE"}}}},
}

// cells is the whole table, written a second time by hand: "" is refused, and
// a state that the document is in already is a step that does no harm.
var cells = map[stock.DocumentAction]map[stock.DocumentState]stock.DocumentState{
	"UPDATE":   {"DRAFT": "DRAFT", "APPROVED": "", "EXECUTING": "", "COMPLETED": "", "CANCELLED": ""},
	"APPROVE":  {"DRAFT": "APPROVED", "APPROVED": "APPROVED", "EXECUTING": "", "COMPLETED": "", "CANCELLED": ""},
	"EXECUTE":  {"DRAFT": "", "APPROVED": "EXECUTING", "EXECUTING": "EXECUTING", "COMPLETED": "", "CANCELLED": ""},
	"COMPLETE": {"DRAFT": "", "APPROVED": "", "EXECUTING": "COMPLETED", "COMPLETED": "COMPLETED", "CANCELLED": ""},
	"CANCEL":   {"DRAFT": "CANCELLED", "APPROVED": "CANCELLED", "EXECUTING": "CANCELLED", "COMPLETED": "", "CANCELLED": "CANCELLED"},
	"REVERSE":  {"DRAFT": "", "APPROVED": "", "EXECUTING": "", "COMPLETED": "COMPLETED", "CANCELLED": ""},
	"INSPECT":  {"DRAFT": "", "APPROVED": "", "EXECUTING": "EXECUTING", "COMPLETED": "COMPLETED", "CANCELLED": ""},
}

// working are steps that do their work again in the state that they lead to.
var working = map[stock.DocumentAction]bool{stock.DocumentUpdate: true, stock.DocumentExecute: true, stock.DocumentReverse: true, stock.DocumentInspect: true}

// in makes a document of a kind in a state; its first line has some left.
func (f *floor) in(kind stock.DocumentKind, state stock.DocumentState) doc {
	f.t.Helper()
	create := map[stock.DocumentKind]string{"INBOUND": "inboundCreate", "OUTBOUND": "outboundCreate", "ADJUSTMENT": "adjustmentCreate"}[kind]
	d := *f.must(create, vars{"warehouseCode": "SZ01", "reasonCode": "TEST", "lines": []vars{lineOf("BRAKE-1", 10), lineOf("LAMP-1", 2, held(kind))}}).Document
	route := map[stock.DocumentState][]stock.DocumentAction{
		"DRAFT": {}, "APPROVED": {"APPROVE"}, "EXECUTING": {"APPROVE", "EXECUTE"}, "COMPLETED": {"APPROVE", "EXECUTE", "COMPLETE"}, "CANCELLED": {"CANCEL"},
	}[state]
	for _, a := range route {
		d = *f.must(steps[a].op, with(d, steps[a].input)).Document
	}
	if d.State != state {
		f.t.Fatalf("a document in %s is %s", state, d.State)
	}
	return d
}

// held brings goods on hold where there is somebody who inspects them.
func held(kind stock.DocumentKind) vars {
	if kind == stock.DocumentInbound {
		return vars{"bucket": "ON_HOLD"}
	}
	return nil
}

func with(d doc, input vars) vars {
	out := vars{"no": d.No, "expectedVersion": d.Version}
	for k, v := range input {
		out[k] = v
	}
	return out
}

func TestEveryCellOfTheTransitionTable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 1000)
		f.receive("LAMP-1", 1000)
		for _, kind := range []stock.DocumentKind{stock.DocumentInbound, stock.DocumentOutbound, stock.DocumentAdjustment} {
			for action, row := range cells {
				for state, to := range row {
					if action == stock.DocumentInspect && kind != stock.DocumentInbound {
						to = "" // only what comes in is inspected
					}
					d, name := f.in(kind, state), string(kind)+" "+string(state)+" "+string(action)
					before := f.rows()
					p := f.send(f.manager, steps[action].op, with(d, steps[action].input))
					after := f.rows()
					if to == "" {
						f.expect(name, p, "INVALID_TRANSITION input")
						if got := f.read(d.No); got.Version != d.Version || got.State != state || after["stock_movements"] != before["stock_movements"] || after["idempotency_keys"] != before["idempotency_keys"] {
							t.Errorf("%s was refused and changed something", name)
						}
						continue
					}
					f.expect(name, p)
					if got := f.read(d.No); got.State != to {
						t.Errorf("%s leads to %s, not %s", name, got.State, to)
					}
					if to == state && !working[action] {
						if got := f.read(d.No); got.Version != d.Version || after["stock_movements"] != before["stock_movements"] {
							t.Errorf("%s is not harmless", name)
						}
					}
				}
			}
		}
		f.verify()
	})
}
