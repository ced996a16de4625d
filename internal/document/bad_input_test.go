package document_test

import (
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"entrepot/ent/location"
	"entrepot/ent/product"
	"entrepot/ent/warehouse"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// archive makes a warehouse, a product and bins that may not be used, and a
// warehouse whose money has no rate.
func (f *floor) archive() {
	f.t.Helper()
	ctx, now := f.t.Context(), time.Now().UTC()
	f.Warehouses(f.t, "CLOSED", "NORATE", "POOL")
	f.Products(f.t, "OLD-1")
	err := f.db.InTx(ctx, func(tx store.Tx) error {
		at := tx.Ent.Warehouse.Query().Where(warehouse.Code("SZ01")).OnlyX(ctx)
		tx.Ent.Product.Update().Where(product.Sku("OLD-1")).SetStatus(stock.StatusArchived).ExecX(ctx)
		tx.Ent.Warehouse.Update().Where(warehouse.Code("CLOSED")).SetStatus(stock.StatusArchived).ExecX(ctx)
		tx.Ent.Warehouse.Update().Where(warehouse.Code("POOL")).SetCategory(stock.WarehouseVirtual).ExecX(ctx)
		tx.Ent.Warehouse.Create().SetCode("THB01").SetName("Bangkok").SetCurrency("THB").SetCreatedAt(now).SetUpdatedAt(now).ExecX(ctx)
		for _, code := range []string{"A-01", "A-02", "A-03"} {
			tx.Ent.Location.Create().SetWarehouseID(at.ID).SetCode(code).SetIsLocked(code == "A-02").SetCreatedAt(now).SetUpdatedAt(now).ExecX(ctx)
		}
		tx.Ent.Location.Update().Where(location.Code("A-03")).SetStatus(stock.StatusArchived).ExecX(ctx)
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestABadDocumentIsRefusedByFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 501)
	good := lineOf("BRAKE-1", 1)
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.archive()
		for name, c := range map[string]struct {
			op    string
			input vars
			want  []string
		}{
			"no key":                        {"inboundCreate", vars{"idempotencyKey": ""}, []string{"REQUIRED input.idempotencyKey"}},
			"no lines":                      {"inboundCreate", vars{"lines": []vars{}}, []string{"REQUIRED input.lines"}},
			"too many lines":                {"inboundCreate", vars{"lines": make([]vars, 0)}, []string{"REQUIRED input.lines"}},
			"an unknown warehouse":          {"inboundCreate", vars{"warehouseCode": "NOWHERE"}, []string{"NOT_FOUND input.warehouseCode"}},
			"a closed warehouse":            {"outboundCreate", vars{"warehouseCode": "CLOSED"}, []string{"ARCHIVED input.warehouseCode"}},
			"a virtual warehouse":           {"inboundCreate", vars{"warehouseCode": "POOL"}, []string{"INVALID input.warehouseCode"}},
			"a missing rate":                {"inboundCreate", vars{"warehouseCode": "THB01", "advanceTo": "COMPLETED"}, []string{"RATE_MISSING input.warehouseCode"}},
			"an unknown SKU":                {"inboundCreate", vars{"lines": []vars{good, lineOf("NOPE", 1)}}, []string{"NOT_FOUND input.lines.1.sku"}},
			"an archived product":           {"inboundCreate", vars{"lines": []vars{lineOf("OLD-1", 1)}}, []string{"ARCHIVED input.lines.0.sku"}},
			"a zero":                        {"inboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", 0)}}, []string{"INVALID input.lines.0.quantity"}},
			"a negative quantity":           {"outboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", -1)}}, []string{"INVALID input.lines.0.quantity"}},
			"a quantity out of range":       {"inboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", 1<<31)}}, []string{"INVALID input.lines.0.quantity"}},
			"a locked bin":                  {"inboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", 1, vars{"locationCode": "a-02"})}}, []string{"LOCKED input.lines.0.locationCode"}},
			"an archived bin":               {"inboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", 1, vars{"locationCode": "A-03"})}}, []string{"ARCHIVED input.lines.0.locationCode"}},
			"a bin that is not there":       {"inboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", 1, vars{"locationCode": "Z-99"})}}, []string{"NOT_FOUND input.lines.0.locationCode"}},
			"a cost below zero":             {"inboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", 1, vars{"unitCost": "-1"})}}, []string{"INVALID input.lines.0.unitCost"}},
			"a cost of goods that leave":    {"adjustmentCreate", vars{"reasonCode": "X", "lines": []vars{lineOf("BRAKE-1", -1, vars{"unitCost": "1"})}}, []string{"INVALID input.lines.0.unitCost"}},
			"a cost in a money unknown":     {"inboundCreate", vars{"advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-1", 1, vars{"unitCost": "1", "currency": "THB"})}}, []string{"RATE_MISSING input.lines.0.currency"}},
			"a price without its money":     {"outboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", 1, vars{"unitPrice": "1"})}}, []string{"REQUIRED input.currency"}},
			"a money that is none":          {"outboundCreate", vars{"currency": "EURO"}, []string{"INVALID input.currency"}},
			"an adjustment without reason":  {"adjustmentCreate", vars{"reasonCode": ""}, []string{"REQUIRED input.reasonCode"}},
			"a reason in words":             {"inboundCreate", vars{"reasonCode": "because"}, []string{"INVALID input.reasonCode"}},
			"a long note":                   {"inboundCreate", vars{"note": long}, []string{"INVALID input.note"}},
			"a time to come":                {"inboundCreate", vars{"occurredAt": time.Now().Add(time.Hour).Format(time.RFC3339)}, []string{"INVALID input.occurredAt"}},
			"a batch of two lines":          {"inboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", 1, vars{"batchNo": "A\nB"})}}, []string{"INVALID input.lines.0.batchNo"}},
			"a batch of too many bytes":     {"inboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", 1, vars{"batchNo": strings.Repeat("批", 17)})}}, []string{"INVALID input.lines.0.batchNo"}},
			"a batch with a control":        {"outboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", 1, vars{"batchNo": "A\x01B"})}}, []string{"INVALID input.lines.0.batchNo"}},
			"dates without a batch":         {"inboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", 1, vars{"expiresOn": "2027-01-01"})}}, []string{"REQUIRED input.lines.0.batchNo"}},
			"an expiry before production":   {"inboundCreate", vars{"lines": []vars{lineOf("BRAKE-1", 1, vars{"batchNo": "B", "producedOn": "2026-02-01", "expiresOn": "2026-01-01"})}}, []string{"INVALID input.lines.0.expiresOn"}},
			"more than there is":            {"outboundCreate", vars{"advanceTo": "COMPLETED"}, []string{"INSUFFICIENT_STOCK input.lines.0.quantity"}},
			"several faults at once":        {"inboundCreate", vars{"note": long, "lines": []vars{lineOf("", 1), lineOf("BRAKE-1", 0)}}, []string{"INVALID input.note", "REQUIRED input.lines.0.sku", "INVALID input.lines.1.quantity"}},
			"a document that is not there":  {"documentApprove", vars{"no": "IN-SZ01-19990101-0001"}, []string{"NOT_FOUND input.no"}},
			"no document":                   {"documentExecute", vars{}, []string{"REQUIRED input.no"}},
			"a line that is not there":      {"documentExecute", vars{"no": "@", "lines": []vars{{"lineNo": 9, "quantity": 1}}}, []string{"NOT_FOUND input.lines.0.lineNo"}},
			"a line twice":                  {"documentExecute", vars{"no": "@", "lines": []vars{{"lineNo": 1, "quantity": 1}, {"lineNo": 1, "quantity": 1}}}, []string{"INVALID input.lines.1.lineNo"}},
			"nothing of a line":             {"documentExecute", vars{"no": "@", "lines": []vars{{"lineNo": 1}}}, []string{"INVALID input.lines.0.quantity"}},
			"more than approved":            {"documentExecute", vars{"no": "@", "lines": []vars{{"lineNo": 1, "quantity": 6, "rejectedQuantity": 5}}}, []string{"EXCEEDS_OUTSTANDING input.lines.0.quantity"}},
			"a negative execution":          {"documentExecute", vars{"no": "@", "lines": []vars{{"lineNo": 1, "quantity": -1}}}, []string{"INVALID input.lines.0.quantity"}},
			"execution of a cancelled one":  {"documentExecute", vars{"no": "#"}, []string{"INVALID_TRANSITION input"}},
			"a reversal without its reason": {"documentReverse", vars{"no": "@", "reasonCode": ""}, []string{"REQUIRED input.reasonCode"}},
		} {
			in := vars{}
			if strings.HasSuffix(c.op, "Create") {
				in = vars{"warehouseCode": "SZ01", "lines": []vars{good}}
				if c.op == "adjustmentCreate" {
					in["reasonCode"] = "TEST"
				}
			}
			maps.Copy(in, c.input)
			switch in["no"] {
			case "@":
				in["no"] = f.inbound(lineOf("BRAKE-1", 10)).No
			case "#":
				in["no"] = f.in(stock.DocumentInbound, stock.DocumentCancelled).No
			}
			before := f.rows()
			f.expect(name, f.send(f.manager, c.op, in), c.want...)
			if after := f.rows(); !reflect.DeepEqual(before, after) {
				t.Errorf("%s changed something: %v then %v", name, before, after)
			}
		}
		f.verify()
	})
}

func TestWhatBecameForbiddenAfterApprovalStopsTheExecution(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.archive()
		bin := f.inbound(lineOf("BRAKE-1", 1, vars{"locationCode": "A-01"}))
		old := f.inbound(lineOf("BRAKE-2", 1))
		ctx := t.Context()
		err := f.db.InTx(ctx, func(tx store.Tx) error {
			tx.Ent.Location.Update().Where(location.Code("A-01")).SetIsLocked(true).ExecX(ctx)
			tx.Ent.Product.Update().Where(product.Sku("BRAKE-2")).SetStatus(stock.StatusArchived).ExecX(ctx)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		f.expect("a bin locked since", f.send(f.manager, "documentExecute", vars{"no": bin.No}), "LOCKED input.lines.0")
		f.expect("a product archived since", f.send(f.manager, "documentExecute", vars{"no": old.No}), "ARCHIVED input.lines.0")
		err = f.db.InTx(ctx, func(tx store.Tx) error {
			return tx.Ent.Warehouse.Update().Where(warehouse.Code("SZ01")).SetStatus(stock.StatusArchived).Exec(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		f.expect("a warehouse closed since", f.send(f.manager, "documentExecute", vars{"no": bin.No}), "ARCHIVED input.no", "LOCKED input.lines.0")
		f.verify()
	})
}

func TestADocumentTakesFiveThousandLinesAndNoMore(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		lines := make([]vars, 5001)
		for i := range lines {
			lines[i] = lineOf([]string{"BRAKE-1", "BRAKE-2", "LAMP-1"}[i%3], 1)
		}
		f.expect("one too many", f.send(f.manager, "inboundCreate", vars{"warehouseCode": "SZ01", "lines": lines}), "TOO_MANY input.lines")
		p := f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": lines[:5000]})
		if p.Document.LineCount != 5000 || p.Document.ExecutedQuantity != 5000 || len(p.Movements) != 3 || f.available("LAMP-1") != 1666 {
			t.Errorf("%d lines, %d executed, %d movements", p.Document.LineCount, p.Document.ExecutedQuantity, len(p.Movements))
		}
		f.must("documentReverse", vars{"no": p.Document.No, "reasonCode": "TEST"})
		if f.available("LAMP-1") != 0 {
			t.Error("the reversal left some")
		}
		f.verify()
	})
}
