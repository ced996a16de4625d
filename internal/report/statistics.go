package report

import (
	"context"
	"sync"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// MaxPeriod is the longest period of a statistic.
const MaxPeriod = 400 * 24 * time.Hour

// MovementQuestion is a statistic of the journal that somebody asks for.
type MovementQuestion struct {
	By []MovementDimension
	// From is included, To is not, by Basis.
	From, To time.Time
	Basis    ledger.Basis
	Filter   *MovementStatisticsFilter
	Order    *MovementStatisticsOrder
	Page     page.Args
	// Measures are those that are selected; the others are not computed.
	Measures MovementMeasures
}

// MovementMeasures are what costs more than adding up the rows of the journal.
type MovementMeasures struct{ Postings, Documents, Value bool }

// MovementStatistic is what the movements of one group did together. Only the
// dimensions that were asked for tell anything.
type MovementStatistic struct {
	day, week, month                date
	kind, sku, category, reasonCode string
	operatorID, warehouseID         int64

	by []MovementDimension // none in a total

	MovementCount, PostingCount, DocumentCount int64
	// UnitsIn and UnitsOut are the sums of positive and of negative physical
	// changes, both as positive numbers, and UnitsNet is what they leave.
	UnitsIn, UnitsOut, UnitsNet int64
	// ValueIn and ValueOut are the like of the changes of value, in the base
	// currency at the rates as posted; nil when not asked for.
	ValueIn, ValueOut *money.Amount
}

// MovementStatistics is a page of groups.
type MovementStatistics struct {
	*page.Connection[*MovementStatistic]
	total func() (*MovementStatistic, error)
}

// Total is the sum over all groups, on all pages.
func (s *MovementStatistics) Total() (*MovementStatistic, error) { return s.total() }

// Movements groups the movements of a period. Ends with Forbidden without
// stock:view, with BadRequest for arguments outside their limits. Without
// cost:view values are left out.
func Movements(ctx context.Context, db *store.DB, q MovementQuestion) (_ *MovementStatistics, err error) {
	defer fault.Wrap(&err, "report.Movements")
	who, err := auth.Require(ctx, auth.StockView)
	if err != nil {
		return nil, err
	}
	q.Measures.Value = q.Measures.Value && who.Can(auth.CostView)
	q.From, q.To = store.Moment(q.From), store.Moment(q.To)
	if err := q.check(); err != nil {
		return nil, err
	}
	s := &statistics{MovementQuestion: q, dialect: db.Dialect()}
	for _, d := range q.By {
		s.by = append(s.by, movementDimensions[d])
	}
	if s.scope, err = q.Filter.scope(ctx, db); err != nil {
		return nil, err
	}
	c, err := pageOf(ctx, db, q.Page, s.order(), s.counted, s.scan(s.by))
	if err != nil {
		return nil, err
	}
	return &MovementStatistics{c, sync.OnceValues(func() (*MovementStatistic, error) {
		rows, err := rowsOf(ctx, db.Report, s.grouping(nil), "", s.scan(nil))
		if err != nil {
			return nil, err
		}
		return rows[0], nil
	})}, nil
}

func (q MovementQuestion) check() error {
	if err := checkDimensions("by", "movements", q.By); err != nil {
		return err
	}
	switch period := q.To.Sub(q.From); {
	case period < 0:
		return fault.Stop(fault.BadRequest, "to is before from: the period would end before it begins")
	case period > MaxPeriod:
		return fault.Stop(fault.BadRequest, "from and to are at most %d days apart", MaxPeriod/(24*time.Hour))
	}
	return nil
}

// MovementStatisticsOrder orders the groups of a statistic.
type MovementStatisticsOrder struct {
	Field     MovementStatisticsOrderField
	Direction page.Direction
}

// MovementStatisticsOrderField is what groups can be ordered by.
type MovementStatisticsOrderField string

// The values of MovementStatisticsOrderField.
const (
	StatisticsByKey       MovementStatisticsOrderField = "GROUP"
	StatisticsByMovements MovementStatisticsOrderField = "MOVEMENT_COUNT"
	StatisticsByIn        MovementStatisticsOrderField = "UNITS_IN"
	StatisticsByOut       MovementStatisticsOrderField = "UNITS_OUT"
	StatisticsByNet       MovementStatisticsOrderField = "UNITS_NET"
)

var statisticKeys = map[MovementStatisticsOrderField]page.Key[*MovementStatistic]{
	StatisticsByMovements: page.Int("movements", func(s *MovementStatistic) int64 { return s.MovementCount }),
	StatisticsByIn:        page.Int("units_in", func(s *MovementStatistic) int64 { return s.UnitsIn }),
	StatisticsByOut:       page.Int("units_out", func(s *MovementStatistic) int64 { return s.UnitsOut }),
	StatisticsByNet:       page.Int("units_net", func(s *MovementStatistic) int64 { return s.UnitsNet }),
}

func (s *statistics) order() page.Order[*MovementStatistic] {
	o := orderOf("movementStatistics", s.by)
	if s.Order != nil {
		o.Name += "." + string(s.Order.Field)
		o.Key, o.Direction = statisticKeys[s.Order.Field], s.Order.Direction
	}
	return o
}

// Day is the group's, nil when not grouped by it; so are those below.
func (s *MovementStatistic) Day() *time.Time { return s.first(MovementsByDay, s.day) }

// Week is its Monday.
func (s *MovementStatistic) Week() *time.Time { return s.first(MovementsByWeek, s.week) }

// Month is its first day.
func (s *MovementStatistic) Month() *time.Time { return s.first(MovementsByMonth, s.month) }

func (s *MovementStatistic) first(d MovementDimension, day date) *time.Time {
	return grouped(s.by, d, time.Time(day))
}

// Kind is what sort of work it was.
func (s *MovementStatistic) Kind() *stock.MovementKind {
	return grouped(s.by, MovementsByKind, stock.MovementKind(s.kind))
}

// OperatorID is the key of the user who posted.
func (s *MovementStatistic) OperatorID() *int64 {
	return grouped(s.by, MovementsByOperator, s.operatorID)
}

// WarehouseID is the key of the warehouse.
func (s *MovementStatistic) WarehouseID() *int64 {
	return grouped(s.by, MovementsByWarehouse, s.warehouseID)
}

// SKU is what moved.
func (s *MovementStatistic) SKU() *string { return grouped(s.by, MovementsBySKU, s.sku) }

// Category is that of the product today; it may be empty.
func (s *MovementStatistic) Category() *string { return grouped(s.by, MovementsByCategory, s.category) }

// ReasonCode may be empty.
func (s *MovementStatistic) ReasonCode() *string {
	return grouped(s.by, MovementsByReason, s.reasonCode)
}
