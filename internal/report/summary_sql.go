package report

import (
	"database/sql"
	"slices"
	"strconv"

	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

const holds = "(u.physical <> 0 OR u.in_transit <> 0)" // no other bucket has units when neither has

// grouping is the statement that answers, by any of the plan's dimensions.
func (p *plan) grouping(by []dimension[StockGroup]) grouping {
	g := grouping{params: &store.Params{Dialect: p.dialect}}
	g.from = p.rows(&g) + " u" + p.joins(g.params)
	g.having = p.having()
	for _, d := range by {
		g.by = append(g.by, column{d.name, p.expr(g.params, d)})
	}
	measures := p.measures(g.params)
	if p.Measures.SKUs && len(by) > 0 && !slices.ContainsFunc(by, func(d dimension[StockGroup]) bool { return d.needs != needProduct }) {
		g = bySKUFirst(g, measures)
	} else {
		for _, m := range measures {
			g.measures = append(g.measures, column{m.name, m.expr})
		}
	}
	if p.Measures.Value {
		base := p.worth.baseExpr(g.params)
		g.shown = []column{{"base_value", base}, {"ranked_value", "coalesce(" + base + ", " + strconv.FormatInt(noValue, 10) + ")"}}
	}
	return g
}

// having leaves out groups without units. By OCCURRED goods can be promised or found
// damaged before they come, so that only the other buckets have units.
func (p *plan) having() string {
	if p.moment.past() && p.moment.basis == ledger.Occurred {
		return each(" OR ", sum("u.{name}")+" <> 0")
	}
	return sum("u.physical") + " <> 0 OR " + sum("u.in_transit") + " <> 0"
}

// bySKUFirst groups by SKU too and then adds up, which counts the SKUs of a few
// products' groups without sorting all stocks. Where warehouses or batches are told
// apart there are too many such parts, and sorting is quicker.
func bySKUFirst(g grouping, measures []measure[StockGroup]) grouping {
	parts := grouping{from: g.from, by: append(slices.Clone(g.by), column{"part_sku", "u.sku"})}
	for _, m := range measures {
		if m.name == "skus" {
			m.expr = "max(CASE WHEN " + holds + " THEN 1 ELSE 0 END)"
		}
		parts.measures = append(parts.measures, column{m.name, m.expr})
		g.measures = append(g.measures, column{m.name, sum("u." + m.name)})
	}
	g.with = append(g.with, column{"parts", "SELECT " + list(slices.Concat(parts.by, parts.measures)) + " FROM " + parts.from + parts.groupBy()})
	g.from = "parts u"
	for i := range g.by {
		g.by[i].expr = "u." + g.by[i].name
	}
	return g
}

// rows names the query whose rows are grouped, and puts those it stands on into
// g: positions, or their layers, each with its value when that is asked for.
func (p *plan) rows(g *grouping) string {
	need := p.needs()
	share := p.Measures.Value && (need&(needBatch|needLayer) != 0 || p.scope.byBatch())
	whole := share || need&needLayer != 0 || p.Measures.Stocks || p.Measures.SKUs
	// A share is known only among all batches of a SKU: joins leaves out the others.
	g.with = append(g.with, column{"positions", p.scope.positions(g.params, p.moment, !share, whole)})
	rows, order := "positions", "r.batch_no"
	if need&needLayer != 0 {
		g.with = append(g.with, column{"layers", p.scope.layers(g.params, p.moment)})
		rows, order = "layers", "r.batch_no, r.received_at, r.stock_version"
	}
	if !p.Measures.Value {
		return rows
	}
	g.with = append(g.with, column{"worths", p.scope.worths(g.params, p.moment)})
	if share {
		g.with = append(g.with, column{"valued", shared(p.dialect, rows, order)})
		return "valued"
	}
	// Nothing tells batches apart: what SKUs are worth just adds up beside them.
	g.with = append(g.with, column{"valued", "SELECT positions.*, 0 AS value FROM positions" +
		" UNION ALL SELECT CAST(NULL AS bigint), warehouse_id, sku, '', " + each(", ", "0") + ", value FROM worths"})
	return "valued"
}

func (p *plan) needs() (n needs) {
	for _, d := range p.by {
		n |= d.needs
	}
	if p.Measures.Volume || p.Measures.Weight || p.Measures.Unmeasured {
		n |= needProduct
	}
	return n
}

func (p *plan) joins(params *store.Params) (joins string) {
	need := p.needs()
	if need&needProduct != 0 {
		joins += " JOIN products pr ON pr.sku = u.sku"
	}
	if need&needPlace != 0 {
		joins += " JOIN warehouses w ON w.id = u.warehouse_id"
	}
	if need&needLot != 0 {
		joins += " LEFT JOIN batches b ON b.sku = u.sku AND b.batch_no = u.batch_no"
	}
	if p.Measures.Value && p.scope.byBatch() {
		joins += " WHERE u.batch_no = " + params.Add(p.scope.batchNo())
	}
	return joins
}

func (p *plan) expr(params *store.Params, d dimension[StockGroup]) string {
	switch d.name {
	case dimensions[ByAge].name:
		return ageExpr(params, p.AgeBounds, p.now)
	case dimensions[ByExpiry].name:
		return expiryExpr(p.dialect)
	}
	return d.expr
}

func (p *plan) measures(params *store.Params) (list []measure[StockGroup]) {
	add := func(name, expr string, into func(*StockGroup) any) {
		list = append(list, measure[StockGroup]{name, expr, into})
	}
	if p.Measures.Stocks {
		count := sum("CASE WHEN " + holds + " THEN 1 ELSE 0 END")
		if p.byAge() {
			count = "count(DISTINCT u.stock_id)" // a stock has many layers
		}
		add("stocks", count, func(g *StockGroup) any { return &g.StockCount })
	}
	if p.Measures.SKUs {
		add("skus", "count(DISTINCT CASE WHEN "+holds+" THEN u.sku END)", func(g *StockGroup) any { return &g.SKUCount })
	}
	for _, b := range buckets {
		add(b.name, sum("u."+b.name), func(g *StockGroup) any { return bucketOf(&g.Quantities, b.name) })
	}
	if p.Measures.Volume {
		add("volume", sum("u.physical * ((pr.length_mm * pr.width_mm * pr.height_mm + 999) / 1000)"), func(g *StockGroup) any { return &g.VolumeCm3 })
	}
	if p.Measures.Weight {
		add("weight", sum("u.physical * pr.weight_g"), func(g *StockGroup) any { return &g.WeightG })
	}
	if p.Measures.Unmeasured {
		add("unmeasured", "count(DISTINCT CASE WHEN u.physical <> 0 AND pr.length_mm * pr.width_mm * pr.height_mm = 0 THEN u.sku END)",
			func(g *StockGroup) any { return &g.UnmeasuredSKUCount })
	}
	if p.Measures.Value {
		for i, c := range p.worth {
			add(c.column(i), sum("CASE WHEN "+params.AmongIDs("u.warehouse_id", c.warehouses)+" THEN u.value END"),
				func(g *StockGroup) any { return &g.Values[i].Amount })
		}
	}
	return list
}

func bucketOf(q *ledger.Quantities, name string) *int64 {
	return map[string]*int64{
		"physical": &q.Physical, "available": &q.Available, "allocated": &q.Allocated,
		"damaged": &q.Damaged, "on_hold": &q.OnHold, "in_transit": &q.InTransit,
	}[name]
}

// scan reads a row of grouping(by).
func (p *plan) scan(by []dimension[StockGroup]) func(*sql.Rows) (*StockGroup, error) {
	measures := p.measures(&store.Params{Dialect: p.dialect})
	return func(rows *sql.Rows) (*StockGroup, error) {
		g := &StockGroup{bounds: p.AgeBounds, aged: p.byAge()}
		if p.Measures.Value {
			g.Values = p.worth.zeros()
		}
		into := places(g, by, measures)
		if p.Measures.Value {
			var ranked int64
			into = append(into, &g.BaseValue, &ranked)
		}
		if len(by) > 0 {
			g.by = p.GroupBy
		}
		err := rows.Scan(into...)
		g.Values = slices.DeleteFunc(g.Values, func(v CurrencyAmount) bool { return v.Amount == 0 })
		return g, err
	}
}
