package document_test

import (
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Kits of a held batch are built from bins in parts, and their parts come back
// whether what was done is kept, cancelled or reversed.
func TestAssembliesAmongBins(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.kits()
		f.shelves()
		f.must("inboundCreate", vars{"warehouseCode": "BINS", "advanceTo": "COMPLETED", "lines": []vars{
			lineOf("BRAKE-1", 7, vars{"unitCost": "3.3333", "batchNo": "B1"}), lineOf("LAMP-1", 11, vars{"unitCost": "0.0001", "locationCode": "A-02"}),
		}})
		build := vars{"warehouseCode": "BINS", "kitSku": "KIT-1", "batchNo": "K1", "quantity": 5, "advanceTo": "APPROVED"}
		cancelled := f.must("assemblyCreate", build).Document.No
		f.Must(t, f.manager, "batchUpdate", "", vars{"idempotencyKey": "hold", "sku": "KIT-1", "batchNo": "K1", "state": "HOLD"})
		f.must("documentExecute", vars{"no": cancelled, "lines": []vars{{"lineNo": 1, "quantity": 2}, {"lineNo": 2, "quantity": 4, "locationCode": "B-01"}}})
		f.must("documentExecute", vars{"no": cancelled, "lines": []vars{{"lineNo": 1, "quantity": 1}, {"lineNo": 2, "quantity": 2, "batchNo": "B1"}}})
		f.sound()
		if n := f.count("SELECT hold_quantity FROM stocks WHERE sku = 'KIT-1'"); n != 3 {
			t.Errorf("%d kits of a held batch are on hold", n)
		}
		f.must("documentCancel", vars{"no": cancelled})
		if n := f.inBin("B-01"); n != 5 {
			t.Errorf("B-01 has %d", n)
		}
		f.sound()
		kept := f.must("assemblyCreate", build).Document.No
		f.must("documentExecute", vars{"no": kept, "lines": []vars{{"lineNo": 1, "quantity": 2}}})
		f.must("documentCancel", vars{"no": kept, "keepExecuted": true})
		f.sound()
		apart := vars{"warehouseCode": "BINS", "kitSku": "KIT-1", "batchNo": "K1", "quantity": 2, "unbuild": true, "advanceTo": "COMPLETED"}
		f.expect("kits on hold", f.send(f.manager, "assemblyCreate", apart), "INSUFFICIENT_STOCK input.quantity")
		whole := f.must("assemblyCreate", vars{"warehouseCode": "BINS", "kitSku": "KIT-1", "batchNo": "K2", "quantity": 3, "advanceTo": "COMPLETED"}).Document.No
		f.sound()
		apart["batchNo"], apart["quantity"] = "K2", 1
		undone := f.must("assemblyCreate", apart).Document.No
		f.sound()
		f.must("documentReverse", vars{"no": undone, "reasonCode": "ERROR"})
		f.must("documentReverse", vars{"no": whole, "reasonCode": "ERROR"})
		f.sound()
		// All components were promised to somebody else.
		f.must("outboundCreate", vars{"warehouseCode": "BINS", "advanceTo": "APPROVED", "lines": []vars{lineOf("LAMP-1", 9)}})
		f.expect("promised", f.send(f.manager, "assemblyCreate", vars{"warehouseCode": "BINS", "kitSku": "KIT-1", "quantity": 1, "advanceTo": "COMPLETED"}), "INSUFFICIENT_STOCK input.quantity")
		f.sound()
	})
}
