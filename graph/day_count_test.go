package graph_test

import "fmt"

// count has zone A counted by a keeper who is not shown the books, while lamps are
// picked from it. Two of the five brakes of lot B1 are gone, which are all promised to
// O-2, and two lamps.
func (d *day) count() {
	no := d.do("stocktakeCreate", in{"warehouseCode": "SZ01", "blind": true, "scope": in{"zones": []string{"A"}}}).Document.No
	d.by(d.keeper, "stocktakeCount", in{"no": no, "lines": []in{
		{"locationCode": "A-01-01-01", "sku": "BRAKE", "batchNo": "B1", "quantity": 3},
		{"locationCode": "A-01-01-02", "sku": "LAMP", "quantity": 80},
	}})
	if got := d.counted(no); got != "[{BRAKE B1 COUNTED 3 <nil>} {BRAKE B2 OPEN <nil> <nil>} {LAMP  COUNTED 80 <nil>}]" {
		d.t.Errorf("the keeper sees %s", got)
	}
	// Of 15 lamps that are promised to the document itself 12 are found; ending it frees
	// the others.
	sold := d.do("outboundCreate", in{"warehouseCode": "SZ01", "party": "At the door", "advanceTo": "APPROVED", "lines": []in{{"sku": "LAMP", "quantity": 15}}}).Document.No
	d.by(d.keeper, "documentExecute", in{"no": sold, "lines": []in{{"lineNo": 1, "quantity": 12}}, "complete": true, "closeShort": true})
	d.moved(sold, "0", "184.8", "0") // 12 × 15.4
	d.by(d.keeper, "stocktakeCount", in{"no": no, "lines": []in{{"locationCode": "A-01-01-01", "sku": "BRAKE", "batchNo": "B2", "quantity": 25}}})
	shenzhen := func(brakes, lamps string) map[string]string {
		return abroad(map[string]string{"BRAKE SZ01": brakes, "LAMP SZ01": lamps})
	}
	d.check("counted, not approved", books{
		stocks:   shenzhen("32/25/5/2/0/0 2464", "70/60/10/0/0/0 1078"),
		shenzhen: "3542", losAngeles: "583", base: "8031.1", // 3,726.8 − 184.8; 4,489.1 abroad
	})

	d.refused(d.manager, "stocktakeApprove", "APPROVAL_SEPARATE input.no", in{"no": no})
	if doc := d.by(d.head, "stocktakeApprove", in{"no": no}).Document; doc.State != "COMPLETED" || doc.Quantity != 4 {
		d.t.Errorf("the count ended as %+v", doc)
	}
	if got := d.counted(no); got != "[{BRAKE B1 POSTED 3 -2} {BRAKE B2 POSTED 25 0} {LAMP  POSTED 80 -2}]" {
		d.t.Errorf("the keeper sees %s", got)
	}
	// 2 × 77 + 2 × 15.4 = 184.8 are lost.
	d.check("approved", books{
		stocks:   shenzhen("30/25/3/2/0/0 2310", "68/58/10/0/0/0 1047.2"),
		shenzhen: "3357.2", losAngeles: "583", base: "7846.3",
	})
	d.lies(map[string]int64{"BRAKE B1 A-01-01-01": 3, "BRAKE B2 A-01-01-01": 25, "BRAKE B2 DAMAGED": 2, "LAMP  A-01-01-02": 68})

	// O-2 lacks two brakes of a lot of which there are no more. Two of its sets are
	// promised again, of the other lot, and their lamps let go.
	d.promised("ORDER", "O-2", "ACTIVE 13 open, 0 deducted, 0 released, 2 short")
	d.refused(d.keeper, "reservationFill", "INSUFFICIENT_STOCK input.businessId", in{"businessType": "ORDER", "businessId": "O-2"})
	d.by(d.keeper, "reservationRelease", in{"businessType": "ORDER", "businessId": "O-2", "lines": []in{{"lineNo": 1, "sku": "LAMP", "quantity": 4}}})
	d.by(d.keeper, "reservationCreate", in{"businessType": "ORDER", "businessId": "O-2-B", "warehouseCodes": []string{"SZ01"}, "lines": []in{{"sku": "SET", "quantity": 2}}})
	d.promised("ORDER", "O-2", "ACTIVE 9 open, 0 deducted, 4 released, 2 short")
	d.promised("ORDER", "O-2-B", "ACTIVE 6 open, 0 deducted, 0 released, 0 short")
	d.check("promised again", books{
		stocks:   shenzhen("30/23/5/2/0/0 2310", "68/58/10/0/0/0 1047.2"),
		shenzhen: "3357.2", losAngeles: "583", base: "7846.3",
	})
}

// counted is what the keeper sees of a stocktake.
func (d *day) counted(no string) string {
	d.t.Helper()
	var out struct {
		StocktakeLines struct {
			Nodes []struct {
				Sku, BatchNo, State         string
				CountedQuantity, Difference *int64
			}
		}
	}
	d.Do(d.t, d.keeper, `query($no: String!) { stocktakeLines(documentNo: $no) { nodes { sku batchNo state countedQuantity difference } } }`, in{"no": no}).Into(d.t, &out)
	told := make([]string, len(out.StocktakeLines.Nodes))
	number := func(n *int64) string {
		if n == nil {
			return "<nil>"
		}
		return fmt.Sprint(*n)
	}
	for i, l := range out.StocktakeLines.Nodes {
		told[i] = fmt.Sprintf("{%s %s %s %s %s}", l.Sku, l.BatchNo, l.State, number(l.CountedQuantity), number(l.Difference))
	}
	return fmt.Sprint(told)
}
