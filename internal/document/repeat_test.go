package document_test

import (
	"maps"
	"reflect"
	"strings"
	"testing"

	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// act is one mutation with a document that it can be done to.
type act struct {
	name, op string
	input    func(f *floor) vars
}

func acts() []act {
	create := func(more vars) func(*floor) vars {
		return func(*floor) vars {
			in := vars{"warehouseCode": "SZ01", "reasonCode": "TEST", "lines": []vars{lineOf("BRAKE-1", 3), lineOf("LAMP-1", 2)}}
			maps.Copy(in, more)
			return in
		}
	}
	on := func(action stock.DocumentAction, state stock.DocumentState) func(*floor) vars {
		return func(f *floor) vars { return with(f.in(stock.DocumentInbound, state), steps[action].input) }
	}
	return []act{
		{"a draft of an inbound", "inboundCreate", create(nil)},
		{"an inbound executed at once", "inboundCreate", create(vars{"advanceTo": "COMPLETED"})},
		{"an outbound executed at once", "outboundCreate", create(vars{"advanceTo": "COMPLETED"})},
		{"an adjustment executed at once", "adjustmentCreate", create(vars{"advanceTo": "COMPLETED"})},
		{"an edit", "documentUpdate", on("UPDATE", "DRAFT")},
		{"an approval", "documentApprove", on("APPROVE", "DRAFT")},
		{"an execution", "documentExecute", on("EXECUTE", "APPROVED")},
		{"an inspection", "documentInspect", func(f *floor) vars {
			d := f.inbound(lineOf("BRAKE-1", 3, vars{"bucket": "ON_HOLD"}))
			f.must("documentExecute", vars{"no": d.No})
			return vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 2, "bucket": "DAMAGED"}}}
		}},
		{"an outbound that is promised its goods", "outboundCreate", create(vars{"advanceTo": "APPROVED"})},
		{"an end", "documentComplete", on("COMPLETE", "EXECUTING")},
		{"a cancellation that reverses", "documentCancel", on("CANCEL", "EXECUTING")},
		{"a reversal", "documentReverse", on("REVERSE", "COMPLETED")},
	}
}

func TestEveryMutationSentTwiceHappensOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 1000)
		f.receive("LAMP-1", 1000)
		for _, a := range acts() {
			in := a.input(f)
			in["idempotencyKey"] = "once " + a.name
			first := f.raw(f.manager, a.op, in)
			f.expect(a.name, first)
			after := f.rows()
			again := f.raw(f.manager, a.op, in)
			f.expect(a.name+" again", again)
			if !again.Replayed || first.Replayed || !reflect.DeepEqual(f.rows(), after) {
				t.Errorf("%s: replayed %v, rows %v then %v", a.name, again.Replayed, after, f.rows())
			}
			if again.Document.ID != first.Document.ID || again.Document.Version != first.Document.Version || len(again.Movements) != len(first.Movements) {
				t.Errorf("%s answered %+v, then %+v", a.name, first.Document, again.Document)
			}
			in["note"] = "another input"
			f.expect(a.name+" with another input", f.raw(f.manager, a.op, in), "IDEMPOTENCY_KEY_REUSED input.idempotencyKey")
		}
		f.verify()
	})
}

func TestEveryMutationCanBeTriedDry(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 1000)
		f.receive("LAMP-1", 1000)
		for _, a := range acts() {
			in := a.input(f)
			in["dryRun"], in["idempotencyKey"] = true, ""
			before := f.rows()
			dry := f.raw(f.manager, a.op, in)
			f.expect(a.name, dry)
			if !dry.DryRun || !reflect.DeepEqual(f.rows(), before) {
				t.Errorf("%s left something behind: %v then %v", a.name, before, f.rows())
			}
			for _, m := range dry.Movements {
				if m.ID != nil {
					t.Errorf("%s: a movement that never was has the id %s", a.name, *m.ID)
				}
			}
			in["dryRun"], in["idempotencyKey"] = false, "wet "+a.name
			wet := f.raw(f.manager, a.op, in)
			f.expect(a.name, wet)
			if strings.HasSuffix(a.op, "Create") && (dry.Document.No != "" || wet.Document.No == "") {
				t.Errorf("%s: numbers %q and %q", a.name, dry.Document.No, wet.Document.No)
			}
			for i := range wet.Document.Lines.Nodes { // a dry run shows only what would be new
				dry.Document.Lines.Nodes[i].Executions, wet.Document.Lines.Nodes[i].Executions = list[executed]{}, list[executed]{}
			}
			if dry.Document.State != wet.Document.State || !reflect.DeepEqual(dry.Document.Lines, wet.Document.Lines) || len(dry.Movements) != len(wet.Movements) {
				t.Errorf("%s: dry %+v, wet %+v", a.name, dry.Document, wet.Document)
			}
		}
		f.verify()
	})
}
