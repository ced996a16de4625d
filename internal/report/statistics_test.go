package report_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/report"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// group is a group of movements as it is found by reading the whole journal: what
// it is grouped by, as texts that sort like it, and what it measures.
type group struct {
	key                        []string
	movements, in, out         int64
	valueIn, valueOut          money.Amount
	postings, documentPostings map[int64]bool
}

func (g *group) String() string {
	return fmt.Sprint(g.key, g.movements, len(g.postings), len(g.documentPostings), g.in, g.out, g.in-g.out, g.valueIn, g.valueOut)
}

func (g *group) add(t testing.TB, m *ent.StockMovement) {
	t.Helper()
	g.movements++
	g.in += max(m.QuantityDelta, 0)
	g.out += max(-m.QuantityDelta, 0)
	value, err := m.ValueDelta.Convert(m.ExchangeRate)
	if err != nil {
		t.Fatal(err)
	}
	g.valueIn += max(value, 0)
	g.valueOut += max(-value, 0)
	g.postings[m.PostingID] = true
	if m.Edges.Posting.DocumentID != nil {
		g.documentPostings[*m.Edges.Posting.DocumentID] = true
	}
}

// toldGroup is a group of the answer, in the form of group.String.
func toldGroup(s *report.MovementStatistic) string {
	var key []string
	for _, day := range []*time.Time{s.Day(), s.Week(), s.Month()} {
		if day != nil {
			key = append(key, day.Format(time.DateOnly))
		}
	}
	if k := s.Kind(); k != nil {
		key = append(key, string(*k))
	}
	for _, id := range []*int64{s.OperatorID(), s.WarehouseID()} {
		if id != nil {
			key = append(key, fmt.Sprintf("%06d", *id))
		}
	}
	for _, text := range []*string{s.SKU(), s.Category(), s.ReasonCode()} {
		if text != nil {
			key = append(key, *text)
		}
	}
	return fmt.Sprint(key, s.MovementCount, s.PostingCount, s.DocumentCount, s.UnitsIn, s.UnitsOut, s.UnitsNet, *s.ValueIn, *s.ValueOut)
}

// in the order in which toldGroup tells them.
var dimensionOrder = []report.MovementDimension{
	report.MovementsByDay, report.MovementsByWeek, report.MovementsByMonth, report.MovementsByKind, report.MovementsByOperator,
	report.MovementsByWarehouse, report.MovementsBySKU, report.MovementsByCategory, report.MovementsByReason,
}

func (b *books) naiveKey(d report.MovementDimension, m *ent.StockMovement, at time.Time) string {
	i := slices.IndexFunc(b.warehouses, func(w *ent.Warehouse) bool { return w.ID == m.WarehouseID })
	zone, err := time.LoadLocation(b.warehouses[i].TimeZone)
	if err != nil {
		b.t.Fatal(err)
	}
	local := at.In(zone)
	switch d {
	case report.MovementsByDay:
		return local.Format(time.DateOnly)
	case report.MovementsByWeek:
		for local.Weekday() != time.Monday {
			local = local.AddDate(0, 0, -1)
		}
		return local.Format(time.DateOnly)
	case report.MovementsByMonth:
		return local.Format("2006-01") + "-01"
	case report.MovementsByKind:
		return string(m.Kind)
	case report.MovementsByOperator:
		return fmt.Sprintf("%06d", m.Edges.Posting.ActorID)
	case report.MovementsByWarehouse:
		return fmt.Sprintf("%06d", m.WarehouseID)
	case report.MovementsBySKU:
		return m.Sku
	case report.MovementsByCategory:
		return b.category(m.Sku)
	default:
		return m.Edges.Posting.ReasonCode
	}
}

// category is what setup gives the product.
func (b *books) category(sku string) string { return fmt.Sprint("C", slices.Index(b.skus, sku)/2) }

func (b *books) naiveGroups(journal []*ent.StockMovement, q report.MovementQuestion) []*group {
	b.t.Helper()
	groups := map[string]*group{}
	reversed := map[int64]bool{}
	for _, m := range journal {
		if r := m.Edges.Posting.ReversesID; r != nil {
			reversed[*r], reversed[m.PostingID] = true, true
		}
	}
	for _, m := range journal {
		at := m.OccurredAt
		if q.Basis == ledger.Recorded {
			at = m.RecordedAt
		}
		if at.Before(q.From) || !at.Before(q.To) || !b.admits(q.Filter, m, reversed) {
			continue
		}
		var key []string
		for _, d := range q.By {
			key = append(key, b.naiveKey(d, m, at))
		}
		name := strings.Join(key, "/")
		if groups[name] == nil {
			groups[name] = &group{key: key, postings: map[int64]bool{}, documentPostings: map[int64]bool{}}
		}
		groups[name].add(b.t, m)
	}
	return slices.Collect(maps.Values(groups))
}

func (b *books) admits(f *report.MovementStatisticsFilter, m *ent.StockMovement, reversed map[int64]bool) bool {
	if f == nil {
		return true
	}
	po := m.Edges.Posting
	code := b.warehouses[slices.IndexFunc(b.warehouses, func(w *ent.Warehouse) bool { return w.ID == m.WarehouseID })].Code
	name := b.users[slices.IndexFunc(b.users, func(u *ent.User) bool { return u.ID == po.ActorID })].Username
	within := func(list []string, v string) bool { return list == nil || slices.Contains(list, v) }
	return within(f.WarehouseCodes, code) && within(f.SKUs, m.Sku) && within(f.Categories, b.category(m.Sku)) && within(f.Operators, name) &&
		within(f.ReasonCodes, po.ReasonCode) && (f.Kinds == nil || slices.Contains(f.Kinds, m.Kind)) && (f.IncludeReversed || !reversed[m.PostingID])
}

// reverse takes back every n-th posting that can still be taken back.
func (b *books) reverse(n int) {
	b.t.Helper()
	byPosting := map[int64][]*ent.StockMovement{}
	for _, m := range b.journal() {
		byPosting[m.PostingID] = append(byPosting[m.PostingID], m)
	}
	for i, id := range slices.Sorted(maps.Keys(byPosting)) {
		if i%n > 0 {
			continue
		}
		at := byPosting[id][0].RecordedAt.Add(36 * time.Hour)
		err := b.db.InTx(b.t.Context(), func(tx store.Tx) error {
			_, err := ledger.Post(b.t.Context(), tx, ledger.Posting{
				Kind: stock.MovementReversal, Operation: "test", ActorID: b.users[i%3].ID, ReasonCode: "BACK", BaseCurrency: "CNY",
				OccurredAt: at, Now: at, ReversesID: &id, Moves: ledger.Reversal(byPosting[id]),
			})
			return err
		})
		if err != nil && !errors.As(err, new(ledger.Refused)) {
			b.t.Fatal(err)
		}
	}
}

func TestMovementStatisticsAgreeWithTheJournal(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.keep(160)
		b.reverse(9)
		journal := b.journal()
		if !slices.ContainsFunc(journal, func(m *ent.StockMovement) bool { return m.Kind == stock.MovementReversal }) {
			t.Fatal("nothing was taken back")
		}
		filters := []*report.MovementStatisticsFilter{
			nil,
			{},
			{IncludeReversed: true, WarehouseCodes: []string{"W0", "W2", "nope"}, Kinds: []stock.MovementKind{stock.MovementInbound, stock.MovementReversal}},
			{IncludeReversed: true, SKUs: []string{"SKU-1", "SKU-3"}, Operators: []string{"user0", "user2"}},
			{IncludeReversed: true, Categories: []string{"C1"}, ReasonCodes: []string{"R0", "BACK"}},
			{IncludeReversed: true, Operators: []string{"nobody"}},
		}
		for i := range 60 {
			q := report.MovementQuestion{Filter: filters[i%len(filters)], Basis: ledger.Occurred, Measures: report.MovementMeasures{Postings: true, Documents: true, Value: true}}
			if i%2 == 1 {
				q.Basis = ledger.Recorded
			}
			for _, d := range dimensionOrder {
				if b.rnd.IntN(4) == 0 && len(q.By) < report.MaxDimensions {
					q.By = append(q.By, d)
				}
			}
			if len(q.By) == 0 {
				q.By = dimensionOrder[i%len(dimensionOrder):][:1]
			}
			// Periods that begin and end at a movement, or hold everything.
			times := []time.Time{journal[b.rnd.IntN(len(journal))].OccurredAt, journal[b.rnd.IntN(len(journal))].RecordedAt}
			slices.SortFunc(times, time.Time.Compare)
			if q.From, q.To = times[0], times[1]; i%3 == 0 {
				q.From, q.To = opened.AddDate(0, 0, -200), opened.AddDate(0, 0, 200)
			}
			want := b.naiveGroups(journal, q)
			for field, measure := range map[report.MovementStatisticsOrderField]func(*group) int64{
				report.StatisticsByKey:       func(*group) int64 { return 0 },
				report.StatisticsByMovements: func(g *group) int64 { return g.movements },
				report.StatisticsByIn:        func(g *group) int64 { return g.in },
				report.StatisticsByOut:       func(g *group) int64 { return g.out },
				report.StatisticsByNet:       func(g *group) int64 { return g.in - g.out },
			} {
				q.Order = &report.MovementStatisticsOrder{Field: field, Direction: []page.Direction{page.Asc, page.Desc}[b.rnd.IntN(2)]}
				slices.SortFunc(want, func(x, y *group) int {
					c := cmp.Or(cmp.Compare(measure(x), measure(y)), slices.Compare(x.key, y.key))
					if q.Order.Direction == page.Desc {
						return -c
					}
					return c
				})
				b.compareStatistics(q, want)
			}
		}
	})
}

func (b *books) compareStatistics(q report.MovementQuestion, want []*group) {
	b.t.Helper()
	name := fmt.Sprintf("%v by %s from %v to %v, %+v, %+v", q.By, q.Basis, q.From, q.To, q.Filter, *q.Order)
	var last *report.MovementStatistics
	list := func(a page.Args) *page.Connection[*report.MovementStatistic] {
		q.Page = a
		s, err := report.Movements(b.ctx, b.db, q)
		if err != nil {
			b.t.Fatalf("%s: %v", name, err)
		}
		last = s
		return s.Connection
	}
	size := max(20, len(want)/3+1)
	for _, rows := range [][]*report.MovementStatistic{forward(list, size), backward(list, size)} {
		if len(rows) != len(want) {
			b.t.Errorf("%s: %d groups, want %d", name, len(rows), len(want))
			continue
		}
		for i, row := range rows {
			if got := toldGroup(row); got != want[i].String() {
				b.t.Errorf("%s: group %d is %s, want %s", name, i, got, want[i])
			}
		}
	}
	if n, err := last.TotalCount(); n != len(want) || err != nil {
		b.t.Errorf("%s: totalCount %d, want %d (%v)", name, n, len(want), err)
	}
	total, err := last.Total()
	if err != nil {
		b.t.Fatalf("%s: %v", name, err)
	}
	sum := &group{postings: map[int64]bool{}, documentPostings: map[int64]bool{}}
	for _, g := range want {
		sum.movements, sum.in, sum.out = sum.movements+g.movements, sum.in+g.in, sum.out+g.out
		sum.valueIn, sum.valueOut = sum.valueIn+g.valueIn, sum.valueOut+g.valueOut
		maps.Copy(sum.postings, g.postings)
		maps.Copy(sum.documentPostings, g.documentPostings)
	}
	if got := toldGroup(total); got != sum.String() {
		b.t.Errorf("%s: total %s, want %s", name, got, sum)
	}
}

func TestOperatorsAreNamedInAnyCase(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.keep(20)
		of := func(name string) int64 {
			s, err := report.Movements(b.ctx, db, report.MovementQuestion{
				By: []report.MovementDimension{report.MovementsByOperator}, From: opened.AddDate(0, -1, 0), To: opened.AddDate(0, 1, 0),
				Filter: &report.MovementStatisticsFilter{Operators: []string{name}, IncludeReversed: true},
			})
			if err != nil {
				t.Fatal(err)
			}
			total, err := s.Total()
			if err != nil {
				t.Fatal(err)
			}
			return total.MovementCount
		}
		if typed, stored := of(" USER0"), of("user0"); typed != stored || stored == 0 {
			t.Errorf("%d movements of USER0, %d of user0", typed, stored)
		}
	})
}

func TestAStatisticThatCannotBeIsRefusedByName(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		day := report.MovementsByDay
		for want, q := range map[string]report.MovementQuestion{
			"by names at least one":    {},
			"by takes at most 4":       {By: dimensionOrder[:5]},
			"by names DAY twice":       {By: []report.MovementDimension{day, day}},
			"to is before from":        {By: []report.MovementDimension{day}, From: opened, To: opened.Add(-time.Second)},
			"at most 400 days apart":   {By: []report.MovementDimension{day}, From: opened, To: opened.Add(report.MaxPeriod + time.Microsecond)},
			"filter.operators takes":   {By: []report.MovementDimension{day}, Filter: &report.MovementStatisticsFilter{Operators: make([]string, page.MaxKeys+1)}},
			"filter.reasonCodes takes": {By: []report.MovementDimension{day}, Filter: &report.MovementStatisticsFilter{ReasonCodes: make([]string, page.MaxKeys+1)}},
		} {
			var stop *fault.Error
			if _, err := report.Movements(b.ctx, db, q); !errors.As(err, &stop) || stop.Code != fault.BadRequest || !strings.Contains(stop.Message, want) {
				t.Errorf("%s: %v", want, err)
			}
		}
		if _, err := report.Movements(b.ctx, db, report.MovementQuestion{By: []report.MovementDimension{day}, From: opened, To: opened.Add(report.MaxPeriod)}); err != nil {
			t.Errorf("the longest period: %v", err)
		}
	})
}

func TestStatisticsTellNoValueWithoutThePermission(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.keep(20)
		blind := auth.With(t.Context(), &auth.Principal{Permissions: []auth.Permission{auth.StockView}})
		s, err := report.Movements(blind, db, report.MovementQuestion{
			By: []report.MovementDimension{report.MovementsByKind}, From: opened.AddDate(0, -1, 0), To: opened.AddDate(0, 1, 0),
			Measures: report.MovementMeasures{Value: true},
		})
		if err != nil || len(s.Nodes) == 0 {
			t.Fatal(s, err)
		}
		total, err := s.Total()
		if err != nil || s.Nodes[0].ValueIn != nil || total.ValueOut != nil {
			t.Errorf("got %v, %v (%v)", s.Nodes[0].ValueIn, total.ValueOut, err)
		}
	})
}
