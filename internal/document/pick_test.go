package document_test

import (
	"fmt"
	"slices"
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// binned has SZ01 keep its stock by bin, with bins of two aisles.
func (f *floor) binned() {
	f.t.Helper()
	f.Must(f.t, f.manager, "warehouseUpdate", "", vars{"code": "SZ01", "tracksLocations": true})
	f.Must(f.t, f.manager, "locationCreate", "", vars{"warehouseCode": "SZ01", "code": "BACK", "type": "RETURN"})
	f.Must(f.t, f.manager, "locationsGenerate", "", vars{"warehouseCode": "SZ01", "zones": []any{"A"}, "aisles": vars{"from": 1, "to": 2}, "levels": vars{"from": 1, "to": 1}, "positions": vars{"from": 1, "to": 3}})
}

func (f *floor) picks(no string) (out []string) {
	f.t.Helper()
	var data struct {
		DocumentPickList []struct {
			LineNo       int
			Sku, BatchNo string
			Quantity     int64
			Location     *struct{ Code string }
			Product      struct{ Name string }
		}
	}
	f.Do(f.t, f.manager, `query($no: String!) { documentPickList(no: $no) { lineNo sku batchNo quantity location { code } product { name barcodes { barcode } } } }`, vars{"no": no}).Into(f.t, &data)
	for _, p := range data.DocumentPickList {
		at := "?"
		if p.Location != nil {
			at = p.Location.Code
		}
		out = append(out, fmt.Sprintf("%d %s/%s %d at %s", p.LineNo, p.Sku, p.BatchNo, p.Quantity, at))
	}
	return out
}

func TestGoodsArePutAwayAndPickedAlongTheBins(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.binned()
		in := f.inbound(lineOf("BRAKE-1", 10), lineOf("LAMP-1", 6))
		f.must("documentExecute", vars{"no": in.No, "complete": true})
		var data struct {
			DocumentPutaway []struct {
				Sku                string
				Quantity, Unplaced int64
				Places             []struct {
					Quantity int64
					Location struct{ Code string }
				}
			}
		}
		f.Do(t, f.manager, `query($no: String!) { documentPutaway(no: $no) { sku quantity unplaced places { quantity location { code } } } }`, vars{"no": in.No}).Into(t, &data)
		if p := data.DocumentPutaway; len(p) != 2 || p[0].Sku != "BRAKE-1" || p[0].Quantity != 10 || p[0].Unplaced != 0 || len(p[0].Places) != 1 {
			t.Errorf("putaway: %+v", p)
		}
		more := f.inbound(lineOf("BRAKE-1", 8), lineOf("LAMP-1", 4), lineOf("BRAKE-2", 2))
		f.must("documentExecute", vars{"no": more.No, "complete": true, "lines": []vars{
			{"lineNo": 1, "quantity": 5, "locationCode": "a-01-01-02"},
			{"lineNo": 1, "quantity": 3, "locationCode": "A-02-01-01"},
			{"lineNo": 2, "quantity": 4, "locationCode": "A-02-01-03"},
			{"lineNo": 3, "quantity": 2, "locationCode": "A-01-01-01"},
		}})
		if got := f.read(more.No).executions(1); !slices.Equal(got, []string{"5 BRAKE-1/ AVAILABLE at A-01-01-02", "3 BRAKE-1/ AVAILABLE at A-02-01-01"}) {
			t.Errorf("executions %v", got)
		}
		out := f.outbound(lineOf("BRAKE-1", 8), lineOf("LAMP-1", 4), lineOf("BRAKE-2", 2))
		// Up the first aisle, down the second.
		want := []string{"3 BRAKE-2/ 2 at A-01-01-01", "1 BRAKE-1/ 5 at A-01-01-02", "2 LAMP-1/ 4 at A-02-01-03", "1 BRAKE-1/ 3 at A-02-01-01"}
		if got := f.picks(out.No); !slices.Equal(got, want) {
			t.Errorf("pick list %v, want %v", got, want)
		}
		f.Must(t, f.manager, "locationUpdate", "", vars{"warehouseCode": "SZ01", "code": "A-01-01-02", "isLocked": true})
		f.expect("a locked bin", f.send(f.manager, "documentExecute", vars{"no": out.No, "lines": []vars{{"lineNo": 1, "quantity": 5, "locationCode": "A-01-01-02"}}}), "LOCKED input.lines.0.locationCode")
		f.expect("a bin that holds too few", f.send(f.manager, "documentExecute", vars{"no": out.No, "lines": []vars{{"lineNo": 1, "quantity": 4, "locationCode": "A-02-01-01"}}}), "INSUFFICIENT_STOCK input.lines.0.quantity")
		f.must("documentExecute", vars{"no": out.No, "lines": []vars{{"lineNo": 1, "quantity": 3, "locationCode": "A-02-01-01"}}})
		if got := f.read(out.No).executions(1); !slices.Equal(got, []string{"3 BRAKE-1/ AVAILABLE at A-02-01-01"}) {
			t.Errorf("executions %v", got)
		}
		f.Must(t, f.manager, "locationUpdate", "", vars{"warehouseCode": "SZ01", "code": "A-01-01-02", "isLocked": false})
		f.must("documentExecute", vars{"no": out.No, "complete": true})
		if got := f.picks(out.No); len(got) != 0 {
			t.Errorf("nothing is left to pick: %v", got)
		}
		back := f.must("inboundCreate", vars{"warehouseCode": "SZ01", "returnOf": out.No, "advanceTo": "APPROVED", "lines": []vars{lineOf("LAMP-1", 1)}}).Document
		f.must("documentExecute", vars{"no": back.No})
		if n := f.count(`SELECT sum(s.quantity) FROM location_stocks s JOIN warehouse_locations l ON l.id = s.location_id WHERE l.type = 'RETURN'`); n != 1 {
			t.Errorf("%d units wait in bins for returns", n)
		}
		f.verify()
	})
}
