package report

import (
	"fmt"
	"time"

	"entrepot/internal/page"
	"entrepot/internal/store"
)

// MovementDimension is what a statistic of the journal can group by.
type MovementDimension string

// The values of MovementDimension.
const (
	MovementsByDay       MovementDimension = "DAY"
	MovementsByWeek      MovementDimension = "WEEK"
	MovementsByMonth     MovementDimension = "MONTH"
	MovementsByKind      MovementDimension = "KIND"
	MovementsByOperator  MovementDimension = "OPERATOR"
	MovementsByWarehouse MovementDimension = "WAREHOUSE"
	MovementsBySKU       MovementDimension = "SKU"
	MovementsByCategory  MovementDimension = "CATEGORY"
	MovementsByReason    MovementDimension = "REASON"
)

func movementsByDate(u store.Unit, at func(*MovementStatistic) *date) dimension[MovementStatistic] {
	return dimension[MovementStatistic]{
		name: string(u) + "_of", unit: u, needs: needPlace, into: func(s *MovementStatistic) any { return at(s) },
		key: page.Text(string(u)+"_of", func(s *MovementStatistic) string { return at(s).String() }),
	}
}

// The expressions are over a movement m, its posting po, its product pr and its
// warehouse w.
var movementDimensions = map[MovementDimension]dimension[MovementStatistic]{
	MovementsByDay:       movementsByDate(store.Day, func(s *MovementStatistic) *date { return &s.day }),
	MovementsByWeek:      movementsByDate(store.Week, func(s *MovementStatistic) *date { return &s.week }),
	MovementsByMonth:     movementsByDate(store.Month, func(s *MovementStatistic) *date { return &s.month }),
	MovementsByKind:      byText("kind", "m.kind", 0, func(s *MovementStatistic) *string { return &s.kind }),
	MovementsByOperator:  byNumber("actor_id", "po.actor_id", needPosting, func(s *MovementStatistic) *int64 { return &s.operatorID }),
	MovementsByWarehouse: byNumber("warehouse_id", "m.warehouse_id", 0, func(s *MovementStatistic) *int64 { return &s.warehouseID }),
	MovementsBySKU:       byText("sku", "m.sku", 0, func(s *MovementStatistic) *string { return &s.sku }),
	MovementsByCategory:  byText("category", "pr.category", needProduct, func(s *MovementStatistic) *string { return &s.category }),
	MovementsByReason:    byText("reason_code", "po.reason_code", needPosting, func(s *MovementStatistic) *string { return &s.reasonCode }),
}

// date is a day as either database returns it: PostgreSQL as a time, SQLite as a
// text.
type date time.Time

// String is the day as 2026-11-20.
func (d date) String() string { return time.Time(d).Format(time.DateOnly) }

// Scan implements sql.Scanner.
func (d *date) Scan(v any) error {
	switch v := v.(type) {
	case time.Time:
		*d = date(v)
	case string:
		day, err := time.Parse(time.DateOnly, v)
		*d = date(day)
		return err
	default:
		return fmt.Errorf("a day as %T", v)
	}
	return nil
}
