package graph_test

import (
	"fmt"
	"maps"
	"slices"

	"entrepot/internal/document"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/reservation"
	days "entrepot/internal/snapshot"
)

// books is what must be there. Nothing else is.
type books struct {
	// stocks say, by SKU and warehouse, over all batches, what is
	// physical/available/allocated/damaged/on hold/in transit, and what it is worth in
	// the warehouse's currency.
	stocks map[string]string
	// worth of the warehouses, each in its own currency; 0 when left out.
	shenzhen, losAngeles string
	// sea is what is on its way, in base currency; 0 when left out.
	sea string
	// base is all of it in base currency, at today's rate; 0 when left out.
	base string
}

type balance struct {
	physical, available, allocated, damaged, onHold, inTransit int64
	value                                                      money.Amount
}

func (b balance) String() string {
	return fmt.Sprintf("%d/%d/%d/%d/%d/%d %s", b.physical, b.available, b.allocated, b.damaged, b.onHold, b.inTransit, b.value)
}

// overview is what a warehouse tells of itself.
type overview struct {
	Code, Currency string
	Overview       struct {
		Physical, Available, Allocated, Damaged, OnHold, InTransit int64
		Value, BaseValue                                           string
	}
}

const booksQuery = `{
  stocks(first: 200) { nodes { sku warehouse { code } physical available allocated damaged onHold inTransit value } }
  warehouses { nodes { code currency overview { physical available allocated damaged onHold inTransit value baseValue } } }
  inTransitByWarehouse { baseValue }
}`

// check proves the books and compares them with what they must say.
func (d *day) check(step string, want books) {
	d.t.Helper()
	report, err := ledger.Verify(d.t.Context(), d.db, slices.Concat(document.Rules(), reservation.Rules(), days.Rules())...)
	if err != nil || !report.OK() {
		d.t.Errorf("%s: the books are broken: %v %+v", step, err, report)
	}
	var now struct {
		Stocks struct {
			Nodes []struct {
				Sku                                                        string
				Warehouse                                                  struct{ Code string }
				Physical, Available, Allocated, Damaged, OnHold, InTransit int64
				Value                                                      string
			}
		}
		Warehouses           struct{ Nodes []overview }
		InTransitByWarehouse []struct{ BaseValue string }
	}
	d.ask(booksQuery, nil, &now)
	held, sum := map[string]balance{}, map[string]balance{}
	for _, s := range now.Stocks.Nodes {
		for at, of := range map[string]map[string]balance{s.Sku + " " + s.Warehouse.Code: held, s.Warehouse.Code: sum} {
			b := of[at]
			of[at] = balance{
				b.physical + s.Physical, b.available + s.Available, b.allocated + s.Allocated, b.damaged + s.Damaged,
				b.onHold + s.OnHold, b.inTransit + s.InTransit, b.value + d.amount(s.Value),
			}
		}
	}
	got := map[string]string{}
	for at, b := range held {
		if b != (balance{}) {
			got[at] = b.String()
		}
	}
	if !maps.Equal(got, want.stocks) {
		d.t.Errorf("%s: there is\n%v, want\n%v", step, got, want.stocks)
	}
	var base, sea money.Amount
	for _, w := range now.Warehouses.Nodes {
		o := w.Overview
		if told := (balance{o.Physical, o.Available, o.Allocated, o.Damaged, o.OnHold, o.InTransit, d.amount(o.Value)}); told != sum[w.Code] {
			d.t.Errorf("%s: %s tells of itself %v, its stocks are %v", step, w.Code, told, sum[w.Code])
		}
		base += d.amount(o.BaseValue)
	}
	if now.InTransitByWarehouse == nil {
		d.t.Errorf("%s: no list of what is on its way is for those who may not see it", step)
	}
	for _, s := range now.InTransitByWarehouse {
		sea += d.amount(s.BaseValue)
	}
	for what, pair := range map[string][2]money.Amount{
		"Shenzhen":       {sum["SZ01"].value, d.amount(want.shenzhen)},
		"Los Angeles":    {sum["LA01"].value, d.amount(want.losAngeles)},
		"what is at sea": {sea, d.amount(want.sea)},
		"all of it":      {base + sea, d.amount(want.base)},
	} {
		if pair[0] != pair[1] {
			d.t.Errorf("%s: %s is worth %s, want %s", step, what, pair[0], pair[1])
		}
	}
}

// amount reads an amount of money; none is 0.
func (d *day) amount(s string) money.Amount {
	d.t.Helper()
	if s == "" {
		return 0
	}
	a, err := money.ParseAmount(s)
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

// value is what a document says that it did with the worth of Shenzhen.
func (d *day) value(no string) (received, consumed, expensed string) {
	d.t.Helper()
	var out struct {
		Document struct {
			Values []struct{ Received, Consumed, Expensed string }
		}
	}
	d.ask(`query($no: String!) { document(no: $no) { values { received consumed expensed } } }`, in{"no": no}, &out)
	if len(out.Document.Values) != 1 {
		d.t.Fatalf("%s moved goods in %d warehouses", no, len(out.Document.Values))
	}
	v := out.Document.Values[0]
	return v.Received, v.Consumed, v.Expensed
}

// moved checks what a document says that it did with the worth of Shenzhen.
func (d *day) moved(no, received, consumed, expensed string) {
	d.t.Helper()
	if r, c, e := d.value(no); r != received || c != consumed || e != expensed {
		d.t.Errorf("%s received %s, consumed %s and expensed %s, want %s, %s and %s", no, r, c, e, received, consumed, expensed)
	}
}
