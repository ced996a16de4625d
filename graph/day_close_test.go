package graph_test

import "fmt"

// atMonthEnd is what the day leaves. Of the 10,010 that came, goods for 1,971.2 + 184.8
// + 539 were sold and for 261.8 came back, 184.8 were not found and 77 were lost at sea:
// 7,315 of goods by the books, and 254.1 by the dollar. The duty adds 79.
func atMonthEnd(brakes string) books {
	return books{
		stocks:   abroad(map[string]string{"KIT SZ01": "3/3/0/0/0/0 508.2", "BRAKE SZ01": brakes + " 1716", "LAMP SZ01": "57/57/0/0/0/0 934.8"}),
		shenzhen: "3159", losAngeles: "583", base: "7648.1",
	}
}

// monthEnd brings the bill for the duty, 1 CNY for each of the 282 units that came. Of
// them 22 brakes and 57 lamps lie there yet; what the others bear is an expense. Then
// it is asked in every way what the stock is worth.
func (d *day) monthEnd() {
	d.do("landedCostAdd", in{"no": d.containerNo, "kind": "DUTY", "basis": "QUANTITY", "amount": "282", "currency": "CNY"})
	d.moved(d.containerNo, "10089", "0", "203")
	d.check("the duty", atMonthEnd("22/19/0/3/0/0"))

	type group struct {
		Sku                                                        string
		Warehouse                                                  *struct{ Code string }
		Physical, Available, Allocated, Damaged, OnHold, InTransit int64
		Values                                                     []struct{ Currency, Amount string }
		BaseValue                                                  string
	}
	var out struct {
		By, Then struct {
			Nodes []group
			Total group
		}
		AsOf struct{ Physical, Available, Allocated, Damaged, OnHold, InTransit int64 }
		Now  struct{ Physical, Available, Allocated, Damaged, OnHold, InTransit int64 }
	}
	d.ask(`query($then: DateTime!, $now: DateTime!) {
  by: stockSummary(groupBy: [WAREHOUSE, SKU]) { nodes { ...group } total { ...group } }
  then: stockSummary(groupBy: [WAREHOUSE, SKU], asOf: $then) { nodes { ...group } total { ...group } }
  asOf: stockAsOf(sku: "BRAKE", warehouseCode: "SZ01", at: $then) { physical available allocated damaged onHold inTransit }
  now: stockAsOf(sku: "BRAKE", warehouseCode: "SZ01", at: $now) { physical available allocated damaged onHold inTransit }
}
fragment group on StockGroup { sku warehouse { code } physical available allocated damaged onHold inTransit values { currency amount } baseValue }`,
		in{"then": d.landed.UTC(), "now": d.tomorrow()}, &out)
	got := map[string]string{}
	for _, g := range out.By.Nodes {
		got[g.Sku+" "+g.Warehouse.Code] = fmt.Sprintf("%d/%d/%d/%d/%d/%d %v", g.Physical, g.Available, g.Allocated, g.Damaged, g.OnHold, g.InTransit, g.Values)
	}
	want := map[string]string{
		"BRAKE SZ01": "22/19/0/3/0/0 [{CNY 1716}]", "LAMP SZ01": "57/57/0/0/0/0 [{CNY 934.8}]", "KIT SZ01": "3/3/0/0/0/0 [{CNY 508.2}]",
		"BRAKE LA01": "39/38/0/1/0/0 [{USD 413}]", "LAMP LA01": "80/80/0/0/0/0 [{USD 170}]",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		d.t.Errorf("the summary says\n%v, want\n%v", got, want)
	}
	if total := out.By.Total; total.BaseValue != "7648.1" || fmt.Sprint(total.Values) != "[{CNY 3159} {USD 583}]" || total.Physical != 22+57+3+39+80 {
		d.t.Errorf("all of it: %+v", total)
	}
	// As it was when the container lay in its bins.
	if total := out.Then.Total; fmt.Sprint(total.Values) != "[{CNY 10010}]" || total.Physical != 282 || len(out.Then.Nodes) != 2 {
		d.t.Errorf("when the container had come: %+v", out.Then)
	}
	if got := fmt.Sprint(out.AsOf, out.Now); got != "{92 90 0 2 0 0} {22 19 0 3 0 0}" {
		d.t.Errorf("the brakes were and are %s", got)
	}
}

// tomorrow is after all that happened.
func (d *day) tomorrow() string { return d.inDays(1) + "T00:00:00Z" }

// hold sets lot B2 aside, 19 of which 2 are damaged, and 5 in Los Angeles, and then lets
// it go again.
func (d *day) hold() {
	d.do("batchUpdate", in{"sku": "BRAKE", "batchNo": "B2", "state": "HOLD"})
	held := atMonthEnd("22/2/0/3/17/0")
	held.stocks["BRAKE LA01"] = "39/33/0/1/5/0 413"
	d.check("held", held)
	d.refused(d.keeper, "reservationCreate", "INSUFFICIENT_STOCK input.lines.0.quantity", in{"businessType": "ORDER", "businessId": "O-5", "warehouseCodes": []string{"SZ01"}, "lines": []in{{"sku": "BRAKE", "quantity": 3}}})
	d.do("batchUpdate", in{"sku": "BRAKE", "batchNo": "B2", "state": "AVAILABLE"})
	d.check("let go", atMonthEnd("22/19/0/3/0/0"))
	d.by(d.keeper, "reservationCreate", in{"businessType": "ORDER", "businessId": "O-5", "warehouseCodes": []string{"SZ01"}, "lines": []in{{"sku": "BRAKE", "quantity": 3}}})
	d.check("promised", atMonthEnd("22/16/3/3/0/0"))
}
