package report

import (
	"context"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/internal/ledger"
	"entrepot/internal/snapshot"
	"entrepot/internal/store"
)

// near is how long ago a moment may be for going back from now to be quick enough:
// that reads what was recorded since, and going on from a day that was taken reads
// the latest row of each stock.
const near = 48 * time.Hour

// taken finds the days to go on from to a moment, where that pays: for whole
// warehouses that somebody named. A few SKUs are quick either way, and all
// warehouses are read from end to end either way. A warehouse of which no day was
// taken begins with nothing, when that is nearer than now.
func (s *Service) taken(ctx context.Context, sc *scope, m moment) (map[int64]snapshot.Taken, error) {
	f := sc.filter
	if !m.past() || m.basis == ledger.Occurred || sc.all || len(sc.warehouses) == 0 || f.SKUs != nil || f.SKUPrefix != nil || s.now().Sub(m.at) < near {
		return nil, nil
	}
	days, err := snapshot.Latest(ctx, s.db.Lagging(), m.at)
	if err != nil {
		return nil, err
	}
	without := slices.DeleteFunc(sc.ids(), func(id int64) bool { _, ok := days[id]; return ok })
	if len(without) == 0 {
		return days, nil
	}
	began, err := s.edges(ctx, without, "ASC")
	for _, id := range without {
		if began[id].IsZero() || m.at.Sub(began[id]) < s.now().Sub(m.at) {
			days[id] = snapshot.Taken{}
		}
	}
	return days, err
}

// parts are warehouses by where a past moment of them is found from; nil for none.
type parts struct {
	// back from now, on from a day that was taken, anew from nothing.
	back, on, anew *scope
}

func (s *scope) parted(m moment) parts {
	if len(m.taken) == 0 {
		return parts{back: s}
	}
	back, on, anew := scope{filter: s.filter}, scope{filter: s.filter}, scope{filter: s.filter}
	for _, w := range s.warehouses {
		into := &back
		if day, ok := m.taken[w.ID]; ok && day.AsOf.IsZero() {
			into = &anew
		} else if ok {
			into = &on
		}
		into.warehouses = append(into.warehouses, w)
	}
	return parts{back.orNone(), on.orNone(), anew.orNone()}
}

func (s *scope) orNone() *scope {
	if len(s.warehouses) == 0 {
		return nil
	}
	return s
}

func (s *scope) ids() []int64 {
	ids := make([]int64, len(s.warehouses))
	for i, w := range s.warehouses {
		ids[i] = w.ID
	}
	return ids
}

// day is the one that a warehouse goes on from.
type day struct {
	warehouse int64
	snapshot.Taken
}

var dayColumns = []store.Column[day]{
	{Name: "warehouse_id", Type: "bigint", Value: func(d day) any { return d.warehouse }},
	{Name: "day", Type: "date", Value: func(d day) any { return d.Day }},
	{Name: "as_of", Type: "timestamptz", Value: func(d day) any { return d.AsOf }},
}

// days is a table expression of the day that each warehouse goes on from:
// warehouse_id, day, as_of. They are given, not looked up again: the planner then
// knows how few there are, and when they ended.
func (s *scope) days(p *store.Params, m moment) string {
	rows := make([]day, len(s.warehouses))
	for i, w := range s.warehouses {
		rows[i] = day{w.ID, m.taken[w.ID]}
	}
	table, err := store.Given(p, dayColumns, rows)
	if err != nil {
		panic("report: " + err.Error()) // numbers and times always marshal
	}
	return table
}

// after is what was recorded since those days, until the moment: FROM and WHERE over
// movements m. The + keeps SQLite to the index of times: that of the warehouse finds
// all that it ever had.
func (s *scope) after(p *store.Params, m moment) string {
	return " FROM " + s.days(p, m) + " b JOIN stock_movements m ON +m.warehouse_id = b.warehouse_id" +
		" WHERE m.recorded_at > b.as_of AND m.recorded_at > " + p.Add(s.first(m)) + " AND m.recorded_at <= " + p.Add(m.at)
}

// first is the earliest end of those days: a bound that is known before the rows are.
func (s *scope) first(m moment) time.Time {
	var first time.Time
	for i, w := range s.warehouses {
		if at := m.taken[w.ID].AsOf; i == 0 || at.Before(first) {
			first = at
		}
	}
	return first
}

// lasts is a query of what the last of some movements left of each stock: stock_id,
// what else is named of a movement m, and the buckets. of is their FROM and WHERE.
func lasts(d, named, of string) string {
	after := named + ", " + each(", ", "m.{after} AS {name}")
	if d == dialect.Postgres {
		return "SELECT DISTINCT ON (m.stock_id) " + after + of + " ORDER BY m.stock_id, m.stock_version DESC"
	}
	// SQLite takes the other columns from the row of the maximum.
	return "SELECT " + after + ", max(m.stock_version) AS version" + of + " GROUP BY m.stock_id"
}

// latest joins x, the latest row of a table of snapshots until the day b.day, or NULLs
// when there is none; {x} in the condition is that table, and so is what it begins with.
func latest(d, table, condition string) string {
	on := func(x string) string { return x + "." + strings.ReplaceAll(condition, "{x}", x) }
	if d == dialect.Postgres {
		return " LEFT JOIN LATERAL (SELECT * FROM " + table + " y WHERE " + on("y") + " AND y.day <= b.day ORDER BY y.day DESC LIMIT 1) x ON true"
	}
	return " LEFT JOIN " + table + " x ON " + on("x") + " AND x.day = (SELECT max(y.day) FROM " + table + " y WHERE " + on("y") + " AND y.day <= b.day)"
}
