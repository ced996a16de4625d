package report

import (
	"context"
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

// taken finds what was taken before a moment, where going on from there pays: for
// whole warehouses that somebody named. A few SKUs are quick either way, and all
// warehouses are read from end to end either way.
func (s *Service) taken(ctx context.Context, sc *scope, m moment) (map[int64]snapshot.Taken, error) {
	f := sc.filter
	if !m.past() || m.basis == ledger.Occurred || sc.all || f.SKUs != nil || f.SKUPrefix != nil || s.now().Sub(m.at) < near {
		return nil, nil
	}
	return snapshot.Latest(ctx, s.db.Lagging(), m.at)
}

// parted is the scope of warehouses that go back from now, and of those that go on
// from a day that was taken; nil for none.
func (s *scope) parted(m moment) (back, on *scope) {
	if len(m.taken) == 0 {
		return s, nil
	}
	b, o := scope{filter: s.filter}, scope{filter: s.filter}
	for _, w := range s.warehouses {
		if _, ok := m.taken[w.ID]; ok {
			o.warehouses = append(o.warehouses, w)
		} else {
			b.warehouses = append(b.warehouses, w)
		}
	}
	return b.orNone(), o.orNone()
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

// days is a table expression of the day that each warehouse goes on from:
// warehouse_id, day, as_of.
func (s *scope) days(p *store.Params, m moment) string {
	return "(SELECT * FROM " + snapshot.LatestSQL(p.Add(m.at)) + " t WHERE " + p.AmongIDs("t.warehouse_id", s.ids()) + ")"
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

// latest joins x, the latest row of a table of snapshots until the day b.day, or NULLs
// when there is none; {x} in the condition is that table, and so is what it begins with.
func latest(d, table, condition string) string {
	on := func(x string) string { return x + "." + strings.ReplaceAll(condition, "{x}", x) }
	if d == dialect.Postgres {
		return " LEFT JOIN LATERAL (SELECT * FROM " + table + " y WHERE " + on("y") + " AND y.day <= b.day ORDER BY y.day DESC LIMIT 1) x ON true"
	}
	return " LEFT JOIN " + table + " x ON " + on("x") + " AND x.day = (SELECT max(y.day) FROM " + table + " y WHERE " + on("y") + " AND y.day <= b.day)"
}
