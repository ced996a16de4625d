package load

import (
	"context"
	"sync"

	"entrepot/internal/report"
)

// overviews answers the overviews of the warehouses of a list together, once for
// each set of parts that a field of the operation selects.
type overviews struct {
	reports *report.Service

	mu         sync.Mutex
	warehouses []int64
	byParts    map[report.OverviewParts]*loader[int64, *report.Overview]
}

func newOverviews(reports *report.Service) *overviews {
	return &overviews{reports: reports, byParts: map[report.OverviewParts]*loader[int64, *report.Overview]{}}
}

// want notes warehouses whose overview may be asked for.
func (o *overviews) want(ids ...int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.warehouses = append(o.warehouses, ids...)
	for _, l := range o.byParts {
		l.want(ids...)
	}
}

func (o *overviews) with(parts report.OverviewParts) *loader[int64, *report.Overview] {
	o.mu.Lock()
	defer o.mu.Unlock()
	l := o.byParts[parts]
	if l == nil {
		l = newLoader(func(ctx context.Context, ids []int64) (map[int64]*report.Overview, error) {
			return o.reports.Overviews(ctx, ids, parts)
		})
		l.want(o.warehouses...)
		o.byParts[parts] = l
	}
	return l
}

// OverviewOf is the overview of a warehouse, as far as parts say.
func OverviewOf(ctx context.Context, warehouse int64, parts report.OverviewParts) (*report.Overview, error) {
	return from(ctx).overviews.with(parts).load(ctx, warehouse)
}
