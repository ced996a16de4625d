package graph_test

import (
	"fmt"
	"time"
)

// sea sends 40 brakes and 80 lamps, half of what there is of them, to Los Angeles in
// two shipments. Of the first a brake comes crushed and two do not come; they are given
// up, and one turns up after the dollar has risen from 7 to 7.7.
func (d *day) sea() {
	no := d.do("transferCreate", in{
		"warehouseCode": "SZ01", "targetWarehouseCode": "LA01", "advanceTo": "APPROVED",
		"lines": []in{{"sku": "BRAKE", "quantity": 40}, {"sku": "LAMP", "quantity": 80}},
	}).Document.No
	d.check("promised to the transfer", books{
		stocks:   map[string]string{"BRAKE SZ01": "72/25/45/2/0/0 5544", "LAMP SZ01": "162/72/90/0/0/0 2494.8"},
		shenzhen: "8038.8", base: "8038.8",
	})

	// 25 × 77 + 50 × 15.4 = 2,695, and then 15 × 77 + 30 × 15.4 = 1,617.
	one := d.by(d.keeper, "transferDispatch", in{"no": no, "shipment": in{"carrier": "COSCO"}, "lines": []in{{"lineNo": 1, "quantity": 25}, {"lineNo": 2, "quantity": 50}}})
	d.check("the first ship", books{
		stocks: map[string]string{
			"BRAKE SZ01": "47/25/20/2/0/0 3619", "LAMP SZ01": "112/72/40/0/0/0 1724.8", // 47 × 77, 112 × 15.4
			"BRAKE LA01": "0/0/0/0/0/25 0", "LAMP LA01": "0/0/0/0/0/50 0",
		},
		shenzhen: "5343.8", sea: "2695", base: "8038.8",
	})
	d.by(d.keeper, "transferDispatch", in{"no": no, "shipment": in{"carrier": "Maersk"}})
	d.check("the second ship", books{
		stocks: map[string]string{
			"BRAKE SZ01": "32/25/5/2/0/0 2464", "LAMP SZ01": "82/72/10/0/0/0 1262.8",
			"BRAKE LA01": "0/0/0/0/0/40 0", "LAMP LA01": "0/0/0/0/0/80 0",
		},
		shenzhen: "3726.8", sea: "4312", base: "8038.8",
	})
	if one.Shipment.ShipmentNo != 1 {
		d.t.Errorf("the first ship is %+v", one.Shipment)
	}
	shenzhen := func(abroad map[string]string) map[string]string {
		abroad["BRAKE SZ01"], abroad["LAMP SZ01"] = "32/25/5/2/0/0 2464", "82/72/10/0/0/0 1262.8"
		return abroad
	}

	// 23 brakes come at 77 ÷ 7 = 11 USD, 50 lamps at 15.4 ÷ 7 = 2.2 USD: 253 + 110.
	d.by(d.keeper, "shipmentReceive", in{"transferNo": no, "shipmentNo": 1, "lines": []in{
		{"lineNo": 1, "accepted": 22, "rejected": 1, "rejectReason": "CRUSHED"}, {"lineNo": 2, "accepted": 50},
	}})
	d.check("the first ship came", books{
		stocks:   shenzhen(map[string]string{"BRAKE LA01": "23/22/0/1/0/17 253", "LAMP LA01": "50/50/0/0/0/30 110"}),
		shenzhen: "3726.8", losAngeles: "363", sea: "1771", base: "8038.8", // 2 × 77 + 1,617; 363 × 7 = 2,541
	})
	d.by(d.keeper, "shipmentCloseMissing", in{"transferNo": no, "shipmentNo": 1, "reasonCode": "LOST_IN_TRANSIT"})
	d.check("two are given up", books{
		stocks:   shenzhen(map[string]string{"BRAKE LA01": "23/22/0/1/0/15 253", "LAMP LA01": "50/50/0/0/0/30 110"}),
		shenzhen: "3726.8", losAngeles: "363", sea: "1617", base: "7884.8", // 154 are written off
	})

	// What lies in Los Angeles is worth 363 × 0.7 = 254.1 more in base currency.
	d.do("exchangeRateSet", in{"fromCurrency": "USD", "toCurrency": "CNY", "rate": "7.7", "date": time.Now().UTC().Format(time.DateOnly)})
	d.check("the dollar rises", books{
		stocks:   shenzhen(map[string]string{"BRAKE LA01": "23/22/0/1/0/15 253", "LAMP LA01": "50/50/0/0/0/30 110"}),
		shenzhen: "3726.8", losAngeles: "363", sea: "1617", base: "8138.9",
	})
	// One turns up, at 77 ÷ 7.7 = 10 USD.
	found := d.by(d.keeper, "shipmentReceive", in{"transferNo": no, "shipmentNo": 1, "lines": []in{{"lineNo": 1, "accepted": 1, "fromMissing": true}}}).Shipment
	if w := found.Worth; found.State != "RECEIVED" || found.AcceptedQuantity != 73 || found.RejectedQuantity != 1 || found.MissingQuantity != 1 || w != nil {
		d.t.Errorf("a keeper sees of the first ship %+v", found)
	}
	d.check("one turns up", books{
		stocks:   shenzhen(map[string]string{"BRAKE LA01": "24/23/0/1/0/15 263", "LAMP LA01": "50/50/0/0/0/30 110"}),
		shenzhen: "3726.8", losAngeles: "373", sea: "1617", base: "8215.9",
	})
	// The second ship brings 15 × 10 and 30 × 15.4 ÷ 7.7 = 2 USD: 150 + 60.
	last := d.by(d.keeper, "shipmentReceive", in{"transferNo": no, "shipmentNo": 2, "complete": true})
	if last.Document.State != "COMPLETED" || last.Document.ExecutedQuantity != 120 {
		d.t.Errorf("the transfer ended as %+v", last.Document)
	}
	d.check("all came", books{
		stocks:   shenzhen(map[string]string{"BRAKE LA01": "39/38/0/1/0/0 413", "LAMP LA01": "80/80/0/0/0/0 170"}),
		shenzhen: "3726.8", losAngeles: "583", base: "8215.9", // 583 × 7.7 = 4,489.1
	})
	d.lost(no)
}

// lost checks what the transfer says of the worth of its goods.
func (d *day) lost(no string) {
	d.t.Helper()
	var out struct {
		Document struct {
			Shipments struct {
				Nodes []struct {
					ShipmentNo int
					Worth      struct{ Sent, Arrived, WrittenOff, Outstanding string }
				}
			}
		}
	}
	d.ask(`query($no: String!) { document(no: $no) { shipments { nodes { shipmentNo worth { sent arrived writtenOff outstanding } } } } }`, in{"no": no}, &out)
	if got := fmt.Sprint(out.Document.Shipments.Nodes); got != "[{1 {2695 2618 77 0}} {2 {1617 1617 0 0}}]" {
		d.t.Errorf("the ships carried %s", got)
	}
}
