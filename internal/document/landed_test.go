package document_test

import (
	"fmt"
	"strings"
	"testing"

	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

const costs = `{ landedCosts { no kind basis amount currency exchangeRate capitalized expensed reversedAt posting { kind reasonCode }
  lines { sku product { name } batchNo capitalized expensed } createdBy { username } }
  values { warehouse { code } currency received consumed expensed } }`

type costed struct {
	LandedCosts []struct {
		No                                         int
		Kind, Basis, Amount, Currency, Capitalized string
		Expensed, ExchangeRate                     string
		ReversedAt                                 *string
		Posting                                    *struct{ Kind, ReasonCode string }
		Lines                                      []struct{ Sku, BatchNo, Capitalized, Expensed string }
	}
	Values []struct {
		Warehouse                              struct{ Code string }
		Currency, Received, Consumed, Expensed string
	}
}

func (f *floor) costs(who *auth.Principal, no string) costed {
	f.t.Helper()
	var data struct{ Document costed }
	f.Do(f.t, who, fmt.Sprintf(`{ document(no: %q) %s }`, no, costs), nil).Into(f.t, &data)
	return data.Document
}

func (f *floor) unitCost(sku string, batch ...string) string {
	f.t.Helper()
	var data struct {
		Stock *struct{ UnitCost, Value string }
	}
	f.Do(f.t, f.manager, fmt.Sprintf(`{ stock(warehouseCode: "SZ01", sku: %q, batchNo: %q) { unitCost value } }`, sku, strings.Join(batch, "")), nil).Into(f.t, &data)
	return data.Stock.UnitCost + " " + data.Stock.Value
}

// A container of 100 brakes at 10 and 300 lamps at 2 comes; freight and duty follow
// weeks later, when 75 of the brakes are sold.
func TestLandedCostsRaiseTheWorthOfWhatIsThere(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		in := f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{
			lineOf("BRAKE-1", 60, vars{"unitCost": "10", "batchNo": "B1"}), lineOf("BRAKE-1", 40, vars{"unitCost": "10"}), lineOf("LAMP-1", 300, vars{"unitCost": "2"}),
		}}).Document
		freight := func(basis string, more vars) vars {
			v := vars{"no": in.No, "kind": "FREIGHT", "basis": basis, "amount": "160", "currency": "CNY"}
			for k, x := range more {
				v[k] = x
			}
			return v
		}
		f.expect("without weights", f.send(f.manager, "landedCostAdd", freight("WEIGHT", nil)),
			"INVALID input.basis", "INVALID input.basis", "INVALID input.basis")
		f.expect("zero", f.send(f.manager, "landedCostAdd", freight("VALUE", vars{"amount": "0"})), "INVALID input.amount")
		f.expect("no rate", f.send(f.manager, "landedCostAdd", freight("VALUE", vars{"currency": "USD"})), "RATE_MISSING input.currency")

		dry := f.must("landedCostAdd", freight("VALUE", vars{"dryRun": true}))
		if len(dry.Movements) != 3 || len(f.costs(f.manager, in.No).LandedCosts) != 0 {
			t.Errorf("a dry run: %+v", dry.Movements)
		}
		// By value: 600, 400 and 600 of 1,600.
		f.must("landedCostAdd", freight("VALUE", nil))
		if got := f.unitCost("LAMP-1"); got != "2.2 660" {
			t.Errorf("lamps are worth %s", got)
		}
		f.must("outboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{
			lineOf("BRAKE-1", 60, vars{"batchNo": "B1"}), lineOf("BRAKE-1", 15, nil),
		}})
		// By quantity: 60, 40 and 300 of 400; a quarter of the brakes is still there.
		f.must("landedCostAdd", freight("QUANTITY", vars{"kind": "DUTY", "amount": "40.0001"}))
		got := f.costs(f.manager, in.No)
		if len(got.LandedCosts) != 2 {
			t.Fatalf("%+v", got)
		}
		duty := got.LandedCosts[1]
		if duty.No != 2 || duty.Capitalized != "32.5001" || duty.Expensed != "7.5" || duty.Posting.Kind != "REVALUATION" || duty.Posting.ReasonCode != "DUTY" {
			t.Errorf("duty: %+v", duty)
		}
		if v := got.Values; len(v) != 1 || v[0].Received != "1792.5001" || v[0].Consumed != "0" || v[0].Expensed != "7.5" || v[0].Currency != "CNY" {
			t.Errorf("values: %+v", v)
		}
		if got := f.costs(f.SignIn(t, auth.RoleKeeper), in.No); len(got.LandedCosts)+len(got.Values) != 0 {
			t.Errorf("a keeper sees cost: %+v", got)
		}
		f.verify()

		// The freight was entered wrongly: it goes back as far as it can.
		f.must("landedCostReverse", vars{"no": in.No, "landedCostNo": 1})
		f.expect("twice", f.send(f.manager, "landedCostReverse", vars{"no": in.No, "landedCostNo": 1}), "ALREADY_REVERSED input.landedCostNo")
		f.expect("a third", f.send(f.manager, "landedCostReverse", vars{"no": in.No, "landedCostNo": 3}), "NOT_FOUND input.landedCostNo")
		if got := f.unitCost("LAMP-1"); got != "2.1 630.0001" {
			t.Errorf("lamps are worth %s", got)
		}
		f.verify()
	})
}

func TestALandedCostInAnotherCurrencyAndOnNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.Must(t, f.manager, "exchangeRateSet", "", vars{"fromCurrency": "USD", "toCurrency": "CNY", "rate": "7"})
		no := f.must("inboundCreate", vars{"warehouseCode": "SZ01", "lines": []vars{lineOf("BRAKE-1", 3, vars{"unitCost": "10"})}}).Document.No
		add := vars{"no": no, "kind": "FREIGHT", "basis": "QUANTITY", "amount": "1", "currency": "usd"}
		f.expect("of a draft", f.send(f.manager, "landedCostAdd", add), "INVALID_TRANSITION input")
		f.must("documentApprove", vars{"no": no})
		f.must("documentExecute", vars{"no": no, "lines": []vars{{"lineNo": 1, "rejectedQuantity": 1}}})
		f.expect("when nothing came", f.send(f.manager, "landedCostAdd", add), "INVALID input.no")
		f.must("documentExecute", vars{"no": no, "complete": true})
		f.must("landedCostAdd", add)
		if got := f.unitCost("BRAKE-1"); got != "13.5 27" {
			t.Errorf("brakes are worth %s", got)
		}
		out := f.must("outboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-1", 2, nil)}}).Document.No
		if v := f.costs(f.manager, out).Values; len(v) != 1 || v[0].Consumed != "27" || v[0].Received != "0" {
			t.Errorf("consumed: %+v", v)
		}
		f.expect("of an outbound", f.send(f.manager, "landedCostAdd", vars{"no": out, "kind": "DUTY", "basis": "VALUE", "amount": "1", "currency": "CNY"}), "INVALID_TRANSITION input")
		// All is gone, so the bill is expensed whole, and can be taken back all the same.
		f.must("landedCostAdd", add)
		if c := f.costs(f.manager, no).LandedCosts[1]; c.Capitalized != "0" || c.Expensed != "7" || c.ExchangeRate != "7" || c.Posting != nil {
			t.Errorf("%+v", c)
		}
		f.must("landedCostReverse", vars{"no": no, "landedCostNo": 2})
		f.must("documentReverse", vars{"no": out, "reasonCode": "ERROR"})
		f.must("documentReverse", vars{"no": no, "reasonCode": "ERROR"})
		for _, c := range f.costs(f.manager, no).LandedCosts {
			if c.ReversedAt == nil {
				t.Errorf("cost %d outlived its receipt", c.No)
			}
		}
		f.verify()
	})
}
