package report

import (
	"database/sql"

	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

// statistics is a question that is checked, with all that its statement stands on.
type statistics struct {
	MovementQuestion
	dialect string
	by      []dimension[MovementStatistic]
	scope   *movementScope
}

// counted is the statement of a page, or what counts its groups.
func (s *statistics) counted(counting bool) grouping {
	if !counting {
		return s.grouping(s.by)
	}
	bare := *s
	bare.Measures = MovementMeasures{}
	return bare.grouping(s.by)
}

// grouping is the statement that answers, by any of the question's dimensions.
func (s *statistics) grouping(by []dimension[MovementStatistic]) grouping {
	g := grouping{params: &store.Params{Dialect: s.dialect}}
	for _, d := range by {
		g.by = append(g.by, column{d.name, s.expr(d)})
	}
	for _, m := range s.measures() {
		g.measures = append(g.measures, column{m.name, m.expr})
	}
	at := s.at()
	g.from = "stock_movements m" + s.joins(by) + " WHERE " + at + " >= " + g.params.Add(s.From) + " AND " + at + " < " + g.params.Add(s.To) +
		s.scope.narrow(g.params)
	return g
}

func (s *statistics) at() string {
	if s.Basis == ledger.Recorded {
		return "m.recorded_at"
	}
	return "m.occurred_at"
}

func (s *statistics) expr(d dimension[MovementStatistic]) string {
	if d.unit != "" {
		return store.LocalDate(s.dialect, d.unit, s.at(), "w.time_zone")
	}
	return d.expr
}

func (s *statistics) joins(by []dimension[MovementStatistic]) (joins string) {
	need := s.scope.needs()
	for _, d := range by {
		need |= d.needs
	}
	if s.Measures.Documents {
		need |= needPosting
	}
	if need&needPosting != 0 {
		joins += " JOIN postings po ON po.id = m.posting_id"
	}
	if need&needProduct != 0 {
		joins += " JOIN products pr ON pr.sku = m.sku"
	}
	if need&needPlace != 0 {
		joins += " JOIN warehouses w ON w.id = m.warehouse_id"
	}
	return joins
}

func (s *statistics) measures() []measure[MovementStatistic] {
	list := []measure[MovementStatistic]{
		{"movements", "count(*)", func(r *MovementStatistic) any { return &r.MovementCount }},
		{"units_in", sum("CASE WHEN m.quantity_delta > 0 THEN m.quantity_delta END"), func(r *MovementStatistic) any { return &r.UnitsIn }},
		{"units_out", sum("CASE WHEN m.quantity_delta < 0 THEN -m.quantity_delta END"), func(r *MovementStatistic) any { return &r.UnitsOut }},
		{"units_net", sum("m.quantity_delta"), func(r *MovementStatistic) any { return &r.UnitsNet }},
	}
	if s.Measures.Postings {
		list = append(list, measure[MovementStatistic]{"postings", "count(DISTINCT m.posting_id)", func(r *MovementStatistic) any { return &r.PostingCount }})
	}
	if s.Measures.Documents {
		list = append(list, measure[MovementStatistic]{"documents", "count(DISTINCT po.document_id)", func(r *MovementStatistic) any { return &r.DocumentCount }})
	}
	if s.Measures.Value {
		value := store.Convert(s.dialect, "m.value_delta", "m.exchange_rate")
		list = append(
			list,
			measure[MovementStatistic]{"value_in", sum("CASE WHEN m.value_delta > 0 THEN " + value + " END"), func(r *MovementStatistic) any { return &r.ValueIn }},
			measure[MovementStatistic]{"value_out", sum("CASE WHEN m.value_delta < 0 THEN -" + value + " END"), func(r *MovementStatistic) any { return &r.ValueOut }},
		)
	}
	return list
}

// scan reads a row of grouping(by).
func (s *statistics) scan(by []dimension[MovementStatistic]) func(*sql.Rows) (*MovementStatistic, error) {
	measures := s.measures()
	return func(rows *sql.Rows) (*MovementStatistic, error) {
		r := &MovementStatistic{}
		if len(by) > 0 {
			r.by = s.By
		}
		return r, rows.Scan(places(r, by, measures)...)
	}
}
