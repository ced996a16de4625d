package document_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// queued sends a command that a job is to book, and fails the test when none is.
func (f *floor) queued(op string, input vars) (key, job string) {
	f.t.Helper()
	f.keys++
	key = fmt.Sprintf("large-%d", f.keys)
	full := vars{"idempotencyKey": key}
	maps.Copy(full, input)
	p := f.shipRaw(op, full)
	if p.Job == nil || p.Shipment != nil || p.Replayed || len(p.Movements) > 0 || len(p.UserErrors) > 0 {
		f.t.Fatalf("%s: %+v", op, p)
	}
	return key, p.Job.ID
}

// large sends a command that a job books, and once it has, sends it again.
func (f *floor) large(op string, input vars) shipped {
	f.t.Helper()
	key, id := f.queued(op, input)
	if j := f.Await(f.t, f.manager, id); j.State != "COMPLETED" {
		f.t.Fatalf("%s ended as %s: %s %+v", op, j.State, j.Error, j.Errors)
	}
	full := vars{"idempotencyKey": key}
	maps.Copy(full, input)
	again := f.shipRaw(op, full)
	if !again.Replayed || again.Job == nil || again.Job.ID != id || again.Shipment == nil || len(again.UserErrors) > 0 {
		f.t.Fatalf("%s, sent again: %+v", op, again)
	}
	return again
}

// wide makes an approved transfer of n lines, each of units.
func (f *floor) wide(n, units int) doc {
	f.t.Helper()
	lines := f.many(n)
	for _, l := range lines {
		l["quantity"] = units
	}
	return f.transfer("LA01", lines...)
}

func (f *floor) inTransit() int64 { return f.count("SELECT sum(in_transit_quantity) FROM stocks") }

func TestALargeTransferIsBookedByJobs(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		const n = 300
		d := f.wide(n, 3)

		before := f.rows()
		dry := f.mustShip("transferDispatch", vars{"no": d.No, "dryRun": true})
		if dry.Job != nil || dry.Shipment == nil || dry.Shipment.Quantity != 3*n || !maps.Equal(before, f.rows()) {
			t.Errorf("a dry run is done at once, and by no job: %+v", dry)
		}
		if few := f.mustShip("transferDispatch", vars{"no": d.No, "lines": named(250, vars{"quantity": 1})}); few.Job != nil || few.Shipment.Quantity != 250 {
			t.Errorf("250 lines are booked at once: %+v", few.Shipment)
		}

		all := named(n, vars{"quantity": 2})
		f.refuseShip("transferDispatch", "STALE_VERSION input.expectedVersion", vars{"no": d.No, "lines": all, "expectedVersion": 1})
		tooMany := named(n, vars{"quantity": 2})
		tooMany[299]["quantity"] = 4
		f.refuseShip("transferDispatch", "EXCEEDS_OUTSTANDING input.lines.299.quantity", vars{"no": d.No, "lines": tooMany})
		viewer := f.SignIn(t, auth.RoleAnalyst)
		if r := f.Do(t, viewer, `mutation($no: String!) { transferDispatch(input: {idempotencyKey: "v", no: $no}) { job { id } } }`, vars{"no": d.No}); r.Code() != "FORBIDDEN" {
			t.Errorf("a viewer dispatches: %+v", r)
		}
		if jobs := f.count("SELECT count(*) FROM jobs"); jobs != 0 {
			t.Errorf("%d jobs were asked for by what was refused", jobs)
		}

		in := vars{"idempotencyKey": "once", "no": d.No, "lines": all, "shipment": vars{"carrier": "COSCO"}}
		one := f.shipRaw("transferDispatch", in)
		if one.Job == nil || one.Job.Kind != "transfer-dispatch" || one.Job.Title != "Dispatch of "+d.No+", 300 lines" || one.Shipment != nil || one.Document.Version != 3 {
			t.Fatalf("%+v", one)
		}
		if again := f.shipRaw("transferDispatch", in); !again.Replayed || again.Job == nil || again.Job.ID != one.Job.ID || again.Shipment != nil {
			t.Errorf("sent again before it ran: %+v", again)
		}
		if got := f.inTransit(); got != 250 {
			t.Errorf("%d units are in transit before the job ran", got)
		}
		f.RunJobs(t)
		if j := f.Await(t, f.manager, one.Job.ID); j.State != "COMPLETED" || j.Progress.Done != n || *j.Progress.Total != n || j.CreatedBy == nil {
			t.Errorf("%+v", j)
		}
		again := f.shipRaw("transferDispatch", in)
		if s := again.Shipment; s == nil || s.ShipmentNo != 2 || s.Carrier != "COSCO" || s.Quantity != 2*n || s.Lines.TotalCount != n || len(again.Movements) != 200 {
			t.Fatalf("sent again after it ran: %+v", again)
		}

		got := f.large("shipmentReceive", vars{"shipmentId": again.Shipment.ID})
		if got.Job.Kind != "shipment-receive" || got.Shipment.State != "RECEIVED" || got.Shipment.AcceptedQuantity != 2*n {
			t.Errorf("%+v", got.Shipment)
		}
		f.holds("came once", "MANY-00000", "LA01", "2/2/0/0/0/1 2.5")
		f.verify()
	})
}

func TestALargeTransferThatIsRefusedWhenItIsBooked(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		const n = 300
		d := f.wide(n, 3)
		in := vars{"no": d.No, "lines": named(n, vars{"quantity": 2})}
		var ids []string // as things stand, each of them is fine
		for range 2 {
			_, id := f.queued("transferDispatch", in)
			ids = append(ids, id)
		}
		f.RunJobs(t)
		won, lost := f.Await(t, f.manager, ids[0]), f.Await(t, f.manager, ids[1])
		if won.State != "COMPLETED" {
			won, lost = lost, won
		}
		if won.State != "COMPLETED" || lost.State != "FAILED" || lost.Progress.Done != 0 || lost.Progress.Failed != n || lost.Errors.TotalCount != n || lost.Attempt != 1 {
			t.Fatalf("%+v\n%+v", won, lost)
		}
		row := lost.Errors.Nodes[1]
		if row.Row != 2 || len(row.Faults) != 1 || row.Faults[0].Column != "quantity" || row.Faults[0].Code != "EXCEEDS_OUTSTANDING" || strings.Join(row.Cells, ",") != "2,,,2" {
			t.Errorf("%+v", row)
		}
		if lost.ErrorFileURL == nil || !strings.Contains(lost.Error, "line 1, SKU MANY-00000, has 1 units outstanding, which is 1 too few") {
			t.Errorf("it says %q", lost.Error)
		}
		if got := f.inTransit(); got != 2*n {
			t.Errorf("%d units are in transit", got)
		}
		f.verify()
	})
}

// What is about the command as a whole is told once, and is no row.
func TestALargeTransferThatIsCancelledBeforeItIsBooked(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		d := f.wide(251, 1)
		key, id := f.queued("transferDispatch", vars{"no": d.No})
		f.must("documentCancel", vars{"no": d.No})
		f.RunJobs(t)
		j := f.Await(t, f.manager, id)
		if j.State != "FAILED" || j.Progress.Failed != 0 || j.Errors.TotalCount != 0 || !strings.Contains(j.Error, "CANCELLED") {
			t.Errorf("%+v", j)
		}
		if again := f.shipRaw("transferDispatch", vars{"idempotencyKey": key, "no": d.No}); !again.Replayed || again.Job == nil || again.Job.ID != id || again.Shipment != nil {
			t.Errorf("sent again after it failed: %+v", again)
		}
		f.holds("nothing left", "MANY-00250", "SZ01", "100/100/0/0/0/0 125")
		f.verify()
	})
}
