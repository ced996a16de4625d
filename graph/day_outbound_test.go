package graph_test

import (
	"context"
	"fmt"
	"time"

	"entrepot/internal/reservation"
)

// promises are made to order O-1, to O-2, which wants five sets of a brake and two
// lamps, and to a basket that is left alone for two hours.
func (d *day) promises() {
	d.by(d.keeper, "reservationCreate", in{
		"businessType": "ORDER", "businessId": "O-1", "priority": 10, "warehouseCodes": []string{"SZ01"},
		"lines": []in{{"sku": "BRAKE", "quantity": 20}, {"sku": "LAMP", "quantity": 30}},
	})
	d.by(d.keeper, "reservationCreate", in{"businessType": "ORDER", "businessId": "O-2", "warehouseCodes": []string{"SZ01"}, "lines": []in{{"sku": "SET", "quantity": 5}}})
	d.by(d.keeper, "reservationCreate", in{"businessType": "BASKET", "businessId": "W-3", "ttlSeconds": 3600, "warehouseCodes": []string{"SZ01"}, "lines": []in{{"sku": "LAMP", "quantity": 12}}})
	d.refused(d.keeper, "reservationCreate", "INSUFFICIENT_STOCK input.lines.0.quantity", in{
		"businessType": "ORDER", "businessId": "O-4",
		"warehouseCodes": []string{"SZ01"}, "lines": []in{{"sku": "BRAKE", "quantity": 66}},
	}) // 90 − 20 − 5 = 65 are left
	d.check("promised", books{
		stocks:   map[string]string{"BRAKE SZ01": "92/65/25/2/0/0 7084", "LAMP SZ01": "190/138/52/0/0/0 2926"}, // 30 + 5 × 2 + 12
		shenzhen: "10010", base: "10010",
	})

	later := reservation.New(d.db, "CNY", func() time.Time { return time.Now().Add(2 * time.Hour) })
	if n, err := later.Sweep(context.WithoutCancel(d.t.Context()), nil); err != nil || n != 1 {
		d.t.Fatalf("%d reservations were swept up: %v", n, err)
	}
	d.check("the basket expired", books{
		stocks:   map[string]string{"BRAKE SZ01": "92/65/25/2/0/0 7084", "LAMP SZ01": "190/150/40/0/0/0 2926"},
		shenzhen: "10010", base: "10010",
	})
	d.promised("BASKET", "W-3", "EXPIRED 0 open, 0 deducted, 12 released, 0 short")
	d.promised("ORDER", "O-2", "ACTIVE 15 open, 0 deducted, 0 released, 0 short")
}

// promised checks how far a promise is kept.
func (d *day) promised(businessType, id, want string) {
	d.t.Helper()
	var out told
	d.ask(`query($t: String!, $id: String!) { reservation(businessType: $t, businessId: $id) { state openQuantity deductedQuantity releasedQuantity shortQuantity } }`,
		in{"t": businessType, "id": id}, &out)
	r := out.Reservation
	if r == nil {
		d.t.Fatalf("nothing was promised to %s", id)
	}
	if got := fmt.Sprintf("%s %d open, %d deducted, %d released, %d short", r.State, r.OpenQuantity, r.DeductedQuantity, r.ReleasedQuantity, r.ShortQuantity); got != want {
		d.t.Errorf("the promise to %s is %s, want %s", id, got, want)
	}
}

// picks is the pick list of a document, as text; nil when there is none.
func (d *day) picks(no string) (out []string) {
	d.t.Helper()
	var data struct {
		DocumentPickList []struct {
			LineNo       int
			Sku, BatchNo string
			Quantity     int64
			Location     *struct{ Code string }
		}
	}
	d.Do(d.t, d.keeper, `query($no: String!) { documentPickList(no: $no) { lineNo sku batchNo quantity location { code } } }`, in{"no": no}).Into(d.t, &data)
	if data.DocumentPickList != nil {
		out = []string{}
	}
	for _, p := range data.DocumentPickList {
		out = append(out, fmt.Sprintf("%d: %d %s/%s at %s", p.LineNo, p.Quantity, p.Sku, p.BatchNo, p.Location.Code))
	}
	return out
}

// outbound ships O-1. The picker finds 28 of its 30 lamps good enough; the other two
// stay promised to the order until it lets them go.
func (d *day) outbound() {
	d.shippedNo = d.do("outboundCreate", in{"warehouseCode": "SZ01", "party": "Ada", "advanceTo": "APPROVED", "fromReservation": in{"businessType": "ORDER", "businessId": "O-1"}}).Document.No
	if got := fmt.Sprint(d.picks(d.shippedNo)); got != "[1: 20 BRAKE/B1 at A-01-01-01 2: 30 LAMP/ at A-01-01-02]" {
		d.t.Errorf("the pick list: %s", got)
	}
	d.by(d.keeper, "documentExecute", in{"no": d.shippedNo, "lines": []in{{"lineNo": 1, "quantity": 20}, {"lineNo": 2, "quantity": 28, "reasonCode": "SHORT_PICK"}}})
	goods := map[string]string{"BRAKE SZ01": "72/65/5/2/0/0 5544", "LAMP SZ01": "162/150/12/0/0/0 2494.8"} // 72 × 77, 162 × 15.4
	d.check("picked short", books{stocks: goods, shenzhen: "8038.8", base: "8038.8"})
	d.by(d.keeper, "documentComplete", in{"no": d.shippedNo, "closeShort": true})
	d.promised("ORDER", "O-1", "ACTIVE 2 open, 48 deducted, 0 released, 0 short")
	if list := d.picks(d.shippedNo); list == nil || len(list) > 0 {
		d.t.Errorf("what is shipped is still to be picked: %v", list)
	}
	d.by(d.keeper, "reservationRelease", in{"businessType": "ORDER", "businessId": "O-1"})
	d.promised("ORDER", "O-1", "COMPLETED 0 open, 48 deducted, 2 released, 0 short")
	goods["LAMP SZ01"] = "162/152/10/0/0/0 2494.8"
	d.check("shipped", books{stocks: goods, shenzhen: "8038.8", base: "8038.8"})
	d.moved(d.shippedNo, "0", "1971.2", "0") // 20 × 77 + 28 × 15.4
	d.lies(map[string]int64{"BRAKE B1 A-01-01-01": 40, "BRAKE B2 A-01-01-01": 30, "BRAKE B2 DAMAGED": 2, "LAMP  A-01-01-02": 162})
}
