package document_test

import (
	"slices"
	"testing"

	"entrepot/internal/auth"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// shelves makes a warehouse that tracks bins, with three of them and goods in two.
func (f *floor) shelves() {
	f.t.Helper()
	f.Must(f.t, f.manager, "warehouseCreate", "", vars{"code": "BINS", "name": "Bins", "currency": "CNY", "tracksLocations": true})
	for _, code := range []string{"A-01", "A-02", "B-01"} {
		f.Must(f.t, f.manager, "locationCreate", "", vars{"warehouseCode": "BINS", "code": code, "type": "STORAGE", "maxVolumeCm3": 1})
	}
	for code, n := range map[string]int{"A-01": 10, "B-01": 5} {
		f.Must(f.t, f.manager, "stockAdjust", "", vars{
			"idempotencyKey": "fill-" + code, "reasonCode": "TEST",
			"changes": []vars{{"sku": "BRAKE-1", "warehouseCode": "BINS", "locationCode": code, "delta": n, "unitCost": "10"}},
		})
	}
}

func (f *floor) inBin(code string) int64 {
	f.t.Helper()
	return f.count("SELECT coalesce(sum(b.quantity), 0) FROM location_stocks b JOIN warehouse_locations l ON l.id = b.location_id WHERE l.code = $1", code)
}

func (f *floor) pick(code string, n int) []string {
	f.t.Helper()
	f.keys++
	p := f.Mutate(f.t, f.manager, "stockAdjust", "", vars{
		"idempotencyKey": "pick-" + code + string(rune('a'+f.keys)), "reasonCode": "TEST",
		"changes": []vars{{"sku": "BRAKE-1", "warehouseCode": "BINS", "locationCode": code, "delta": -n}},
	})
	var out []string
	for _, e := range p.UserErrors {
		out = append(out, e.Code)
	}
	return out
}

func TestAZoneIsCountedBinByBin(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.shelves()
		p := f.took("stocktakeCreate", vars{"warehouseCode": "BINS", "scope": vars{"zones": []string{"a"}}})
		no := p.Document.No
		if len(p.Lines) != 1 || p.Lines[0].Location.Code != "A-01" {
			t.Fatalf("zone A has %+v", p.Lines)
		}
		f.pick("A-01", 1)
		// One of the nine was put into a bin that has no room for it, with a product that nobody expected there.
		f.took("stocktakeCount", vars{"no": no, "lines": []vars{
			{"lineNo": 1, "quantity": 8},
			{"locationCode": "a-02", "sku": "BRAKE-1", "quantity": 1},
			{"locationCode": "A-02", "sku": "LAMP-1", "batchNo": "L1", "quantity": 2},
		}})
		lines := f.takeLines(f.manager, no, "{found: true, zones: [\"A\"]}")
		if len(lines) != 2 || lines[0].LineNo != 2 || *lines[0].Difference != 1 {
			t.Errorf("found: %+v", lines)
		}
		f.pick("A-01", 3)
		f.took("stocktakeApprove", vars{"no": no})
		if a, b, c := f.inBin("A-01"), f.inBin("A-02"), f.inBin("B-01"); a != 5 || b != 3 || c != 5 {
			t.Errorf("the bins have %d, %d and %d", a, b, c)
		}
		f.sound()
		f.must("documentReverse", vars{"no": no, "reasonCode": "TEST"})
		if a, b := f.inBin("A-01"), f.inBin("A-02"); a != 6 || b != 0 {
			t.Errorf("reversed, the bins have %d and %d", a, b)
		}
		f.sound()
	})
}

func TestBinsAreLockedWhileTheyAreCounted(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.shelves()
		locked := f.took("stocktakeCreate", vars{"warehouseCode": "BINS", "scope": vars{"zones": []string{"A"}}, "lockBins": true}).Document.No
		if got := f.pick("A-01", 1); !slices.Equal(got, []string{"LOCKED"}) {
			t.Errorf("a pick from a bin that is counted: %q", got)
		}
		f.took("stocktakeCount", vars{"no": locked, "lines": []vars{{"lineNo": 1, "quantity": 9}}})
		other := f.took("stocktakeCreate", vars{"warehouseCode": "BINS", "scope": vars{"zones": []string{"B"}}}).Document.No
		got := f.takes(f.manager, "stocktakeCount", vars{"no": other, "lines": []vars{{"locationCode": "A-01", "sku": "LAMP-1", "quantity": 1}}}).refused()
		if !slices.Equal(got, []string{"LOCKED input.lines.0"}) {
			t.Errorf("another stocktake counts it: %q", got)
		}
		f.took("stocktakeApprove", vars{"no": locked})
		if n := f.count("SELECT count(*) FROM warehouse_locations WHERE is_locked OR locked_by_id IS NOT NULL"); n != 0 || f.inBin("A-01") != 9 {
			t.Errorf("%d bins are still locked, and %d lie there", n, f.inBin("A-01"))
		}
		again := f.took("stocktakeCreate", vars{"warehouseCode": "BINS", "scope": vars{"locationCodes": []string{"A-01"}}, "lockBins": true}).Document.No
		f.must("documentCancel", vars{"no": again})
		if got := f.pick("A-01", 1); got != nil {
			t.Errorf("after the stocktake was cancelled: %q", got)
		}
		f.sound()
	})
}

func TestWhatIsWrongWithAStocktakeIsTold(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 10)
		no := f.stocktake(nil)
		before := f.rows()
		create := func(scope vars, more ...vars) take {
			in := vars{"warehouseCode": "SZ01", "scope": scope}
			for _, m := range more {
				for k, v := range m {
					in[k] = v
				}
			}
			return f.takes(f.manager, "stocktakeCreate", in)
		}
		count := func(line vars) take {
			return f.takes(f.manager, "stocktakeCount", vars{"no": no, "lines": []vars{line}})
		}
		for name, c := range map[string]struct {
			got  take
			want string
		}{
			"no scope":               {create(vars{}), "REQUIRED input.scope"},
			"everything and more":    {create(vars{"everything": true, "skus": []string{"LAMP-1"}}), "INVALID input.scope.everything"},
			"an unknown SKU":         {create(vars{"skus": []string{"LAMP-1", "NONE"}}), "NOT_FOUND input.scope.skus.1"},
			"nothing lies there":     {create(vars{"skus": []string{"LAMP-1"}}), "INVALID input.scope"},
			"zones where none are":   {create(vars{"zones": []string{"A"}}), "INVALID input.scope"},
			"too many people":        {create(vars{"everything": true}, vars{"counters": 6}), "INVALID input.counters"},
			"no such warehouse":      {create(vars{"everything": true}, vars{"warehouseCode": "NONE"}), "NOT_FOUND input.warehouseCode"},
			"counted already":        {create(vars{"everything": true}), "LOCKED input.scope"},
			"no such line":           {count(vars{"lineNo": 7, "quantity": 1}), "NOT_FOUND input.lines.0.lineNo"},
			"less than nothing":      {count(vars{"lineNo": 1, "quantity": -1}), "INVALID input.lines.0.quantity"},
			"in the future":          {count(vars{"lineNo": 1, "quantity": 1, "countedAt": "2100-01-01T00:00:00Z"}), "INVALID input.lines.0.countedAt"},
			"no such barcode":        {count(vars{"barcode": "69", "quantity": 1}), "NOT_FOUND input.lines.0.barcode"},
			"a bin where none are":   {count(vars{"sku": "BRAKE-1", "locationCode": "A-01", "quantity": 1}), "INVALID input.lines.0.locationCode"},
			"named by nothing":       {count(vars{"quantity": 1}), "REQUIRED input.lines.0.sku"},
			"before it is counted":   {f.takes(f.manager, "stocktakeApprove", vars{"no": no}), "INVALID_TRANSITION input"},
			"no such line, recount":  {f.takes(f.manager, "stocktakeRecount", vars{"no": no, "lineNos": []int{1}}), "INVALID_TRANSITION input"},
			"what is no stocktake":   {f.takes(f.manager, "stocktakeApprove", vars{"no": f.inbound(lineOf("LAMP-1", 1)).No}), "INVALID input.no"},
			"an inbound is no count": {f.takes(f.manager, "stocktakeCount", vars{"no": f.inbound(lineOf("LAMP-1", 1)).No, "lines": []vars{{"lineNo": 1, "quantity": 1}}}), "INVALID_TRANSITION input"},
		} {
			if got := c.got.refused(); !slices.Equal(got, []string{c.want}) {
				t.Errorf("%s: refused %q, want %s", name, got, c.want)
			}
		}
		if after := f.rows(); after["stock_movements"] != before["stock_movements"] || f.count("SELECT count(*) FROM stocktake_counts") != 0 {
			t.Errorf("something changed: %v, %v", before, after)
		}
	})
}

// countCells is the table of a stocktake, written a second time by hand.
var countCells = map[string]map[stock.DocumentState]stock.DocumentState{
	"stocktakeCount":   {"DRAFT": "EXECUTING", "EXECUTING": "EXECUTING", "COMPLETED": "", "CANCELLED": ""},
	"stocktakeRecount": {"DRAFT": "", "EXECUTING": "EXECUTING", "COMPLETED": "", "CANCELLED": ""},
	"stocktakeApprove": {"DRAFT": "", "EXECUTING": "COMPLETED", "COMPLETED": "COMPLETED", "CANCELLED": ""},
	"documentApprove":  {"DRAFT": "", "EXECUTING": "COMPLETED", "COMPLETED": "COMPLETED", "CANCELLED": ""},
	"documentCancel":   {"DRAFT": "CANCELLED", "EXECUTING": "CANCELLED", "COMPLETED": "", "CANCELLED": "CANCELLED"},
	"documentReverse":  {"DRAFT": "", "EXECUTING": "", "COMPLETED": "COMPLETED", "CANCELLED": ""},
	"documentUpdate":   {"DRAFT": "", "EXECUTING": "", "COMPLETED": "", "CANCELLED": ""},
	"documentExecute":  {"DRAFT": "", "EXECUTING": "", "COMPLETED": "", "CANCELLED": ""},
	"documentComplete": {"DRAFT": "", "EXECUTING": "", "COMPLETED": "", "CANCELLED": ""},
}

func TestEveryCellOfAStocktakesTable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 1000)
		inputs := map[string]vars{
			"stocktakeCount": {"lines": []vars{{"lineNo": 1, "quantity": 7}}}, "stocktakeRecount": {"lineNos": []int{1}},
			"documentUpdate": {"note": "edited"}, "documentReverse": {"reasonCode": "TEST"},
		}
		for op, row := range countCells {
			for state, to := range row {
				no := f.stocktake(nil)
				route := map[stock.DocumentState][]string{
					"EXECUTING": {"stocktakeCount"}, "COMPLETED": {"stocktakeCount", "stocktakeApprove"}, "CANCELLED": {"documentCancel"},
				}[state]
				send := func(op string) []userError {
					in := vars{"no": no}
					for k, v := range inputs[op] {
						in[k] = v
					}
					if op == "documentUpdate" {
						in["expectedVersion"] = f.read(no).Version
					}
					if op[:5] == "stock" {
						return f.takes(f.manager, op, in).UserErrors
					}
					return f.send(f.manager, op, in).UserErrors
				}
				for i, s := range route {
					inputs["stocktakeCount"]["lines"].([]vars)[0]["quantity"] = int(f.available("BRAKE-1")) - 1 - i
					if e := send(s); len(e) > 0 {
						t.Fatalf("%s on the way to %s: %+v", s, state, e)
					}
				}
				name, want := op+" of "+string(state), []string(nil)
				if to == "" {
					want, to = []string{"INVALID_TRANSITION input"}, state
				}
				f.expect(name, payload{UserErrors: send(op)}, want...)
				if got := f.read(no).State; got != to {
					t.Errorf("%s leads to %s, not %s", name, got, to)
				}
				if s := f.read(no).State; s == "DRAFT" || s == "EXECUTING" {
					f.must("documentCancel", vars{"no": no})
				}
			}
		}
		f.sound()
	})
}

func TestRepeatingAndRehearsingAStocktake(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		keeper := f.SignIn(t, auth.RoleKeeper)
		f.receive("BRAKE-1", 10)
		create := vars{"idempotencyKey": "one", "warehouseCode": "SZ01", "scope": vars{"everything": true}, "blind": true}
		rehearsed := f.takesRaw(keeper, "stocktakeCreate", vars{"idempotencyKey": "one", "dryRun": true, "warehouseCode": "SZ01", "scope": vars{"everything": true}, "blind": true})
		if !rehearsed.DryRun || len(rehearsed.Lines) != 1 || f.count("SELECT count(*) FROM stocktakes") != 0 {
			t.Errorf("rehearsed: %+v", rehearsed)
		}
		first, second := f.takesRaw(keeper, "stocktakeCreate", create), f.takesRaw(keeper, "stocktakeCreate", create)
		if first.Replayed || !second.Replayed || first.Document.No != second.Document.No || len(second.Lines) != 1 {
			t.Errorf("sent twice: %+v, %+v", first, second)
		}
		count := vars{"idempotencyKey": "two", "no": first.Document.No, "lines": []vars{{"lineNo": 1, "quantity": 8}}, "dryRun": true}
		if p := f.takesRaw(keeper, "stocktakeCount", count); p.Lines[0].BookQuantity != nil || p.Lines[0].State != "COUNTED" {
			t.Errorf("a rehearsal tells %+v", p.Lines[0])
		}
		count["dryRun"] = false
		f.takesRaw(keeper, "stocktakeCount", count)
		if p := f.takesRaw(keeper, "stocktakeCount", count); !p.Replayed || p.Lines[0].BookQuantity != nil || f.count("SELECT count(*) FROM stocktake_counts") != 1 {
			t.Errorf("counted twice: %+v", p)
		}
		f.sound()
	})
}
