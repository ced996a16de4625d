package graph_test

// abroad adds what lies in Los Angeles from the transfer on.
func abroad(stocks map[string]string) map[string]string {
	stocks["BRAKE LA01"], stocks["LAMP LA01"] = "39/38/0/1/0/0 413", "80/80/0/0/0/0 170"
	return stocks
}

// kits has four kits of two brakes and a lamp built and one taken apart again, and the
// five sets shipped that were promised to O-2 and O-2-B.
func (d *day) kits() {
	build := d.do("assemblyCreate", in{"warehouseCode": "SZ01", "kitSku": "KIT", "quantity": 4, "advanceTo": "APPROVED"}).Document.No
	d.by(d.keeper, "documentExecute", in{"no": build, "complete": true, "lines": []in{{"lineNo": 1, "quantity": 4}, {"lineNo": 2, "quantity": 8, "batchNo": "B2"}}})
	d.check("built", books{ // 8 × 77 + 4 × 15.4 = 677.6
		stocks:   abroad(map[string]string{"KIT SZ01": "4/4/0/0/0/0 677.6", "BRAKE SZ01": "22/15/5/2/0/0 1694", "LAMP SZ01": "64/54/10/0/0/0 985.6"}),
		shenzhen: "3357.2", losAngeles: "583", base: "7846.3",
	})
	apart := d.do("assemblyCreate", in{"warehouseCode": "SZ01", "kitSku": "KIT", "quantity": 1, "unbuild": true, "advanceTo": "APPROVED"}).Document.No
	d.by(d.keeper, "documentExecute", in{"no": apart, "complete": true, "lines": []in{{"lineNo": 1, "quantity": 1}, {"lineNo": 2, "quantity": 2, "batchNo": "B2"}}})
	d.check("taken apart", books{ // 169.4 are 2 × 77 and 15.4
		stocks:   abroad(map[string]string{"KIT SZ01": "3/3/0/0/0/0 508.2", "BRAKE SZ01": "24/17/5/2/0/0 1848", "LAMP SZ01": "65/55/10/0/0/0 1001"}),
		shenzhen: "3357.2", losAngeles: "583", base: "7846.3",
	})

	three := d.do("outboundCreate", in{"warehouseCode": "SZ01", "advanceTo": "APPROVED", "fromReservation": in{"businessType": "ORDER", "businessId": "O-2"}, "lines": []in{{"sku": "SET", "quantity": 3}}}).Document.No
	d.by(d.keeper, "documentExecute", in{"no": three, "complete": true})
	d.moved(three, "0", "323.4", "0")                                            // 3 × (77 + 2 × 15.4)
	d.promised("ORDER", "O-2", "ACTIVE 0 open, 9 deducted, 4 released, 2 short") // it waits for what it lacks
	d.by(d.keeper, "reservationRelease", in{"businessType": "ORDER", "businessId": "O-2"})
	d.promised("ORDER", "O-2", "COMPLETED 0 open, 9 deducted, 6 released, 0 short")
	two := d.do("outboundCreate", in{"warehouseCode": "SZ01", "advanceTo": "APPROVED", "fromReservation": in{"businessType": "ORDER", "businessId": "O-2-B"}}).Document.No
	d.by(d.keeper, "documentExecute", in{"no": two, "complete": true})
	d.moved(two, "0", "215.6", "0")
	d.promised("ORDER", "O-2-B", "COMPLETED 0 open, 6 deducted, 0 released, 0 short")
	d.check("the sets", books{
		stocks:   abroad(map[string]string{"KIT SZ01": "3/3/0/0/0/0 508.2", "BRAKE SZ01": "19/17/0/2/0/0 1463", "LAMP SZ01": "55/55/0/0/0/0 847"}),
		shenzhen: "2818.2", losAngeles: "583", base: "7307.3",
	})
}

// returns take back three brakes and two lamps of O-1 at what they left at. A brake is
// scratched.
func (d *day) returns() {
	back := in{"warehouseCode": "SZ01", "returnOf": d.shippedNo, "party": "Ada", "advanceTo": "APPROVED", "lines": []in{{"sku": "BRAKE", "batchNo": "B1", "quantity": 3}, {"sku": "LAMP", "quantity": 2}}}
	no := d.do("inboundCreate", back).Document.No
	d.refused(d.manager, "inboundCreate", "EXCEEDS_OUTSTANDING input.lines.0.quantity", in{"warehouseCode": "SZ01", "returnOf": d.shippedNo, "lines": []in{{"sku": "BRAKE", "batchNo": "B1", "quantity": 18}}})
	d.by(d.keeper, "documentExecute", in{"no": no, "complete": true})
	d.check("it waits to be inspected", books{ // 3 × 77 + 2 × 15.4 = 261.8
		stocks:   abroad(map[string]string{"KIT SZ01": "3/3/0/0/0/0 508.2", "BRAKE SZ01": "22/17/0/2/3/0 1694", "LAMP SZ01": "57/55/0/0/2/0 877.8"}),
		shenzhen: "3080", losAngeles: "583", base: "7569.1",
	})
	d.by(d.keeper, "documentInspect", in{"no": no, "lines": []in{
		{"lineNo": 1, "quantity": 2, "bucket": "AVAILABLE"}, {"lineNo": 1, "quantity": 1, "bucket": "DAMAGED", "reasonCode": "SCRATCHED"}, {"lineNo": 2, "quantity": 2, "bucket": "AVAILABLE"},
	}})
	d.moved(no, "261.8", "0", "0")
	d.check("inspected", books{
		stocks:   abroad(map[string]string{"KIT SZ01": "3/3/0/0/0/0 508.2", "BRAKE SZ01": "22/19/0/3/0/0 1694", "LAMP SZ01": "57/57/0/0/0/0 877.8"}),
		shenzhen: "3080", losAngeles: "583", base: "7569.1",
	})
}
