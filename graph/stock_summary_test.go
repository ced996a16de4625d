package graph_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/ent/exchangerate"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/posting"
	daily "entrepot/internal/snapshot"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// summed is a company whose journal a summary is held against: three warehouses
// of different currencies, goods in several batches, work of several days entered
// in any order, some of it taken back.
type summed struct {
	g          *graphtest.Graph
	p          *auth.Principal
	now        time.Time
	warehouses map[int64]*ent.Warehouse
	products   map[string]*ent.Product
	movements  []*ent.StockMovement
	postings   map[int64]*ent.Posting
}

func summarise(t *testing.T, db *store.DB) *summed {
	t.Helper()
	// Every posting is recorded some hours after the one before, until now.
	recorded := time.Now().UTC().Add(-13 * 24 * time.Hour)
	deps := graphtest.New(t, db).Deps
	deps.Postings = posting.New(db, "CNY", func() time.Time {
		recorded = recorded.Add(4*time.Hour + time.Second)
		return recorded
	})
	g := graphtest.Over(deps)
	p := g.SignIn(t, auth.RoleAdmin)
	for code, of := range map[string]map[string]any{
		"CN1": {"currency": "CNY"}, "US1": {"currency": "USD", "locationType": "OVERSEAS"}, "DE1": {"currency": "EUR", "locationType": "OVERSEAS", "ownershipType": "THIRD_PARTY"},
	} {
		of["code"], of["name"] = code, code
		g.Must(t, p, "warehouseCreate", "", of)
	}
	var rows []any
	for i := range 8 {
		rows = append(rows, map[string]any{
			"sku": fmt.Sprintf("S%d", i), "name": fmt.Sprint("N", i), "category": fmt.Sprint("C", i%3), "brand": fmt.Sprint("B", i%2),
			"weightG": 100 * i, "lengthMm": 10 * i, "widthMm": 33, "heightMm": 7,
		})
	}
	g.Must(t, p, "productsImport", "", map[string]any{"mode": "CREATE", "rows": rows})
	for currency, rate := range map[string]string{"USD": "7.0823", "EUR": "8.00017"} {
		g.Must(t, p, "exchangeRateSet", "", map[string]any{"fromCurrency": currency, "toCurrency": "CNY", "date": "2020-01-01", "rate": rate})
	}
	s := &summed{g: g, p: p}
	s.work(t)
	s.read(t, db)
	return s
}

func (s *summed) work(t *testing.T) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(4, 2))
	begin := time.Now().UTC().Add(-115 * 24 * time.Hour)
	for i := range 60 {
		var lines []any
		for range 1 + rnd.IntN(5) {
			line := map[string]any{
				"sku": fmt.Sprintf("S%d", rnd.IntN(8)), "warehouseCode": []string{"CN1", "US1", "DE1"}[rnd.IntN(3)],
				"batchNo": []string{"", "L1", "L2"}[rnd.IntN(3)], "delta": 1 + rnd.IntN(40), "bucket": []string{"AVAILABLE", "DAMAGED", "ON_HOLD"}[rnd.IntN(3)],
			}
			if rnd.IntN(3) > 0 {
				line["unitCost"] = fmt.Sprintf("%d.%03d", rnd.IntN(20), rnd.IntN(1000))
			}
			if rnd.IntN(3) == 0 {
				line["delta"] = -1 - rnd.IntN(15)
				delete(line, "unitCost")
			}
			lines = append(lines, line)
		}
		var out struct{ Posting *struct{ ID string } }
		s.g.Mutate(t, s.p, "stockAdjust", "posting { id }", map[string]any{
			"idempotencyKey": fmt.Sprint("work", i), "reasonCode": "T", "errorPolicy": "REJECT_FAILED_ROWS", "changes": lines,
			"occurredAt": begin.Add(time.Duration(rnd.IntN(100*24)) * time.Hour).Format(time.RFC3339),
		}).Into(t, &out)
		if i%9 == 4 && out.Posting != nil {
			s.g.Mutate(t, s.p, "postingReverse", "", map[string]any{"idempotencyKey": fmt.Sprint("back", i), "reasonCode": "T", "postingId": out.Posting.ID})
		}
	}
}

func (s *summed) read(t *testing.T, db *store.DB) {
	t.Helper()
	ctx := t.Context()
	s.warehouses, s.products, s.postings = map[int64]*ent.Warehouse{}, map[string]*ent.Product{}, map[int64]*ent.Posting{}
	for _, w := range db.Ent().Warehouse.Query().AllX(ctx) {
		s.warehouses[w.ID] = w
	}
	for _, p := range db.Ent().Product.Query().AllX(ctx) {
		s.products[p.Sku] = p
	}
	for _, p := range db.Ent().Posting.Query().AllX(ctx) {
		s.postings[p.ID] = p
	}
	s.movements = db.Ent().StockMovement.Query().Order(ent.Asc("id")).AllX(ctx)
	if len(s.movements) < 80 {
		t.Fatalf("only %d movements", len(s.movements))
	}
	s.now = time.Now()
}

// fact is what one stock, or one layer of it, held.
type fact struct {
	*ent.StockMovement // whose key it is
	q                  [6]int64
	value              int64
	received           time.Time
}

// facts are what all stocks held, by adding up movements one by one. With layers
// they are cut by when the units came.
func (s *summed) facts(counts func(*ent.StockMovement) bool, layers bool) (out []*fact) {
	byStock := map[int64]*fact{}
	type place struct {
		warehouse int64
		sku       string
	}
	worth := map[place]int64{}
	for _, m := range s.movements {
		if !counts(m) {
			continue
		}
		f := byStock[m.StockID]
		if f == nil {
			f = &fact{StockMovement: m}
			byStock[m.StockID] = f
			out = append(out, f)
		}
		for i, d := range []int64{m.QuantityDelta, m.AvailableDelta, m.AllocatedDelta, m.DamagedDelta, m.HoldDelta, m.InTransitDelta} {
			f.q[i] += d
		}
		worth[place{m.WarehouseID, m.Sku}] += int64(m.ValueDelta)
	}
	if layers {
		var cut []*fact
		for _, f := range out {
			cut = append(cut, s.layers(f, counts)...)
		}
		out = cut
	}
	slices.SortStableFunc(out, func(a, b *fact) int { return strings.Compare(a.BatchNo, b.BatchNo) })
	units, soFar := map[place]int64{}, map[place]int64{}
	for _, f := range out {
		units[place{f.WarehouseID, f.Sku}] += f.q[0]
	}
	for _, f := range out {
		at := place{f.WarehouseID, f.Sku}
		if units[at] == 0 {
			continue
		}
		before := worth[at] % units[at] * soFar[at] / units[at]
		soFar[at] += f.q[0]
		f.value = worth[at]/units[at]*f.q[0] + worth[at]%units[at]*soFar[at]/units[at] - before
	}
	return out
}

// layers is what is left of receipts when goods leave oldest first, oldest first.
func (s *summed) layers(f *fact, counts func(*ent.StockMovement) bool) (out []*fact) {
	reversed := map[int64]bool{}
	for _, m := range s.movements {
		if by := s.postings[m.PostingID].ReversesID; by != nil && counts(m) {
			reversed[*by] = true
		}
	}
	var receipts []*ent.StockMovement
	gone := int64(0)
	for _, m := range s.movements {
		switch {
		case m.StockID != f.StockID || !counts(m) || m.Kind == stock.MovementReversal || reversed[m.PostingID]:
		case m.QuantityDelta > 0:
			receipts = append(receipts, m)
		default:
			gone -= m.QuantityDelta
		}
	}
	slices.SortFunc(receipts, func(a, b *ent.StockMovement) int {
		return cmp.Or(a.OccurredAt.Compare(b.OccurredAt), cmp.Compare(a.StockVersion, b.StockVersion))
	})
	for _, r := range receipts {
		taken := min(gone, r.QuantityDelta)
		gone -= taken
		if left := r.QuantityDelta - taken; left > 0 {
			out = append(out, &fact{StockMovement: f.StockMovement, q: [6]int64{left}, received: r.OccurredAt})
		}
	}
	return out
}

var bands = []int{10, 45, 70}

func (s *summed) key(f *fact, dimension string, now time.Time) string {
	w, p := s.warehouses[f.WarehouseID], s.products[f.Sku]
	switch dimension {
	case "SKU":
		return f.Sku
	case "WAREHOUSE":
		return w.Code
	case "BATCH":
		return f.BatchNo
	case "CATEGORY":
		return p.Category
	case "BRAND":
		return p.Brand
	case "LOCATION_TYPE":
		return string(w.LocationType)
	case "OWNERSHIP":
		return string(w.OwnershipType)
	case "CURRENCY":
		return w.Currency
	case "AGE":
		days := int(now.Sub(f.received).Hours() / 24)
		for i, b := range bands {
			if days <= b {
				return fmt.Sprint("band ", i)
			}
		}
		return fmt.Sprint("band ", len(bands))
	}
	panic(dimension)
}

// want is the groups that the summary must tell, each as one line.
func (s *summed) want(t *testing.T, facts []*fact, by []string, now time.Time) []string {
	t.Helper()
	type sums struct {
		q              [6]int64
		stocks, skus   map[string]bool
		volume, weight int64
		values         map[string]int64
	}
	groups := map[string]*sums{}
	for _, f := range facts {
		keys := make([]string, len(by))
		for i, d := range by {
			keys[i] = s.key(f, d, now)
		}
		key := strings.Join(keys, "/")
		g := groups[key]
		if g == nil {
			g = &sums{stocks: map[string]bool{}, skus: map[string]bool{}, values: map[string]int64{}}
			groups[key] = g
		}
		for i := range f.q {
			g.q[i] += f.q[i]
		}
		if f.q[0] != 0 || f.q[5] != 0 {
			g.stocks[fmt.Sprint(f.StockID)], g.skus[f.Sku] = true, true
		}
		p := s.products[f.Sku]
		g.volume += f.q[0] * ((p.LengthMm*p.WidthMm*p.HeightMm + 999) / 1000)
		g.weight += f.q[0] * p.WeightG
		g.values[s.warehouses[f.WarehouseID].Currency] += f.value
	}
	var out []string
	for key, g := range groups {
		if g.q == ([6]int64{}) && by != nil {
			continue
		}
		base, values := money.Amount(0), []string{}
		for _, c := range []string{"CNY", "USD", "EUR"} {
			v := money.Amount(g.values[c])
			if v == 0 {
				continue
			}
			values = append(values, c+" "+v.String())
			rate := map[string]money.Rate{"CNY": money.ParityRate, "USD": 70_823_000_000, "EUR": 80_001_700_000}[c]
			converted, err := v.Convert(rate)
			if err != nil {
				t.Fatal(err)
			}
			base += converted
		}
		slices.Sort(values)
		if slices.Contains(by, "AGE") {
			g.q = [6]int64{g.q[0]}
		}
		out = append(out, fmt.Sprint(key, " ", g.q, " ", len(g.stocks), " stocks ", len(g.skus), " SKUs ", g.volume, " cm3 ", g.weight, " g ", values, " ", base))
	}
	slices.Sort(out)
	return out
}

type groupAnswer struct {
	SKU                                                *string
	Warehouse                                          *struct{ Code string }
	BatchNo, Category, Brand                           *string
	LocationType, OwnershipType, Currency              *string
	Age                                                *struct{ FromDays, ToDays *int }
	Physical, StockCount, SKUCount, VolumeCm3, WeightG int64
	Available, Allocated, Damaged, OnHold, InTransit   *int64
	Values                                             []struct{ Currency, Amount string }
	BaseValue                                          *string
}

const groupFields = `{ sku warehouse { code } batchNo category brand locationType ownershipType currency age { fromDays toDays }
  physical stockCount skuCount volumeCm3 weightG available allocated damaged onHold inTransit values { currency amount } baseValue }`

func (a groupAnswer) line(by []string) string {
	keys := make([]string, len(by))
	for i, d := range by {
		switch d {
		case "SKU":
			keys[i] = *a.SKU
		case "WAREHOUSE":
			keys[i] = a.Warehouse.Code
		case "BATCH":
			keys[i] = *a.BatchNo
		case "CATEGORY":
			keys[i] = *a.Category
		case "BRAND":
			keys[i] = *a.Brand
		case "LOCATION_TYPE":
			keys[i] = *a.LocationType
		case "OWNERSHIP":
			keys[i] = *a.OwnershipType
		case "CURRENCY":
			keys[i] = *a.Currency
		case "AGE":
			i0 := len(bands)
			if a.Age.ToDays != nil {
				i0 = slices.Index(bands, *a.Age.ToDays)
			}
			keys[i] = fmt.Sprint("band ", i0)
		}
	}
	q := [6]int64{a.Physical}
	for i, n := range []*int64{a.Available, a.Allocated, a.Damaged, a.OnHold, a.InTransit} {
		if n != nil {
			q[i+1] = *n
		}
	}
	values := []string{}
	for _, v := range a.Values {
		values = append(values, v.Currency+" "+v.Amount)
	}
	slices.Sort(values)
	return fmt.Sprint(strings.Join(keys, "/"), " ", q, " ", a.StockCount, " stocks ", a.SKUCount, " SKUs ", a.VolumeCm3, " cm3 ", a.WeightG, " g ", values, " ", *a.BaseValue)
}

// ask reads the whole summary in pages of seven.
func (s *summed) ask(t *testing.T, by []string, args string, vars map[string]any) (lines []string, total groupAnswer) {
	t.Helper()
	vars["by"], vars["bands"] = by, bands
	vars["after"] = nil
	for {
		var out struct {
			StockSummary struct {
				Nodes    []groupAnswer
				PageInfo struct {
					HasNextPage bool
					EndCursor   *string
				}
				TotalCount int
				Total      groupAnswer
			}
		}
		s.g.Do(t, s.p, `query($by: [StockDimension!]!, $bands: [Int!]!, $after: String, $at: DateTime, $filter: StockSummaryFilter, $order: StockSummaryOrder) {
			stockSummary(groupBy: $by, ageBounds: $bands, first: 7, after: $after, asOf: $at, filter: $filter, orderBy: $order`+args+`) {
				nodes `+groupFields+` pageInfo { hasNextPage endCursor } totalCount total `+groupFields+` } }`, vars).Into(t, &out)
		for _, n := range out.StockSummary.Nodes {
			lines = append(lines, n.line(by))
		}
		if !out.StockSummary.PageInfo.HasNextPage {
			if out.StockSummary.TotalCount != len(lines) {
				t.Errorf("%v: totalCount %d, %d groups", by, out.StockSummary.TotalCount, len(lines))
			}
			return lines, out.StockSummary.Total
		}
		vars["after"] = *out.StockSummary.PageInfo.EndCursor
	}
}

func TestASummaryAddsUpWhatTheJournalSays(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		all := func(*ent.StockMovement) bool { return true }
		mid := s.movements[len(s.movements)/2]
		for name, q := range map[string]struct {
			at     any
			args   string
			counts func(*ent.StockMovement) bool
		}{
			"now":                  {nil, "", all},
			"as of, as recorded":   {mid.RecordedAt, "", func(m *ent.StockMovement) bool { return !m.RecordedAt.After(mid.RecordedAt) }},
			"as of, as occurred":   {mid.OccurredAt, ", basis: OCCURRED", func(m *ent.StockMovement) bool { return !m.OccurredAt.After(mid.OccurredAt) }},
			"as of tomorrow":       {s.now.Add(24 * time.Hour), "", all},
			"before there was any": {s.movements[0].RecordedAt.Add(-time.Hour), "", func(*ent.StockMovement) bool { return false }},
		} {
			now := s.now
			if at, ok := q.at.(time.Time); ok && at.Before(now) {
				now = at
			}
			for _, by := range [][]string{
				{"WAREHOUSE"},
				{"SKU"},
				{"SKU", "WAREHOUSE"},
				{"CATEGORY"},
				{"BRAND", "LOCATION_TYPE"},
				{"OWNERSHIP", "CURRENCY"},
				{"BATCH"},
				{"WAREHOUSE", "SKU", "BATCH"},
				{"AGE"},
				{"WAREHOUSE", "AGE"},
				{"AGE", "SKU", "BATCH", "CATEGORY"},
			} {
				if slices.Contains(by, "AGE") && strings.Contains(q.args, "OCCURRED") {
					continue
				}
				got, total := s.ask(t, by, q.args, map[string]any{"at": q.at})
				facts := s.facts(q.counts, slices.Contains(by, "AGE"))
				want := s.want(t, facts, by, now)
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("%s, by %v:\n got %s\nwant %s", name, by, strings.Join(only(got, want), "\n     "), strings.Join(only(want, got), "\n     "))
				}
				if sum := s.want(t, facts, nil, now); len(sum) > 0 && !slices.Contains(by, "AGE") && total.line(nil) != sum[0] {
					t.Errorf("%s, by %v, total:\n got %s\nwant %s", name, by, total.line(nil), sum[0])
				}
			}
		}
	})
}

// only are the lines of a that b lacks.
func only(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(line string) bool { return slices.Contains(b, line) })
}

func TestGroupsAreOrderedFilteredAndPagedBothWays(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		all := func(*ent.StockMovement) bool { return true }
		by := []string{"SKU", "WAREHOUSE"}
		for field, rank := range map[string]func(groupAnswer) int64{
			"PHYSICAL":    func(g groupAnswer) int64 { return g.Physical },
			"AVAILABLE":   func(g groupAnswer) int64 { return *g.Available },
			"VOLUME":      func(g groupAnswer) int64 { return g.VolumeCm3 },
			"STOCK_COUNT": func(g groupAnswer) int64 { return g.StockCount },
			"VALUE": func(g groupAnswer) int64 {
				v, err := money.ParseAmount(*g.BaseValue)
				if err != nil {
					t.Fatal(err)
				}
				return int64(v)
			},
		} {
			for _, direction := range []string{"ASC", "DESC"} {
				var pages [2][]groupAnswer
				for backward := range pages {
					pages[backward] = s.walk(t, by, field, direction, backward == 1)
				}
				if fmt.Sprint(lines(pages[0], by)) != fmt.Sprint(lines(pages[1], by)) {
					t.Errorf("%s %s: forward and backward differ", field, direction)
				}
				ranks := make([]int64, len(pages[0]))
				for i, g := range pages[0] {
					ranks[i] = rank(g)
					if direction == "DESC" {
						ranks[i] = -ranks[i]
					}
				}
				got := lines(pages[0], by)
				slices.Sort(got)
				if want := s.want(t, s.facts(all, false), by, s.now); !slices.IsSorted(ranks) || !slices.Equal(got, want) {
					t.Errorf("%s %s: not in order, or not each group once: %v", field, direction, ranks)
				}
			}
		}
		for name, f := range map[string]struct {
			filter map[string]any
			keep   func(*fact) bool
		}{
			"warehouse": {map[string]any{"warehouseCodes": []any{"us1", "XX"}}, func(f *fact) bool { return s.warehouses[f.WarehouseID].Code == "US1" }},
			"overseas":  {map[string]any{"locationType": "OVERSEAS", "ownershipType": "SELF"}, func(f *fact) bool { return s.warehouses[f.WarehouseID].Code == "US1" }},
			"nowhere":   {map[string]any{"warehouseCodes": []any{}}, func(*fact) bool { return false }},
			"SKUs":      {map[string]any{"skus": []any{"s1", "S7"}}, func(f *fact) bool { return f.Sku == "S1" || f.Sku == "S7" }},
			"prefix":    {map[string]any{"skuPrefix": "s"}, func(*fact) bool { return true }},
			"batch":     {map[string]any{"batchNo": "L1"}, func(f *fact) bool { return f.BatchNo == "L1" }},
			"product":   {map[string]any{"categories": []any{"C1"}, "brands": []any{"B0"}}, func(f *fact) bool { return f.Sku == "S4" }},
		} {
			for _, by := range [][]string{{"WAREHOUSE"}, {"AGE"}} {
				got, _ := s.ask(t, by, "", map[string]any{"filter": f.filter})
				slices.Sort(got)
				kept := slices.DeleteFunc(s.facts(all, by[0] == "AGE"), func(x *fact) bool { return !f.keep(x) })
				if want := s.want(t, kept, by, s.now); !slices.Equal(got, want) {
					t.Errorf("%s by %v:\n got %s\nwant %s", name, by, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
				}
			}
		}
	})
}

func lines(groups []groupAnswer, by []string) []string {
	out := make([]string, len(groups))
	for i, g := range groups {
		out[i] = g.line(by)
	}
	return out
}

// walk reads all groups in pages of four, from the start or from the end.
func (s *summed) walk(t *testing.T, by []string, field, direction string, backward bool) (out []groupAnswer) {
	t.Helper()
	vars := map[string]any{"by": by, "order": map[string]any{"field": field, "direction": direction}, "first": 4, "last": nil, "after": nil, "before": nil}
	if backward {
		vars["first"], vars["last"] = nil, 4
	}
	for {
		var answer struct {
			StockSummary struct {
				Edges    []struct{ Node groupAnswer }
				PageInfo struct {
					HasNextPage, HasPreviousPage bool
					StartCursor, EndCursor       *string
				}
			}
		}
		s.g.Do(t, s.p, `query($by: [StockDimension!]!, $order: StockSummaryOrder, $first: Int, $last: Int, $after: String, $before: String) {
			stockSummary(groupBy: $by, orderBy: $order, first: $first, last: $last, after: $after, before: $before) {
				edges { node `+groupFields+` } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`, vars).Into(t, &answer)
		var page []groupAnswer
		for _, e := range answer.StockSummary.Edges {
			page = append(page, e.Node)
		}
		info := answer.StockSummary.PageInfo
		if backward {
			if out = append(page, out...); !info.HasPreviousPage {
				return out
			}
			vars["before"] = *info.StartCursor
			continue
		}
		if out = append(out, page...); !info.HasNextPage {
			return out
		}
		vars["after"] = *info.EndCursor
	}
}

func TestASummaryRefusesWhatItCannotTell(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		admin, analyst := g.SignIn(t, auth.RoleAdmin), g.SignIn(t, auth.RoleAnalyst)
		for args, want := range map[string]string{
			`groupBy: []`:         "total",
			`groupBy: [SKU, SKU]`: "SKU twice",
			`groupBy: [SKU, WAREHOUSE, BATCH, BRAND, CATEGORY]`:             "at most 4",
			`groupBy: [AGE], ageBounds: [30, 30]`:                           "each above the one before",
			`ageBounds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]`:        "at most 12",
			`groupBy: [AGE], asOf: "2026-01-01T00:00:00Z", basis: OCCURRED`: "RECORDED only",
			`groupBy: [AGE], orderBy: {field: AVAILABLE}`:                   "physical units only",
			`first: 201`: "0 to 200",
		} {
			r := g.Do(t, admin, `{ stockSummary(`+args+`) { nodes { physical } } }`, nil)
			if len(r.Errors) != 1 || !strings.Contains(r.Errors[0].Message, want) || r.Errors[0].Extensions["code"] != "BAD_REQUEST" {
				t.Errorf("%s: %v", args, r.Errors)
			}
		}
		r := g.Do(t, analyst, `{ stockSummary(orderBy: {field: VALUE}) { nodes { physical } } }`, nil)
		if len(r.Errors) != 1 || r.Errors[0].Extensions["code"] != "FORBIDDEN" {
			t.Errorf("an order by value tells people without cost:view who is worth more: %v", r.Errors)
		}
		var out struct {
			StockSummary struct {
				Total struct {
					Values, BaseValue any
					Physical          int
				}
			}
		}
		g.Do(t, analyst, `{ stockSummary { nodes { values { amount } baseValue } total { physical values { amount } baseValue } } }`, nil).Into(t, &out)
		if out.StockSummary.Total.Values != nil || out.StockSummary.Total.BaseValue != nil {
			t.Errorf("values for people without cost:view: %+v", out)
		}
	})
}

// Work that is entered late makes quantities by OCCURRED negative. Groups then have
// units in other buckets than the physical one, and batches share a negative worth.
func TestASummaryTellsGoodsThatLeftBeforeTheyCame(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		g.Warehouses(t, "B0")
		g.Products(t, "P1", "P2")
		past(t, g, p, "2026-11-10T00:00:00Z", "P1", "", ledger.In(stock.BucketAvailable, 10))
		past(t, g, p, "2026-11-10T00:00:00Z", "P2", "", ledger.In(stock.BucketAvailable, 10))
		for key, change := range map[string]string{
			"stockAdjust": `changes: [{sku: "P1", warehouseCode: "B0", delta: -7}]`,
			"stockMove":   `moves: [{sku: "P2", warehouseCode: "B0", from: AVAILABLE, to: DAMAGED, quantity: 2}]`,
		} {
			r := g.Do(t, p, `mutation { `+key+`(input: {idempotencyKey: "`+key+`", reasonCode: "T", occurredAt: "2026-11-05T00:00:00Z", `+change+`}) {
				userErrors { message } } }`, nil)
			if !same(t, r.Data, `{"`+key+`":{"userErrors":[]}}`) {
				t.Fatal(string(r.Data), r.Errors)
			}
		}
		const fields = `{ sku batchNo physical available damaged values { amount } }`
		r := g.Do(t, p, `{ stockSummary(groupBy: [SKU, BATCH], asOf: "2026-11-06T00:00:00Z", basis: OCCURRED) {
			totalCount nodes `+fields+` total `+fields+` } }`, nil)
		want := `{"stockSummary":{"totalCount":2,"nodes":[
			{"sku":"P1","batchNo":"","physical":-7,"available":-7,"damaged":0,"values":[{"amount":"-17.5"}]},
			{"sku":"P2","batchNo":"","physical":0,"available":-2,"damaged":2,"values":[]}],
			"total":{"sku":null,"batchNo":null,"physical":-7,"available":-9,"damaged":2,"values":[{"amount":"-17.5"}]}}}`
		if len(r.Errors) > 0 || !same(t, r.Data, want) {
			t.Errorf("%s %v, want %s", r.Data, r.Errors, want)
		}
	})
}

// One slip in the measures of a product must not take the volume of all others along.
func TestTheLargestProductsHaveAVolume(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		g.Warehouses(t, "B0")
		const create = `mutation($mm: Long!) { productCreate(input: {sku: "P1", name: "a hall", lengthMm: $mm, widthMm: $mm, heightMm: $mm}) {
			userErrors { code message field } } }`
		r := g.Do(t, p, create, map[string]any{"mm": 100_001})
		if !strings.Contains(string(r.Data), "lengthMm is 0 to 100000, not 100001") {
			t.Errorf("%s %v", r.Data, r.Errors)
		}
		if r := g.Do(t, p, create, map[string]any{"mm": 100_000}); !same(t, r.Data, `{"productCreate":{"userErrors":[]}}`) {
			t.Fatal(string(r.Data), r.Errors)
		}
		past(t, g, p, "2026-01-10T00:00:00Z", "P1", "", ledger.In(stock.BucketAvailable, 9_000_000))
		r = g.Do(t, p, `{ stockSummary { nodes { volumeCm3 } } warehouse(code: "B0") { overview { volumeCm3 } } }`, nil)
		want := `{"stockSummary":{"nodes":[{"volumeCm3":9000000000000000000}]},"warehouse":{"overview":{"volumeCm3":9000000000000000000}}}`
		if len(r.Errors) > 0 || !same(t, r.Data, want) {
			t.Errorf("%s %v, want %s", r.Data, r.Errors, want)
		}
	})
}

func TestASummaryWithoutBoundsOfAgesOrOfVirtualWarehouses(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleAnalyst)
		g.Warehouses(t, "B0")
		g.Products(t, "P1")
		past(t, g, p, "2026-01-10T00:00:00Z", "P1", "", ledger.In(stock.BucketAvailable, 10))
		r := g.Do(t, p, `{ stockSummary(groupBy: [AGE, SKU], ageBounds: []) { totalCount nodes { sku age { fromDays toDays } physical } } }`, nil)
		want := `{"stockSummary":{"totalCount":1,"nodes":[{"sku":"P1","age":{"fromDays":0,"toDays":null},"physical":10}]}}`
		if len(r.Errors) > 0 || !same(t, r.Data, want) {
			t.Errorf("%s %v, want %s", r.Data, r.Errors, want)
		}
		for category, want := range map[string]string{"PHYSICAL": "10", "VIRTUAL": "0"} {
			r := g.Do(t, p, `{ stockSummary(filter: {warehouseCategory: `+category+`}) { total { physical } } }`, nil)
			if len(r.Errors) > 0 || !same(t, r.Data, `{"stockSummary":{"total":{"physical":`+want+`}}}`) {
				t.Errorf("%s: %s %v, want %s", category, r.Data, r.Errors, want)
			}
		}
	})
}

// A rate that nobody entered never counts as 1.
func TestAValueInTheBaseCurrencyNeedsEveryRate(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		if err := db.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Ent.ExchangeRate.Delete().Where(exchangerate.FromCurrency("EUR")).Exec(t.Context())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var out struct {
			StockSummary struct {
				Nodes []struct {
					Currency  string
					BaseValue *string
				}
				Total struct {
					BaseValue *string
					Values    []struct{ Currency string }
				}
			}
		}
		s.g.Do(t, s.p, `{ stockSummary(groupBy: [CURRENCY], orderBy: {field: VALUE}) { nodes { currency baseValue } total { baseValue values { currency } } } }`, nil).Into(t, &out)
		nodes := out.StockSummary.Nodes
		if len(nodes) != 3 || nodes[0].Currency != "EUR" || nodes[0].BaseValue != nil || nodes[1].BaseValue == nil || nodes[2].BaseValue == nil {
			t.Errorf("got %+v", nodes)
		}
		if total := out.StockSummary.Total; total.BaseValue != nil || len(total.Values) != 3 {
			t.Errorf("total %+v", total)
		}
	})
}

func TestTheLayersOfAStockAreWhatIsLeftOfItsReceipts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		var out struct {
			Stocks struct {
				Nodes []struct {
					SKU, BatchNo string
					Physical     int64
					Warehouse    struct{ Code string }
					Layers       []struct {
						ReceivedAt time.Time
						AgeDays    int
						Units      int64
						Posting    struct{ OccurredAt time.Time }
					}
				}
			}
		}
		s.g.Do(t, s.p, `{ stocks(first: 200) { nodes { sku batchNo physical warehouse { code } layers { receivedAt ageDays units posting { occurredAt } } } } }`, nil).Into(t, &out)
		var got, want []string
		for _, n := range out.Stocks.Nodes {
			sum := int64(0)
			for i, l := range n.Layers {
				sum += l.Units
				got = append(got, fmt.Sprint(n.Warehouse.Code, n.SKU, n.BatchNo, l.ReceivedAt.UTC(), l.Units))
				if !l.Posting.OccurredAt.Equal(l.ReceivedAt) || l.AgeDays != int(s.now.Sub(l.ReceivedAt)/(24*time.Hour)) || i > 0 && l.ReceivedAt.Before(n.Layers[i-1].ReceivedAt) {
					t.Errorf("layer %+v", l)
				}
			}
			if sum != n.Physical {
				t.Errorf("%s in %s: layers of %d units, %d lie there", n.SKU, n.Warehouse.Code, sum, n.Physical)
			}
		}
		for _, f := range s.facts(func(*ent.StockMovement) bool { return true }, true) {
			want = append(want, fmt.Sprint(s.warehouses[f.WarehouseID].Code, f.Sku, f.BatchNo, f.received.UTC(), f.q[0]))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", only(got, want), only(want, got))
		}
	})
}

// Going on from a day that was taken, or from nothing, finds what going back from
// now finds.
func TestAPastMomentIsTheSameFromADayThatWasTaken(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		places := map[string]any{"warehouseCodes": []any{"CN1", "US1", "DE1"}}
		s.pastMoments(t, "from nothing", places)
		if _, err := daily.New(db, time.Now).Take(t.Context(), time.Now(), nil); err != nil {
			t.Fatal(err)
		}
		s.pastMoments(t, "from a day", places)
		if none, _ := s.ask(t, []string{"SKU"}, "", map[string]any{"at": s.movements[9].RecordedAt, "filter": map[string]any{"warehouseCodes": []any{"NOWHERE"}}}); len(none) > 0 {
			t.Errorf("in no warehouse: %v", none)
		}
		// That it goes on from there shows when what was taken is wrong.
		at := s.movements[len(s.movements)/2].RecordedAt
		if err := db.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.SQL.ExecContext(t.Context(), "UPDATE stock_snapshots SET physical_quantity = physical_quantity + 1000000")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		got, _ := s.ask(t, []string{"WAREHOUSE"}, "", map[string]any{"at": at, "filter": places})
		if fmt.Sprint(got) == fmt.Sprint(s.want(t, s.facts(func(o *ent.StockMovement) bool { return !o.RecordedAt.After(at) }, false), []string{"WAREHOUSE"}, at)) {
			t.Error("what was taken is not read")
		}
	})
}

// pastMoments asks as of some moments of which whole warehouses are named.
func (s *summed) pastMoments(t *testing.T, name string, places map[string]any) {
	t.Helper()
	for i, m := range s.movements {
		if i%7 != 0 || time.Since(m.RecordedAt) < 49*time.Hour {
			continue
		}
		for _, by := range [][]string{{"WAREHOUSE"}, {"WAREHOUSE", "SKU", "BATCH"}, {"AGE"}, {"CATEGORY"}} {
			got, _ := s.ask(t, by, "", map[string]any{"at": m.RecordedAt, "filter": places})
			want := s.want(t, s.facts(func(o *ent.StockMovement) bool { return !o.RecordedAt.After(m.RecordedAt) }, by[0] == "AGE"), by, m.RecordedAt)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s, as of %s by %v:\n got %s\nwant %s", name, m.RecordedAt, by, strings.Join(only(got, want), "\n     "), strings.Join(only(want, got), "\n     "))
			}
		}
	}
}

// A SKU as of a moment is all its batches together, or one of them.
func TestStockAsOfAddsUpBatches(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		for i, m := range s.movements {
			if i%5 != 0 {
				continue
			}
			for basis, counts := range map[string]func(*ent.StockMovement) bool{
				"RECORDED": func(o *ent.StockMovement) bool { return !o.RecordedAt.After(m.RecordedAt) },
				"OCCURRED": func(o *ent.StockMovement) bool { return !o.OccurredAt.After(m.OccurredAt) },
			} {
				at := m.RecordedAt
				if basis == "OCCURRED" {
					at = m.OccurredAt
				}
				var want struct{ all, batch int64 }
				for _, o := range s.movements {
					if o.WarehouseID == m.WarehouseID && o.Sku == m.Sku && counts(o) {
						want.all += o.QuantityDelta
						if o.BatchNo == m.BatchNo {
							want.batch += o.QuantityDelta
						}
					}
				}
				var got struct{ All, Batch struct{ Physical int64 } }
				s.g.Do(t, s.p, `query($sku: String!, $in: String!, $batch: String!, $at: DateTime!, $basis: TimeBasis!) {
					all: stockAsOf(sku: $sku, warehouseCode: $in, at: $at, basis: $basis) { physical }
					batch: stockAsOf(sku: $sku, warehouseCode: $in, batchNo: $batch, at: $at, basis: $basis) { physical } }`, map[string]any{
					"sku": m.Sku, "in": s.warehouses[m.WarehouseID].Code, "batch": m.BatchNo, "at": at, "basis": basis,
				}).Into(t, &got)
				if got.All.Physical != want.all || got.Batch.Physical != want.batch {
					t.Errorf("%s %s, %s: got %+v, want %+v", m.Sku, m.BatchNo, basis, got, want)
				}
			}
		}
	})
}
