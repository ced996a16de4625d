package graph_test

import (
	"encoding/json"
	"fmt"
	"time"
)

// container is the first chapter: 100 brakes at 10 USD and 200 lamps at 2 USD were
// ordered, at 7 CNY. 4 brakes are rejected, 2 come damaged; 4 brakes and 10 lamps are
// short.
func (d *day) container() {
	d.containerNo = d.by(d.manager, "inboundCreate", in{"warehouseCode": "SZ01", "party": "Bosch", "externalNo": "MSKU-1", "lines": []in{
		{"sku": "BRAKE", "quantity": 100, "unitCost": "10", "currency": "USD"},
		{"sku": "LAMP", "quantity": 200, "unitCost": "2", "currency": "USD"},
	}}).Document.No
	d.refused(d.manager, "documentApprove", "APPROVAL_SEPARATE input.no", in{"no": d.containerNo}) // 100 × 70 + 200 × 14 = 9,800
	d.by(d.head, "documentApprove", in{"no": d.containerNo})
	d.check("nothing moves before it comes", books{})

	d.by(d.keeper, "documentExecute", in{"no": d.containerNo, "lines": []in{
		{"lineNo": 1, "quantity": 60, "batchNo": "B1", "expiresOn": d.inDays(400)}, {"lineNo": 2, "quantity": 120},
	}})
	d.check("the first truck", books{
		stocks:   map[string]string{"BRAKE SZ01": "60/60/0/0/0/0 4200", "LAMP SZ01": "120/120/0/0/0/0 1680"}, // 60 × 70, 120 × 14
		shenzhen: "5880", base: "5880",
	})

	came := d.by(d.keeper, "documentExecute", in{"no": d.containerNo, "lines": []in{
		{"lineNo": 1, "quantity": 30, "batchNo": "B2", "expiresOn": d.inDays(800), "rejectedQuantity": 4, "reasonCode": "BROKEN"},
		{"lineNo": 1, "quantity": 2, "batchNo": "B2", "bucket": "DAMAGED"},
		{"lineNo": 2, "quantity": 70},
	}})
	if doc := came.Document; doc.ExecutedQuantity != 92+190 || doc.RejectedQuantity != 4 {
		d.t.Errorf("the container brought %+v", doc)
	}
	d.refused(d.keeper, "documentComplete", "OUTSTANDING input.closeShort", in{"no": d.containerNo})
	if doc := d.by(d.keeper, "documentComplete", in{"no": d.containerNo, "closeShort": true}).Document; doc.State != "COMPLETED" {
		d.t.Errorf("closed short: %+v", doc)
	}
	d.check("all that came", books{
		stocks:   map[string]string{"BRAKE SZ01": "92/90/0/2/0/0 6440", "LAMP SZ01": "190/190/0/0/0/0 2660"}, // 92 × 70, 190 × 14
		shenzhen: "9100", base: "9100",
	})

	// The freight is 130 USD, 910 CNY, a tenth of 9,100: brakes cost 77 now, lamps 15.4.
	d.do("landedCostAdd", in{"no": d.containerNo, "kind": "FREIGHT", "basis": "VALUE", "amount": "130", "currency": "USD"})
	d.check("the freight", books{
		stocks:   map[string]string{"BRAKE SZ01": "92/90/0/2/0/0 7084", "LAMP SZ01": "190/190/0/0/0/0 2926"},
		shenzhen: "10010", base: "10010",
	})
	d.moved(d.containerNo, "10010", "0", "0")
}

func (d *day) inDays(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }

// putaway brings what lies at the dock where the warehouse suggests it.
func (d *day) putaway() {
	var out struct {
		PutawaySuggestion []struct {
			Sku      string
			Unplaced int64
			Places   []struct {
				Location struct{ Code string }
				Quantity int64
			}
		}
	}
	d.ask(`{ putawaySuggestion(warehouseCode: "SZ01", lines: [{sku: "BRAKE", quantity: 90}, {sku: "LAMP", quantity: 190}]) { sku unplaced places { location { code } quantity } } }`, nil, &out)
	if got := fmt.Sprint(out.PutawaySuggestion); got != "[{BRAKE 0 [{{A-01-01-01} 90}]} {LAMP 0 [{{A-01-01-02} 190}]}]" {
		d.t.Fatalf("suggested: %s", got)
	}
	brakes, lamps := out.PutawaySuggestion[0].Places[0].Location.Code, out.PutawaySuggestion[1].Places[0].Location.Code
	d.by(d.keeper, "stockRelocate", in{"warehouseCode": "SZ01", "reasonCode": "PUTAWAY", "lines": []in{
		{"sku": "BRAKE", "batchNo": "B1", "from": "RECEIVE", "to": brakes, "quantity": 60},
		{"sku": "BRAKE", "batchNo": "B2", "from": "RECEIVE", "to": brakes, "quantity": 30},
		{"sku": "LAMP", "from": "RECEIVE", "to": lamps, "quantity": 190},
	}})
	d.check("put away", books{
		stocks:   map[string]string{"BRAKE SZ01": "92/90/0/2/0/0 7084", "LAMP SZ01": "190/190/0/0/0/0 2926"},
		shenzhen: "10010", base: "10010",
	})
	d.lies(map[string]int64{"BRAKE B1 A-01-01-01": 60, "BRAKE B2 A-01-01-01": 30, "BRAKE B2 DAMAGED": 2, "LAMP  A-01-01-02": 190})
	d.landed = time.Now()
}

// lies checks what lies in the bins of Shenzhen, by SKU, batch and bin.
func (d *day) lies(want map[string]int64) {
	d.t.Helper()
	var out struct {
		LocationStocks struct {
			Nodes []struct {
				Quantity int64
				Location struct{ Code string }
				Stock    struct{ Sku, BatchNo string }
			}
		}
	}
	d.ask(`{ locationStocks(first: 200, filter: {empty: false}) { nodes { quantity location { code } stock { sku batchNo } } } }`, nil, &out)
	got := map[string]int64{}
	for _, l := range out.LocationStocks.Nodes {
		got[l.Stock.Sku+" "+l.Stock.BatchNo+" "+l.Location.Code] += l.Quantity
	}
	is, _ := json.Marshal(got)
	should, _ := json.Marshal(want)
	if string(is) != string(should) {
		d.t.Errorf("in the bins lies\n%s, want\n%s", is, should)
	}
}
