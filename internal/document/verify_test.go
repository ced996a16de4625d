package document_test

import (
	"strings"
	"testing"

	"entrepot/internal/document"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestVerifyNamesTheDocumentThatWasTamperedWith(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 5)
		sold := f.must("outboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-1", 2)}}).Document.No
		back := f.must("documentReverse", vars{"no": sold, "reasonCode": "TEST"}).Document.No
		came := f.inbound(lineOf("BRAKE-1", 2, vars{"batchNo": "B1"})).No
		f.must("documentExecute", vars{"no": came, "lines": []vars{{"lineNo": 1, "quantity": 1}}})
		given := f.inbound(lineOf("BRAKE-1", 2)).No
		f.must("documentExecute", vars{"no": given})
		f.must("documentCancel", vars{"no": given})
		f.verify()
		for _, c := range []struct{ what, no, set string }{
			{"its warehouse", came, "documents SET warehouse_id = (SELECT id FROM warehouses WHERE code = 'LA01')"},
			{"its kind", came, "documents SET kind = 'OUTBOUND'"},
			{"its kind, to one that goes the same way", came, "documents SET kind = 'ADJUSTMENT'"},
			{"what it reverses", back, "documents SET reverses_id = (SELECT id FROM documents WHERE no = '" + came + "')"},
			{"that it reverses", back, "documents SET reverses_id = NULL"},
			{"its state", came, "documents SET state = 'COMPLETED'"},
			{"its version", came, "documents SET version = version + 1"},
			{"its total", came, "documents SET quantity = quantity + 1"},
			{"what it executed", came, "documents SET executed_quantity = 2"},
			{"what a line executed", came, "document_lines SET executed_quantity = 0"},
			{"which way a line goes", came, "document_lines SET quantity = -2"},
			{"the number of a line", came, "document_lines SET line_no = 2"},
			{"what a cancelled one executed", given, "document_lines SET executed_quantity = 1"},
		} {
			where := " WHERE no = $1"
			if strings.HasPrefix(c.set, "document_lines") {
				where = " WHERE document_id = (SELECT id FROM documents WHERE no = $1)"
			}
			var undo string
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				table, column, _ := strings.Cut(strings.TrimSpace(strings.Split(c.set, "=")[0]), " SET ")
				if err := tx.SQL.QueryRowContext(t.Context(), "SELECT coalesce(CAST("+column+" AS text), 'NULL') FROM "+table+where, c.no).Scan(&undo); err != nil {
					return err
				}
				if undo != "NULL" {
					undo = "'" + undo + "'"
				}
				undo = "UPDATE " + table + " SET " + column + " = " + undo + where
				_, err := tx.SQL.ExecContext(t.Context(), "UPDATE "+c.set+where, c.no)
				return err
			})
			if err != nil {
				t.Fatalf("%s: %v", c.what, err)
			}
			r, err := ledger.Verify(t.Context(), db, document.Rules()...)
			if err != nil {
				t.Fatal(err)
			}
			named := false
			for _, check := range r.Checks {
				for _, row := range check.Broken {
					named = named || strings.Contains(row, c.no)
				}
			}
			if !named {
				t.Errorf("%s was changed, and nothing names %s", c.what, c.no)
			}
			if err := db.InTx(t.Context(), func(tx store.Tx) error {
				_, err := tx.SQL.ExecContext(t.Context(), undo, c.no)
				return err
			}); err != nil {
				t.Fatalf("%s: %v", c.what, err)
			}
			f.verify()
		}
		// Executions cannot be changed, so this one stays: it is the last.
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.SQL.ExecContext(t.Context(), `INSERT INTO document_executions (document_id, line_id, line_no, version, sku, batch_no, quantity, line_quantity)
SELECT document_id, id, line_no, 3, sku, 'B9', 1, 0 FROM document_lines WHERE document_id = (SELECT id FROM documents WHERE no = $1)`, came)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		r, err := ledger.Verify(t.Context(), db, document.Rules()...)
		if err != nil {
			t.Fatal(err)
		}
		if r.OK() {
			t.Error("an execution that moved nothing is not noticed")
		}
	})
}
