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
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/money"
	"entrepot/internal/posting"
	"entrepot/internal/stock"
	"entrepot/internal/store"
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
		g.Must(t, p, "exchangeRateSet", "", map[string]any{
			"fromCurrency": currency, "toCurrency": "CNY", "rate": rate, "date": time.Now().UTC().AddDate(0, 0, -360).Format(time.DateOnly),
		})
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

// only are the lines of a that b lacks.
func only(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(line string) bool { return slices.Contains(b, line) })
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
