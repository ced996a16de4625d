package bin_test

import (
	"fmt"
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Goods are received, put away, found damaged, counted, picked and taken back, and
// each time they lie where a person would look for them.
func TestADayByBins(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.refuses("received", f.adjust("LAMP", 20, in{"unitCost": "10"}), "")
		f.refuses("received into a bin", f.adjust("BRAKE", 5, in{"locationCode": " b-01-01-01"}), "")
		f.expect("received", "LAMP", "[RECEIVE:20]")
		put := f.relocate(hop("lamp", "receive", "A-01-01-01", 10), hop("LAMP", "RECEIVE", "B-01-01-01", 8))
		f.refuses("put away", put, "")
		f.expect("put away", "LAMP", "[A-01-01-01:10 B-01-01-01:8 RECEIVE:2]")

		f.must("stockMove", in{"moves": []any{line("LAMP", in{"from": "AVAILABLE", "to": "DAMAGED", "quantity": 3, "locationCode": "B-01-01-01"})}})
		f.expect("broken", "LAMP", "[A-01-01-01:10 B-01-01-01:5 DAMAGED:3 RECEIVE:2]")
		f.must("stockMove", in{"moves": []any{line("LAMP", in{"from": "DAMAGED", "to": "AVAILABLE", "quantity": 1, "toLocationCode": "B-01-01-01"})}})
		f.expect("mended", "LAMP", "[A-01-01-01:10 B-01-01-01:6 DAMAGED:2 RECEIVE:2]")
		f.must("stockMove", in{"moves": []any{line("LAMP", in{"from": "AVAILABLE", "to": "ON_HOLD", "quantity": 4})}})
		f.must("stockSet", in{"counts": []any{line("LAMP", in{"bucket": "PHYSICAL", "quantity": 19, "expectedQuantity": 20, "locationCode": "A-01-01-01"})}})
		f.expect("counted", "LAMP", "[A-01-01-01:9 B-01-01-01:6 DAMAGED:2 RECEIVE:2]")

		f.refuses("picked", f.adjust("LAMP", -11, nil), "")
		f.expect("picked", "LAMP", "[B-01-01-01:4 DAMAGED:2 RECEIVE:2]")
		var last struct {
			StockMovements struct {
				Nodes []struct{ Posting struct{ ID string } }
			}
		}
		f.Do(t, f.who, `{ stockMovements(orderBy: {direction: DESC}, first: 1) { nodes { posting { id } } } }`, nil).Into(t, &last)
		f.must("postingReverse", in{"postingId": last.StockMovements.Nodes[0].Posting.ID})
		f.expect("back", "LAMP", "[A-01-01-01:9 B-01-01-01:6 DAMAGED:2 RECEIVE:2]")
		f.verify()
	})
}

func TestABinTellsHowFullItIs(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.refuses("lamps", f.adjust("LAMP", 4, in{"locationCode": "A-01-01-01"}), "")
		var out struct {
			Location struct{ Quantity, UsedVolumeCm3, FreeVolumeCm3 *int64 }
			Dock     struct{ Quantity, UsedVolumeCm3, FreeVolumeCm3 *int64 }
			Stocks   struct {
				TotalCount int
				Nodes      []struct {
					Quantity int64
					Location struct{ Code string }
				}
			}
			Empty   struct{ TotalCount int }
			Journal struct {
				TotalCount int
				Nodes      []struct {
					QuantityDelta, QuantityAfter, LocationVersion int64
					Posting                                       struct{ Kind string }
				}
			}
		}
		f.refuses("away", f.relocate(hop("LAMP", "A-01-01-01", "B-01-01-01", 1)), "")
		f.refuses("and back", f.relocate(hop("LAMP", "B-01-01-01", "A-01-01-01", 1)), "")
		f.Do(t, f.who, `{ location(warehouseCode: "SZ01", code: "A-01-01-01") { quantity usedVolumeCm3 freeVolumeCm3 }
  dock: location(warehouseCode: "SZ01", code: "RECEIVE") { quantity usedVolumeCm3 freeVolumeCm3 }
  stocks: locationStocks(filter: {warehouseCodes: ["sz01"], locationPrefix: "a-", skus: ["lamp"], empty: false}) { totalCount nodes { quantity location { code } } }
  empty: locationStocks(filter: {locationTypes: [STORAGE], empty: true}) { totalCount }
  journal: locationMovements(filter: {locationPrefix: "B-", kinds: [RELOCATION]}) { totalCount nodes { quantityDelta quantityAfter locationVersion posting { kind } } } }`, nil).Into(t, &out)
		if l := out.Location; *l.Quantity != 4 || *l.UsedVolumeCm3 != 4000 || *l.FreeVolumeCm3 != 6000 {
			t.Errorf("%d units, %d used, %d free", *l.Quantity, *l.UsedVolumeCm3, *l.FreeVolumeCm3)
		}
		if l := out.Dock; *l.Quantity != 0 || *l.UsedVolumeCm3 != 0 || l.FreeVolumeCm3 != nil {
			t.Errorf("the dock: %+v", l)
		}
		if out.Stocks.TotalCount != 1 || out.Stocks.Nodes[0].Quantity != 4 || out.Stocks.Nodes[0].Location.Code != "A-01-01-01" || out.Empty.TotalCount != 1 {
			t.Errorf("%+v, %+v", out.Stocks, out.Empty)
		}
		if j := out.Journal; j.TotalCount != 2 || j.Nodes[0].QuantityDelta != -1 || j.Nodes[0].QuantityAfter != 0 || j.Nodes[0].LocationVersion != 2 || j.Nodes[0].Posting.Kind != "RELOCATION" {
			t.Errorf("%+v", j)
		}
		f.verify()
	})
}

func TestPutawayIsSuggestedWhereThereIsRoom(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.refuses("lamps", f.adjust("LAMP", 4, in{"locationCode": "A-01-01-01"}), "")
		f.refuses("brakes", f.adjust("BRAKE", 40, in{"locationCode": "B-01-01-01"}), "")
		f.bin("locationUpdate", "B-01-01-02", in{"isLocked": true})
		suggest := func(lines ...any) string {
			var out struct {
				PutawaySuggestion []struct {
					Sku      string
					Unplaced int64
					Places   []struct {
						Location struct{ Code string }
						Quantity int64
						Reason   string
					}
				}
			}
			f.Do(t, f.who, `query($l: [PutawayLineInput!]!) { putawaySuggestion(warehouseCode: "sz01", lines: $l) { sku unplaced places { location { code } quantity reason } } }`, in{"l": lines}).Into(t, &out)
			s := ""
			for _, p := range out.PutawaySuggestion {
				for _, x := range p.Places {
					s += fmt.Sprintf("%s %d %s %s, ", p.Sku, x.Quantity, x.Location.Code, x.Reason)
				}
				s += fmt.Sprintf("%d left; ", p.Unplaced)
			}
			return s
		}
		if got, want := suggest(in{"sku": "lamp", "quantity": 30}, in{"sku": "BRAKE", "quantity": 1}),
			"LAMP 6 A-01-01-01 SAME_SKU, LAMP 10 A-01-01-02 EMPTY, LAMP 10 B-01-01-01 MIXED, 4 left; 1 left; "; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		f.bin("locationUpdate", "B-01-01-02", in{"isLocked": false})
		if got, want := suggest(in{"sku": "TYRE", "quantity": 3}), "TYRE 3 A-01-01-02 EMPTY, 0 left; "; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got, want := suggest(in{"sku": "TYRE", "quantity": 3}), suggest(in{"sku": "TYRE", "quantity": 3}); got != want {
			t.Errorf("%q, then %q", got, want)
		}
		for _, bad := range []string{
			`warehouseCode: "X", lines: [{sku: "LAMP", quantity: 1}]`, `warehouseCode: "SZ01", lines: [{sku: "NONE", quantity: 1}]`,
			`warehouseCode: "SZ01", lines: []`, `warehouseCode: "SZ01", lines: [{sku: "LAMP", quantity: 0}]`,
		} {
			if code := f.Do(t, f.who, `{ putawaySuggestion(`+bad+`) { sku } }`, nil).Code(); code != "BAD_REQUEST" {
				t.Errorf("%s: %s", bad, code)
			}
		}
	})
}
