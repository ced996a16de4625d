package document_test

import (
	"strconv"
	"testing"
	"time"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// BenchmarkTransfer dispatches and receives a transfer by the number of its lines, and
// tells how that compares with plain inserts of as many rows of the journal and of
// shipments: "ratio" is how many times as long it takes. Jobs book it: the time until a
// replica looks for work, and until somebody looks for its end, is in it.
func BenchmarkTransfer(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.DB{"sqlite": testdb.SQLite, "postgres": testdb.Postgres} {
		for _, n := range []int{500, 5000} {
			b.Run(name+"/"+strconv.Itoa(n), func(b *testing.B) {
				f := setup(b, open(b))
				f.RunJobs(b)
				lines := f.many(n)
				var took, plain time.Duration
				for b.Loop() {
					d := f.transfer("LA01", lines...)
					clock := time.Now()
					s := f.large("transferDispatch", vars{"no": d.No}).Shipment
					f.large("shipmentReceive", vars{"shipmentId": s.ID, "complete": true})
					took += time.Since(clock)
					plain += f.insertPlainly()
				}
				b.ReportMetric(took.Seconds()/float64(b.N), "s/transfer")
				b.ReportMetric(took.Seconds()/plain.Seconds(), "ratio")
			})
		}
	}
}

// insertPlainly writes the rows that a shipment and its receipt left, once more, into
// tables without keys or checks, and tells how long that takes. Nothing of it stays.
func (f *floor) insertPlainly() time.Duration {
	f.t.Helper()
	var took time.Duration
	err := f.db.InTx(f.t.Context(), func(tx store.Tx) error {
		statements := []string{
			`INSERT INTO plain_movements SELECT m.* FROM stock_movements m JOIN postings p ON p.id = m.posting_id WHERE p.kind = 'TRANSFER' AND p.document_id = (SELECT max(document_id) FROM shipments)`,
			`INSERT INTO plain_lines SELECT l.* FROM shipment_lines l WHERE l.shipment_id = (SELECT max(id) FROM shipments)`,
			`INSERT INTO plain_entries SELECT e.* FROM shipment_entries e JOIN shipment_lines l ON l.id = e.shipment_line_id WHERE l.shipment_id = (SELECT max(id) FROM shipments)`,
		}
		for table, like := range map[string]string{"plain_movements": "stock_movements", "plain_lines": "shipment_lines", "plain_entries": "shipment_entries"} {
			if _, err := tx.SQL.ExecContext(f.t.Context(), "CREATE TABLE "+table+" AS SELECT * FROM "+like+" WHERE false"); err != nil {
				return err
			}
		}
		clock := time.Now()
		for _, s := range statements {
			if _, err := tx.SQL.ExecContext(f.t.Context(), s); err != nil {
				return err
			}
		}
		took = time.Since(clock)
		return store.Rollback()
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return took
}
