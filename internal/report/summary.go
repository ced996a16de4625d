package report

import (
	"context"
	"slices"
	"sync"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// Limits of a summary.
const (
	// MaxAgeBounds is the most bounds of age bands.
	MaxAgeBounds = 12
	// maxAge is the highest bound, a hundred years.
	maxAge = 36_500
)

// Service answers what needs a clock and the company's currency.
type Service struct {
	db   *store.DB
	base string
	now  func() time.Time
}

// New is a Service over db. base is the company's base currency.
func New(db *store.DB, base string, now func() time.Time) *Service { return &Service{db, base, now} }

// StockQuestion is a summary that somebody asks for.
type StockQuestion struct {
	GroupBy []StockDimension
	Filter  *StockSummaryFilter
	// AsOf is nil for now.
	AsOf      *time.Time
	Basis     ledger.Basis
	AgeBounds []int
	Order     *StockSummaryOrder
	Page      page.Args
	// Measures are those that are selected; the others are not computed.
	Measures Measures
}

// Measures are what costs more than adding up the buckets.
type Measures struct {
	Stocks, SKUs, Volume, Weight, Value bool
	// Unmeasured are SKUs without all three lengths.
	Unmeasured bool
}

// StockGroup is what the stocks of one group hold together. Only the dimensions
// that were asked for tell anything.
type StockGroup struct {
	sku, batchNo, category, brand, locationType, ownership, businessType, currency, expiresOn string
	warehouseID, age                                                                          int64

	by     []StockDimension // none in a total
	bounds []int
	aged   bool // only physical is known

	StockCount, SKUCount int64
	Quantities           ledger.Quantities
	// VolumeCm3 and WeightG are of the physical units, as far as products tell
	// their measures.
	VolumeCm3, WeightG int64
	// UnmeasuredSKUCount is how many SKUs count as nothing in the volume.
	UnmeasuredSKUCount int64
	// Values are what the physical units are worth, by currency.
	Values []CurrencyAmount
	// BaseValue is their sum in the base currency; nil when a rate is missing.
	BaseValue *money.Amount
}

// StockSummary is a page of groups.
type StockSummary struct {
	*page.Connection[*StockGroup]
	total func() (*StockGroup, error)
}

// Total is the sum over all groups, on all pages.
func (s *StockSummary) Total() (*StockGroup, error) { return s.total() }

// Stocks groups all stocks, now or as of a moment. Ends with Forbidden without
// stock:view, and without cost:view when ordered by value; with BadRequest for
// arguments outside their limits and for questions that have no answer: the age of
// goods by OCCURRED, and buckets other than physical by age. Without cost:view values
// are left out.
func (s *Service) Stocks(ctx context.Context, q StockQuestion) (_ *StockSummary, err error) {
	defer fault.Wrap(&err, "report.Stocks")
	who, err := auth.Require(ctx, auth.StockView)
	if err != nil {
		return nil, err
	}
	if q.Order != nil && q.Order.Field == GroupsByValue {
		if _, err := auth.Require(ctx, auth.CostView); err != nil {
			return nil, err
		}
	}
	q.Measures.Value = q.Measures.Value && who.Can(auth.CostView)
	p, err := s.plan(ctx, q)
	if err != nil {
		return nil, err
	}
	c, err := pageOf(ctx, s.db, q.Page, p.order(), p.counted, p.scan(p.by))
	if err != nil {
		return nil, err
	}
	return &StockSummary{c, sync.OnceValues(func() (*StockGroup, error) {
		rows, err := rowsOf(ctx, s.db.Report, p.grouping(nil), "", p.scan(nil))
		if err != nil {
			return nil, err
		}
		return rows[0], nil
	})}, nil
}

// counted is the statement of a page, or what counts its groups.
func (p *plan) counted(counting bool) grouping {
	if !counting {
		return p.grouping(p.by)
	}
	bare := *p
	bare.Measures = Measures{}
	return bare.grouping(p.by)
}

// plan is a question that is checked, with all that its statement stands on.
type plan struct {
	StockQuestion
	dialect string
	by      []dimension[StockGroup]
	scope   *scope
	moment  moment
	now     time.Time
	worth   worth
}

func (s *Service) plan(ctx context.Context, q StockQuestion) (_ *plan, err error) {
	p := &plan{StockQuestion: q, dialect: s.db.Dialect(), now: store.Moment(s.now())}
	if q.AsOf != nil && q.AsOf.Before(p.now) {
		p.now = store.Moment(*q.AsOf)
		p.moment = moment{at: p.now, basis: q.Basis}
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	for _, d := range q.GroupBy {
		p.by = append(p.by, dimensions[d])
	}
	if p.scope, err = q.Filter.scope(ctx, s.db); err != nil {
		return nil, err
	}
	if p.moment.taken, err = s.taken(ctx, p.scope, p.moment); err != nil {
		return nil, err
	}
	if q.Order != nil {
		q.Order.Field.measure(&p.Measures)
	}
	if p.Measures.Value {
		p.worth, err = s.worth(ctx, p.scope.warehouses, p.now)
	}
	return p, err
}

func (q StockQuestion) check() error {
	if err := checkDimensions("groupBy", "stocks", q.GroupBy); err != nil {
		return err
	}
	if len(q.AgeBounds) > MaxAgeBounds {
		return fault.Stop(fault.BadRequest, "ageBounds takes at most %d bounds, not %d", MaxAgeBounds, len(q.AgeBounds))
	}
	for i, days := range q.AgeBounds {
		if days < 0 || days > maxAge || i > 0 && days <= q.AgeBounds[i-1] {
			return fault.Stop(fault.BadRequest, "ageBounds are days from 0 to %d, each above the one before", maxAge)
		}
	}
	if !q.byAge() {
		return nil
	}
	if q.AsOf != nil && q.Basis == ledger.Occurred {
		return fault.Stop(fault.BadRequest, "the age of goods is known by RECORDED only: leave basis out, or AGE out of groupBy")
	}
	if q.Order != nil && q.Order.Field.bucket() {
		return fault.Stop(fault.BadRequest, "groups by AGE tell physical units only and cannot be ordered by %s", q.Order.Field)
	}
	return nil
}

func (q StockQuestion) byAge() bool { return slices.Contains(q.GroupBy, ByAge) }
